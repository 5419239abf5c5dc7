"""The registry of lessons: one spec module per lesson, each with a `LESSON`."""

from __future__ import annotations

import importlib
import pkgutil
from collections import Counter
from functools import cache

from grader.spec import Lesson, SpecError


@cache
def lesson_names() -> tuple[str, ...]:
    """The names of all lessons that have a spec, in order."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__) if module.name.startswith("lesson")))


@cache
def load_lesson(name: str) -> Lesson:
    """The spec of one lesson. Raises SpecError when there is none of that name or it breaks a rule."""
    if name not in lesson_names():
        raise SpecError(f"there is no lesson {name!r}. Lessons: {', '.join(lesson_names())}")
    lesson: Lesson = importlib.import_module(f"{__name__}.{name}").LESSON
    if lesson.name != name:
        raise SpecError(f"{name}.py holds a lesson named {lesson.name!r}: the two must agree")
    return lesson


def all_lessons() -> tuple[Lesson, ...]:
    """All lessons. Raises SpecError when two exercises of the course share a name."""
    lessons = tuple(load_lesson(name) for name in lesson_names())
    counts = Counter(exercise.name for lesson in lessons for exercise in lesson.exercises)
    twice = [name for name, count in counts.items() if count > 1]
    if twice:
        raise SpecError(f"exercise names used twice: {', '.join(twice)}")
    return lessons
