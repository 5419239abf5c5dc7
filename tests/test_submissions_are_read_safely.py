"""Files of strangers: whatever is in them costs at most their own points, with a reason."""

from __future__ import annotations

import copy
import json
import os
from pathlib import Path

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from submissions.build import labelled_submissions, notebook_of

from grader.build.lesson import notebook_text
from grader.judge.key import lesson_key
from grader.judge.repair import repair
from grader.judge.submission import Submission, UnreadableSubmission, read_submission

ROAD = "lesson3_rnn_cell"


def _solved() -> nbformat.NotebookNode:
    return notebook_of(next(item for item in labelled_submissions(ROAD) if item.verdict == "accepted"))


def _read(content: bytes, tmp_path: Path) -> Submission:
    path = tmp_path / "submitted.ipynb"
    path.write_bytes(content)
    return read_submission(path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b'{"cells": 3}',
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b'{"cells": [' + b"{}," * 2_000 + b"{}]}",
        b'{"worksheets": [3]}',
    ],
    ids=["empty", "null", "list", "truncated", "no cells", "no UTF-8", "deep", "many cells", "old and broken"],
)
def test_a_file_that_is_no_notebook_is_refused_with_a_reason(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(UnreadableSubmission, match=r"file|notebook"):
        _read(content, tmp_path)


def test_links_pipes_and_folders_are_not_read(tmp_path: Path) -> None:
    real = tmp_path / "real.ipynb"
    real.write_text(notebook_text(_solved()))
    (tmp_path / "soft.ipynb").symlink_to(real)
    os.mkfifo(tmp_path / "pipe.ipynb")
    (tmp_path / "folder.ipynb").mkdir()
    for name in ("soft", "pipe", "folder"):
        with pytest.raises(UnreadableSubmission):
            read_submission(tmp_path / f"{name}.ipynb")
    os.link(real, tmp_path / "hard.ipynb")
    with pytest.raises(UnreadableSubmission, match="hard link"):
        read_submission(tmp_path / "hard.ipynb")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(
    cells=st.lists(
        st.dictionaries(st.sampled_from(["cell_type", "source", "metadata", "id", "outputs"]), json_values), max_size=5
    )
)
def test_any_cells_give_a_notebook_that_can_be_run(
    cells: list[dict[str, object]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    content = json.dumps({"cells": cells}).encode()
    submission = _read(content, tmp_path_factory.mktemp("any"))
    nbformat.validate(repair(submission, lesson_key(ROAD).released).notebook)


def _repaired(notebook: nbformat.NotebookNode, tmp_path: Path) -> tuple[nbformat.NotebookNode, tuple[str, ...]]:
    repaired = repair(_read(notebook_text(notebook).encode(), tmp_path), lesson_key(ROAD).released)
    return repaired.notebook, repaired.notes


def _cell(notebook: nbformat.NotebookNode, cell_id: str) -> nbformat.NotebookNode:
    return next(cell for cell in notebook.cells if cell.id == cell_id)


def test_an_honest_notebook_is_left_as_it_is(tmp_path: Path) -> None:
    solved = _solved()
    mended, notes = _repaired(solved, tmp_path)
    assert [cell.source for cell in mended.cells] == [cell.source for cell in solved.cells]
    assert notes == ()


def test_a_changed_locked_cell_is_restored_and_said(tmp_path: Path) -> None:
    solved = _solved()
    _cell(solved, "rnn_step").source = "print('full marks')"
    mended, notes = _repaired(solved, tmp_path)
    assert _cell(mended, "rnn_step").source == 'check("rnn_step", rnn_step)'
    assert notes == ("the locked cell rnn_step was changed and was restored",)


def test_a_deleted_check_comes_back_in_its_place(tmp_path: Path) -> None:
    solved = _solved()
    solved.cells.remove(_cell(solved, "rnn_step"))
    mended, notes = _repaired(solved, tmp_path)
    graded = [cell.id for cell in mended.cells if "nbgrader" in cell.metadata]
    assert graded == [cell.id for cell in _solved().cells if "nbgrader" in cell.metadata]
    assert "put back" in notes[0]


def test_a_copied_cell_counts_once_and_stops_nobody(tmp_path: Path) -> None:
    solved = _solved()
    answer = _cell(solved, "rnn_step-answer")
    solved.cells.insert(solved.cells.index(answer) + 1, copy.deepcopy(answer))
    mended, notes = _repaired(solved, tmp_path)
    nbformat.validate(mended)
    assert any("more than once" in note for note in notes)


def test_points_in_a_submission_are_worth_nothing(tmp_path: Path) -> None:
    solved = _solved()
    _cell(solved, "rnn_step").metadata.nbgrader.points = 1e9
    mended, _ = _repaired(solved, tmp_path)
    released = _cell(lesson_key(ROAD).released, "rnn_step").metadata.nbgrader.points
    assert _cell(mended, "rnn_step").metadata.nbgrader.points == released


def test_cells_in_another_order_are_run_in_the_released_one(tmp_path: Path) -> None:
    solved = _solved()
    solved.cells.reverse()
    mended, _ = _repaired(solved, tmp_path)
    graded = [cell.id for cell in mended.cells if "nbgrader" in cell.metadata]
    assert graded == [cell.id for cell in lesson_key(ROAD).released.cells if "nbgrader" in cell.metadata]
