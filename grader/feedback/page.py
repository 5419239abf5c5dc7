"""One feedback page: points with reasons first, then exercise by exercise what the student wrote and what was seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import nbformat

from grader.feedback import safe
from grader.feedback.document import document
from grader.spec import Exercise, Lesson, Written

Row = Mapping[str, Any]

OUTCOMES = {
    "passed": "right",
    "partial": "partly right",
    "wrong": "not right",
    "raised": "raised an error",
    "timed_out": "ran out of time",
    "not_attempted": "not attempted",
    "died": "the process ended",
    "missing": "not defined",
}


@dataclass(frozen=True)
class PersonsWord:
    """What a person said of one graded cell: a score (None: not read yet) and a comment."""

    score: float | None
    comment: str


@dataclass(frozen=True)
class FeedbackMaterial:
    """All that a page is made of. `words` is keyed by exercise; `cause` says why a file could not be graded.

    `penalty` are the points that lateness costs.
    """

    student: str
    lesson: Lesson
    notebook: nbformat.NotebookNode | None
    parts: Sequence[Row]
    cases: Sequence[Row]
    words: Mapping[str, PersonsWord]
    cause: str = ""
    penalty: float = 0.0


def feedback_page(material: FeedbackMaterial) -> str:
    """The whole page as HTML."""
    lesson = material.lesson
    title = f"{lesson.title}: feedback for {material.student}"
    pictures = _Pictures()
    sections = "".join(_section(exercise, material, pictures) for exercise in lesson.exercises if not material.cause)
    cause = (
        f"<p><strong>The file could not be graded:</strong> {safe.text(material.cause)}.</p>" if material.cause else ""
    )
    return document(title, f"{cause}{_summary(material)}{sections}")


def points_of(exercise: Exercise | Written, material: FeedbackMaterial) -> float | None:
    """The points that count: a person's where a person gave them. None: still to be read."""
    word = material.words.get(exercise.name)
    if word is not None and word.score is not None:
        return word.score
    if isinstance(exercise, Written):
        return None
    return sum(float(part["score"]) for part in _of(exercise.name, material.parts))


def _of(name: str, rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if row["exercise"] == name]


def _summary(material: FeedbackMaterial) -> str:
    rows, earned = [], 0.0
    for exercise in material.lesson.exercises:
        points = points_of(exercise, material)
        earned += points or 0.0
        shown = "to be read" if points is None else f"{points:g}"
        rows.append((exercise.name, shown, f"{exercise.points:g}", _said(exercise, material)))
    if material.penalty:
        rows.append(("handed in late", f"\N{MINUS SIGN}{material.penalty:g}", "", ""))
    rows.append(("total", f"{max(0.0, earned - material.penalty):g}", f"{material.lesson.points:g}", ""))
    head = '<tr><th scope="col">exercise</th><th scope="col" class="number">points</th><th scope="col" class="number">of</th>'
    body = "".join(
        f'<tr><td>{escape(name)}</td><td class="number">{points}</td><td class="number">{most}</td><td>{said}</td></tr>'
        for name, points, most, said in rows
    )
    return f'<table><thead>{head}<th scope="col">what was seen</th></tr></thead><tbody>{body}</tbody></table>'


def _said(exercise: Exercise | Written, material: FeedbackMaterial) -> str:
    if isinstance(exercise, Written):
        return "read by a person"
    parts = _of(exercise.name, material.parts)
    return OUTCOMES.get(str(parts[0]["status"]), "not graded") if parts else "not graded"


class _Pictures:
    """Draws the pictures of one page, as many as one page may have: each takes a moment, here and where it is read."""

    def __init__(self) -> None:
        self._left = safe.MAX_PICTURES

    def draw(self, data: Any) -> str:
        self._left -= 1
        return safe.picture(data) if self._left >= 0 else "<p>[a picture more than a page shows]</p>"


def _section(exercise: Exercise | Written, material: FeedbackMaterial, pictures: _Pictures) -> str:
    points = points_of(exercise, material)
    shown = "to be read" if points is None else f"{points:g} of {_in_points(exercise.points)}"
    head = f"<h2>{escape(exercise.name)}: {shown}</h2>"
    if isinstance(exercise, Written):
        return head + _written(exercise, material)
    work = _own_work(exercise.name, material, pictures)
    return head + _judged(exercise, material) + _comment(exercise.name, material) + work


def _in_points(points: float) -> str:
    return f"{points:g} point" if points == 1 else f"{points:g} points"


def _judged(exercise: Exercise, material: FeedbackMaterial) -> str:
    parts, cases = _of(exercise.name, material.parts), _of(exercise.name, material.cases)
    return _part_table(parts) + _reasons(exercise, parts, cases) + _case_list(cases)


def _part_table(parts: Sequence[Row]) -> str:
    if len(parts) < 2:
        return ""
    rows = "".join(
        f'<tr><td>{escape(str(part["part"]))}</td><td class="number">{part["score"]:g} of {part["points"]:g}</td></tr>'
        for part in parts
    )
    head = '<tr><th scope="col">part</th><th scope="col" class="number">points</th></tr>'
    return f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>"


def _reasons(exercise: Exercise, parts: Sequence[Row], cases: Sequence[Row]) -> str:
    hints = {item.slug: item.hint for item in exercise.misconceptions}
    found = dict.fromkeys(str(part["misconception"]) for part in parts if part["misconception"])
    told = [
        f"<aside><p>This looks like a known mix-up: {safe.markdown(hints[slug])}</p></aside>"
        for slug in found
        if slug in hints
    ]
    notes = dict.fromkeys(note for part in parts for note in str(part["notes"]).splitlines())
    told += [f"<p>Seen: {safe.text(note)}.</p>" for note in notes]
    shown = next((case for case in cases if case["visible"] and case["outcome"] != "passed"), None)
    if shown is not None and shown["cause"]:
        told.append(
            f"<p>Case \u201c{safe.text(str(shown['case_name']))}\u201d: {safe.text(str(shown['cause']), 2000)}.</p>"
        )
    return "".join(told)


def _case_list(cases: Sequence[Row]) -> str:
    """Visible and hidden cases by name and outcome; what a hidden case held is never shown."""
    if not cases:
        return ""
    rows = "".join(
        f"<tr><td>{safe.text(str(case['case_name']))}</td><td>{'visible' if case['visible'] else 'hidden'}</td>"
        f"<td>{OUTCOMES.get(str(case['outcome']), 'not graded')}</td></tr>"
        for case in cases
    )
    passed = sum(case["outcome"] == "passed" for case in cases)
    head = '<tr><th scope="col">case</th><th scope="col">kind</th><th scope="col">outcome</th></tr>'
    return (
        f"<details><summary>{passed} of {len(cases)} cases right</summary>"
        f"<table><thead>{head}</thead><tbody>{rows}</tbody></table></details>"
    )


def _written(exercise: Written, material: FeedbackMaterial) -> str:
    rubric = "".join(f"<li>{criterion.points:g}: {safe.text(criterion.text)}</li>" for criterion in exercise.rubric)
    word = material.words.get(exercise.name)
    read = (
        f"<details><summary>what earns the points</summary><ul>{rubric}</ul></details>"
        if word and word.score is not None
        else ""
    )
    cell = _cell(exercise.name, material.notebook)
    answer = safe.markdown(cell.source) if cell is not None else "<p>The answer is missing.</p>"
    return answer + _comment(exercise.name, material) + read


def _comment(name: str, material: FeedbackMaterial) -> str:
    word = material.words.get(name)
    return f"<aside><p>The grader says:</p>{safe.markdown(word.comment)}</aside>" if word and word.comment else ""


def _own_work(name: str, material: FeedbackMaterial, pictures: _Pictures) -> str:
    answer, check = _cell(f"{name}_answer", material.notebook), _cell(name, material.notebook)
    told = _source_and_outputs(check, "what your check said", pictures, with_source=False)
    return _source_and_outputs(answer, "your code", pictures) + told


def _cell(grade_id: str, notebook: nbformat.NotebookNode | None) -> nbformat.NotebookNode | None:
    cells = notebook.cells if notebook is not None else []
    return next((cell for cell in cells if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id), None)


def _source_and_outputs(
    cell: nbformat.NotebookNode | None, title: str, pictures: _Pictures, with_source: bool = True
) -> str:
    if cell is None or cell.cell_type != "code":
        return ""
    body = f"<pre>{safe.text(cell.source)}</pre>" if with_source else ""
    body += "".join(_output(output, pictures) for output in cell.outputs[: safe.MAX_OUTPUTS])
    return f"<details><summary>{title}</summary>{body}</details>" if body else ""


def _output(output: nbformat.NotebookNode, pictures: _Pictures) -> str:
    if output.output_type == "stream":
        return f"<pre>{safe.text(_joined(output.get('text', '')))}</pre>"
    if output.output_type == "error":
        return f"<pre>{safe.text(chr(10).join(map(str, output.get('traceback', []))))}</pre>"
    data = output.get("data", {})
    for kind in safe.PICTURE_TYPES:
        if kind in data:
            return pictures.draw(data[kind])
    return f"<pre>{safe.text(_joined(data['text/plain']))}</pre>" if "text/plain" in data else ""


def _joined(value: Any) -> str:
    return "".join(map(str, value)) if isinstance(value, list) else str(value)
