"""The notebook that is run and recorded: the released one, with what the student wrote put where it belongs.

Locked cells, points, order and kernel come from the released notebook; from the submission come the sources of solution
cells and every free cell, which stays behind the cell it followed. The first copy of a repeated cell counts.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell

from grader.judge.submission import Submission, SubmittedCell

START = ""


@dataclass(frozen=True)
class Repaired:
    """The notebook to run, and sentences on what had to be mended."""

    notebook: nbformat.NotebookNode
    notes: tuple[str, ...]


def repair(submission: Submission, released: nbformat.NotebookNode) -> Repaired:
    """Put the submission's work into a copy of the released notebook."""
    graded = {_grade_id(cell): cell for cell in released.cells if _grade_id(cell)}
    work, free, notes = _sorted_out(submission, graded)
    cells = _free_cells(free.get(START, []), START)
    for name, cell in graded.items():
        cells.append(_restored(cell, work.get(name), notes))
        cells += _free_cells(free.get(name, []), name)
    notebook = copy.deepcopy(released)
    notebook.cells = cells
    return Repaired(notebook, tuple(notes))


def _grade_id(cell: nbformat.NotebookNode) -> str:
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))


def _sorted_out(
    submission: Submission, graded: dict[str, nbformat.NotebookNode]
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


def _restored(cell: nbformat.NotebookNode, submitted: SubmittedCell | None, notes: list[str]) -> nbformat.NotebookNode:
    mended = copy.deepcopy(cell)
    name = _grade_id(cell)
    if submitted is None:
        notes.append(f"the cell {name} was missing and was put back as it was released")
    elif cell.metadata["nbgrader"]["solution"]:
        mended.source = submitted.source
    elif submitted.source.strip() != cell.source.strip():
        notes.append(f"the locked cell {name} was changed and was restored")
    return mended


def _free_cells(cells: list[SubmittedCell], after: str) -> list[nbformat.NotebookNode]:
    return [_free_cell(cell, f"free-{after[:40]}-{number}") for number, cell in enumerate(cells)]


def _free_cell(cell: SubmittedCell, cell_id: str) -> nbformat.NotebookNode:
    make: Callable[..., nbformat.NotebookNode] = new_code_cell if cell.kind == "code" else new_markdown_cell
    return make(cell.source, id=cell_id)
