"""What is wrong with an installation, in plain words, and what to type. Needs nothing but Python, and an old one will do.

Each finding is about the folder in which the command is typed, since that is where a notebook's kernel looks first.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

OLDEST_PYTHON = (3, 11)
PACKAGES = ("numpy", "torch", "matplotlib", "ipykernel", "jupyterlab")
CONDA_NAMES = {"pytorch-cpu": "torch"}
HARMLESS = frozenset({"test", "this"})  # modules of Python's own that nothing imports
CHECKS = "checks.json"
IMPORT_SECONDS = 180


class Finding(NamedTuple):
    """One thing looked at: `said` in words, `mend` what to type or do; nothing to mend means that it is fine."""

    said: str
    mend: str = ""


def main() -> int:
    """Print what was found. Status 0 when all is fine, 1 when something is to be mended."""
    findings = []
    for finding in examine(Path.cwd()):
        findings.append(finding)
        print(f"fine     {finding.said}" if not finding.mend else f"TO MEND  {finding.said}", flush=True)
        for line in finding.mend.splitlines():
            print(f"         {line}")
    wrong = sum(bool(finding.mend) for finding in findings)
    print("Everything is in order." if not wrong else f"{wrong} to mend. Begin with the first, then type this again.")
    return int(wrong > 0)


def examine(folder: Path) -> Iterator[Finding]:
    """Everything that is looked at, in the order in which it should be mended."""
    yield python_version()
    shadows = list(shadowing_files(folder))
    yield from shadows or [Finding("no file here stands in the place of a package")]
    for name in PACKAGES:
        yield package(name, folder)
    yield kernel()
    yield from lesson_folder(folder)
    yield writable(folder)


def python_version(version: tuple[int, ...] = tuple(sys.version_info[:3])) -> Finding:
    """Whether this Python is new enough."""
    said = f"Python {'.'.join(map(str, version))} in {sys.prefix}"
    if version >= OLDEST_PYTHON:
        return Finding(said)
    oldest = ".".join(map(str, OLDEST_PYTHON))
    return Finding(
        f"{said} is too old: the course needs {oldest} or later.",
        f"Install Python {oldest} or later from https://www.python.org or with conda, and make the environment anew with it.",
    )


def shadowing_files(folder: Path) -> Iterator[Finding]:
    """Files in the folder, and in the lessons' folders below it, that Python takes for a package of the same name."""
    taken = (set(getattr(sys, "stdlib_module_names", ())) | {*PACKAGES, "IPython", "nbformat"}) - HARMLESS
    for place in (folder, *sorted(path.parent for path in _lessons_below(folder))):
        for path in sorted(place.iterdir()):
            is_module = path.suffix == ".py" or (path.is_dir() and (path / "__init__.py").is_file())
            if is_module and (path.stem in taken or _another_course_utils(path)):
                yield Finding(
                    f"{path} stands in the place of the package {path.stem}: every `import {path.stem}` here finds it.",
                    f"Rename it, say to my_{path.name}, and restart the kernel.",
                )


def _another_course_utils(path: Path) -> bool:
    own = Path(__file__).resolve().parent
    return path.stem == own.name and path.resolve() != own


def package(name: str, folder: Path) -> Finding:
    """Whether a package can be imported by a program that runs in the folder, and is of a version that will do."""
    wanted = pins().get(name, "")
    install = _type(f"-m pip install {name}{'==' + wanted if wanted else ''}")
    code = f"import {name}; print('found', getattr({name}, '__version__', ''), getattr({name}, '__file__', ''))"
    try:
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, timeout=IMPORT_SECONDS
        )
    except subprocess.TimeoutExpired:
        return Finding(
            f"importing {name} takes more than {IMPORT_SECONDS} seconds.", "Close other programs; type this again."
        )
    found = re.search(r"^found (\S*)", done.stdout, flags=re.MULTILINE)
    if found is None:
        cause = (done.stderr.strip().splitlines() or [f"the import ended with status {done.returncode}"])[-1]
        if cause == f"ModuleNotFoundError: No module named '{name}'":
            return Finding(f"{name} is not installed in this Python.", install)
        return Finding(f"{name} is installed and cannot be imported: {cause}", install + " --force-reinstall")
    if _too_old(found[1], wanted):
        return Finding(f"{name} {found[1]} is not a version that the course was proved with ({wanted}).", install)
    return Finding(f"{name} {found[1]}".strip())


def _too_old(found: str, wanted: str) -> bool:
    """Whether the version is of another generation, or older than wanted by more than a repair."""
    have, want = (tuple(map(int, re.findall(r"\d+", text.split("+")[0])[:2])) for text in (found, wanted))
    return bool(have and want) and (have[0] != want[0] or have < want)


def pins() -> dict[str, str]:
    """The versions that the course was proved with, from the environment.yml beside this package; empty without one."""
    path = Path(__file__).resolve().parent.parent / "environment.yml"
    if not path.is_file():
        return {}
    lines = re.findall(r"^  - ([a-z0-9_-]+)=([^=\s]+)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {CONDA_NAMES.get(name, name): version for name, version in lines}


def kernel() -> Finding:
    """Whether a notebook's kernel is this Python, and the `jupyter` that one would type belongs to it."""
    here = os.path.dirname(os.path.abspath(sys.executable))
    runs = _kernel_python()
    if runs and os.path.dirname(os.path.abspath(runs)) != here:
        return Finding(
            f"notebooks run in another Python than this one: the kernel python3 starts {runs}.",
            _type("-m ipykernel install --sys-prefix --name python3")
            + "\nThen choose Kernel, Change Kernel, Python 3 in the notebook.",
        )
    jupyter = shutil.which("jupyter")
    if jupyter and os.path.dirname(os.path.abspath(jupyter)) != here:
        return Finding(
            f"the command `jupyter` belongs to another Python ({jupyter}).",
            f"Start JupyterLab with: {_type('-m jupyter lab')[6:]}",
        )
    return Finding("the notebooks' kernel is this Python")


def _kernel_python() -> str:
    """What the kernel python3 starts, "" when jupyter_client cannot say."""
    code = "from jupyter_client.kernelspec import KernelSpecManager as M; print(M().get_kernel_spec('python3').argv[0])"
    with tempfile.TemporaryDirectory() as empty:
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=empty)
    lines = done.stdout.split() if done.returncode == 0 else []
    # A bare "python" is replaced by the server's own.
    return lines[-1] if lines and os.path.dirname(lines[-1]) else ""


def lesson_folder(folder: Path) -> Iterator[Finding]:
    """Whether lessons lie here, each with a readable checks.json beside it."""
    lessons = _lessons_below(folder)
    if not lessons:
        course = Path(__file__).resolve().parent.parent
        where = f'cd "{course}"' if _lessons_below(course) else "cd FOLDER_OF_THE_COURSE"
        yield Finding(f"no lesson lies in {folder}: this is another folder than the course's.", f"Type: {where}")
    for lesson in lessons:
        problem = _problem_of_checks(lesson.parent / CHECKS)
        if problem:
            yield Finding(
                f"{lesson.parent / CHECKS} {problem}, and the checks of {lesson.stem} cannot run.",
                "Copy this file from the course again. Your notebook is not affected.",
            )
    if lessons and not any(_problem_of_checks(lesson.parent / CHECKS) for lesson in lessons):
        yield Finding(f"{len(lessons)} lessons with their checks: {', '.join(path.stem for path in lessons)}")


def _lessons_below(folder: Path) -> list[Path]:
    """The notebooks of lessons in this folder, or in `notebooks` or the lessons' folders below it."""
    patterns = ("lesson*.ipynb", "lesson*/lesson*.ipynb", "notebooks/lesson*/lesson*.ipynb")
    found = (sorted(folder.glob(pattern)) for pattern in patterns)
    return next((paths for paths in found if paths), [])


def _problem_of_checks(path: Path) -> str:
    try:
        tree = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return "is missing"
    except (OSError, ValueError):
        return "cannot be read"
    return "" if isinstance(tree, dict) and tree.get("exercises") else "holds no exercises"


def writable(folder: Path) -> Finding:
    """Whether a notebook can be saved in the folder."""
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor-"):
            return Finding("this folder can be written to")
    except OSError as problem:
        return Finding(
            f"nothing can be saved in {folder} ({problem.strerror}).",
            "Copy the whole folder of the course to a place of your own, say your home folder, and work there.",
        )


def _type(arguments: str) -> str:
    return f'Type: "{sys.executable}" {arguments}'
