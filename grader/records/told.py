"""What the notebooks told of tries and minutes, beside the verdicts. It comes from the students' machines and counts for nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa

from grader.judge.told import Told
from grader.records.verdicts import METADATA

# A table of its own, so that a grade book of before gets it when it is opened for writing.
TOLD = sa.Table(
    "course_told",
    METADATA,
    sa.Column("student", sa.String(256), primary_key=True),
    sa.Column("lesson", sa.String(128), primary_key=True),
    sa.Column("exercise", sa.String(128), primary_key=True),
    sa.Column("tries", sa.Integer),  # NULL: the check's output does not say
    sa.Column("minutes", sa.Integer),
)


@dataclass(frozen=True)
class ToldRows:
    """Tries by student, lesson and exercise, and minutes by student and lesson, of those notebooks that tell."""

    tries: dict[tuple[str, str, str], int] = field(default_factory=dict)
    minutes: dict[tuple[str, str], int] = field(default_factory=dict)


def replace_told(connection: sa.Connection, student: str, lesson: str, told: Mapping[str, Told]) -> None:
    """Put this in the place of what an earlier file told."""
    connection.execute(sa.delete(TOLD).where(TOLD.c.student == student, TOLD.c.lesson == lesson))
    who = {"student": student, "lesson": lesson}
    rows = [{**who, "exercise": name, "tries": one.tries, "minutes": one.minutes} for name, one in told.items()]
    if rows:
        connection.execute(sa.insert(TOLD), rows)


def told_rows(connection: sa.Connection, lesson: str = "") -> ToldRows:
    """What was told in the lesson, or in all of them; nothing in a grade book that is older than the table."""
    if not sa.inspect(connection).has_table(TOLD.name):
        return ToldRows()
    query = sa.select(TOLD).where(TOLD.c.lesson == lesson) if lesson else sa.select(TOLD)
    found = ToldRows()
    for row in connection.execute(query):
        if row.tries is not None:
            found.tries[row.student, row.lesson, row.exercise] = row.tries
        if row.minutes is not None:
            # Each check tells the lesson's time so far.
            who = (row.student, row.lesson)
            found.minutes[who] = max(row.minutes, found.minutes.get(who, 0))
    return found
