"""`grader build`: notebooks and visible cases from text and spec."""

from __future__ import annotations

import argparse
import os
import time

from grader.build import build_lesson, compare_with_disk, write_lesson
from grader.commands.command import Command, add_lessons, chosen_lessons
from grader.commands.side_by_side import side_by_side
from grader.exercises import all_lessons


def _arguments(parser: argparse.ArgumentParser) -> None:
    add_lessons(parser)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; say what on disk is not what would be built"
    )


def _run(options: argparse.Namespace) -> int:
    all_lessons()
    names = chosen_lessons(options)
    return _check(names) if options.check else _build(names)


def _build(names: tuple[str, ...]) -> int:
    for name in names:
        start = time.monotonic()
        print(f"{name}: freezing cases, executing the solved notebook ...", flush=True)
        write_lesson(build_lesson(name))
        print(f"{name}: built in {time.monotonic() - start:.0f} s", flush=True)
    return 0


def _check(names: tuple[str, ...]) -> int:
    stale = False
    found = side_by_side(_problems, [(name,) for name in names], os.cpu_count() or 1, "lesson")
    for name, problems in zip(names, found, strict=True):
        for problem in problems:
            print(problem)
        if problems:
            print(f"Mend it with: grader build {name}")
        stale = stale or bool(problems)
    if not stale:
        print(f"{len(names)} lessons: every built file is what its text and spec build.")
    return int(stale)


def _problems(name: str) -> list[str]:
    return list(compare_with_disk(build_lesson(name, execute=False, whole=False)))


COMMAND = Command(
    "build", "build notebooks and visible cases from text and spec", "grader build lesson3_rnn_cell", _arguments, _run
)
