"""The report on one exercise: what was called, what came back, what was expected, which belief was recognised."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

from course_utils.judging import CaseResult, Verdict
from course_utils.reporting.picture import comparison_picture
from course_utils.reporting.report import Report, framed, paragraph, points_text, table, text_table
from course_utils.values import Inputs, Plain, describe

WIDTH = 70
STYLES = {"passed": "solid", "not_attempted": "dashed"}


def verdict_report(verdict: Verdict, leans_on: Sequence[str] = ()) -> Report:
    """The report a student sees after a check. `leans_on` names failing exercises that this answer calls."""
    headline = _headline(verdict)
    sentences = _sentences(verdict)
    if leans_on and verdict.status not in ("passed", "not_attempted"):
        names = " and ".join(leans_on)
        sentences.insert(0, f"It calls {names}, whose own check does not pass yet: mend that first.")
    rows = _part_rows(verdict)
    head = ("part", "points", "what was seen")
    text = "\n".join([headline, *(text_table(head, rows).splitlines() if rows else []), *sentences])
    body = paragraph(headline, "bold") + (table(head, rows) if rows else "")
    body += "".join(paragraph(sentence) for sentence in sentences) + _details(verdict)
    return Report(headline, text, framed(body, STYLES.get(verdict.status, "double")))


def _headline(verdict: Verdict) -> str:
    name, total = verdict.exercise.name, len(verdict.cases)
    passed = sum(result.status == "passed" for result in verdict.cases)
    hidden = verdict.exercise.hidden_cases
    if verdict.status == "passed":
        more = f" Grading adds {hidden} hidden cases." if hidden else ""
        return f"{name}: all {total} visible cases pass ({points_text(verdict.exercise.points)}).{more}"
    if verdict.status == "not_attempted":
        return f"{name}: not attempted yet ({points_text(verdict.exercise.points)})."
    return f"{name}: not right yet, {passed} of {total} visible cases pass."


def _sentences(verdict: Verdict) -> list[str]:
    if verdict.status == "not_attempted":
        return [f"Write it in the cell above, run that cell, then this one. hint({verdict.exercise.name!r}) helps."]
    sentences = []
    failure = verdict.first_failure
    if failure is not None:
        sentences += _failure_sentences(verdict, failure)
    sentences += [f"Seen: {note}." for note in verdict.notes]
    sentences += [f"This looks like a known mix-up: {known.hint}" for known in verdict.mistakes]
    if verdict.status != "passed":
        sentences.append(
            f"hint({verdict.exercise.name!r}) gives a hint; grading adds {verdict.exercise.hidden_cases} hidden cases."
        )
    return sentences


def _failure_sentences(verdict: Verdict, failure: CaseResult) -> list[str]:
    sentences = [
        f'Case "{failure.case.name}": called {verdict.exercise.call} with {_inputs_text(failure.case.inputs)}.'
    ]
    sentences.append(f"What came back: {failure.text}." if failure.text else "")
    printed = failure.performance.printed.strip()
    if printed:
        sentences.append(f"Your code printed: {printed[: WIDTH * 2]}")
    return [sentence for sentence in sentences if sentence]


def _inputs_text(inputs: Inputs) -> str:
    return ", ".join(f"{name} {_input_text(value)}" for name, value in inputs.items())


def _input_text(value: Plain) -> str:
    if isinstance(value, np.ndarray):
        return (
            str(value.shape)
            if value.size > 6
            else np.array2string(value, precision=3, separator=", ").replace("\n", "")
        )
    if isinstance(value, (list, tuple, dict)):
        shown = repr(value)
        return shown if len(shown) <= WIDTH else describe(value)
    return f"= {value!r}"[:WIDTH]


def _part_rows(verdict: Verdict) -> list[tuple[str, ...]]:
    if len(verdict.parts) < 2 or verdict.status == "not_attempted":
        return []
    rows: list[tuple[str, ...]] = []
    for part in verdict.parts:
        wrong = sum(part.name in result.wrong_parts for result in verdict.cases)
        seen = f"differs in {wrong} of {len(verdict.cases)} cases" if wrong else "right"
        if part.mistake is not None:
            seen += f" ({part.mistake.slug.replace('_', ' ')})"
        rows.append((part.name, f"{part.score:g} of {part.points:g}", seen))
    return rows


def _details(verdict: Verdict) -> str:
    failure = verdict.first_failure
    if failure is None or failure.performance.happened != "returned":
        return ""
    body = comparison_picture(verdict.exercise, failure)
    numbers = [("expected", failure.case.expected), ("returned", failure.performance.value)]
    shown = "".join(
        f"<p style='margin:0.2em 0'>{name}</p><pre style='margin:0'>{escape(_value_text(value))}</pre>"
        for name, value in numbers
    )
    return body + f"<details><summary>the numbers of this case</summary>{shown}</details>"


def _value_text(value: Plain) -> str:
    if isinstance(value, np.ndarray):
        return np.array2string(value, precision=4, suppress_small=True, threshold=200)
    if isinstance(value, (tuple, list)) and any(isinstance(item, np.ndarray) for item in value):
        return "\n\n".join(_value_text(item) for item in value)[:4000]
    return repr(value)[:2000]
