"""What students receive: the lessons, the package they import, and how to set both up. Nothing that holds an answer."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

from packaging.requirements import Requirement

from course_utils.cases import FILE_NAME
from grader.exercises import load_lesson
from grader.paths import NOTEBOOKS, ROOT, GraderError

# What lessons and course_utils import, and where students open them.
STUDENT_PACKAGES = ("numpy", "torch", "matplotlib", "jupyterlab", "ipykernel")
CONDA_NAMES = {"pytorch-cpu": "torch"}
# Files of the bundle that are written as they stand, README.md with the table of the released lessons.
STUDENT_FILES = Path(__file__).parent / "student"
PACKAGE = "course_utils"
README = "README.md"

PYPROJECT = """\
[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[project]
name = "rnn-course-lessons"
version = "{version}"
description = "The lessons of a course on recurrent networks, and the package that they import"
requires-python = "{python}"
dependencies = [
{dependencies}
]

[tool.setuptools.packages.find]
include = ["course_utils*"]

[tool.setuptools.package-data]
course_utils = ["py.typed"]
"""


def bundle_files(lessons: Sequence[str], version: int) -> dict[str, bytes]:
    """The files of a release by their paths in the bundle. Raises GraderError when a lesson is not built."""
    files = {path: content for lesson in lessons for path, content in _lesson_files(lesson)}
    files.update(_package_files())
    files.update(_student_files(lessons))
    files["LICENSE"] = (ROOT / "LICENSE").read_bytes()
    files["pyproject.toml"] = _pyproject(version).encode()
    files["environment.yml"] = _environment().encode()
    return dict(sorted(files.items()))


def _lesson_files(lesson: str) -> Iterator[tuple[str, bytes]]:
    for name in (f"{lesson}.ipynb", FILE_NAME):
        path = NOTEBOOKS / lesson / name
        if not path.is_file():
            raise GraderError(f"{lesson} is not built.\nBuild it with: grader build {lesson}")
        yield f"notebooks/{lesson}/{name}", path.read_bytes()


def _package_files() -> Iterator[tuple[str, bytes]]:
    for path in sorted((ROOT / PACKAGE).rglob("*")):
        if path.suffix == ".py" or path.name == "py.typed":
            yield path.relative_to(ROOT).as_posix(), path.read_bytes()


def _student_files(lessons: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    for path in sorted(STUDENT_FILES.rglob("*")):
        if path.is_file():
            name = path.relative_to(STUDENT_FILES).as_posix()
            text = path.read_text(encoding="utf-8")
            yield name, (text.replace("{lessons}", _table(lessons)) if name == README else text).encode()


def _table(lessons: Sequence[str]) -> str:
    specs = [load_lesson(name) for name in lessons]
    rows = [f"| `{spec.name}` | {spec.title} | {spec.learns} | {spec.points:g} | {spec.minutes} |" for spec in specs]
    head = "| lesson | title | what you can do afterwards | points | minutes |"
    return "\n".join([head, "| --- | --- | --- | --- | --- |", *rows])


def _pyproject(version: int) -> str:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [text for text in project["dependencies"] if Requirement(text).name in STUDENT_PACKAGES]
    dependencies = "\n".join(f'    "{text}",' for text in wanted)
    return PYPROJECT.format(version=version, python=project["requires-python"], dependencies=dependencies)


def _environment() -> str:
    """The conda environment of the course, reduced to what students need."""
    kept = []
    for line in (ROOT / "environment.yml").read_text(encoding="utf-8").splitlines():
        found = re.match(r"(?:    )?  - ([a-z0-9_-]+)=", line)
        name = found[1] if found else ""
        if not line.startswith("#") and (not found or CONDA_NAMES.get(name, name) in STUDENT_PACKAGES):
            kept.append(line)
    return "# Create it with: conda env create -f environment.yml\n" + "\n".join(kept) + "\n"
