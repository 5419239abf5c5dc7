"""The page of the course: its lessons side by side, the commonest beliefs, and what to look at in each lesson."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

from grader.feedback import safe
from grader.feedback.document import document
from grader.report import figures
from grader.report.lesson_page import code, median_of, students, table
from grader.report.material import LessonMaterial
from grader.report.suspicions import suspicions

MOST_BELIEFS = 20


def course_page(materials: Sequence[LessonMaterial]) -> str:
    """The whole page as HTML; the pages of the lessons lie beside it."""
    graded = [material for material in materials if material.students]
    body = _lessons(materials)
    if graded:
        shares = [material.totals / material.lesson.points for material in graded]
        body += figures.lesson_shares([material.lesson.name for material in graded], shares)
        body += _beliefs(graded) + _look_first(graded)
    return document("Report on the class: the course", body)


def _lessons(materials: Sequence[LessonMaterial]) -> str:
    everybody = {student for material in materials for student in material.students}
    head = ("lesson", "#graded", "#left out", "#to read", "#mean", "#median", "#of", "#minutes on task")
    legend = (
        "The minutes are the median of the notebooks that tell them, with their number, and the word of the students' own "
        "machines."
    )
    return f"<p>{students(len(everybody))} graded in {len(materials)} lessons. {legend}</p>{table(head, map(_row, materials))}"


def _row(material: LessonMaterial) -> tuple[str, ...]:
    name = escape(material.lesson.name)
    link = f'<a href="{name}.html">{escape(material.lesson.title)}</a>'
    left_out = len(material.unreadable) + len(material.not_graded)
    if not material.students:
        return (link, "0", str(left_out), "0", "", "", f"{material.lesson.points:g}", "")
    mean, median = material.totals.mean(), np.median(material.totals)
    counts = (str(len(material.students)), str(left_out), str(material.unread))
    points = (f"{mean:.1f}", f"{median:.1f}", f"{material.lesson.points:g}")
    return (link, *counts, *points, median_of(material.minutes))


def _beliefs(materials: Sequence[LessonMaterial]) -> str:
    found = [(belief, material.lesson.name) for material in materials for belief in material.beliefs]
    found.sort(key=lambda pair: -pair[0].students)
    rows = [
        (
            str(belief.students),
            escape(belief.slug.replace("_", " ")),
            code(belief.exercise),
            escape(lesson),
        )
        for belief, lesson in found[:MOST_BELIEFS]
    ]
    return f"<h2>The commonest beliefs</h2>{table(('#students', 'belief', 'exercise', 'lesson'), rows)}"


def _look_first(materials: Sequence[LessonMaterial]) -> str:
    rows = [
        f"<li>{escape(material.lesson.name)}, {code(name)}: {safe.text(reason)}</li>"
        for material in materials
        for name, reason in suspicions(material)
    ]
    found = f"<ul>{''.join(rows)}</ul>" if rows else "<p>No exercise behaves strangely in this class.</p>"
    return f"<h2>Look at these first</h2>{found}"
