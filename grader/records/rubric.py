"""The rubric of a written answer, put in view of whoever grades it: into the recorded notebook, never into a student's."""

from __future__ import annotations

import nbformat
from nbformat.v4 import new_markdown_cell

from course_utils.reporting.report import points_text
from grader.spec import Lesson, Written


def with_rubrics(notebook: nbformat.NotebookNode, lesson: Lesson) -> nbformat.NotebookNode:
    """The same notebook with a rubric before each written answer; `notebook` is changed."""
    written = {exercise.name: exercise for exercise in lesson.exercises if isinstance(exercise, Written)}
    cells = []
    for cell in notebook.cells:
        exercise = written.get(cell.metadata.get("nbgrader", {}).get("grade_id", ""))
        if exercise is not None:
            cells.append(new_markdown_cell(rubric_text(exercise), id=f"rubric-{exercise.name}"[:64]))
        cells.append(cell)
    notebook.cells = cells
    return notebook


def rubric_text(exercise: Written) -> str:
    """The rubric in markdown, one line for each criterion."""
    head = f"**Rubric of `{exercise.name}`** ({points_text(exercise.points)}; for the grader alone)"
    lines = [f"- {points_text(criterion.points)}: {criterion.text}" for criterion in exercise.rubric]
    return "\n".join([head, "", *lines])
