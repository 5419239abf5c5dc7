"""`grader lessons`: the table of the course, as the README shows it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from grader.commands.command import Command
from grader.exercises import all_lessons

HEAD = ("lesson", "what you can do afterwards", "the figure you will remember", "exercises", "points", "minutes")


def _arguments(parser: argparse.ArgumentParser) -> None:
    """None: the table is of the whole course."""


def _run(options: argparse.Namespace) -> int:
    print(lessons_table())
    return 0


def lessons_table() -> str:
    """The table in Markdown; the last row adds up."""
    lessons = all_lessons()
    rows = [
        (f"`{lesson.name}` {lesson.title}", lesson.learns, lesson.figure)
        + _numbers(lesson.exercises, lesson.points, lesson.minutes)
        for lesson in lessons
    ]
    exercises = [exercise for lesson in lessons for exercise in lesson.exercises]
    total = _numbers(exercises, sum(lesson.points for lesson in lessons), sum(lesson.minutes for lesson in lessons))
    lines = [HEAD, ("---",) * len(HEAD), *rows, ("total", "", "", *total)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _numbers(exercises: Sequence[object], points: float, minutes: int) -> tuple[str, ...]:
    return (str(len(exercises)), f"{points:g}", str(minutes))


COMMAND = Command("lessons", "print the table of lessons", "grader lessons", _arguments, _run)
