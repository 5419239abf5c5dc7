"""The page of one lesson: what needs a look first, then the class, the exercises, the beliefs, the cases, the likenesses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

import numpy as np

from course_utils.tries import PAUSE
from grader.feedback import safe
from grader.feedback.document import document
from grader.report import figures
from grader.report.likeness import COMMON, THRESHOLD, Pair
from grader.report.material import Belief, Item, LessonMaterial
from grader.report.statistics import SMALLEST_CLASS
from grader.report.suspicions import suspicions

MOST_PAIRS = 100


def lesson_page(material: LessonMaterial, pairs: Sequence[Pair]) -> str:
    """The whole page as HTML."""
    lesson = material.lesson
    body = _who(material)
    if material.students:
        body += _look_first(material) + _class(material) + _exercises(material) + _beliefs(material)
        body += _cases(material) + _likenesses(pairs, len(material.students))
    return document(f"Report on the class: {lesson.title}", f"<p>{code(lesson.name)}</p>{body}")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are HTML already; a head that begins with "#" is that of a column of numbers."""
    kinds = [' class="number"' if name.startswith("#") else "" for name in head]
    top = "".join(f'<th scope="col"{kind}>{name.lstrip("#")}</th>' for name, kind in zip(head, kinds, strict=True))
    body = "".join(
        "<tr>" + "".join(f"<td{kind}>{cell}</td>" for cell, kind in zip(row, kinds, strict=True)) + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def code(name: str) -> str:
    """A name of ours, which may be broken at its underscores."""
    return f"<code>{escape(name).replace('_', '_<wbr>')}</code>"


def _who(material: LessonMaterial) -> str:
    told = [f"{len(material.students)} students graded."]
    if material.unreadable:
        told.append(f"Left out of every figure, {len(material.unreadable)} unreadable: {_names(material.unreadable)}.")
    if material.not_graded:
        told.append(
            f"Left out of every figure, {len(material.not_graded)} that the grader failed on and that are not graded yet: "
            f"{_names(material.not_graded)}."
        )
    if material.unread:
        told.append(f"{material.unread} written answers are not read yet and count as no points so far.")
    if len(material.students) < SMALLEST_CLASS:
        told.append(f"A class of fewer than {SMALLEST_CLASS}: no discrimination is worked out, and shares are rough.")
    return f"<p>{' '.join(told)}</p>"


def _names(students: Sequence[str]) -> str:
    return ", ".join(safe.text(student, 100) for student in students)


def _look_first(material: LessonMaterial) -> str:
    rows = [f"<li>{code(name)}: {safe.text(reason)}</li>" for name, reason in suspicions(material)]
    found = f"<ul>{''.join(rows)}</ul>" if rows else "<p>No exercise behaves strangely in this class.</p>"
    return f"<h2>Look at these first</h2>{found}"


def _class(material: LessonMaterial) -> str:
    totals, points = material.totals, material.lesson.points
    low, middle, high = np.percentile(totals, (25, 50, 75))
    summary = (
        f"<p>Mean {totals.mean():.1f}, median {middle:.1f}, middle half {low:.1f} to {high:.1f} of {points:g} points "
        f"({material.judged_points:g} from checks, {points - material.judged_points:g} from written answers).</p>"
    )
    return f"<h2>The class</h2>{summary}{figures.score_distribution(totals, points)}{_time(material)}"


def _time(material: LessonMaterial) -> str:
    told = (
        f"Grading took {np.median(material.seconds):.1f} s a notebook (median), {max(material.seconds):.1f} s at most."
    )
    times = material.rows.handed_in
    if times:
        told += f" Handed in between {times[0]:%Y-%m-%d %H:%M} and {times[-1]:%Y-%m-%d %H:%M} UTC ({len(times)} with a time)."
    again = material.rows.again
    if again:
        told += f" {students(len(again))} handed in again and moved their score, at most {max(again.values())} times."
    return f"<p>{told}</p><p>{_time_on_task(material)}</p>"


def _time_on_task(material: LessonMaterial) -> str:
    count, missing = len(material.minutes), len(material.students) - len(material.minutes)
    if not count:
        return "Time on task: not known, since no notebook tells it."
    return (
        f"Time on task: {np.median(material.minutes):g} minutes (median of the {count} notebooks that tell it; {missing} do "
        f"not). It is the sum of the gaps between one check and the next, without gaps over {PAUSE // 60} minutes, and the word "
        "of the students' own machines: no score rests on it."
    )


def _exercises(material: LessonMaterial) -> str:
    head = ("exercise", "#points", "#facility", "#discrimination", "#attempted", "#right", "#unexplained", "#tries")
    legend = (
        "<p>Facility is the mean share of an exercise's points. Discrimination is its correlation with the points of the "
        f"lesson's other checks: near 0 it says nothing of the rest, below 0 it contradicts it; from {SMALLEST_CLASS} students "
        "on. Unexplained are answers that went wrong in a way that no misconception of the spec accounts for. Written answers are "
        "read by people, and count here as far as they are read. Tries are the calls of a check until it passed: the median "
        "of the right answers whose notebooks tell it, with their number. That too is the word of the students' own machines.</p>"
    )
    return (
        f"<h2>The exercises</h2>{legend}{table(head, map(_exercise_row, material.items))}"
        f"{figures.facilities(material.items)}{figures.discriminations(material.items)}{figures.outcomes(material.items)}"
        f"{figures.tries(material.items)}"
    )


def _exercise_row(item: Item) -> tuple[str, ...]:
    known = (
        code(item.name),
        f"{item.points:g}",
        _number(item.facility),
        _number(item.discrimination, "+"),
    )
    if item.written:
        return (*known, "", "", "", "")
    return (*known, str(item.attempted), str(item.outcomes["passed"]), str(item.unnamed), median_of(item.tries_right))


def median_of(told: Sequence[int]) -> str:
    """The median of what notebooks tell, and how many tell it."""
    return f"{np.median(told):g} (of {len(told)})" if told else "not known"


def _number(value: float | None, sign: str = "") -> str:
    return "not known" if value is None else f"{value:{sign}.2f}"


def _beliefs(material: LessonMaterial) -> str:
    told = "".join(map(_belief, material.beliefs)) or "<p>No known misconception was recognised.</p>"
    return f"<h2>What the class believes</h2>{told}"


def _belief(belief: Belief) -> str:
    return (
        f"<p><strong>{students(belief.students)}: {escape(belief.slug.replace('_', ' '))}</strong> "
        f"({code(belief.exercise)})</p><aside><p>They saw this hint:</p>{safe.markdown(belief.hint)}</aside>"
    )


def students(count: int) -> str:
    """ "1 student", "7 students"."""
    return f"{count} student" + ("" if count == 1 else "s")


def _cases(material: LessonMaterial) -> str:
    rows = [row for item in material.items for row in _case_rows(item)]
    told = (
        "<p>Among those who attempted the exercise. A hidden case is drawn anew for every submission, several times under "
        "one name, and each drawing counts.</p>"
    )
    head = ("exercise", "case", "#visible", "#hidden")
    return f"<h2>The cases</h2>{told}{figures.case_rates(material.items)}{table(head, rows)}"


def _case_rows(item: Item) -> Iterable[tuple[str, ...]]:
    rates = {
        (case.name, case.visible): f"{case.passed / case.asked:.2f} ({case.passed} of {case.asked})"
        for case in item.cases
    }
    for name in dict.fromkeys(case.name for case in item.cases):
        shown = (rates.get((name, True), "none"), rates.get((name, False), "none"))
        yield (code(item.name), safe.text(name, 200), *shown)


def _likenesses(pairs: Sequence[Pair], size: int) -> str:
    told = (
        "<p>Pairs whose answers share at least "
        f"{THRESHOLD:.0%} of the shorter one's unusual passages. Given code, the course's own answers, passages that more "
        f"than {max(COMMON, size // 50)} students wrote, names of variables, comments and layout are left out. "
        "<strong>This is a reason to read two notebooks side by side, and never a finding:</strong> short exercises have few "
        "right answers, friends learn together, and books and assistants are shared sources.</p>"
    )
    if not pairs:
        return f"<h2>Alike</h2>{told}<p>No pair is above the threshold.</p>"
    rows = [
        (safe.text(pair.first, 100), safe.text(pair.second, 100), f"{pair.share:.0%}", str(pair.shared))
        for pair in pairs[:MOST_PAIRS]
    ]
    more = f"<p>{len(pairs) - MOST_PAIRS} more pairs are not shown.</p>" if len(pairs) > MOST_PAIRS else ""
    return f"<h2>Alike</h2>{told}{table(('student', 'student', '#share', '#shared passages'), rows)}{more}"
