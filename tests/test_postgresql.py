"""The grade book in PostgreSQL, as nbgrader takes it, with every verb that reads or writes it."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from recorded_class import ROAD, graded

from grader.cli import main
from grader.judge.key import lesson_key
from grader.records.course import CourseRecords
from grader.records.gradebook import GradeBook

LONGEST_SOCKET = 100
# PostgreSQL refuses to run as root.
SOMEBODY: dict[str, Any] = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}


def _call(*command: str | Path) -> None:
    subprocess.run([*map(str, command)], check=True, capture_output=True, timeout=120, cwd="/", **SOMEBODY)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A server of this test's own, that listens on a socket in its folder only."""
    if shutil.which("initdb") is None or shutil.which("pg_ctl") is None:
        pytest.skip("no PostgreSQL is installed")
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    if SOMEBODY:
        shutil.chown(folder, **{name: SOMEBODY[name] for name in ("user", "group")})
    data, options = folder / "data", f"-k {folder} -c listen_addresses='' -c fsync=off"
    assert len(str(folder)) < LONGEST_SOCKET
    try:
        _call("initdb", "-D", data, "-A", "trust", "-U", "course", "--no-sync")
        _call("pg_ctl", "-D", data, "-o", options, "-l", folder / "log", "-w", "start")
        yield f"postgresql+psycopg://course@/postgres?host={folder}"
    finally:
        with contextlib.suppress(subprocess.CalledProcessError):  # it never started
            _call("pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def test_a_class_is_recorded_twice_and_every_verb_reads_it(
    address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = lesson_key(ROAD)
    (tmp_path / "submitted").mkdir()
    for _ in range(2):
        with GradeBook(CourseRecords(tmp_path, address)) as book:
            book.register(key)
            book.record("ada", key, graded())
            book.record("bob", key, graded(rnn_step="no_bias"))
            book.record_unreadable("cem", key, "e" * 64, "no notebook", "full")
    for verb in (["feedback"], ["report"], ["export"], ["explain", "bob", "rnn_step"]):
        assert main([*verb, "--to", str(tmp_path), "--db", address]) == 0, verb
    assert "no_bias" in capsys.readouterr().out
    assert not (tmp_path / "gradebook.db").exists()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("somewhere", "Could not parse"),
        ("oracle9://here", "Can't load plugin"),
        ("postgresql+pg8000://here/course", "needs the package pg8000"),
        ("sqlite:////nowhere/at/all.db", "unable to open database file"),
    ],
)
def test_an_address_that_leads_nowhere_is_two_lines(
    wrong: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for verb in ("export", "report"):
        assert main([verb, "--to", str(tmp_path), "--db", wrong]) == 1
        said = capsys.readouterr().err
        assert told in said
        assert len(said.strip().splitlines()) == 2
