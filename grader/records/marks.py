"""What counts today for every submission of the course: judged scores, people's scores, and what lateness costs."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from nbgrader import api

from grader.exercises import lesson_names, load_lesson
from grader.handing.students import Student
from grader.records.course import CourseRecords
from grader.records.gradebook import GradeBook
from grader.records.told import ToldRows, told_rows
from grader.records.verdicts import SUBMISSIONS


@dataclass(frozen=True)
class ExerciseMark:
    """One exercise of one submission. `score` is None while nobody, neither judge nor person, has given one.

    `tries` is what the notebook tells, None where it does not.
    """

    name: str
    points: float
    score: float | None
    by: str
    tries: int | None = None


@dataclass(frozen=True)
class SubmissionMark:
    """One submission. `penalty` are the points that lateness costs, `minutes` what the notebook tells of the time on task."""

    student: str
    lesson: str
    state: str
    cause: str
    handed_in: datetime.datetime | None
    penalty: float
    exercises: tuple[ExerciseMark, ...]
    minutes: int | None = None

    @property
    def waiting(self) -> tuple[str, ...]:
        """The exercises without a score."""
        return tuple(exercise.name for exercise in self.exercises if exercise.score is None)

    @property
    def points(self) -> float:
        """The points possible."""
        return sum(exercise.points for exercise in self.exercises)

    @property
    def raw(self) -> float:
        """The points earned, before lateness; what has no score counts nothing."""
        return sum(exercise.score or 0.0 for exercise in self.exercises)

    @property
    def score(self) -> float:
        """The points that count."""
        return max(0.0, self.raw - self.penalty)


@dataclass(frozen=True)
class CourseMarks:
    """The students of the grade book and the marks of all submissions, by lesson and student."""

    students: tuple[Student, ...]
    submissions: tuple[SubmissionMark, ...]


def read_marks(records: CourseRecords) -> CourseMarks:
    """Read them in a handful of queries. Raises GraderError when nothing is graded."""
    with GradeBook(records, read_only=True) as book:
        connection = book.connection
        columns = [getattr(api.Student, name) for name in Student.__dataclass_fields__]
        students = [
            Student(*(value or "" for value in row))
            for row in connection.execute(sa.select(*columns).order_by(api.Student.id))
        ]
        return CourseMarks(tuple(students), tuple(_submissions(connection)))


def _submissions(connection: sa.Connection) -> Iterable[SubmissionMark]:
    states = {
        (row.student, row.lesson): (row.state, row.cause)
        for row in connection.execute(
            sa.select(SUBMISSIONS.c.student, SUBMISSIONS.c.lesson, SUBMISSIONS.c.state, SUBMISSIONS.c.cause)
        )
    }
    grades, told = _grades(connection), told_rows(connection)
    query = (
        sa.select(
            api.Assignment.name,
            api.SubmittedAssignment.student_id,
            api.SubmittedAssignment.timestamp,
            sa.func.coalesce(sa.func.sum(api.SubmittedNotebook.late_submission_penalty), 0.0),
        )
        .join(api.SubmittedAssignment, api.SubmittedAssignment.assignment_id == api.Assignment.id)
        .join(api.SubmittedNotebook, api.SubmittedNotebook.assignment_id == api.SubmittedAssignment.id)
        .group_by(api.Assignment.name, api.SubmittedAssignment.id)
        .order_by(api.Assignment.name, api.SubmittedAssignment.student_id)
    )
    for lesson, student, handed_in, penalty in connection.execute(query):
        if lesson in lesson_names():
            state, cause = states.get((student, lesson), ("graded", ""))
            marks = _exercise_marks(student, lesson, grades.get((student, lesson), {}), told)
            minutes = told.minutes.get((student, lesson))
            yield SubmissionMark(student, lesson, state, cause, handed_in, penalty, marks, minutes)


def _exercise_marks(
    student: str, lesson: str, grades: dict[str, tuple[float | None, str]], told: ToldRows
) -> tuple[ExerciseMark, ...]:
    nothing = (None, "")
    return tuple(
        ExerciseMark(
            exercise.name,
            exercise.points,
            *grades.get(exercise.name, nothing),
            told.tries.get((student, lesson, exercise.name)),
        )
        for exercise in load_lesson(lesson).exercises
    )


def _grades(connection: sa.Connection) -> dict[tuple[str, str], dict[str, tuple[float | None, str]]]:
    """By student and lesson, then by exercise: the score that counts and who gave it. A person's goes before the judge's."""
    query = (
        sa.select(
            api.SubmittedAssignment.student_id,
            api.Assignment.name,
            api.BaseCell.name,
            api.Grade.auto_score,
            api.Grade.manual_score,
            api.Grade.extra_credit,
        )
        .join(api.SubmittedNotebook, api.SubmittedNotebook.id == api.Grade.notebook_id)
        .join(api.SubmittedAssignment, api.SubmittedAssignment.id == api.SubmittedNotebook.assignment_id)
        .join(api.Assignment, api.Assignment.id == api.SubmittedAssignment.assignment_id)
        .join(api.BaseCell, api.BaseCell.id == api.Grade.cell_id)
    )
    grades: dict[tuple[str, str], dict[str, tuple[float | None, str]]] = {}
    for student, lesson, exercise, auto, manual, extra in connection.execute(query):
        score, by = (auto, "judge") if manual is None else (manual, "person")
        counted = (None, "") if score is None else (score + (extra or 0.0), by)
        grades.setdefault((student, lesson), {})[exercise] = counted
    return grades
