"""One row per case beside nbgrader's grade book: what happened, which belief was recognised, and what made the verdict."""

from __future__ import annotations

import datetime
import functools
import hashlib
import importlib.metadata
import platform
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from course_utils.judging import Verdict
from grader.exercises import load_lesson
from grader.judge.grading import Graded

METADATA = sa.MetaData()
SUBMISSIONS = sa.Table(
    "course_submission",
    METADATA,
    sa.Column("student", sa.String(256), primary_key=True),
    sa.Column("lesson", sa.String(128), primary_key=True),
    sa.Column("state", sa.String(16), nullable=False),  # graded, unreadable, not_graded
    sa.Column("cause", sa.Text, nullable=False),
    sa.Column("submission", sa.String(64), nullable=False),
    sa.Column("key", sa.String(64), nullable=False),
    sa.Column("environment", sa.String(64), nullable=False),
    sa.Column("level", sa.String(16), nullable=False),
    sa.Column("seconds", sa.Float, nullable=False),
    sa.Column("graded_at", sa.DateTime, nullable=False),
)
VERDICTS = sa.Table(
    "course_verdict",
    METADATA,
    sa.Column("student", sa.String(256), primary_key=True),
    sa.Column("lesson", sa.String(128), primary_key=True),
    sa.Column("exercise", sa.String(128), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("case_name", sa.String(256), nullable=False),
    sa.Column("visible", sa.Boolean, nullable=False),
    sa.Column("outcome", sa.String(16), nullable=False),
    sa.Column("reason", sa.String(16), nullable=False),
    sa.Column("cause", sa.Text, nullable=False),
)
EXERCISES = sa.Table(
    "course_part",
    METADATA,
    sa.Column("student", sa.String(256), primary_key=True),
    sa.Column("lesson", sa.String(128), primary_key=True),
    sa.Column("exercise", sa.String(128), primary_key=True),
    sa.Column("part", sa.String(128), primary_key=True),
    sa.Column("score", sa.Float, nullable=False),
    sa.Column("points", sa.Float, nullable=False),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("misconception", sa.String(128), nullable=False),
    sa.Column("notes", sa.Text, nullable=False),
)


@dataclass(frozen=True)
class SubmissionState:
    """What is recorded of a submission as a whole."""

    state: str
    cause: str
    submission: str
    key: str
    environment: str
    level: str


class VerdictStore:
    """Reads and writes the rows. The grade book's own connection is used, so both are committed together."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    @staticmethod
    def create(connection: sa.Connection) -> None:
        """Create the tables that are not there yet."""
        METADATA.create_all(connection)

    def state(self, student: str, lesson: str) -> SubmissionState | None:
        """What is recorded of a submission, None when nothing is."""
        table = SUBMISSIONS.c
        columns = (table.state, table.cause, table.submission, table.key, table.environment, table.level)
        query = sa.select(*columns).where(table.student == student, table.lesson == lesson)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else SubmissionState(*row)

    def submissions(self) -> list[tuple[str, str]]:
        """Student and lesson of everything recorded, in order."""
        query = sa.select(SUBMISSIONS.c.student, SUBMISSIONS.c.lesson).order_by(
            SUBMISSIONS.c.lesson, SUBMISSIONS.c.student
        )
        return [(row.student, row.lesson) for row in self._connection.execute(query)]

    def parts(self, student: str, lesson: str) -> list[dict[str, Any]]:
        """The rows of the exercises' parts, in the order of the lesson."""
        names = [(exercise.name, part.name) for exercise in load_lesson(lesson).judged for part in exercise.parts]
        places = {name: place for place, name in enumerate(names)}
        rows = self._rows(EXERCISES, student, lesson)
        return sorted(rows, key=lambda row: places.get((row["exercise"], row["part"]), len(places)))

    def cases(self, student: str, lesson: str) -> list[dict[str, Any]]:
        """The rows of the cases, those of an exercise in the order of grading."""
        return sorted(self._rows(VERDICTS, student, lesson), key=lambda row: (row["exercise"], row["number"]))

    def _rows(self, table: sa.Table, student: str, lesson: str) -> list[dict[str, Any]]:
        query = sa.select(table).where(table.c.student == student, table.c.lesson == lesson)
        return [dict(row) for row in self._connection.execute(query).mappings()]

    def replace(self, student: str, lesson: str, state: SubmissionState, seconds: float, graded: Graded | None) -> None:
        """Put this verdict in the place of an earlier one."""
        for table in (SUBMISSIONS, VERDICTS, EXERCISES):
            self._connection.execute(sa.delete(table).where(table.c.student == student, table.c.lesson == lesson))
        who = {"student": student, "lesson": lesson}
        now = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
        row = {**who, **vars(state), "seconds": seconds, "graded_at": now}
        self._connection.execute(sa.insert(SUBMISSIONS), [row])
        verdicts = graded.verdicts.values() if graded else ()
        for table, rows in ((VERDICTS, _case_rows(who, verdicts)), (EXERCISES, _part_rows(who, verdicts))):
            if rows:
                self._connection.execute(sa.insert(table), rows)


def _case_rows(who: dict[str, str], verdicts: Iterable[Verdict]) -> list[dict[str, Any]]:
    return [
        {
            **who,
            "exercise": verdict.exercise.name,
            "number": number,
            "case_name": result.case.name,
            "visible": number < len(verdict.cases) - verdict.exercise.hidden_cases,
            "outcome": result.status,
            "reason": result.reason,
            "cause": result.text,
        }
        for verdict in verdicts
        for number, result in enumerate(verdict.cases)
    ]


def _part_rows(who: dict[str, str], verdicts: Iterable[Verdict]) -> list[dict[str, Any]]:
    return [
        {
            **who,
            "exercise": verdict.exercise.name,
            "part": part.name,
            "score": part.score,
            "points": part.points,
            "status": verdict.status,
            "misconception": part.mistake.slug if part.mistake else "",
            "notes": "\n".join(verdict.notes),
        }
        for verdict in verdicts
        for part in verdict.parts
    ]


@functools.cache
def environment_digest() -> str:
    """A digest of the versions that results depend on."""
    packages = ("numpy", "torch", "matplotlib", "ipykernel")
    versions = [platform.python_version(), *(importlib.metadata.version(name) for name in packages)]
    return hashlib.sha256(" ".join(versions).encode()).hexdigest()
