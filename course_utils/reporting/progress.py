"""The lesson's exercises with their points and what this session's checks said of them."""

from __future__ import annotations

from collections.abc import Mapping

from course_utils.cases import LessonInfo
from course_utils.judging import Verdict
from course_utils.reporting.report import Report, framed, paragraph, table, text_table

HEAD = ("exercise", "points", "your checks say")
WORDS = {
    "passed": "all visible cases pass",
    "partial": "some parts pass",
    "not_attempted": "not attempted",
    "timed_out": "ran out of time",
    "raised": "raises an error",
}


def progress_report(lesson: LessonInfo, verdicts: Mapping[str, Verdict]) -> Report:
    """One row per exercise. Points are those the visible cases speak for; grading adds hidden cases."""
    rows, earned, total = [], 0.0, 0.0
    for exercise in lesson.exercises.values():
        verdict = verdicts.get(exercise.name)
        total += exercise.points
        earned += verdict.score if verdict else 0.0
        rows.append((exercise.name, _points(exercise.points, verdict), _said(exercise.kind, verdict)))
    headline = f"{lesson.title}: visible cases speak for {earned:g} of {total:g} points."
    text = headline + "\n" + text_table(HEAD, rows)
    return Report(headline, text, framed(paragraph(headline, "bold") + table(HEAD, rows), "solid"))


def _points(points: float, verdict: Verdict | None) -> str:
    return f"{verdict.score:g} of {points:g}" if verdict else f"{points:g}"


def _said(kind: str, verdict: Verdict | None) -> str:
    if kind == "written":
        return "graded by a person"
    if verdict is None:
        return "not checked in this session"
    return WORDS.get(verdict.status, "not right yet")
