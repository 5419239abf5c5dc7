"""Ctrl-C and SIGTERM: what was graded stays, nothing of the rest is left, and the same command goes on."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import nbformat
import psutil
import pytest
from nbformat.v4 import new_code_cell

from grader.engine.probe_level import available_level
from grader.paths import NOTEBOOKS

ROAD = "lesson3_rnn_cell"
SLOW = ("bea", "cem", "dee")
ISOLATED: list[str] = [] if available_level().level != "none" else ["--isolation", "none"]
STOPS = {"Ctrl-C": (signal.SIGINT, ISOLATED), "SIGTERM, plain kernels": (signal.SIGTERM, ["--isolation", "none"])}


def _hand_in(folder: Path, student: str, *more: str) -> None:
    target = folder / "submitted" / student / ROAD
    target.mkdir(parents=True, exist_ok=True)
    notebook = nbformat.read(NOTEBOOKS / ROAD / f"{ROAD}.ipynb", as_version=4)
    notebook.cells[:0] = [new_code_cell(source) for source in more]
    nbformat.write(notebook, target / f"{ROAD}.ipynb")


def _start(folder: Path, options: list[str]) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "grader.cli", "grade", str(folder / "submitted"), "--to", str(folder), *options]
    return subprocess.Popen(
        [*command, "--jobs", "2"],
        env=os.environ | {"TMPDIR": str(folder / "temporary")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # As in a terminal: who runs tests in the background of a shell has Ctrl-C ignored, and so would a child of his.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def _graded(folder: Path) -> list[str]:
    try:
        with contextlib.closing(sqlite3.connect(f"file:{folder / 'gradebook.db'}?mode=ro", uri=True)) as book:
            rows = book.execute("SELECT student FROM course_submission WHERE state = 'graded' ORDER BY student")
            return [student for (student,) in rows]
    except sqlite3.OperationalError:  # nothing there yet, or it is being written
        return []


def _until(true: Callable[[], bool], seconds: float = 90.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def _sleepers(marker: str) -> list[psutil.Process]:
    return [process for process in psutil.process_iter(["cmdline"]) if marker in (process.info["cmdline"] or [])]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize("stop", STOPS)
def test_a_stopped_run_keeps_what_is_done_and_goes_on(tmp_path: Path, stop: str) -> None:
    number, options = STOPS[stop]
    (tmp_path / "temporary").mkdir(mode=0o711)
    marker = f"{os.getpid()}.{time.monotonic_ns()}"
    _hand_in(tmp_path, "ada")
    for student in SLOW:
        _hand_in(tmp_path, student, f"import subprocess\nsubprocess.run(['sleep', '{marker}'])")

    running = _start(tmp_path, options)
    _until(lambda: _graded(tmp_path) == ["ada"] and bool(_sleepers(marker)))
    stopped = time.monotonic()
    running.send_signal(number)
    said, _ = running.communicate(timeout=60)
    assert time.monotonic() - stopped < 40
    assert running.returncode == 128 + number, said
    assert said.splitlines()[-1] == "grader grade: stopped. What was finished is kept; run the same command to go on."
    assert "Traceback" not in said
    _until(lambda: not _sleepers(marker), 10)
    assert os.listdir(tmp_path / "temporary") == []
    assert _graded(tmp_path) == ["ada"]

    for student in SLOW:
        _hand_in(tmp_path, student)
    again, _ = (running := _start(tmp_path, options)).communicate(timeout=200)
    assert running.returncode == 0, again
    assert "1 unchanged since they were graded" in again
    assert _graded(tmp_path) == ["ada", *SLOW]
