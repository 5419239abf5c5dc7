"""Cells that need an exercise which is not written yet wait in one line; every other error is shown as always."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from grader.paths import NOTEBOOKS

STUB = "import course_utils\ndef rnn_step(x):\n    raise NotImplementedError()"
WRITTEN = "def rnn_step(x):\n    return x"
WAITS = "This cell waits for rnn_step, which is not written yet."


@pytest.fixture
def run(tmp_path: Path):
    """Run cells in a kernel; returns what each printed, or the name of its error."""
    shutil.copy(NOTEBOOKS / "lesson3_rnn_cell" / "checks.json", tmp_path)

    def run_cells(*sources: str, allow_errors: bool = False) -> list[str]:
        notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
        client = NotebookClient(
            notebook, kernel_name="python3", allow_errors=allow_errors, resources={"metadata": {"path": str(tmp_path)}}
        )
        client.execute()
        return ["".join(map(_said, cell.outputs)) for cell in notebook.cells]

    return run_cells


def _said(output: nbformat.NotebookNode) -> str:
    return str(output.get("ename") or output.get("text", "")).strip()


def test_a_cell_that_reaches_a_stub_and_the_cells_that_use_its_results_wait(run) -> None:
    said = run(
        STUB, "losses = []\nlosses.append(rnn_step(1))", "max(losses)", "h = rnn_step(1)", "print(h + 1)", "print('on')"
    )
    assert said == ["", WAITS, WAITS, WAITS, WAITS, "on"]


def test_what_a_later_cell_provides_is_no_longer_waited_for(run) -> None:
    said = run(STUB, "h = rnn_step(1)", WRITTEN, "h = rnn_step(1)", "h.nothing", allow_errors=True)
    assert said == ["", WAITS, "", "", "AttributeError"]


def test_other_errors_are_shown_as_always(run) -> None:
    said = run(
        STUB,
        "1 / 0",
        "unknown",
        "raise NotImplementedError('of my own')",
        "raise NotImplementedError",
        allow_errors=True,
    )
    assert said == ["", "ZeroDivisionError", "NameError", "NotImplementedError", "NotImplementedError"]
