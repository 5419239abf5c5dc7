"""The kill table: one row per exercise, and its totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from course_utils.reporting.report import text_table
from grader.audit.proof import Proof

HEAD = ("exercise", "cases", "hidden", "misconceptions", "mutants killed", "justified", "forms", "also right", "proved")


def kill_table(proofs: Sequence[Proof]) -> str:
    """The table as plain text; the last row adds up."""
    rows = [_row(proof) for proof in proofs]
    return text_table(HEAD, [*rows, _row(_total(proofs))])


def kill_totals(proofs: Mapping[str, Sequence[Proof]]) -> str:
    """The totals of each lesson and of all, as the README shows them, in Markdown."""
    head = ("lesson", "exercises", *HEAD[1:-1])
    totals = [(name, str(len(of_lesson)), *_row(_total(of_lesson))[1:-1]) for name, of_lesson in proofs.items()]
    everything = [proof for of_lesson in proofs.values() for proof in of_lesson]
    last = ("total", str(len(everything)), *_row(_total(everything))[1:-1])
    lines = [head, ("---",) * len(head), *totals, last]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _row(proof: Proof) -> tuple[str, ...]:
    return (
        proof.exercise,
        str(proof.visible),
        str(proof.hidden),
        f"{proof.recognised}/{proof.misconceptions}",
        f"{proof.killed}/{proof.mutants}",
        str(proof.justified),
        str(proof.forms),
        str(proof.accepted),
        "no" if proof.problems else "yes",
    )


def _total(proofs: Sequence[Proof]) -> Proof:
    total = Proof(f"total of {len(proofs)}")
    for proof in proofs:
        for name in (
            "visible",
            "hidden",
            "misconceptions",
            "recognised",
            "mutants",
            "killed",
            "justified",
            "forms",
            "accepted",
        ):
            setattr(total, name, getattr(total, name) + getattr(proof, name))
        total.problems += proof.problems
    return total
