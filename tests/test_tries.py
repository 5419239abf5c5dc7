"""How tries and time are counted beside a notebook, and that a check never fails, slows down or says anything because of it."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from course_utils import CheckError, check, checking, notebook, tries
from course_utils.tries import FILE_NAME, MAX_BYTES, MAX_MINUTES, MAX_TRIES, PAUSE, SWITCH, count
from grader.build.execute import KERNELS, executed
from grader.exercises import lesson_names
from grader.paths import NOTEBOOKS, ROOT, SOLUTIONS

ROAD = "lesson3_rnn_cell"
CHECKS = (NOTEBOOKS / ROAD / "checks.json").read_text(encoding="utf-8")
RIGHT = """import numpy as np
from course_utils import check
rnn_step = lambda x_t, h, W_xh, W_hh, b_h: np.tanh(x_t @ W_xh.T + h @ W_hh.T + b_h)"""
WRONG = RIGHT.replace("W_hh.T", "W_hh")
CHECK = 'check("rnn_step", rnn_step)'


class _Clock:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1_800_000_000
        monkeypatch.setattr(time, "time", lambda: self.now)


@pytest.fixture(autouse=True)
def _counting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SWITCH, raising=False)
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> _Clock:
    return _Clock(monkeypatch)


def _told(folder: Path, status: str = "wrong", exercise: str = "readout") -> dict[str, int]:
    return count(folder, ROAD, exercise, status).get("course_utils", {})


def test_calls_are_tries_until_one_passes_and_none_after_it_changes_the_number(tmp_path: Path) -> None:
    told = [_told(tmp_path, status) for status in ("wrong", "raised", "partial", "passed", "passed", "wrong")]
    assert [one["tries"] for one in told] == [1, 2, 3, 4, 4, 4]


def test_a_stub_is_no_try(tmp_path: Path) -> None:
    assert _told(tmp_path, "not_attempted") == {"minutes": 0}
    assert _told(tmp_path, "passed")["tries"] == 1


def test_time_is_the_sum_of_the_gaps_between_checks_of_the_lesson_without_long_ones(
    tmp_path: Path, clock: _Clock
) -> None:
    for gap, minutes in ((0, 0), (PAUSE, 20), (PAUSE + 1, 20), (600, 30), (-5_000, 30), (5_000, 30), (60, 31)):
        clock.now += gap
        exercise = "readout" if gap % 7 else "rnn_step"
        assert _told(tmp_path, exercise=exercise)["minutes"] == minutes


def test_exercises_and_lessons_are_counted_apart(tmp_path: Path) -> None:
    _told(tmp_path)
    assert _told(tmp_path, exercise="rnn_step")["tries"] == 1
    assert count(tmp_path, "lesson4_bptt", "readout", "wrong")["course_utils"]["tries"] == 1
    assert _told(tmp_path)["tries"] == 2


@pytest.mark.parametrize(("name", "value"), [(SWITCH, "off"), (SWITCH, " Off "), ("NBGRADER_EXECUTION", "autograde")])
def test_nothing_is_counted_where_it_is_off_or_where_nbgrader_runs_the_notebook(
    name: str, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    assert count(tmp_path, ROAD, "readout", "wrong") == {}
    assert list(tmp_path.iterdir()) == []


BROKEN: list[Any] = [
    "",
    "{",
    "null",
    "[" * 60_000,
    "\x00\xff",
    json.dumps({ROAD: None}),
    json.dumps({ROAD: {"exercises": [1], "seconds": "9", "last_check": None}}),
    json.dumps({ROAD: {"exercises": {"readout": 7}, "seconds": -1, "last_check": 1e300}}),
    json.dumps({ROAD: {"exercises": {"readout": {"tries": True, "right": 1}}, "seconds": float("nan")}}),
    json.dumps({ROAD: {"exercises": {"readout": {"tries": 10**400}}, "seconds": 10**400}}),
    f'{{"{ROAD}": {{"seconds": 1{"0" * 9_000}}}}}',
    json.dumps({ROAD: {"seconds": "x" * 10 * MAX_BYTES}}),
]


@pytest.mark.parametrize("content", BROKEN, ids=range(len(BROKEN)))
def test_a_file_that_is_none_of_ours_counts_as_none(content: str, tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text(content, encoding="utf-8", errors="surrogateescape")
    assert _told(tmp_path) == {"tries": 1, "minutes": 0}
    assert _told(tmp_path) == {"tries": 2, "minutes": 0}
    assert (tmp_path / FILE_NAME).stat().st_size < MAX_BYTES


def test_numbers_stay_within_bounds(tmp_path: Path, clock: _Clock) -> None:
    full = {"exercises": {"readout": {"tries": MAX_TRIES}}, "seconds": MAX_MINUTES * 60, "last_check": clock.now}
    (tmp_path / FILE_NAME).write_text(json.dumps({ROAD: full}))
    clock.now += 60
    assert _told(tmp_path) == {"tries": MAX_TRIES, "minutes": MAX_MINUTES}


def test_a_file_that_must_not_be_written_is_left_alone_and_nothing_is_told(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    path.write_text("{}")
    path.chmod(0o444)
    assert _told(tmp_path) == {}
    assert path.read_text() == "{}"
    path.chmod(0o644)
    path.unlink()
    path.mkdir()
    assert _told(tmp_path) == {}
    assert _told(tmp_path / "gone") == {}
    assert [entry.name for entry in tmp_path.iterdir()] == [FILE_NAME]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with a name here")
def test_a_pipe_in_its_place_holds_nobody_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / FILE_NAME)
    assert _told(tmp_path) == {}


def test_a_failed_write_leaves_the_earlier_counts_and_no_other_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _told(tmp_path)
    before = (tmp_path / FILE_NAME).read_bytes()

    def refused(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "replace", refused)
    assert _told(tmp_path) == {}
    assert [(entry.name, entry.read_bytes()) for entry in tmp_path.iterdir()] == [(FILE_NAME, before)]


def test_counting_takes_no_time_worth_speaking_of(tmp_path: Path) -> None:
    others = {f"lesson{number}": {"exercises": {"a": {"tries": 1}}} for number in range(1_000)}
    (tmp_path / FILE_NAME).write_text(json.dumps(others))
    start = time.process_time()
    for _ in range(20):
        assert _told(tmp_path)
    assert time.process_time() - start < 1


def _lesson_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "checks.json").write_text(CHECKS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(checking, "_desk", checking._Desk())


def test_outside_a_notebook_a_check_says_what_it_always_said_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _lesson_folder(tmp_path, monkeypatch)
    with pytest.raises(CheckError, match="not right yet"):
        check("readout", lambda *given: None)
    assert "tries" not in capsys.readouterr().out
    assert [entry.name for entry in tmp_path.iterdir()] == ["checks.json"]


def test_the_count_goes_into_the_folder_of_the_lesson_wherever_an_answer_moves_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _lesson_folder(tmp_path, monkeypatch)
    (tmp_path / "away").mkdir()
    shown: list[Any] = []
    monkeypatch.setattr(notebook, "in_notebook", lambda: True)
    monkeypatch.setattr(notebook, "show", lambda report, metadata: shown.append(metadata))
    with pytest.raises(CheckError):
        check("readout", lambda h, W_hy, b_y: os.chdir(tmp_path / "away"))
    assert shown == [{tries.KEY: {"tries": 1, "minutes": 0}}]
    assert (tmp_path / FILE_NAME).is_file()


def _notebook(sources: Sequence[str]) -> nbformat.NotebookNode:
    return new_notebook(cells=[new_code_cell(source) for source in sources])


def _run(folder: Path, *sources: str) -> list[dict[str, Any]]:
    """The metadata of the outputs that a kernel of its own gives."""
    made = _notebook(sources)
    NotebookClient(made, allow_errors=True, config=KERNELS, resources={"metadata": {"path": str(folder)}}).execute()
    shown = [output for cell in made.cells for output in cell.outputs if output.output_type == "display_data"]
    return [dict(output.metadata) for output in shown]


def test_a_notebook_carries_its_counts_over_kernels_and_run_all_changes_nothing(tmp_path: Path) -> None:
    shutil.copy(NOTEBOOKS / ROAD / "checks.json", tmp_path)
    assert [one["course_utils"]["tries"] for one in _run(tmp_path, WRONG, CHECK, CHECK)] == [1, 2]
    assert [one["course_utils"]["tries"] for one in _run(tmp_path, RIGHT, CHECK, CHECK)] == [3, 3]
    assert _run(tmp_path, "%env COURSE_TRIES=off", RIGHT, CHECK) == [{}]


def test_what_is_built_is_free_of_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SWITCH, "on")
    built = executed(_notebook([RIGHT, CHECK]), ROAD, CHECKS)
    assert [dict(output.metadata) for output in built.cells[1].outputs] == [{}]


def test_no_notebook_and_no_folder_of_the_course_holds_counts() -> None:
    for name in lesson_names():
        for root in (SOLUTIONS, NOTEBOOKS):
            cells = nbformat.read(root / name / f"{name}.ipynb", as_version=4).cells
            shown = [output for cell in cells for output in cell.get("outputs", [])]
            assert not [output for output in shown if tries.KEY in output.get("metadata", {})]
    for ignoring in (ROOT / ".gitignore", ROOT / "grader" / "handing" / "student" / ".gitignore"):
        assert f"{FILE_NAME}*" in ignoring.read_text(encoding="utf-8").splitlines()
