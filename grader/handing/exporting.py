"""The grades of a course as tables: plain CSV, and what Canvas and Moodle import.

Canvas (its gradebook import): the columns Student, ID, SIS User ID, SIS Login ID and Section come first, then one column per
assignment; a row Points Possible stands before the students; an empty cell leaves what Canvas has.
Moodle (grade import from CSV): any columns, mapped by hand when importing; the student is found by user name, id or email
address; "-" is no grade.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.exercises import load_lesson
from grader.handing.students import Student
from grader.handing.tables import Cell, csv_text
from grader.paths import GraderError
from grader.records.marks import CourseMarks, ExerciseMark, SubmissionMark

TOTAL_HEAD = (
    "student",
    "last_name",
    "first_name",
    "email",
    "lesson",
    "state",
    "handed_in",
    "points",
    "late",
    "score",
    "of",
    "minutes",
)
EXERCISE_HEAD = ("student", "lesson", "exercise", "state", "score", "of", "given_by", "tries")
CASE_HEAD = ("student", "lesson", "exercise", "case", "kind", "outcome", "cause")
CANVAS_HEAD = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
MOODLE_COLUMNS = {
    "id": "Username",
    "first_name": "First name",
    "last_name": "Last name",
    "email": "Email address",
    "lms_user_id": "User id",
}
NO_GRADE = "-"
SHOWN = 5


@dataclass(frozen=True)
class Column:
    """One column of a platform's table: a whole lesson or one exercise."""

    title: str
    points: float
    lesson: str
    exercise: str = ""


class Ungraded:
    """What is done with what has no score yet: `refuse`, `skip` (an empty cell) or `zero`."""

    def __init__(self, how: str) -> None:
        self.how = how

    def check(self, marks: CourseMarks) -> None:
        """Raises GraderError when something has no score and nobody said what to do with it."""
        waiting = [mark for mark in marks.submissions if mark.waiting]
        if waiting and self.how == "refuse":
            failed = sum(mark.state == "not_graded" for mark in waiting)
            listed = [f"{mark.student} {mark.lesson} ({', '.join(mark.waiting)})" for mark in waiting[:SHOWN]]
            more = f" and {len(waiting) - SHOWN} more" if len(waiting) > SHOWN else ""
            raise GraderError(
                f"{len(waiting)} submissions have no score for everything ({failed} not graded): {'; '.join(listed)}{more}.\n"
                "Grade again or read them in formgrader, or leave them out with --ungraded skip, or count them with --ungraded zero."
            )

    def total(self, mark: SubmissionMark) -> float | None:
        """The score of a submission; None leaves its cell empty."""
        return None if mark.waiting and self.how == "skip" else mark.score

    def exercise(self, mark: ExerciseMark) -> float | None:
        """The score of an exercise; None leaves its cell empty."""
        return 0.0 if mark.score is None and self.how == "zero" else mark.score


def total_table(marks: CourseMarks, ungraded: Ungraded) -> str:
    """One row per submission. The minutes are those that its notebook tells, empty where it tells none."""
    students = {student.id: student for student in marks.students}
    rows: list[tuple[Cell, ...]] = []
    for mark in marks.submissions:
        who = students.get(mark.student, Student(mark.student))
        time = mark.handed_in.isoformat(timespec="seconds") + "Z" if mark.handed_in else ""
        score = ungraded.total(mark)
        earned = None if score is None else mark.raw
        name = (who.id, who.last_name, who.first_name, who.email)
        rows.append((*name, mark.lesson, _state(mark), time, earned, mark.penalty, score, mark.points, mark.minutes))
    return csv_text(TOTAL_HEAD, rows)


def exercise_table(marks: CourseMarks, ungraded: Ungraded) -> str:
    """One row per exercise of a submission, before lateness. The tries are those that its notebook tells."""
    rows = [
        (mark.student, mark.lesson, one.name, _state(mark), ungraded.exercise(one), one.points, one.by, one.tries)
        for mark in marks.submissions
        for one in mark.exercises
    ]
    return csv_text(EXERCISE_HEAD, rows)


def case_table(rows: Sequence[dict[str, object]]) -> str:
    """One row per case of a judged exercise."""
    return csv_text(CASE_HEAD, map(_case_cells, rows))


def _case_cells(row: dict[str, object]) -> tuple[str, ...]:
    kind = "visible" if row["visible"] else "hidden"
    who = (str(row[name]) for name in ("student", "lesson", "exercise", "case_name"))
    return (*who, kind, str(row["outcome"]), " ".join(str(row["cause"]).split()))


def _state(mark: SubmissionMark) -> str:
    """What the records say of a submission, and whether something of it still waits for a score."""
    words = mark.state.replace("_", " ")
    return f"{words}, {len(mark.waiting)} without a score" if mark.waiting else words


def columns(marks: CourseMarks, per: str) -> list[Column]:
    """The columns of a platform's table, in the order of the course."""
    specs = [load_lesson(name) for name in sorted({mark.lesson for mark in marks.submissions})]
    if per == "total":
        return [Column(spec.name, spec.points, spec.name) for spec in specs]
    return [
        Column(f"{spec.name}: {exercise.name}", exercise.points, spec.name, exercise.name)
        for spec in specs
        for exercise in spec.exercises
    ]


def canvas_table(marks: CourseMarks, ungraded: Ungraded, per: str) -> str:
    """What the import of Canvas's gradebook takes."""
    wanted = columns(marks, per)
    possible: tuple[Cell, ...] = ("    Points Possible", "", "", "", "", *(column.points for column in wanted))
    rows: list[tuple[Cell, ...]] = [
        (_last_first(who), who.lms_user_id, "", who.id, "", *scores)
        for who, scores in _platform_rows(marks, ungraded, wanted)
    ]
    return csv_text((*CANVAS_HEAD, *(column.title for column in wanted)), [possible, *rows])


def moodle_table(marks: CourseMarks, ungraded: Ungraded, per: str) -> str:
    """What Moodle's import of grades from CSV takes.

    Moodle gives the grades of a row without the chosen name to the student of the row before, so a column that not every
    row fills is left out.
    """
    wanted = columns(marks, per)
    rows = list(_platform_rows(marks, ungraded, wanted))
    filled = [name for name in MOODLE_COLUMNS if all(getattr(who, name) for who, _ in rows)]
    head = (*(MOODLE_COLUMNS[name] for name in filled), *(column.title for column in wanted))
    cells = [
        (*(getattr(who, name) for name in filled), *(NO_GRADE if score is None else score for score in scores))
        for who, scores in rows
    ]
    return csv_text(head, cells)


def _platform_rows(
    marks: CourseMarks, ungraded: Ungraded, wanted: Sequence[Column]
) -> Iterator[tuple[Student, list[float | None]]]:
    """A row per student who has any score: an empty row would tell a platform nothing."""
    found = {(mark.student, mark.lesson): mark for mark in marks.submissions}
    for who in marks.students:
        scores = [_score(found.get((who.id, column.lesson)), column, ungraded) for column in wanted]
        if any(score is not None for score in scores):
            yield who, scores


def _score(mark: SubmissionMark | None, column: Column, ungraded: Ungraded) -> float | None:
    if mark is None:
        return None
    if not column.exercise:
        return ungraded.total(mark)
    return next(ungraded.exercise(one) for one in mark.exercises if one.name == column.exercise)


def _last_first(who: Student) -> str:
    """The name as Canvas sorts by it, the id where there is no name."""
    return ", ".join(filter(None, (who.last_name, who.first_name))) or who.id
