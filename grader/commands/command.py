"""What a verb consists of, and the arguments that several verbs share."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from grader.exercises import lesson_names
from grader.paths import ROOT
from grader.spec import SpecError


@dataclass(frozen=True)
class Command:
    """A verb: its name, a one-line summary, an example, its arguments and what runs it (returning the exit status)."""

    name: str
    summary: str
    example: str
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


def add_lessons(parser: argparse.ArgumentParser) -> None:
    """The optional list of lessons; none means all."""
    parser.add_argument("lessons", nargs="*", metavar="LESSON", help="names of lessons (default: all)")


def add_records(parser: argparse.ArgumentParser) -> None:
    """Where the records of a graded class are."""
    parser.add_argument(
        "--to", type=Path, default=ROOT, help="the folder that `grader grade` wrote to (default: the course)"
    )
    parser.add_argument("--db", default="", help="address of another grade book, as nbgrader takes it")


def chosen_lessons(options: argparse.Namespace) -> tuple[str, ...]:
    """The lessons named, or all. Raises SpecError for a name that is none."""
    known = lesson_names()
    wrong = [name for name in options.lessons if name not in known]
    if wrong:
        raise SpecError(f"there is no lesson named {wrong[0]!r}.\nThe lessons are: {', '.join(known)}.")
    return tuple(options.lessons) or known
