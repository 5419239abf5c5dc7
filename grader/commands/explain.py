"""`grader explain`: why a student has the points that they have, case by case."""

from __future__ import annotations

import argparse

from course_utils.reporting.report import text_table
from grader.commands.command import Command, add_records
from grader.exercises import all_lessons
from grader.feedback.safe import printable
from grader.paths import GraderError
from grader.records.course import CourseRecords
from grader.records.gradebook import GradeBook
from grader.records.verdicts import SubmissionState
from grader.spec import Exercise, Lesson, SpecError


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("student", help="the student's name in the grade book")
    parser.add_argument("exercise", help="the exercise's name")
    add_records(parser)


def _run(options: argparse.Namespace) -> int:
    lesson, exercise = _find(options.exercise)
    with GradeBook(CourseRecords(options.to, options.db)) as book:
        store = book.verdicts
        state = store.state(options.student, lesson.name)
        if state is None:
            raise GraderError(
                f"Nothing is graded for {options.student} in {lesson.name}.\n"
                f"Grade first, or look at another folder: grader explain ... --to FOLDER"
            )
        parts = [row for row in store.parts(options.student, lesson.name) if row["exercise"] == exercise.name]
        cases = [row for row in store.cases(options.student, lesson.name) if row["exercise"] == exercise.name]
    print("\n".join(_explained(options.student, exercise, state, parts, cases)))
    return 0


def _find(name: str) -> tuple[Lesson, Exercise]:
    for lesson in all_lessons():
        for exercise in lesson.judged:
            if exercise.name == name:
                return lesson, exercise
    raise SpecError(f"no judged exercise is named {name!r}.\nThe lessons' tables in the README name them all.")


def _explained(
    student: str,
    exercise: Exercise,
    state: SubmissionState,
    parts: list[dict[str, object]],
    cases: list[dict[str, object]],
) -> list[str]:
    made_by = f"submission {state.submission[:12]}, lesson {state.key[:12]}, environment {state.environment[:12]}"
    if state.state != "graded":
        return [f"{student}, {exercise.name}: {state.state.replace('_', ' ')}: {state.cause}", made_by]
    score = sum(float(str(part["score"])) for part in parts)
    lines = [f"{student}, {exercise.name}: {score:g} of {exercise.points:g} points ({parts[0]['status']})"]
    lines += [f"{made_by}, isolation {state.level}"]
    hints = {item.slug: item.hint for item in exercise.misconceptions}
    if len(parts) > 1:
        lines.append(text_table(("part", "points", "misconception"), [_part(part) for part in parts]))
    for slug in dict.fromkeys(str(part["misconception"]) for part in parts if part["misconception"]):
        lines.append(f"misconception {slug}: {hints.get(slug, '(no longer in the spec)')}")
    lines += [f"property: {note}" for note in dict.fromkeys(str(part["notes"]) for part in parts) if note]
    lines.append(text_table(("case", "kind", "outcome", "cause"), [_case(case) for case in cases]))
    return lines


def _part(part: dict[str, object]) -> tuple[str, ...]:
    return (str(part["part"]), f"{part['score']:g} of {part['points']:g}", str(part["misconception"]))


def _case(case: dict[str, object]) -> tuple[str, ...]:
    kind = "visible" if case["visible"] else "hidden"
    return (str(case["case_name"]), kind, str(case["outcome"]), " ".join(printable(str(case["cause"])).split())[:100])


COMMAND = Command(
    "explain",
    "say why a student has these points, case by case",
    "grader explain ada rnn_step --to graded",
    _arguments,
    _run,
)
