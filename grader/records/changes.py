"""Scores that changed after they were recorded: who moved, from what to what, and why. Rows are added and never touched again."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from grader.records.verdicts import EXERCISES, METADATA, VERDICTS, SubmissionState

MADE_BY = {
    "submission": "new file",
    "key": "changed lesson",
    "environment": "changed environment",
    "level": "isolation",
}
CHANGES = sa.Table(
    "course_score_change",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("student", sa.String(256), nullable=False),
    sa.Column("lesson", sa.String(128), nullable=False),
    sa.Column("exercise", sa.String(128), nullable=False),
    sa.Column("old_score", sa.Float),  # NULL: there was none, the grader had failed
    sa.Column("new_score", sa.Float),
    sa.Column("reason", sa.Text, nullable=False),
    *(
        sa.Column(f"{name}_{when}", sa.String(64), nullable=False)
        for name in ("submission", "key", "environment")
        for when in ("before", "after")
    ),
    sa.Column("changed_at", sa.DateTime, nullable=False),
)
TRIGGER = (
    "CREATE TRIGGER course_score_change_no_{0} BEFORE {0} ON course_score_change "
    "BEGIN SELECT RAISE(ABORT, 'course_score_change only grows'); END"
)


@sa.event.listens_for(CHANGES, "after_create")
def _only_grows(_: sa.Table, connection: sa.Connection, **__: Any) -> None:
    """The database itself refuses to change or remove a row, where it is SQLite."""
    if connection.dialect.name == "sqlite":
        for event in ("UPDATE", "DELETE"):
            connection.execute(sa.text(TRIGGER.format(event)))


@dataclass(frozen=True)
class Move:
    """One exercise's score before and after. `graded` is what grading gave, which `--never-lower` may have set aside."""

    exercise: str
    old: float | None
    new: float | None
    graded: float | None

    @property
    def is_kept(self) -> bool:
        """Whether a higher old score was kept."""
        return self.graded != self.new


def moves_of(
    old: Mapping[str, float | None], graded: Mapping[str, float | None], scale: Mapping[str, float] | None
) -> list[Move]:
    """The exercises whose score moves or is kept from falling.

    With `scale` (an exercise's points now over its points then) no score falls; without it every score is the graded one.
    """
    moves = []
    for exercise, before in old.items():
        after = new = graded.get(exercise)
        if scale is not None and before is not None:
            kept = before * scale.get(exercise, 1.0)
            new = kept if after is None or after < kept else after
        if new != before or new != after:
            moves.append(Move(exercise, before, new, after))
    return moves


def reason_of(move: Move, before: SubmissionState, after: SubmissionState) -> str:
    """Why a score moved, in words."""
    changed = [words for name, words in MADE_BY.items() if getattr(before, name) != getattr(after, name)]
    reason = ", ".join(changed) or "graded again"
    if after.state == "graded" and before.state == "graded":
        kept = f"; graded {move.graded:g}, the higher score was kept" if move.is_kept else ""
        return reason + kept
    return f"{reason} ({before.state} before, {after.state} now)".replace("_", " ")


class ChangeLog:
    """The rows, written through the grade book's own connection."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(
        self, student: str, lesson: str, moves: Iterable[Move], before: SubmissionState, after: SubmissionState
    ) -> None:
        """Record moves that one grading made."""
        hashes = {
            f"{name}_{when}": getattr(state, name)
            for name in ("submission", "key", "environment")
            for when, state in (("before", before), ("after", after))
        }
        now = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
        rows = [
            {
                "student": student,
                "lesson": lesson,
                "exercise": move.exercise,
                "old_score": move.old,
                "new_score": move.new,
                "reason": reason_of(move, before, after),
                "changed_at": now,
                **hashes,
            }
            for move in moves
        ]
        if rows:
            self._connection.execute(sa.insert(CHANGES), rows)

    def rows(self) -> list[dict[str, Any]]:
        """All rows, oldest first."""
        query = sa.select(CHANGES).order_by(CHANGES.c.id)
        return [dict(row) for row in self._connection.execute(query).mappings()]


class KeptVerdicts:
    """The verdict rows of exercises whose old score is kept, to be put back so that a score and its reasons agree."""

    def __init__(self, connection: sa.Connection, student: str, lesson: str, scale: Mapping[str, float]) -> None:
        self._connection = connection
        self._of = [(table, self._rows(table, student, lesson, scale)) for table in (VERDICTS, EXERCISES)]
        for row in self._of[1][1]:
            factor = scale[row["exercise"]]
            row.update(score=row["score"] * factor, points=row["points"] * factor)

    def _rows(self, table: sa.Table, student: str, lesson: str, scale: Mapping[str, float]) -> list[dict[str, Any]]:
        where = (table.c.student == student, table.c.lesson == lesson, table.c.exercise.in_(scale))
        return [dict(row) for row in self._connection.execute(sa.select(table).where(*where)).mappings()]

    def put_back(self) -> None:
        """Put the rows in the place of those that the new grading wrote."""
        for table, rows in self._of:
            for row in rows:
                where = (table.c[name] == row[name] for name in ("student", "lesson", "exercise"))
                self._connection.execute(sa.delete(table).where(*where))
            if rows:
                self._connection.execute(sa.insert(table), rows)
