"""The doctor runs where nothing else does, says in words what is wrong, and what it tells one to type mends it."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from course_utils import doctor
from grader.cli import main
from grader.paths import NOTEBOOKS, ROOT

ROAD = "lesson3_rnn_cell"


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a student has: the package, a lesson and the list of packages; nothing of it is installed."""
    folder = tmp_path_factory.mktemp("course")
    shutil.copytree(ROOT / "course_utils", folder / "course_utils", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(NOTEBOOKS / ROAD, folder / "notebooks" / ROAD)
    shutil.copy(ROOT / "environment.yml", folder)
    return folder


@pytest.fixture(scope="module")
def bare_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with no package at all."""
    folder = tmp_path_factory.mktemp("bare")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    return folder / "bin" / "python"


def _doctor(python: Path | str, folder: Path, **variables: str) -> tuple[int, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [python, "-m", "course_utils", "doctor"],
        cwd=folder,
        env={**clean, **variables},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_without_any_package_it_says_what_is_missing_and_how_to_install_it(bundle: Path, bare_python: Path) -> None:
    status, said = _doctor(bare_python, bundle)
    assert status == 1
    for name in doctor.PACKAGES:
        assert f"TO MEND  {name} is not installed in this Python." in said
    assert f'"{bare_python}" -m pip install torch==2.13.0' in said
    assert f"1 lessons with their checks: {ROAD}" in said
    assert "Begin with the first" in said


def test_a_file_named_like_a_module_is_reported_and_does_not_stop_the_doctor(bundle: Path, bare_python: Path) -> None:
    taken = ("random.py", "torch.py", "json.py", "tempfile.py")
    for name in taken:
        (bundle / name).write_text("raise RuntimeError('not the module that was meant')\n")
    try:
        _, said = _doctor(bare_python, bundle)
    finally:
        for name in taken:
            (bundle / name).unlink()
    for name in taken:
        assert f"{bundle / name} stands in the place of the package {Path(name).stem}" in said
        assert f"Rename it, say to my_{name}" in said
    assert "torch is installed and cannot be imported: RuntimeError: not the module that was meant" in said


def test_an_isolated_python_that_has_everything_finds_everything_in_order(tmp_path: Path) -> None:
    shutil.copytree(NOTEBOOKS / ROAD, tmp_path / ROAD)
    done = subprocess.run(
        [sys.executable, "-I", "-m", "course_utils", "doctor"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "torch 2.13.0" in done.stdout
    assert "Everything is in order." in done.stdout


def test_without_numpy_the_checks_send_the_student_to_the_doctor(bundle: Path, bare_python: Path) -> None:
    done = subprocess.run(
        [bare_python, "-c", "from course_utils import check"], cwd=bundle, capture_output=True, text=True
    )
    assert "The course's checks cannot start: No module named 'numpy'" in done.stderr
    assert "python -m course_utils doctor" in done.stderr


def test_it_can_be_read_by_a_python_that_is_too_old_for_the_course() -> None:
    for name in ("__init__", "__main__", "doctor", "errors", "notebook"):
        ast.parse((ROOT / "course_utils" / f"{name}.py").read_text(encoding="utf-8"), feature_version=(3, 8))
    found = doctor.python_version((3, 9, 2))
    assert "Python 3.9.2" in found.said
    assert "needs 3.11 or later" in found.said
    assert "Install Python 3.11 or later" in found.mend


def test_another_folder_than_the_courses_is_told_where_to_go(tmp_path: Path) -> None:
    found = next(doctor.lesson_folder(tmp_path))
    assert "no lesson lies in" in found.said
    assert found.mend == f'Type: cd "{ROOT}"'


@pytest.mark.parametrize(
    ("text", "told"), [(None, "is missing"), ("{", "cannot be read"), ("[]", "holds no exercises")]
)
def test_a_lesson_without_its_checks_is_named(text: str | None, told: str, tmp_path: Path) -> None:
    shutil.copytree(NOTEBOOKS / ROAD, tmp_path / ROAD)
    checks = tmp_path / ROAD / "checks.json"
    checks.unlink() if text is None else checks.write_text(text)
    found = next(doctor.lesson_folder(tmp_path))
    assert f"{checks} {told}, and the checks of {ROAD} cannot run." in found.said
    assert "Copy this file from the course again" in found.mend


def test_a_second_copy_of_the_package_in_a_lessons_folder_is_seen(tmp_path: Path) -> None:
    shutil.copytree(NOTEBOOKS / ROAD, tmp_path / ROAD)
    (tmp_path / ROAD / "course_utils").mkdir()
    (tmp_path / ROAD / "course_utils" / "__init__.py").touch()
    (tmp_path / ROAD / "test.py").touch()
    assert [finding.said.split()[0] for finding in doctor.shadowing_files(tmp_path)] == [
        str(tmp_path / ROAD / "course_utils")
    ]


@pytest.mark.parametrize(
    ("found", "wanted", "too_old"),
    [
        ("2.4.6", "2.4.6", False),
        ("2.13.0+cpu", "2.13.0", False),
        ("2.5.0", "2.4.6", False),
        ("2.4.0", "2.4.6", False),
        ("1.26.4", "2.4.6", True),
        ("3.0.0", "2.4.6", True),
        ("2.9.1", "2.13.0", True),
        ("2.4.6", "", False),
        ("", "2.4.6", False),
    ],
)
def test_a_newer_version_of_the_same_generation_will_do(found: str, wanted: str, too_old: bool) -> None:
    assert doctor._too_old(found, wanted) is too_old


def test_a_package_that_cannot_be_imported_is_told_apart_from_a_missing_one(tmp_path: Path) -> None:
    (tmp_path / "numpy.py").write_text("import a_library_that_is_not_there\n")
    found = doctor.package("numpy", tmp_path)
    assert "cannot be imported: ModuleNotFoundError: No module named 'a_library_that_is_not_there'" in found.said
    assert "--force-reinstall" in found.mend


def test_a_kernel_of_another_python_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = tmp_path / "kernels" / "python3"
    spec.mkdir(parents=True)
    argv = ["/opt/another/bin/python", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    text = json.dumps({"argv": argv, "display_name": "Python 3", "language": "python"})
    (spec / "kernel.json").write_text(text)
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "0")
    found = doctor.kernel()
    assert "the kernel python3 starts /opt/another/bin/python" in found.said
    assert "-m ipykernel install --sys-prefix --name python3" in found.mend


def test_the_jupyter_of_another_python_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = tmp_path / "jupyter"
    command.write_text("#!/bin/sh\n")
    command.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert f"belongs to another Python ({command})" in doctor.kernel().said


def test_a_folder_that_cannot_be_written_to_is_seen(tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o555)
    folder = locked if os.geteuid() else Path("/proc")  # root may write everywhere but there
    assert "nothing can be saved in" in doctor.writable(folder).said
    assert doctor.writable(tmp_path).mend == ""
    assert not list(tmp_path.glob(".doctor-*"))


def test_the_instructors_command_is_the_same_doctor(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(doctor, "PACKAGES", ("numpy",))
    assert main(["doctor"]) == 1
    assert "no lesson lies in" in capsys.readouterr().out
