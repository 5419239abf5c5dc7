"""Reading a lesson's text: jupytext percent format with the course's short markers on the cell lines.

`exercise="name"`, `check="name"`, `written="name"`, and the words `setup` and `experiment`, with
`ignore_output="reason"` where the regression test must not compare what a cell prints.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import jupytext

from grader.paths import lesson_text_path
from grader.spec import Lesson, SpecError, Written

Role = Literal["prose", "code", "setup", "experiment", "exercise", "check", "written"]

MAX_CODE_LINES = 30
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"


@dataclass(frozen=True)
class TextCell:
    """One cell of a lesson's text. `name` is the exercise's for exercise, check and written cells."""

    role: Role
    source: str
    name: str = ""
    ignore_output: str = ""

    @property
    def is_markdown(self) -> bool:
        return self.role in ("prose", "written")


def read_text(lesson: Lesson) -> tuple[TextCell, ...]:
    """The cells of a lesson's text, checked against its spec. Raises SpecError with the first problem."""
    path = lesson_text_path(lesson.name)
    if not path.is_file():
        raise SpecError(f"{lesson.name} has a spec but no text: write {path.name} in its folder under solutions")
    notebook = jupytext.reads(path.read_text(encoding="utf-8"), fmt="py:percent")
    cells = tuple(_text_cell(cell) for cell in notebook.cells if cell.source.strip())
    for problem in _problems(lesson, cells):
        raise SpecError(f"{path.name}: {problem}")
    return cells


def _text_cell(cell: dict[str, object]) -> TextCell:
    metadata = dict(cell["metadata"])  # type: ignore[call-overload]
    source, reason = str(cell["source"]), str(metadata.get("ignore_output", ""))
    for role in ("exercise", "check", "written"):
        if role in metadata:
            return TextCell(role, source, str(metadata[role]), reason)
    if cell["cell_type"] == "markdown":
        return TextCell("prose", source)
    title = str(metadata.get("title", "")).strip()
    if title not in ("", "setup", "experiment"):
        raise SpecError(f"the marker {title!r} is not known: use setup, experiment, exercise=, check= or written=")
    return TextCell(title or "code", source, "", reason)  # type: ignore[arg-type]


def _problems(lesson: Lesson, cells: tuple[TextCell, ...]) -> Iterator[str]:
    written = [cell.name for cell in cells if cell.role in ("exercise", "written")]
    specified = [exercise.name for exercise in lesson.exercises]
    if written != specified:
        missing, extra = set(specified) - set(written), set(written) - set(specified)
        yield f"text and spec differ: without a cell {sorted(missing)}, without a spec {sorted(extra)}, or another order"
    if sum(cell.role == "setup" for cell in cells) != 1:
        yield "mark exactly one code cell with the word setup"
    kinds = {exercise.name: isinstance(exercise, Written) for exercise in lesson.exercises}
    for cell, after in zip(cells, [*cells[1:], TextCell("prose", "")], strict=True):
        yield from _cell_problems(cell, after, kinds)
    twice = [name for name, count in Counter(written).items() if count > 1]
    if twice:
        yield f"written twice: {twice}"


def _cell_problems(cell: TextCell, after: TextCell, is_written: dict[str, bool]) -> Iterator[str]:
    if cell.role == "exercise" and (after.role, after.name) != ("check", cell.name):
        yield f'the cell after exercise "{cell.name}" must be its check cell'
    if cell.role == "check" and cell.source.strip() != check_line(cell.name):
        yield f"the check cell of {cell.name} must be exactly: {check_line(cell.name)}"
    if cell.role == "exercise" and (cell.source.count(BEGIN) < 1 or cell.source.count(BEGIN) != cell.source.count(END)):
        yield f"exercise {cell.name} needs {BEGIN} and {END}"
    if cell.role in ("exercise", "written") and is_written.get(cell.name, False) != (cell.role == "written"):
        yield f"{cell.name} is a {cell.role} cell in the text and something else in the spec"
    lines = len([line for line in cell.source.splitlines() if line.strip()])
    if cell.role in ("code", "experiment") and lines > MAX_CODE_LINES:
        first = cell.source.strip().splitlines()[0]
        yield f"the code cell that begins {first!r} has {lines} lines; {MAX_CODE_LINES} are the most"


def check_line(name: str) -> str:
    """The visible line of a check cell."""
    return f'check("{name}", {name})'


def answer_regions(source: str) -> str:
    """What stands between the solution marks of an exercise cell."""
    return "\n".join(re.findall(re.escape(BEGIN) + r"\n(.*?)" + re.escape(END), source, flags=re.DOTALL))
