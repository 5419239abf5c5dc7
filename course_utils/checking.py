"""The student's three verbs: `check`, `hint` and `progress`."""

from __future__ import annotations

import inspect
import os
from pathlib import Path
from typing import Any

from course_utils import notebook, tries
from course_utils.calling import Performance, perform, probe_named, signature_problem
from course_utils.cases import FILE_NAME, ExerciseInfo, LessonInfo, read_lesson
from course_utils.errors import CheckError
from course_utils.judging import Verdict, judge_calls
from course_utils.reporting import progress_report, verdict_report
from course_utils.values import Inputs


class _Desk:
    """What this notebook's session knows: the lesson read from its folder, verdicts and hints given so far."""

    def __init__(self) -> None:
        self.path: Path | None = None
        self.lesson: LessonInfo | None = None
        self.verdicts: dict[str, Verdict] = {}
        self.hints_given: dict[str, int] = {}

    def open(self) -> LessonInfo:
        """The lesson of the working folder, read again when the folder changed."""
        path = Path.cwd() / FILE_NAME
        if self.lesson is None or self.path != path:
            self.lesson, self.path = _read(path), path
            self.verdicts.clear()
            self.hints_given.clear()
        return self.lesson

    def exercise(self, name: str) -> ExerciseInfo:
        lesson = self.open()
        if name not in lesson.exercises:
            raise CheckError(
                f"There is no exercise named {name!r} in {lesson.name}.\nIts exercises: {', '.join(lesson.exercises)}."
            )
        return lesson.exercises[name]

    def count(self, verdict: Verdict) -> dict[str, dict[str, int]]:
        """Count a check of the open lesson; returns the metadata of its output."""
        if self.lesson is None or self.path is None:
            return {}
        return tries.count(self.path.parent, self.lesson.name, verdict.exercise.name, verdict.status)


_desk = _Desk()


def _read(path: Path) -> LessonInfo:
    try:
        return read_lesson(path)
    except FileNotFoundError:
        raise CheckError(
            f"The file {FILE_NAME} is not in {path.parent}, the folder this notebook runs in.\n"
            "Open the notebook from its own lesson folder, or restore the file from the course."
        ) from None
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise CheckError(
            f"The file {path} cannot be read: {problem}.\nRestore it from the course; your notebook is not affected."
        ) from None


def check(name: str, subject: Any) -> None:
    """Try `subject` on the visible cases of exercise `name` and show what was seen.

    Raises CheckError when something is wrong. An exercise that was not attempted is shown as such and raises nothing, so
    that an untouched notebook runs from top to bottom; under `nbgrader validate` it raises too.
    """
    exercise = _desk.exercise(name)
    verdict = examine(exercise, subject)
    _desk.verdicts[name] = verdict
    report = verdict_report(verdict, leans_on=_failing_helpers(name, subject))
    if notebook.in_notebook():
        notebook.show(report, _desk.count(verdict))
        message = report.headline
    else:
        message = report.text
        if verdict.status in ("passed", "not_attempted"):
            print(report.text)
    if _must_raise(verdict):
        raise CheckError(message)


def _must_raise(verdict: Verdict) -> bool:
    mode = os.environ.get("NBGRADER_EXECUTION", "")
    if mode == "autograde" or verdict.status == "passed":
        return False
    return verdict.status != "not_attempted" or mode == "validate"


def _failing_helpers(name: str, subject: Any) -> tuple[str, ...]:
    """The exercises whose own checks failed in this session and which `subject` calls by name."""
    functions = [subject, *vars(subject).values()] if inspect.isclass(subject) else [subject]
    called = {word for function in functions for word in getattr(getattr(function, "__code__", None), "co_names", ())}
    failing = (other for other, verdict in _desk.verdicts.items() if verdict.status != "passed")
    return tuple(other for other in failing if other != name and other in called)


def examine(exercise: ExerciseInfo, subject: Any) -> Verdict:
    """The verdict of the visible cases on `subject`, without showing it."""
    probe = probe_named(exercise.probe)
    plain = exercise.kind == "function" and exercise.probe.endswith(":call")

    def call(inputs: Inputs) -> Performance:
        problem = signature_problem(subject, inputs) if plain else ""
        if problem:
            return Performance("raised", error="TypeError", message=problem)
        return perform(probe, subject, inputs, exercise.time_limit)

    return judge_calls(exercise, exercise.cases, call, exercise.mistakes)


def performed(name: str) -> tuple[Performance, ...]:
    """What the latest check of exercise `name` performed, see `Verdict.performed`; nothing if there was none."""
    verdict = _desk.verdicts.get(name)
    return () if verdict is None else verdict.performed


def hint(name: str) -> None:
    """Show the next hint of exercise `name`, from gentle to direct."""
    exercise = _desk.exercise(name)
    if not exercise.hints:
        notebook.tell(f"{name} has no hints: it is answered in words.")
        return
    given = min(_desk.hints_given.get(name, 0), len(exercise.hints) - 1)
    _desk.hints_given[name] = given + 1
    rest = len(exercise.hints) - given - 1
    more = f"call hint({name!r}) again for a more direct one" if rest else "this is the most direct one"
    notebook.tell(f"Hint {given + 1} of {len(exercise.hints)} for {name} ({more}):\n{exercise.hints[given]}")


def progress() -> None:
    """Show the lesson's exercises with their points and what the checks of this session said."""
    lesson = _desk.open()
    report = progress_report(lesson, _desk.verdicts)
    if notebook.in_notebook():
        notebook.show(report)
    else:
        print(report.text)
