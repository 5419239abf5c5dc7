"""`grader new`: a lesson, or an exercise in a lesson, that works from the first minute and says what is missing."""

from __future__ import annotations

import argparse

from grader.commands.command import Command
from grader.paths import ROOT
from grader.skeletons import missing_places, write_exercise, write_lesson


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("lesson", help="the new lesson's name, or the lesson that gets a new exercise")
    parser.add_argument("exercise", nargs="?", help="the new exercise's name, a Python name used nowhere in the course")


def _run(options: argparse.Namespace) -> int:
    if options.exercise:
        files = write_exercise(options.lesson, options.exercise)
        audit = f"grader audit {options.lesson} --exercise {options.exercise}"
    else:
        files = write_lesson(options.lesson)
        audit = f"grader audit {options.lesson}"
    for path in files:
        print(f"written: {path.relative_to(ROOT)}")
    print("It is whole as it stands, with the mean of a row as its exercise. What only you can write:")
    for place in missing_places(files):
        print(f"  {place}")
    print(f"After every step: {audit}\nAt the end: grader build {options.lesson}")
    return 0


COMMAND = Command(
    "new",
    "write the skeleton of a lesson or of an exercise",
    "grader new lesson3_rnn_cell my_exercise",
    _arguments,
    _run,
)
