"""What the judge knows of a lesson: the released notebook, the visible cases and the specs. Never in a student's process."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import nbformat

from course_utils.cases import FILE_NAME, ExerciseInfo, KnownMistake, LessonInfo, read_lesson
from grader.build.answers import answers_of
from grader.build.freeze import with_cases
from grader.exercises import load_lesson
from grader.paths import NOTEBOOKS, ROOT, GraderError
from grader.spec import Exercise, Lesson

_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class LessonKey:
    """A lesson as the judge holds it. `digest` changes whenever a verdict could."""

    lesson: Lesson
    visible: LessonInfo
    released: nbformat.NotebookNode
    folder: Path
    digest: str

    def exercise(self, name: str) -> Exercise:
        """The spec of a judged exercise."""
        return next(exercise for exercise in self.lesson.judged if exercise.name == name)

    def mistakes_on(self, info: ExerciseInfo) -> tuple[KnownMistake, ...]:
        """What the misconceptions give for other cases than the visible ones, worked out here and now."""
        with _one_at_a_time:
            return with_cases(self.exercise(info.name), answers_of(self.lesson.name), info.cases).mistakes


@cache
def lesson_key(name: str) -> LessonKey:
    """The key of a built lesson. Raises GraderError when it is not built."""
    folder = NOTEBOOKS / name
    notebook, checks = folder / f"{name}.ipynb", folder / FILE_NAME
    if not notebook.is_file() or not checks.is_file():
        raise GraderError(f"{name} is not built.\nBuild it with: grader build {name}")
    released = nbformat.read(notebook, as_version=4)
    return LessonKey(load_lesson(name), read_lesson(checks), released, folder, _digest(name, notebook, checks))


def _digest(name: str, *files: Path) -> str:
    """Of everything a verdict rests on: notebook, cases, the lesson's spec and the code that compares."""
    exercises = ROOT / "grader" / "exercises"
    specs = sorted([*exercises.glob(f"{name}.py"), *exercises.glob(f"_{name}*.py")])
    code = [
        ROOT / "course_utils" / f"{module}.py" for module in ("calling", "comparing", "judging", "properties", "values")
    ]
    digest = hashlib.sha256()
    for path in (*files, *specs, *code, *sorted((ROOT / "course_utils" / "probes").glob("*.py"))):
        digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
