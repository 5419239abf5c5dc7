"""`grader audit`: prove that every check accepts what is right and refuses what is wrong."""

from __future__ import annotations

import argparse
import os

from grader.audit import Proof, kill_table, kill_totals, prove
from grader.build.answers import answers_of
from grader.commands.command import Command, add_lessons, chosen_lessons
from grader.commands.side_by_side import side_by_side
from grader.exercises import all_lessons, load_lesson
from grader.paths import ROOT
from grader.spec import SpecError


def _arguments(parser: argparse.ArgumentParser) -> None:
    add_lessons(parser)
    parser.add_argument("--exercise", metavar="NAME", help="only this exercise")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="exercises at once (default: all cores)")


def _run(options: argparse.Namespace) -> int:
    all_lessons()
    limits = {
        (lesson, exercise.name): exercise.time_limit
        for lesson in chosen_lessons(options)
        for exercise in load_lesson(lesson).judged
        if options.exercise in (None, exercise.name)
    }
    asked = list(limits)
    if not asked:
        raise SpecError(f"no exercise is named {options.exercise!r}.\nName one of the lesson's exercises.")
    # The longest first, so that no core waits for another at the end.
    slowest = sorted(asked, key=lambda one: -limits[one])
    found = dict(zip(slowest, side_by_side(_prove, slowest, options.jobs, "exercise"), strict=True))
    proofs = [found[one] for one in asked]
    print(kill_table(proofs))
    for proof in proofs:
        for problem in proof.problems:
            print(f"{proof.exercise}: {problem}")
    stale = options.exercise is None and not options.lessons and _readme_is_stale(asked, proofs)
    return int(stale or any(proof.problems for proof in proofs))


def _readme_is_stale(asked: list[tuple[str, str]], proofs: list[Proof]) -> bool:
    by_lesson: dict[str, list[Proof]] = {lesson: [] for lesson, _ in asked}
    for (lesson, _), proof in zip(asked, proofs, strict=True):
        by_lesson[lesson].append(proof)
    totals = kill_totals(by_lesson)
    stale = totals not in (ROOT / "README.md").read_text(encoding="utf-8")
    if stale:
        print(f"README.md shows other totals. Put these in their place:\n\n{totals}")
    return stale


def _prove(lesson: str, name: str) -> Proof:
    exercise = next(exercise for exercise in load_lesson(lesson).judged if exercise.name == name)
    return prove(exercise, answers_of(lesson))


COMMAND = Command(
    "audit", "prove every check, and print the kill table", "grader audit lesson3_rnn_cell", _arguments, _run
)
