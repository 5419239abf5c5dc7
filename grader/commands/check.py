"""`grader check`: judge one notebook here and now, and record nothing."""

from __future__ import annotations

import argparse
from pathlib import Path

from course_utils.judging import Verdict
from course_utils.reporting.report import text_table
from grader.commands.command import Command
from grader.engine.choosing import choose_engine
from grader.exercises import lesson_names
from grader.judge.grading import grade_submission
from grader.judge.key import lesson_key
from grader.judge.submission import UnreadableSubmission
from grader.paths import GraderError


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("notebook", type=Path, help="a notebook of a lesson, solved or not")
    parser.add_argument("--lesson", choices=lesson_names(), help="its lesson (default: by the file's name)")
    parser.add_argument("--isolation", choices=["none"], help="'none' runs its code without isolation")


def _run(options: argparse.Namespace) -> int:
    name = options.lesson or _lesson_of(options.notebook)
    try:
        with choose_engine(options.isolation) as engine:
            graded = grade_submission(
                options.notebook, lesson_key(name), engine, b"grader check draws cases of its own"
            )
    except UnreadableSubmission as problem:
        raise GraderError(f"{options.notebook}: {problem}.\nName a notebook of the course.") from None
    rows = [_row(verdict) for verdict in graded.verdicts.values()]
    print(text_table(("exercise", "points", "of", "what was seen"), rows))
    for note in graded.notes:
        print(f"Mended: {note}.")
    return int(graded.score < sum(exercise.points for exercise in lesson_key(name).lesson.judged))


def _lesson_of(path: Path) -> str:
    found = next((name for name in lesson_names() if path.name.startswith(name)), None)
    if found is None:
        raise GraderError(f"{path.name} does not say which lesson it is.\nName it: grader check {path} --lesson LESSON")
    return found


def _row(verdict: Verdict) -> tuple[str, ...]:
    slugs = ", ".join(known.slug for known in verdict.mistakes)
    failure = verdict.first_failure
    seen = slugs or (failure.text if failure else "; ".join(verdict.notes))
    return (verdict.exercise.name, f"{verdict.score:g}", f"{verdict.exercise.points:g}", seen[:100])


COMMAND = Command(
    "check",
    "judge one notebook and record nothing",
    "grader check notebooks/lesson3_rnn_cell/lesson3_rnn_cell.ipynb",
    _arguments,
    _run,
)
