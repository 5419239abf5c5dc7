"""What students receive: complete by itself, the same bytes every time, and never changed behind anybody's back."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from course_utils.tries import FILE_NAME, SWITCH
from grader.cli import main
from grader.handing import bundle
from grader.handing.manifest import MANIFEST, digest, read_manifest
from grader.paths import ROOT

ROAD = "lesson3_rnn_cell"

# Run in the bundle: as an interpreter sees it that has the packages of the course and not the course itself.
ALONE = """
import importlib.util, os, sys
sys.meta_path = [finder for finder in sys.meta_path if "editable" not in repr(finder)]
sys.path[:] = [sys.argv[1], *(path for path in sys.path if os.path.realpath(path) != os.path.realpath(sys.argv[2]))]
assert importlib.util.find_spec("grader") is None
import numpy as np
import course_utils
assert course_utils.__file__.startswith(sys.argv[1]), course_utils.__file__
from course_utils import check, hint, progress
check("rnn_step", lambda x_t, h, W_xh, W_hh, b_h: np.tanh(x_t @ W_xh.T + h @ W_hh.T + b_h))
hint("rnn_step")
progress()
try:
    check("rnn_step", lambda x_t, h, W_xh, W_hh, b_h: np.tanh(x_t @ W_xh.T + h @ W_hh + b_h))
except course_utils.CheckError as problem:
    print("refused:", problem)
"""


def _release(*arguments: object) -> tuple[int, str]:
    screen = io.StringIO()
    with contextlib.redirect_stdout(screen), contextlib.redirect_stderr(screen):
        status = main(["release", *map(str, arguments)])
    return status, screen.getvalue()


def _as_if_released_before(bundle: Path, exercise: str) -> None:
    """Make the release on record one in which students were given another version of the exercise."""
    tree = json.loads((bundle / MANIFEST).read_text())
    tree["lessons"][ROAD][exercise] = digest(b"another version")
    (bundle / MANIFEST).write_text(json.dumps(tree))


def test_a_check_works_in_the_bundle_alone(tmp_path: Path) -> None:
    status, said = _release(ROAD, "--to", tmp_path / "made.zip")
    assert status == 0, said
    alone = tmp_path / "alone"
    with zipfile.ZipFile(tmp_path / "made.zip") as archive:
        archive.extractall(alone)
    done = subprocess.run(
        [sys.executable, "-I", "-c", ALONE, str(alone), str(ROOT)],
        cwd=alone / "notebooks" / ROAD,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "refused:" in done.stdout


def test_the_zip_file_is_the_same_to_the_byte_and_holds_what_the_folder_holds(tmp_path: Path) -> None:
    for name in ("one.zip", "two.zip", "folder"):
        assert _release(ROAD, "--to", tmp_path / name)[0] == 0
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    folder = tmp_path / "folder"
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        zipped = {name: archive.read(name) for name in archive.namelist()}
    assert zipped == {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_releasing_the_same_again_keeps_its_number_and_another_lesson_joins_those_released(tmp_path: Path) -> None:
    for lessons, version, count in (([ROAD], 1, 1), ([ROAD], 1, 1), (["lesson4_bptt"], 2, 2)):
        assert _release(*lessons, "--to", tmp_path / "b")[0] == 0
        manifest = read_manifest(tmp_path / "b")
        assert manifest is not None
        assert (manifest.version, len(manifest.lessons)) == (version, count)


def test_a_changed_exercise_of_a_released_lesson_is_refused_until_it_is_named(tmp_path: Path) -> None:
    _release(ROAD, "--to", tmp_path)
    _as_if_released_before(tmp_path, "rnn_step")
    before = (tmp_path / MANIFEST).read_bytes()
    status, said = _release(ROAD, "--to", tmp_path)
    assert status == 1
    assert "rnn_step (lesson3_rnn_cell, changed)" in said
    assert "--changed rnn_step" in said
    assert "grades its stored submissions again" in said
    assert (tmp_path / MANIFEST).read_bytes() == before
    status, said = _release(ROAD, "--to", tmp_path, "--changed", "rnn_step")
    assert status == 0
    assert "rnn_step is changed since release 1" in said
    assert "grades its stored submissions again" in said
    assert "Release 2" in said


def test_an_exercise_that_did_not_change_cannot_be_said_to(tmp_path: Path) -> None:
    _release(ROAD, "--to", tmp_path)
    _as_if_released_before(tmp_path, "rnn_step")
    status, said = _release(ROAD, "--to", tmp_path, "--changed", "rnn_step", "readout")
    assert status == 1
    assert "readout: the same as in release 1" in said


def test_an_earlier_release_elsewhere_is_compared_with(tmp_path: Path) -> None:
    _release(ROAD, "--to", tmp_path / "autumn")
    _as_if_released_before(tmp_path / "autumn", "rnn_step")
    status, said = _release(ROAD, "--to", tmp_path / "spring.zip", "--after", tmp_path / "autumn")
    assert status == 1
    assert "rnn_step" in said
    assert not (tmp_path / "spring.zip").exists()


def test_a_file_that_no_release_wrote_is_not_overwritten(tmp_path: Path) -> None:
    _release(ROAD, "--to", tmp_path)
    (tmp_path / "README.md").write_text("Welcome to our course in Room 5.")
    (tmp_path / ".git").mkdir()
    status, said = _release(ROAD, "lesson4_bptt", "--to", tmp_path)
    assert status == 1
    assert "README.md was not written by a release, or was edited since" in said
    assert (tmp_path / "README.md").read_text() == "Welcome to our course in Room 5."
    assert not (tmp_path / "notebooks" / "lesson4_bptt").exists()


def test_a_file_that_is_no_longer_released_goes_and_nothing_outside_does(tmp_path: Path) -> None:
    bundle, outside = tmp_path / "bundle", tmp_path / "mine.txt"
    _release(ROAD, "--to", bundle)
    (bundle / "old.py").write_text("old")
    outside.write_text("old")
    tree = json.loads((bundle / MANIFEST).read_text())
    tree["files"] |= {"old.py": digest(b"old"), "../mine.txt": digest(b"old")}
    (bundle / MANIFEST).write_text(json.dumps(tree))
    assert _release(ROAD, "--to", bundle)[0] == 0
    assert not (bundle / "old.py").exists()
    assert outside.exists()


def test_a_zip_file_that_is_no_release_is_left_alone(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "thesis.zip", "w") as archive:
        archive.writestr("thesis.txt", "years of work")
    before = (tmp_path / "thesis.zip").read_bytes()
    status, said = _release(ROAD, "--to", tmp_path / "thesis.zip")
    assert status == 1
    assert "is no release" in said
    assert (tmp_path / "thesis.zip").read_bytes() == before


def test_students_install_the_versions_of_the_course(tmp_path: Path) -> None:
    _release(ROAD, "--to", tmp_path)
    wanted = (tmp_path / "pyproject.toml").read_text()
    assert '"torch==2.13.0"' in wanted
    assert "nbgrader" not in wanted
    conda = (tmp_path / "environment.yml").read_text().splitlines()
    course = (ROOT / "environment.yml").read_text().splitlines()
    assert set(conda[1:]) <= set(course)
    assert {line.split("=")[0].strip(" -") for line in conda if "=" in line} >= {"numpy", "pytorch-cpu", "matplotlib"}


def test_what_was_counted_in_the_course_itself_is_not_released_and_students_are_told_of_theirs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(ROOT / "notebooks" / ROAD, tmp_path / ROAD)
    (tmp_path / ROAD / FILE_NAME).write_text("{}")
    monkeypatch.setattr(bundle, "NOTEBOOKS", tmp_path)
    files = bundle.bundle_files([ROAD], 1)
    assert not [name for name in files if FILE_NAME in name]
    readme = " ".join(files["README.md"].decode().split())
    for words in (f"`{FILE_NAME}`", f"{SWITCH}=off", "no grade ever depends on them", "delete that file"):
        assert words in readme
    assert f"{FILE_NAME}*" in files[".gitignore"].decode().splitlines()
