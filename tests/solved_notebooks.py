"""What an executed solved notebook printed and what its prose says, for tests that hold one against the other."""

from __future__ import annotations

import re
from functools import cache

import nbformat

from grader.paths import SOLUTIONS

NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d*)?")


@cache
def printed(lesson: str) -> str:
    """Everything that the code cells of the solved notebook printed, in order."""
    cells = [cell for cell in _cells(lesson) if cell.cell_type == "code"]
    outputs = [output for cell in cells for output in cell.outputs if output.output_type == "stream"]
    return "".join(output.text for output in outputs)


@cache
def prose(lesson: str) -> str:
    """All Markdown of the solved notebook, each run of white space as one blank."""
    return " ".join(" ".join(cell.source for cell in _cells(lesson) if cell.cell_type == "markdown").split())


def numbers_after(lesson: str, label: str) -> list[float]:
    """The numbers that were printed behind `label`, on its line; the label must have been printed once."""
    lines = [line for line in printed(lesson).splitlines() if label in line]
    assert len(lines) == 1, f"{label!r} was printed on {len(lines)} lines"
    return [float(number.replace(",", "")) for number in NUMBER.findall(lines[0].split(label)[1])]


def _cells(lesson: str) -> list[nbformat.NotebookNode]:
    cells: list[nbformat.NotebookNode] = nbformat.read(SOLUTIONS / lesson / f"{lesson}.ipynb", as_version=4).cells
    return cells
