"""Writing grades where nbgrader's own tools look for them: its grade book and its `autograded` folder."""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path
from types import TracebackType
from typing import Any

import nbformat
from nbgrader.api import Gradebook
from nbgrader.preprocessors import ClearSolutions, ComputeChecksums, LockCells, SaveCells
from nbgrader.utils import compute_checksum
from sqlalchemy.exc import SAWarning

from course_utils.judging import Verdict
from grader.build.lesson import notebook_text
from grader.feedback.page import PersonsWord
from grader.judge.grading import Graded
from grader.judge.key import LessonKey
from grader.paths import SOLUTIONS
from grader.records.course import CourseRecords
from grader.records.verdicts import SubmissionState, VerdictStore, environment_digest

# What `nbgrader generate_assignment` does before it saves the cells.
RELEASE_STEPS = (LockCells, ClearSolutions, ComputeChecksums, SaveCells)
COURSE_ID = "rnn-course"


class GradeBook:
    """The one writer of a course's records. A context manager; every `record` is one transaction."""

    def __init__(self, records: CourseRecords) -> None:
        self.records = records
        records.folder.mkdir(parents=True, exist_ok=True)
        self._book = _open(records.database)
        VerdictStore.create(self._book.db.connection())
        self._book.db.commit()

    def __enter__(self) -> GradeBook:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._book.close()

    @property
    def verdicts(self) -> VerdictStore:
        """The rows beside the grades, in the current transaction."""
        return VerdictStore(self._book.db.connection())

    def register(self, key: LessonKey) -> None:
        """Make the lesson known, as `nbgrader generate_assignment` does."""
        name = key.lesson.name
        self._book.update_or_create_assignment(name)
        notebook = nbformat.read(SOLUTIONS / name / f"{name}.ipynb", as_version=4)
        marks = {"notebook": name, "assignment": name, "db_url": self.records.database}
        for step in RELEASE_STEPS:
            notebook, _ = step().preprocess(notebook, {"nbgrader": marks})
        self._book.db.expire_all()

    def is_current(self, student: str, key: LessonKey, digest: str, level: str) -> bool:
        """Whether the recorded grade still stands: same submission, same lesson, same environment, same level."""
        state = self.verdicts.state(student, key.lesson.name)
        if state is None or state.state == "not_graded":
            return False
        made_by = (state.submission, state.key, state.environment, state.level)
        return made_by == (digest, key.digest, environment_digest(), level)

    def record(self, student: str, key: LessonKey, graded: Graded) -> None:
        """Record a graded submission: scores, comments, verdict rows and the executed notebook."""
        submitted = self._submission(student, key)
        for grade in submitted.grades:
            verdict = graded.verdicts.get(grade.name)
            if verdict is None:
                _set_written(grade, graded.notebook)
            else:
                _set_judged(grade, verdict)
        for comment in submitted.comments:
            comment.auto_comment = "No response." if _is_untouched(graded.notebook, comment.name) else None
        state = SubmissionState("graded", "", graded.digest, key.digest, environment_digest(), graded.level)
        self.verdicts.replace(student, key.lesson.name, state, graded.seconds, graded)
        write_whole(self.records.autograded(student, key.lesson.name), notebook_text(graded.notebook))
        self._book.db.commit()

    def record_unreadable(self, student: str, key: LessonKey, digest: str, cause: str, level: str) -> None:
        """Record that a file holds nothing to grade: no points, with its cause, for a person to look at."""
        for grade in self._submission(student, key).grades:
            grade.auto_score = 0.0
            grade.needs_manual_grade = True
        state = SubmissionState("unreadable", cause, digest, key.digest, environment_digest(), level)
        self.verdicts.replace(student, key.lesson.name, state, 0.0, None)
        self._book.db.commit()

    def record_not_graded(self, student: str, key: LessonKey, digest: str, cause: str, level: str) -> None:
        """Record that the grader failed, perhaps while recording: no score at all, to be graded again."""
        self._book.db.rollback()
        for grade in self._submission(student, key).grades:
            grade.auto_score = None
            grade.needs_manual_grade = True
        state = SubmissionState("not_graded", cause, digest, key.digest, environment_digest(), level)
        self.verdicts.replace(student, key.lesson.name, state, 0.0, None)
        self._book.db.commit()

    def persons_words(self, student: str, lesson: str) -> dict[str, PersonsWord]:
        """What people said of a submission in formgrader, by exercise."""
        submitted = self._book.find_submission_notebook(lesson, lesson, student)
        comments = {comment.name: comment.manual_comment or "" for comment in submitted.comments}
        return {
            grade.name: PersonsWord(
                grade.manual_score, comments.get(grade.name) or comments.get(f"{grade.name}_answer", "")
            )
            for grade in submitted.grades
        }

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
    return Gradebook(database, COURSE_ID)


def _set_judged(grade: Any, verdict: Verdict) -> None:
    grade.auto_score = verdict.score
    # A person's score stands; nbgrader shows that there is a new one beside it.
    grade.needs_manual_grade = grade.manual_score is not None


def _set_written(grade: Any, notebook: nbformat.NotebookNode) -> None:
    if _is_untouched(notebook, grade.name):
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
