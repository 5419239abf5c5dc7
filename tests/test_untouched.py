"""A student who opens a notebook and runs all of it before writing anything."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from grader.exercises import load_lesson
from grader.paths import NOTEBOOKS


def test_an_untouched_notebook_runs_to_the_end_and_says_not_attempted_everywhere(
    lesson_name: str, tmp_path: Path
) -> None:
    shutil.copytree(NOTEBOOKS / lesson_name, tmp_path, dirs_exist_ok=True)
    notebook = nbformat.read(tmp_path / f"{lesson_name}.ipynb", as_version=4)
    NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    outputs = {cell.id: cell.get("outputs", []) for cell in notebook.cells}
    assert not [output for found in outputs.values() for output in found if output.output_type == "error"]
    for exercise in load_lesson(lesson_name).judged:
        shown = [output.data["text/plain"] for output in outputs[exercise.name] if output.output_type == "display_data"]
        assert len(shown) == 1
        assert shown[0].startswith(f"{exercise.name}: not attempted yet")
