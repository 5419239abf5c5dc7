"""The notebook that is run and recorded: the released one, with what the student wrote put where it belongs.

Locked cells, points, order and kernel come from the released notebook; from the submission come the sources of solution
cells and every free cell, which stays behind the cell it followed. The first copy of a repeated cell counts.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass

from nbformat import NotebookNode

from grader.judge.submission import Submission, SubmittedCell

START = ""


@dataclass(frozen=True)
class Repaired:
    """The notebook to run, and sentences on what had to be mended."""

    notebook: NotebookNode
    notes: tuple[str, ...]


def repair(submission: Submission, released: NotebookNode) -> Repaired:
    """Put the submission's work into a copy of the released notebook."""
    graded = {_grade_id(cell): cell for cell in released.cells if _grade_id(cell)}
    work, free, notes = _sorted_out(submission, graded)
    free_cells = _FreeCells(released)
    cells = free_cells.make(free.get(START, []))
    for name, cell in graded.items():
        cells.append(_restored(cell, work.get(name), notes))
        cells += free_cells.make(free.get(name, []))
    rest = {name: value for name, value in released.items() if name != "cells"}
    return Repaired(NotebookNode(copy.deepcopy(rest), cells=cells), tuple(notes))


def _grade_id(cell: NotebookNode) -> str:
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))


def _sorted_out(
    submission: Submission, graded: dict[str, NotebookNode]
) -> tuple[dict[str, SubmittedCell], dict[str, list[SubmittedCell]], list[str]]:
    by_cell_id = {cell.id: name for name, cell in graded.items()}
    work: dict[str, SubmittedCell] = {}
    free: dict[str, list[SubmittedCell]] = {}
    notes: list[str] = []
    last = START
    for cell in submission.cells:
        name = cell.grade_id if cell.grade_id in graded else by_cell_id.get(cell.cell_id, "")
        if name and name not in work:
            work[name] = cell
            last = name
            continue
        if name:
            notes.append(f"the cell {name} occurs more than once; the first one counts")
        free.setdefault(last, []).append(cell)
    return work, free, notes


def _restored(cell: NotebookNode, submitted: SubmittedCell | None, notes: list[str]) -> NotebookNode:
    mended = copy.deepcopy(cell)
    name = _grade_id(cell)
    if submitted is None:
        notes.append(f"the cell {name} was missing and was put back as it was released")
    elif cell.metadata["nbgrader"]["solution"]:
        mended.source = submitted.source
    elif submitted.source.strip() != cell.source.strip():
        notes.append(f"the locked cell {name} was changed and was restored")
    return mended


class _FreeCells:
    """Makes the cells that are not graded; the first copy of a released one keeps its id and its tags."""

    def __init__(self, released: NotebookNode) -> None:
        self._released = {cell.id: cell for cell in released.cells if not _grade_id(cell)}
        self._made = 0

    def make(self, cells: list[SubmittedCell]) -> list[NotebookNode]:
        return [self._cell(cell) for cell in cells]

    def _cell(self, cell: SubmittedCell) -> NotebookNode:
        known = self._released.pop(cell.cell_id, None)
        if known is not None and (known.cell_type == "code") == (cell.kind == "code"):
            return _new_cell(cell, known.id, copy.deepcopy(known.metadata))
        self._made += 1
        return _new_cell(cell, f"free-{self._made}", NotebookNode())


def _new_cell(cell: SubmittedCell, cell_id: str, metadata: NotebookNode) -> NotebookNode:
    """What nbformat's own makers give; those check each against the schema, 1 to 2 ms a cell."""
    made = NotebookNode(id=cell_id, cell_type="markdown", source=cell.source, metadata=metadata)
    if cell.kind == "code":
        made.update(cell_type="code", outputs=[], execution_count=None)
    return made
