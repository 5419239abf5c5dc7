"""`grader lessons`: the table of the course, as the README shows it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from grader.commands.command import Command
from grader.exercises import all_lessons
from grader.paths import FIGURES, ROOT
from grader.spec import Lesson

HEAD = ("lesson", "what you can do afterwards", "the figure you will remember", "exercises", "points", "minutes")


def _arguments(parser: argparse.ArgumentParser) -> None:
    """None: the table is of the whole course."""


def _run(options: argparse.Namespace) -> int:
    print(lessons_table(), lessons_pictures(), sep="\n\n")
    return 0


def lessons_pictures() -> str:
    """The picture of every lesson, as Markdown takes it."""
    return "\n".join(f'<img src="{_picture(lesson)}" width="49%" alt="{lesson.figure}">' for lesson in all_lessons())


def _picture(lesson: Lesson) -> str:
    return (FIGURES / f"{lesson.name}.png").relative_to(ROOT).as_posix()


def lessons_table() -> str:
    """The table in Markdown; the last row adds up."""
    lessons = all_lessons()
    rows = [
        (f"`{lesson.name}` {lesson.title}", lesson.learns, f"[{lesson.figure}]({_picture(lesson)})")
        + _numbers(lesson.exercises, lesson.points, lesson.minutes)
        for lesson in lessons
    ]
    exercises = [exercise for lesson in lessons for exercise in lesson.exercises]
    total = _numbers(exercises, sum(lesson.points for lesson in lessons), sum(lesson.minutes for lesson in lessons))
    lines = [HEAD, ("---",) * len(HEAD), *rows, ("total", "", "", *total)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _numbers(exercises: Sequence[object], points: float, minutes: int) -> tuple[str, ...]:
    return (str(len(exercises)), f"{points:g}", str(minutes))


COMMAND = Command("lessons", "print the table of lessons and the picture of each", "grader lessons", _arguments, _run)
