"""What students wrote in the solution cells, taken from the executed notebooks of the records."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from grader.build.text import BEGIN, END
from grader.paths import NOTEBOOKS, SOLUTIONS
from grader.records.course import CourseRecords
from grader.report.likeness import Pair, alike, without_given_lines


def alike_pairs(records: CourseRecords, lesson: str, students: Sequence[str]) -> tuple[Pair, ...]:
    """The pairs of students whose solution cells are more alike than the lesson makes them."""
    stubs = dict(_solution_cells(NOTEBOOKS / lesson / f"{lesson}.ipynb"))
    answers = dict(_solution_cells(SOLUTIONS / lesson / f"{lesson}.ipynb"))
    own = {
        student: [
            without_given_lines(source, stubs.get(name, ""))
            for name, source in _solution_cells(records.autograded(student, lesson))
        ]
        for student in tqdm(students, unit="notebook", desc=f"{lesson}: comparing", leave=False)
    }
    known = [without_given_lines(source, stubs.get(name, "")) for name, source in answers.items()]
    return alike(own, [*stubs.values(), *known])


def _solution_cells(path: Path) -> Iterator[tuple[str, str]]:
    """Grade id and source of the code cells that students write; nothing when the notebook is not there."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError):
        return
    for cell in cells:
        marks: dict[str, Any] = cell["metadata"].get("nbgrader", {})
        if cell["cell_type"] == "code" and marks.get("solution"):
            lines = "".join(cell["source"]).splitlines()
            yield marks["grade_id"], "\n".join(line for line in lines if line.strip() not in (BEGIN, END))
