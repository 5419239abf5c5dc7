"""The solved notebook's cells: sources of the text with nbgrader's metadata (schema 3) and fixed ids."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from grader.build.text import TextCell
from grader.spec import Lesson

NOTEBOOK_METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
HIDDEN = '### BEGIN HIDDEN TESTS\nfrom grader.verify import verify\nverify("{name}", {name})\n### END HIDDEN TESTS'


def solved_notebook(lesson: Lesson, cells: Iterable[TextCell]) -> nbformat.NotebookNode:
    """The solved notebook, not executed."""
    points = {exercise.name: exercise.points for exercise in lesson.exercises}
    seen: set[str] = set()
    made = [_cell(lesson, cell, points, seen) for cell in cells]
    notebook: nbformat.NotebookNode = new_notebook(cells=made, metadata=NOTEBOOK_METADATA)
    nbformat.validate(notebook)
    return notebook


def _cell(lesson: Lesson, cell: TextCell, points: dict[str, float], seen: set[str]) -> nbformat.NotebookNode:
    metadata = _metadata(lesson, cell, points)
    if cell.ignore_output:
        metadata["ignore_output"] = cell.ignore_output
    tags = _tags(cell)
    if tags:
        metadata["tags"] = tags
    source = cell.source.strip()
    if cell.role == "check":
        source += "\n" + HIDDEN.format(name=cell.name)
    make: Callable[..., nbformat.NotebookNode] = new_markdown_cell if cell.is_markdown else new_code_cell
    return make(source, id=_fixed_id(cell, seen), metadata=metadata)


def _tags(cell: TextCell) -> list[str]:
    tags = ["experiment"] if cell.role == "experiment" else []
    return [*tags, "nbval-ignore-output"] if cell.ignore_output else tags


def _metadata(lesson: Lesson, cell: TextCell, points: dict[str, float]) -> dict[str, Any]:
    if cell.role == "exercise":
        return {"nbgrader": _nbgrader(f"{cell.name}_answer", grade=False, solution=True, locked=False)}
    if cell.role == "check":
        return {
            "nbgrader": {**_nbgrader(cell.name, grade=True, solution=False, locked=True), "points": points[cell.name]}
        }
    if cell.role == "written":
        return {
            "nbgrader": {**_nbgrader(cell.name, grade=True, solution=True, locked=False), "points": points[cell.name]}
        }
    if cell.role == "setup":
        return {"nbgrader": _nbgrader(f"{lesson.name}_setup", grade=False, solution=False, locked=True)}
    return {}


def _nbgrader(grade_id: str, grade: bool, solution: bool, locked: bool) -> dict[str, Any]:
    return {
        "grade": grade,
        "grade_id": grade_id,
        "locked": locked,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }


def _fixed_id(cell: TextCell, seen: set[str]) -> str:
    """The exercise's name for its check or written cell, else a digest of the source: no edit elsewhere moves it."""
    if cell.role in ("check", "written"):
        wanted = cell.name
    elif cell.role == "exercise":
        wanted = f"{cell.name}-answer"
    else:
        wanted = f"{cell.role}-{hashlib.sha256(cell.source.encode()).hexdigest()[:10]}"
    unique, count = wanted[:60], 1
    while unique in seen:
        count += 1
        unique = f"{wanted[:56]}-{count}"
    seen.add(unique)
    return unique
