"""Grading again after a spec changed: seen before it happens, never silently lower, and every move on record."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from nbgrader.api import Gradebook
from submissions.build import labelled_submissions, notebook_of

from grader.build.lesson import notebook_text
from grader.cli import main
from grader.commands import grade
from grader.engine.errors import EngineError
from grader.judge.key import LessonKey, lesson_key
from grader.records.changes import ChangeLog, Move, moves_of
from grader.records.course import CourseRecords
from grader.records.gradebook import GradeBook

ROAD = "lesson3_rnn_cell"
CHANGED = "readout"


def _hand_in(folder: Path, student: str, verdict: str) -> None:
    labelled = next(item for item in labelled_submissions(ROAD) if item.verdict == verdict)
    target = folder / student / ROAD
    target.mkdir(parents=True, exist_ok=True)
    (target / f"{ROAD}.ipynb").write_text(notebook_text(notebook_of(labelled)), encoding="utf-8")


def _grade(folder: Path, *options: str) -> tuple[int, str]:
    screen = io.StringIO()
    with contextlib.redirect_stdout(screen), contextlib.redirect_stderr(screen):
        status = main(["grade", str(folder / "submitted"), "--to", str(folder), "--jobs", "1", *options])
    return status, screen.getvalue()


def _changed_key(name: str) -> LessonKey:
    """The lesson with another truth for one exercise, as after an edit of its oracle."""
    key = lesson_key(name)
    if name != ROAD:
        return key
    exercises = tuple(
        dataclasses.replace(exercise, oracle=_other_truth(exercise.oracle)) if exercise.name == CHANGED else exercise
        for exercise in key.lesson.exercises
    )
    lesson = dataclasses.replace(key.lesson, exercises=exercises)
    return dataclasses.replace(key, lesson=lesson, digest=hashlib.sha256(b"changed").hexdigest())


def _other_truth(oracle: Any) -> Any:
    def other(**inputs: Any) -> Any:
        return np.asarray(oracle(**inputs)) + 1.0

    return other


def _scores(folder: Path, student: str) -> dict[str, float]:
    with Gradebook(CourseRecords(folder).database, "rnn-course") as book:
        return {grade.name: grade.auto_score for grade in book.find_submission_notebook(ROAD, ROAD, student).grades}


def _changes(folder: Path) -> list[dict[str, Any]]:
    with GradeBook(CourseRecords(folder)) as book:
        return ChangeLog(book.connection).rows()


def _contents(folder: Path) -> dict[str, str]:
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ada has what she wrote right; bob wrote nothing."""
    folder = tmp_path_factory.mktemp("regrading")
    _hand_in(folder / "submitted", "ada", "half_finished")
    _hand_in(folder / "submitted", "bob", "untouched")
    status, said = _grade(folder)
    assert status == 0, said
    return folder


@pytest.fixture
def changed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The spec of one exercise is another one than when the class was graded."""
    monkeypatch.setattr(grade, "lesson_key", _changed_key)


def test_the_first_grading_moves_nobody(graded: Path) -> None:
    assert _scores(graded, "ada")[CHANGED] == 1
    assert _changes(graded) == []


@pytest.mark.usefixtures("changed")
def test_a_dry_run_shows_who_would_move_and_by_how_much_and_writes_nothing(graded: Path) -> None:
    before = _contents(graded)
    status, said = _grade(graded, "--dry-run")
    assert status == 0, said
    row = next(line for line in said.splitlines() if CHANGED in line)
    assert row.split() == ["ada", ROAD, CHANGED, "1", "0", "-1"]
    assert "1 submissions would move (0 up, 1 down), 1 would stay. Nothing was written." in said
    assert _contents(graded) == before


@pytest.mark.usefixtures("changed")
def test_never_lower_keeps_the_higher_score_with_its_reasons_and_a_regrade_without_it_moves(graded: Path) -> None:
    _grade(graded, "--never-lower")
    assert _scores(graded, "ada")[CHANGED] == 1
    with GradeBook(CourseRecords(graded)) as book:
        parts = [part for part in book.verdicts.parts("ada", ROAD) if part["exercise"] == CHANGED]
        cases = [case for case in book.verdicts.cases("ada", ROAD) if case["exercise"] == CHANGED]
    assert [part["score"] for part in parts] == [1]
    assert {case["outcome"] for case in cases} == {"passed"}
    (kept,) = _changes(graded)
    assert (kept["student"], kept["old_score"], kept["new_score"]) == ("ada", 1, 1)
    assert kept["reason"] == "changed lesson; graded 0, the higher score was kept"

    _grade(graded, "--force")
    assert _scores(graded, "ada")[CHANGED] == 0
    *_, moved = _changes(graded)
    assert (moved["exercise"], moved["old_score"], moved["new_score"]) == (CHANGED, 1, 0)
    assert moved["reason"] == "graded again"
    assert kept["key_before"] != kept["key_after"] == moved["key_before"]
    assert moved["submission_before"] == moved["submission_after"] != ""


def test_a_score_on_record_cannot_be_rewritten(graded: Path) -> None:
    engine = sa.create_engine(CourseRecords(graded).database)
    with engine.connect() as connection, pytest.raises(sa.exc.IntegrityError, match="only grows"):
        connection.execute(sa.text("UPDATE course_score_change SET new_score = 9"))
    with engine.connect() as connection, pytest.raises(sa.exc.IntegrityError, match="only grows"):
        connection.execute(sa.text("DELETE FROM course_score_change"))
    engine.dispose()


def test_a_failing_regrade_that_must_not_lower_leaves_the_grade_and_is_tried_again(
    graded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _scores(graded, "ada")

    def fails(*_: object) -> None:
        raise EngineError("no room for another process")

    with monkeypatch.context() as patch:
        patch.setattr(grade, "grade_submission", fails)
        status, said = _grade(graded, "--force", "--never-lower")
    assert status == 1
    assert "not graded (no room for another process)" in said
    assert _scores(graded, "ada") == before


def test_a_dry_run_without_records_says_so_and_makes_none(tmp_path: Path) -> None:
    _hand_in(tmp_path / "submitted", "ada", "untouched")
    status, said = _grade(tmp_path, "--dry-run")
    assert status == 1
    assert "Nothing is graded" in said
    assert {path.name for path in tmp_path.iterdir()} == {"submitted"}


@pytest.mark.parametrize(
    ("old", "new", "scale", "expected"),
    [
        (2.0, 1.0, None, [Move("e", 2.0, 1.0, 1.0)]),
        (2.0, 1.0, {"e": 1.0}, [Move("e", 2.0, 2.0, 1.0)]),
        (2.0, 3.0, {"e": 1.0}, [Move("e", 2.0, 3.0, 3.0)]),
        (2.0, 2.0, {"e": 1.0}, []),
        (2.0, 3.0, {"e": 2.0}, [Move("e", 2.0, 4.0, 3.0)]),
        (None, 1.0, None, [Move("e", None, 1.0, 1.0)]),
        (1.0, None, None, [Move("e", 1.0, None, None)]),
        (None, None, None, []),
    ],
)
def test_a_move_is_the_difference_of_what_counts(
    old: float | None, new: float | None, scale: dict[str, float] | None, expected: list[Move]
) -> None:
    assert moves_of({"e": old}, {"e": new}, scale) == expected
