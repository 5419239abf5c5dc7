"""Writing grades where nbgrader's own tools look for them: its grade book and its `autograded` folder."""

from __future__ import annotations

import datetime
import os
import sys
import warnings
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any

import nbformat
import sqlalchemy as sa
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.preprocessors import ClearSolutions, ComputeChecksums, LockCells, SaveCells
from nbgrader.utils import compute_checksum
from sqlalchemy.exc import SAWarning

from grader.build.lesson import notebook_text
from grader.feedback.page import PersonsWord
from grader.handing.lateness import Lateness
from grader.judge.grading import Graded
from grader.judge.key import LessonKey
from grader.paths import SOLUTIONS, GraderError
from grader.records.changes import ChangeLog, KeptVerdicts, Move, moves_of
from grader.records.course import CourseRecords
from grader.records.executed import recorded
from grader.records.opening import opened_by_address
from grader.records.told import replace_told
from grader.records.verdicts import SUBMISSIONS, SubmissionState, VerdictStore, environment_digest

# What `nbgrader generate_assignment` does before it saves the cells.
RELEASE_STEPS = (LockCells, ClearSolutions, ComputeChecksums, SaveCells)
COURSE_ID = "rnn-course"


class GradeBook:
    """The one writer of a course's records. A context manager; every `record` is one transaction."""

    def __init__(self, records: CourseRecords, read_only: bool = False) -> None:
        """Open the records, made when they are not there yet; `read_only` raises GraderError instead."""
        self.records = records
        if read_only and not records.db_url and not (records.folder / "gradebook.db").is_file():
            raise records.nothing_graded
        if not read_only:
            records.folder.mkdir(parents=True, exist_ok=True)
        self._book = _open(records.database)
        if not read_only:
            VerdictStore.create(self.connection)
            self._book.db.commit()
        elif not sa.inspect(self.connection).has_table(SUBMISSIONS.name):
            self._book.close()
            raise records.nothing_graded

    def __enter__(self) -> GradeBook:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._book.close()

    @property
    def connection(self) -> sa.Connection:
        """The current transaction."""
        connection: sa.Connection = self._book.db.connection()
        return connection

    @property
    def verdicts(self) -> VerdictStore:
        """The rows beside the grades, in the current transaction."""
        return VerdictStore(self.connection)

    def register(self, key: LessonKey) -> None:
        """Make the lesson known, as `nbgrader generate_assignment` does.

        Raises GraderError when there are submissions of it with other exercises, which nbgrader cannot hold side by side.
        """
        name = key.lesson.name
        self._book.update_or_create_assignment(name)
        notebook = nbformat.read(SOLUTIONS / name / f"{name}.ipynb", as_version=4)
        marks = {"notebook": name, "assignment": name, "db_url": self.records.database}
        try:
            for step in RELEASE_STEPS:
                notebook, _ = step().preprocess(notebook, {"nbgrader": marks})
        except RuntimeError:
            raise GraderError(
                f"{name} has other exercises now than when submissions of it were graded into {self.records.database}.\n"
                "Grade this version into records of its own (--to another folder, or --db), or take the change back."
            ) from None
        self._book.db.expire_all()

    def is_current(self, student: str, key: LessonKey, digest: str, level: str) -> bool:
        """Whether the recorded grade still stands: same submission, same lesson, same environment, same level."""
        state = self.verdicts.state(student, key.lesson.name)
        if state is None or state.state == "not_graded":
            return False
        made_by = (state.submission, state.key, state.environment, state.level)
        return made_by == (digest, key.digest, environment_digest(), level)

    def record(self, student: str, key: LessonKey, graded: Graded, never_lower: bool = False) -> None:
        """Record a graded submission: scores, comments, verdict rows, what moved, and the executed notebook."""
        submitted = self._submission(student, key)
        moves = self._moves(student, key, graded, never_lower)
        kept = {move.exercise: move.new for move in moves if move.is_kept and move.new is not None}
        old_verdicts = self._verdicts_of(student, key, kept) if kept else None
        names = _names_of_cells(submitted.notebook)
        with self._book.db.no_autoflush:
            for grade in submitted.grades:
                name = names[grade.cell_id]
                verdict = graded.verdicts.get(name)
                if verdict is None:
                    _set_written(grade, name, graded.notebook)
                else:
                    _set_judged(grade, kept.get(name, verdict.score))
            for comment in submitted.comments:
                untouched = _is_untouched(graded.notebook, names[comment.cell_id])
                comment.auto_comment = "No response." if untouched else None
        state = SubmissionState("graded", "", graded.digest, key.digest, environment_digest(), graded.level)
        self._replace(student, key, state, moves, graded)
        if old_verdicts is not None:
            old_verdicts.put_back()
        executed = notebook_text(recorded(graded.notebook, key))
        write_whole(self.records.autograded(student, key.lesson.name), executed)
        self._book.db.commit()

    def record_unreadable(self, student: str, key: LessonKey, digest: str, cause: str, level: str) -> None:
        """Record that a file holds nothing to grade: no points, with its cause, for a person to look at."""
        submitted = self._submission(student, key)
        moves = moves_of(_counted(submitted, key), {exercise.name: 0.0 for exercise in key.lesson.judged}, None)
        for grade in submitted.grades:
            grade.auto_score = 0.0
            grade.needs_manual_grade = True
        state = SubmissionState("unreadable", cause, digest, key.digest, environment_digest(), level)
        self._replace(student, key, state, moves, None)
        self._book.db.commit()

    def record_not_graded(
        self, student: str, key: LessonKey, digest: str, cause: str, level: str, keep: bool = False
    ) -> None:
        """Record that the grader failed, perhaps while recording: no score at all, to be graded again.

        With `keep` an earlier grade of the same file stays until that has succeeded.
        """
        self._book.db.rollback()
        before = self.verdicts.state(student, key.lesson.name)
        if keep and before is not None and (before.state, before.submission) == ("graded", digest):
            return
        submitted = self._submission(student, key)
        moves = moves_of(_counted(submitted, key), {}, None)
        for grade in submitted.grades:
            grade.auto_score = None
            grade.needs_manual_grade = True
        state = SubmissionState("not_graded", cause, digest, key.digest, environment_digest(), level)
        self._replace(student, key, state, moves, None)
        self._book.db.commit()

    def preview(self, student: str, key: LessonKey, graded: Graded, never_lower: bool = False) -> list[Move]:
        """What recording this would move of what counts today. Writes nothing."""
        return self._moves(student, key, graded, never_lower)

    def record_lateness(self, student: str, key: LessonKey, lateness: Lateness) -> None:
        """Record when a submission came in and was due, and what that costs, where nbgrader's tools look for it."""
        name = key.lesson.name
        submission = self._submission(student, key).assignment
        if lateness.general is not None:
            submission.assignment.duedate = _naive(lateness.general)
        if lateness.deadline is not None and lateness.general is not None:
            extra = lateness.deadline - lateness.general
            submission.extension = extra or None
        if lateness.handed_in is not None:
            submission.timestamp = _naive(lateness.handed_in)
        if lateness.deadline is not None:
            penalty = lateness.percent / 100 * key.lesson.points
            self._book.find_submission_notebook(name, name, student).late_submission_penalty = penalty or None
        self._book.db.commit()

    def _moves(self, student: str, key: LessonKey, graded: Graded, never_lower: bool) -> list[Move]:
        """What grading moves of an earlier grading. Only a regrade of the same file can be kept from lowering a score."""
        name = key.lesson.name
        before = self.verdicts.state(student, name)
        if before is None:
            return []
        try:
            counted = _counted(self._book.find_submission_notebook(name, name, student), key)
        except MissingEntry:
            counted = {}
        scale = None
        if never_lower and before.state == "graded" and before.submission == graded.digest:
            scale = self._scale(student, key)
        scores = {verdict.exercise.name: verdict.score for verdict in graded.verdicts.values()}
        return moves_of(counted, scores, scale)

    def _scale(self, student: str, key: LessonKey) -> dict[str, float]:
        """By exercise its points now over its points in the records."""
        then: dict[str, float] = {}
        for part in self.verdicts.parts(student, key.lesson.name):
            then[part["exercise"]] = then.get(part["exercise"], 0.0) + part["points"]
        return {
            exercise.name: exercise.points / then[exercise.name]
            for exercise in key.lesson.judged
            if exercise.name in then
        }

    def _verdicts_of(self, student: str, key: LessonKey, kept: Iterable[str]) -> KeptVerdicts:
        scale = self._scale(student, key)
        return KeptVerdicts(self.connection, student, key.lesson.name, {name: scale.get(name, 1.0) for name in kept})

    def _replace(
        self, student: str, key: LessonKey, state: SubmissionState, moves: list[Move], graded: Graded | None
    ) -> None:
        """Put the verdict rows in the place of earlier ones, and note what moved since those."""
        name = key.lesson.name
        before = self.verdicts.state(student, name)
        if before is not None:
            ChangeLog(self.connection).add(student, name, moves, before, state)
        self.verdicts.replace(student, name, state, graded.seconds if graded else 0.0, graded)
        replace_told(self.connection, student, name, graded.told if graded else {})

    def persons_words(self, student: str, lesson: str) -> dict[str, PersonsWord]:
        """What people said of a submission in formgrader, by exercise."""
        submitted = self._book.find_submission_notebook(lesson, lesson, student)
        names = _names_of_cells(submitted.notebook)
        comments = {names[comment.cell_id]: comment.manual_comment or "" for comment in submitted.comments}
        scores = {names[grade.cell_id]: grade.manual_score for grade in submitted.grades}
        return {
            name: PersonsWord(score, comments.get(name) or comments.get(f"{name}_answer", ""))
            for name, score in scores.items()
        }

    def late_penalty(self, student: str, lesson: str) -> float:
        """The points that lateness costs a submission."""
        return float(self._book.find_submission_notebook(lesson, lesson, student).late_submission_penalty or 0.0)

    def _submission(self, student: str, key: LessonKey) -> Any:
        name = key.lesson.name
        self._book.update_or_create_student(student)
        self._book.update_or_create_submission(name, student)
        return self._book.find_submission_notebook(name, name, student)


def _open(database: str) -> Gradebook:
    """Open nbgrader's grade book. It calls `alembic` by name, which must be found without an activated environment."""
    beside = str(Path(sys.executable).parent)
    if beside not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([beside, os.environ.get("PATH", "")])
    # nbgrader builds a submission's rows before it adds them to the session, which SQLAlchemy remarks upon.
    warnings.filterwarnings("ignore", category=SAWarning, module=r"nbgrader\.api")
    with opened_by_address():
        return Gradebook(database, COURSE_ID)


def _counted(submitted: Any, key: LessonKey) -> dict[str, float | None]:
    """The judged scores that count; where a person gave a score it stands and cannot move."""
    judged = {exercise.name for exercise in key.lesson.judged}
    names = _names_of_cells(submitted.notebook)
    by_name = {names[grade.cell_id]: grade for grade in submitted.grades if grade.manual_score is None}
    return {name: grade.auto_score for name, grade in by_name.items() if name in judged}


def _names_of_cells(notebook: Any) -> dict[str, str]:
    """By id, in one query: a grade or comment that is asked for its own name makes one each."""
    return {cell.id: cell.name for cell in (*notebook.grade_cells, *notebook.solution_cells, *notebook.task_cells)}


def _naive(moment: datetime.datetime) -> datetime.datetime:
    """A time as nbgrader's grade book holds it: UTC, without saying so."""
    return moment.astimezone(datetime.UTC).replace(tzinfo=None)


def _set_judged(grade: Any, score: float) -> None:
    grade.auto_score = score
    # A person's score stands; nbgrader shows that there is a new one beside it.
    grade.needs_manual_grade = grade.manual_score is not None


def _set_written(grade: Any, name: str, notebook: nbformat.NotebookNode) -> None:
    if _is_untouched(notebook, name):
        grade.auto_score, grade.needs_manual_grade = 0.0, False
    else:
        grade.auto_score, grade.needs_manual_grade = None, grade.manual_score is None


def _is_untouched(notebook: nbformat.NotebookNode, name: str) -> bool:
    for cell in notebook.cells:
        marks = cell.metadata.get("nbgrader", {})
        if marks.get("grade_id") == name:
            return bool(marks.get("checksum") == compute_checksum(cell))
    return True


def write_whole(path: Path, text: str) -> None:
    """Write a file so that a reader finds the old one or the new one, never half of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    partial.write_text(text, encoding="utf-8")
    os.replace(partial, path)
