"""The table that ends a grading run."""

from __future__ import annotations

from collections.abc import Sequence

from course_utils.reporting.report import text_table
from grader.exercises import load_lesson
from grader.records.course import CourseRecords
from grader.records.gradebook import GradeBook
from grader.records.marks import read_marks

HEAD = ("student", "lesson", "points", "of", "to read", "what was seen")
LATE = "points off for lateness"


def print_scores(records: CourseRecords, submissions: Sequence[tuple[str, str]]) -> None:
    """One row per submission, and where everything lies. What lateness costs has a column where anybody was late."""
    with GradeBook(records) as book:
        rows = [_row(book, student, lesson) for student, lesson in submissions]
    late = {(mark.student, mark.lesson): mark.penalty for mark in read_marks(records).submissions if mark.penalty}
    if any(who in late for who in submissions):
        rows = [(*row, f"{late[who]:g}" if who in late else "") for row, who in zip(rows, submissions, strict=True)]
        print(text_table((*HEAD, LATE), rows))
    else:
        print(text_table(HEAD, rows))
    print(f"Grade book: {records.database}")
    print(f"Executed notebooks: {records.folder / 'autograded'}")


def _row(book: GradeBook, student: str, lesson: str) -> tuple[str, ...]:
    state = book.verdicts.state(student, lesson)
    judged = sum(exercise.points for exercise in load_lesson(lesson).judged)
    written = load_lesson(lesson).points - judged
    if state is None or state.state != "graded":
        points = "0" if state and state.state == "unreadable" else "-"
        return (student, lesson, points, f"{judged:g}", f"{written:g}", state.cause if state else "not graded")
    parts = book.verdicts.parts(student, lesson)
    score = sum(part["score"] for part in parts)
    return (student, lesson, f"{score:g}", f"{judged:g}", f"{written:g}", _seen(parts))


def _seen(parts: list[dict[str, object]]) -> str:
    """The misconceptions recognised, then how many exercises ended otherwise."""
    slugs = dict.fromkeys(str(part["misconception"]) for part in parts if part["misconception"])
    known = {str(part["exercise"]) for part in parts if part["misconception"]}
    others: dict[str, set[str]] = {}
    for part in parts:
        if part["status"] != "passed" and part["exercise"] not in known:
            others.setdefault(str(part["status"]), set()).add(str(part["exercise"]))
    counted = [f"{len(names)} {status.replace('_', ' ')}" for status, names in sorted(others.items())]
    shown = [*list(slugs)[:3], *counted] + ([f"{len(slugs) - 3} more"] if len(slugs) > 3 else [])
    return ", ".join(shown)
