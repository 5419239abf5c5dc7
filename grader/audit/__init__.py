"""Proves the checks: the oracle agrees with the answer, what is wrong is refused and named, what is right is accepted."""

from grader.audit.proof import Proof, prove
from grader.audit.table import kill_table, kill_totals

__all__ = ["Proof", "kill_table", "kill_totals", "prove"]
