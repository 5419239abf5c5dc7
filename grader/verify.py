"""Judging inside the kernel, for stock `nbgrader autograde`: right for a trusting class, the same scores for honest work."""

from __future__ import annotations

from typing import Any

from course_utils.calling import Performance, perform
from course_utils.judging import judge_calls
from course_utils.values import Inputs
from grader.build.freeze import bare_info, hidden_cases, visible_cases
from grader.exercises import all_lessons
from grader.spec import Exercise, SpecError

# In the student's own process nothing can be kept from the student, so this is no secret.
IN_KERNEL = b"in the kernel"


def verify(name: str, subject: Any) -> float:
    """The points that `subject` earns on the visible and the hidden cases of exercise `name`.

    Returned as the cell's result, which nbgrader records as partial credit.
    """
    exercise = _exercise(name)
    cases = [*visible_cases(exercise), *hidden_cases(exercise, IN_KERNEL, name)]

    def call(inputs: Inputs) -> Performance:
        return perform(exercise.probe, subject, inputs, exercise.time_limit)

    return float(judge_calls(bare_info(exercise, cases), cases, call).score)


def _exercise(name: str) -> Exercise:
    for lesson in all_lessons():
        for exercise in lesson.judged:
            if exercise.name == name:
                return exercise
    raise SpecError(f"there is no exercise named {name!r} in the course")
