"""What the records hold of a whole class in one lesson, read in a handful of queries and never written."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from nbgrader import api

from grader.records.changes import CHANGES
from grader.records.course import CourseRecords
from grader.records.opening import opened_by_address
from grader.records.told import ToldRows, told_rows
from grader.records.verdicts import EXERCISES, SUBMISSIONS, VERDICTS


@dataclass(frozen=True)
class CaseCount:
    """How often a case of this name ended in this way; `visible` tells the student's own case from the hidden ones."""

    exercise: str
    case_name: str
    visible: bool
    outcome: str
    count: int


@dataclass(frozen=True)
class ClassRows:
    """The rows of one lesson. `persons` holds the scores that people gave, by student and exercise.

    `again` counts by student the later files that moved the score; `told` is what the notebooks say of themselves.
    """

    submissions: tuple[dict[str, Any], ...]
    parts: tuple[dict[str, Any], ...]
    cases: tuple[CaseCount, ...]
    persons: dict[tuple[str, str], float]
    handed_in: tuple[datetime.datetime, ...]
    again: dict[str, int]
    told: ToldRows


def graded_lessons(records: CourseRecords) -> tuple[str, ...]:
    """The lessons that have any record. Raises GraderError when there is none."""
    with _connection(records) as connection:
        query = sa.select(SUBMISSIONS.c.lesson).distinct().order_by(SUBMISSIONS.c.lesson)
        return tuple(connection.execute(query).scalars())


def class_rows(records: CourseRecords, lesson: str) -> ClassRows:
    """Everything recorded of a lesson. Raises GraderError when nothing is recorded at all."""
    with _connection(records) as connection:
        return ClassRows(
            submissions=_rows(connection, SUBMISSIONS, lesson),
            parts=_rows(connection, EXERCISES, lesson),
            cases=tuple(_case_counts(connection, lesson)),
            persons=_persons_scores(connection, lesson),
            handed_in=_hand_in_times(connection, lesson),
            again=_handed_in_again(connection, lesson),
            told=told_rows(connection, lesson),
        )


@contextmanager
def _connection(records: CourseRecords) -> Iterator[sa.Connection]:
    if not records.db_url and not (records.folder / "gradebook.db").is_file():
        raise records.nothing_graded
    with opened_by_address():
        engine = sa.create_engine(records.database)
        opened = engine.connect()
    try:
        with opened as connection:
            if not sa.inspect(connection).has_table(SUBMISSIONS.name):
                raise records.nothing_graded
            if not connection.execute(sa.select(sa.func.count()).select_from(SUBMISSIONS)).scalar():
                raise records.nothing_graded
            yield connection
    finally:
        engine.dispose()


def _rows(connection: sa.Connection, table: sa.Table, lesson: str) -> tuple[dict[str, Any], ...]:
    query = sa.select(table).where(table.c.lesson == lesson).order_by(table.c.student)
    return tuple(dict(row) for row in connection.execute(query).mappings())


def _case_counts(connection: sa.Connection, lesson: str) -> Iterator[CaseCount]:
    table = VERDICTS.c
    what = (table.exercise, table.case_name, table.visible, table.outcome)
    query = (
        sa.select(*what, sa.func.count(), sa.func.min(table.number).label("first"))
        .where(table.lesson == lesson)
        .group_by(*what)
        .order_by(table.exercise, sa.text("first"))
    )
    for exercise, name, visible, outcome, count, _ in connection.execute(query):
        yield CaseCount(exercise, name, bool(visible), outcome, count)


def _persons_scores(connection: sa.Connection, lesson: str) -> dict[tuple[str, str], float]:
    query = (
        sa.select(api.SubmittedAssignment.student_id, api.BaseCell.name, api.Grade.manual_score)
        .join(api.SubmittedNotebook, api.Grade.notebook_id == api.SubmittedNotebook.id)
        .join(api.SubmittedAssignment, api.SubmittedNotebook.assignment_id == api.SubmittedAssignment.id)
        .join(api.Assignment, api.SubmittedAssignment.assignment_id == api.Assignment.id)
        .join(api.BaseCell.__table__, api.Grade.cell_id == api.BaseCell.__table__.c.id)
        .where(api.Assignment.name == lesson, api.Grade.manual_score.is_not(None))
    )
    return {(student, name): score for student, name, score in connection.execute(query)}


def _hand_in_times(connection: sa.Connection, lesson: str) -> tuple[datetime.datetime, ...]:
    query = (
        sa.select(api.SubmittedAssignment.timestamp)
        .join(api.Assignment, api.SubmittedAssignment.assignment_id == api.Assignment.id)
        .where(api.Assignment.name == lesson, api.SubmittedAssignment.timestamp.is_not(None))
        .order_by(api.SubmittedAssignment.timestamp)
    )
    return tuple(connection.execute(query).scalars())


def _handed_in_again(connection: sa.Connection, lesson: str) -> dict[str, int]:
    if not sa.inspect(connection).has_table(CHANGES.name):
        return {}
    table = CHANGES.c
    query = (
        sa.select(table.student, sa.func.count(table.submission_after.distinct()))
        .where(table.lesson == lesson, table.submission_after != table.submission_before, table.submission_before != "")
        .group_by(table.student)
    )
    return {row[0]: row[1] for row in connection.execute(query)}
