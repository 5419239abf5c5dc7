"""The picture a lesson is remembered by, taken from its solved notebook."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import nbformat

from grader.spec import Lesson, SpecError


def remembered_figure(lesson: Lesson, solved: nbformat.NotebookNode) -> bytes:
    """The PNG whose alternative text begins as the spec says. Raises SpecError unless there is exactly one."""
    found = [png for alt, png in _pictures(solved) if lesson.figure_alt and alt.startswith(lesson.figure_alt)]
    if len(found) != 1:
        raise SpecError(
            f"{lesson.name}: {len(found)} pictures have an alternative text that begins with {lesson.figure_alt!r}.\n"
            "Give figure_alt in the spec the beginning of the alternative text of one picture."
        )
    return base64.b64decode(found[0])


def _pictures(solved: nbformat.NotebookNode) -> Iterator[tuple[str, str]]:
    for cell in solved.cells:
        for output in cell.get("outputs", []):
            png = output.get("data", {}).get("image/png")
            if png:
                yield output.metadata.get("image/png", {}).get("alt", ""), png
