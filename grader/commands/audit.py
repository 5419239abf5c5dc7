"""`grader audit`: prove that every check accepts what is right and refuses what is wrong."""

from __future__ import annotations

import argparse

from grader.audit import Proof, kill_table, prove
from grader.build.answers import answers_of
from grader.commands.command import Command, add_lessons, chosen_lessons
from grader.exercises import all_lessons, load_lesson
from grader.spec import SpecError


def _arguments(parser: argparse.ArgumentParser) -> None:
    add_lessons(parser)
    parser.add_argument("--exercise", metavar="NAME", help="only this exercise")


def _run(options: argparse.Namespace) -> int:
    all_lessons()
    proofs: list[Proof] = []
    for name in chosen_lessons(options):
        proofs += _prove_lesson(name, options.exercise)
    if not proofs:
        raise SpecError(f"no exercise is named {options.exercise!r}.\nName one of the lesson's exercises.")
    print(kill_table(proofs))
    for proof in proofs:
        for problem in proof.problems:
            print(f"{proof.exercise}: {problem}")
    return int(any(proof.problems for proof in proofs))


def _prove_lesson(name: str, only: str | None) -> list[Proof]:
    proofs = []
    for exercise in load_lesson(name).judged:
        if only in (None, exercise.name):
            print(f"{name}: {exercise.name} ...", flush=True)
            proofs.append(prove(exercise, answers_of(name)))
    return proofs


COMMAND = Command(
    "audit", "prove every check, and print the kill table", "grader audit lesson3_rnn_cell", _arguments, _run
)
