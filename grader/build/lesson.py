"""Building one lesson, writing what was built, and comparing it with what is on disk."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from course_utils.cases import FILE_NAME, ExerciseInfo, Raises, lesson_from_json, lesson_to_json, read_lesson
from course_utils.comparing import Close
from course_utils.values import Plain, same
from grader.build.answers import answers_of
from grader.build.cells import solved_notebook
from grader.build.execute import executed
from grader.build.figure import remembered_figure
from grader.build.freeze import lesson_info, varies
from grader.build.student import student_notebook
from grader.build.text import read_text
from grader.exercises import load_lesson
from grader.paths import FIGURES, NOTEBOOKS, SOLUTIONS

# The last digits of an oracle's number may differ between processors and libraries.
SAME_NUMBERS = Close(rtol=1e-7, atol=1e-9)


@dataclass(frozen=True)
class BuiltLesson:
    """A lesson in its built form. `solved` has no outputs until it is executed."""

    name: str
    solved: nbformat.NotebookNode
    student: nbformat.NotebookNode
    checks: str


def build_lesson(name: str, execute: bool = True, whole: bool = True) -> BuiltLesson:
    """Build a lesson in memory. Raises SpecError or GraderError.

    execute: run the solved notebook. whole: freeze also what differs between machines, which is never compared.
    """
    lesson = load_lesson(name)
    solved = solved_notebook(lesson, read_text(lesson))
    checks = lesson_to_json(lesson_info(lesson, answers_of(name), whole))
    student = student_notebook(solved)
    return BuiltLesson(name, executed(solved, name, checks) if execute else solved, student, checks)


def write_lesson(
    built: BuiltLesson, solutions: Path = SOLUTIONS, notebooks: Path = NOTEBOOKS, figures: Path = FIGURES
) -> None:
    """Write the solved notebook and the student's, each with the visible cases beside it, and the lesson's picture."""
    picture = remembered_figure(load_lesson(built.name), built.solved)
    figures.mkdir(parents=True, exist_ok=True)
    (figures / f"{built.name}.png").write_bytes(picture)
    for root, notebook in ((solutions, built.solved), (notebooks, built.student)):
        folder = root / built.name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{built.name}.ipynb").write_text(notebook_text(notebook), encoding="utf-8")
        (folder / FILE_NAME).write_text(built.checks, encoding="utf-8")


def notebook_text(notebook: nbformat.NotebookNode) -> str:
    """The notebook's file: sorted keys, one space of indent, a newline at the end."""
    return json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def compare_with_disk(
    built: BuiltLesson, solutions: Path = SOLUTIONS, notebooks: Path = NOTEBOOKS, figures: Path = FIGURES
) -> Iterator[str]:
    """What on disk is not what would be built; nothing when all is fresh. Outputs are the regression test's business."""
    for root, notebook in ((solutions, built.solved), (notebooks, built.student)):
        folder = root / built.name
        yield from _notebook_differences(notebook, folder / f"{built.name}.ipynb", outputs=root == notebooks)
        yield from _checks_differences(built.checks, folder / FILE_NAME)
    yield from _figure_differences(built.name, solutions / built.name / f"{built.name}.ipynb", figures)


def _figure_differences(name: str, solved: Path, figures: Path) -> Iterator[str]:
    path = figures / f"{name}.png"
    picture = remembered_figure(load_lesson(name), nbformat.read(solved, as_version=4)) if solved.is_file() else b""
    if not path.is_file() or path.read_bytes() != picture:
        yield f"{path.name} in {figures.name} is not the picture of the solved notebook"


def _notebook_differences(built: nbformat.NotebookNode, path: Path, outputs: bool) -> Iterator[str]:
    if not path.is_file():
        yield f"{path.name} is missing from {path.parent.parent.name}"
    elif outputs and path.read_text(encoding="utf-8") != notebook_text(built):
        yield f"{path.name} in {path.parent.parent.name} is not what its text builds"
    elif _without_outputs(nbformat.read(path, as_version=4)) != _without_outputs(built):
        yield f"{path.name} in {path.parent.parent.name} differs in sources or metadata from what its text builds"


def _without_outputs(notebook: nbformat.NotebookNode) -> Any:
    tree = json.loads(json.dumps(notebook))
    for cell in tree["cells"]:
        cell.pop("outputs", None)
        cell.pop("execution_count", None)
    return tree


def _checks_differences(built: str, path: Path) -> Iterator[str]:
    if not path.is_file():
        yield f"{path.name} is missing from {path.parent}"
        return
    if path.read_text(encoding="utf-8") == built:
        return
    fresh, stored = lesson_from_json(built), read_lesson(path)
    if list(fresh.exercises) != list(stored.exercises):
        yield f"{path.parent.name}: the exercises in {path.name} are not those of the spec"
        return
    for name, exercise in fresh.exercises.items():
        if not _same_exercise(exercise, stored.exercises[name]):
            yield f"{path.parent.name}: the cases of {name} in {path.name} are not those of the spec"


def _same_exercise(fresh: ExerciseInfo, stored: ExerciseInfo) -> bool:
    heads = ("kind", "points", "call", "probe", "compare", "time_limit", "parts", "properties", "hints", "hidden_cases")
    if any(getattr(fresh, head) != getattr(stored, head) for head in heads):
        return False
    if [(known.slug, known.hint) for known in fresh.mistakes] != [
        (known.slug, known.hint) for known in stored.mistakes
    ]:
        return False
    if len(fresh.cases) != len(stored.cases):
        return False
    cases = list(zip(fresh.cases, stored.cases, strict=True))
    if not all(new.name == old.name and same(new.inputs, old.inputs) for new, old in cases):
        return False
    if varies(fresh):  # then what is expected, and what misconceptions give, are the audit's business
        return True
    pairs = [(new.expected, old.expected) for new, old in cases]
    for left, right in zip(fresh.mistakes, stored.mistakes, strict=True):
        pairs += zip(left.outputs, right.outputs, strict=True)
    return all(_same_output(new, old) for new, old in pairs)


def _same_output(new: Plain, old: Plain) -> bool:
    if isinstance(new, Raises) or isinstance(old, Raises):
        return bool(new == old)
    return not SAME_NUMBERS.differences(old, new)
