"""Grading a class: scores in nbgrader's grade book, a cause for every 0, nothing graded twice, nothing lost."""

from __future__ import annotations

import argparse
import concurrent.futures
import contextlib
import io
import weakref
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest
from nbgrader.api import Gradebook
from submissions.build import labelled_submissions, notebook_of

from grader.build.lesson import notebook_text
from grader.cli import main
from grader.commands import grade
from grader.engine.errors import EngineError
from grader.exercises import load_lesson
from grader.judge.key import lesson_key
from grader.paths import SOLUTIONS
from grader.records import gradebook
from grader.records.course import CourseRecords
from grader.spec import Written

ROAD = "lesson3_rnn_cell"
WRITTEN = next(exercise.name for exercise in load_lesson(ROAD).exercises if isinstance(exercise, Written))


def _hand_in(folder: Path, student: str, verdict: str) -> None:
    labelled = next(item for item in labelled_submissions(ROAD) if item.verdict == verdict)
    target = folder / student / ROAD
    target.mkdir(parents=True)
    (target / f"{ROAD}.ipynb").write_text(notebook_text(notebook_of(labelled)), encoding="utf-8")


def _run(*arguments: str) -> tuple[int, str]:
    screen = io.StringIO()
    with contextlib.redirect_stdout(screen), contextlib.redirect_stderr(screen):
        status = main(list(arguments))
    return status, screen.getvalue()


def _grade(*arguments: str) -> tuple[int, str]:
    return _run("grade", *arguments)


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class of four, one file of which is no notebook, graded once."""
    folder = tmp_path_factory.mktemp("class")
    for student, verdict in (("ada", "accepted"), ("bob", "wrong"), ("cem", "untouched")):
        _hand_in(folder / "submitted", student, verdict)
    broken = folder / "submitted" / "dee" / ROAD
    broken.mkdir(parents=True)
    (broken / f"{ROAD}.ipynb").write_text('{"cells": [')
    status, said = _grade(str(folder / "submitted"), "--to", str(folder))
    assert status == 0, said
    return folder


def test_the_grade_book_holds_the_scores_and_what_waits_for_a_person(graded: Path) -> None:
    points = {exercise.name: exercise.points for exercise in load_lesson(ROAD).judged}
    with Gradebook(CourseRecords(graded).database, "rnn-course") as book:
        ada = {grade.name: grade for grade in book.find_submission_notebook(ROAD, ROAD, "ada").grades}
        assert {name: ada[name].auto_score for name in points} == points
        assert ada[WRITTEN].auto_score is None
        assert ada[WRITTEN].needs_manual_grade
        cem = {grade.name: grade for grade in book.find_submission_notebook(ROAD, ROAD, "cem").grades}
        assert {grade.auto_score for grade in cem.values()} == {0.0}
        assert not cem[WRITTEN].needs_manual_grade


def test_a_file_that_is_no_notebook_has_its_cause_on_record_and_stops_nobody(graded: Path) -> None:
    status, said = _run("explain", "dee", "rnn_step", "--to", str(graded))
    assert status == 0
    assert "unreadable: the file is not a notebook" in said


def test_parts_and_cases_come_back_in_the_order_of_the_lesson(graded: Path) -> None:
    with gradebook.GradeBook(CourseRecords(graded)) as book:
        parts, cases = book.verdicts.parts("ada", ROAD), book.verdicts.cases("ada", ROAD)
    for exercise in load_lesson(ROAD).judged:
        if exercise.parts:
            assert [row["part"] for row in parts if row["exercise"] == exercise.name] == [
                part.name for part in exercise.parts
            ]
        numbers = [row["number"] for row in cases if row["exercise"] == exercise.name]
        assert numbers == list(range(len(numbers)))


def test_every_zero_can_be_explained(graded: Path) -> None:
    with Gradebook(CourseRecords(graded).database, "rnn-course") as book:
        bob = {grade.name: grade.auto_score for grade in book.find_submission_notebook(ROAD, ROAD, "bob").grades}
    lost = [exercise for exercise in load_lesson(ROAD).judged if bob[exercise.name] < exercise.points]
    assert lost
    for exercise in lost:
        _, said = _run("explain", "bob", exercise.name, "--to", str(graded))
        assert f"{bob[exercise.name]:g} of {exercise.points:g} points" in said
        assert "expected" in said or "raised" in said or "misconception" in said


def test_another_set_of_exercises_needs_other_records(
    graded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = nbformat.read(SOLUTIONS / ROAD / f"{ROAD}.ipynb", as_version=4)
    changed.cells = [cell for cell in changed.cells if cell.metadata.get("nbgrader", {}).get("grade_id") != WRITTEN]
    (tmp_path / ROAD).mkdir()
    nbformat.write(changed, tmp_path / ROAD / f"{ROAD}.ipynb")
    monkeypatch.setattr(gradebook, "SOLUTIONS", tmp_path)
    status, said = _grade(str(graded / "submitted"), "--to", str(graded))
    assert status == 1
    assert "Grade this version into records of its own" in said.splitlines()[-1]


def test_what_was_graded_is_forgotten_once_it_is_recorded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    class Result:
        pass

    alive: weakref.WeakSet[Result] = weakref.WeakSet()
    counted: list[int] = []

    def graded(*given: object) -> Result:
        made = Result()
        alive.add(made)
        return made

    def take(task: grade.Task, future: concurrent.futures.Future[Any]) -> bool:
        counted.append(len(alive))
        return isinstance(future.result(), Result)

    monkeypatch.setattr(grade, "grade_submission", graded)
    tasks = [grade.Task(f"student{number}", lesson_key(ROAD), tmp_path) for number in range(20)]
    book: Any = SimpleNamespace(records=SimpleNamespace(secret=lambda: b""))
    engine: Any = None
    assert grade._grade_all(tasks, book, engine, argparse.Namespace(force=True, jobs=1), take) == 0
    assert len(counted) == 20
    assert counted[-1] <= 2


def test_a_second_run_grades_nothing_again(graded: Path) -> None:
    _, said = _grade(str(graded / "submitted"), "--to", str(graded))
    assert "4 unchanged since they were graded" in said


def test_a_persons_score_survives_a_regrade_and_reaches_the_feedback(graded: Path) -> None:
    with Gradebook(CourseRecords(graded).database, "rnn-course") as book:
        grade = book.find_grade(WRITTEN, ROAD, ROAD, "ada")
        grade.manual_score, grade.needs_manual_grade = 1.5, False
        book.find_comment(WRITTEN, ROAD, ROAD, "ada").manual_comment = "Well said."
        book.db.commit()
    _grade(str(graded / "submitted"), "--to", str(graded), "--force")
    with Gradebook(CourseRecords(graded).database, "rnn-course") as book:
        assert book.find_grade(WRITTEN, ROAD, ROAD, "ada").manual_score == 1.5
    _run("feedback", "--to", str(graded))
    page = CourseRecords(graded).feedback("ada", ROAD).read_text(encoding="utf-8")
    assert f"{WRITTEN}: 1.5 of" in page
    assert "Well said." in page


def test_what_the_grader_failed_on_is_not_graded_and_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _hand_in(tmp_path / "submitted", "ada", "untouched")

    def fails(*_: object) -> None:
        raise EngineError("no room for another process")

    with monkeypatch.context() as patch:
        patch.setattr("grader.commands.grade.grade_submission", fails)
        status, said = _grade(str(tmp_path / "submitted"), "--to", str(tmp_path))
    assert status == 1
    assert "not graded (no room for another process)" in said
    with Gradebook(CourseRecords(tmp_path).database, "rnn-course") as book:
        assert book.find_grade("rnn_step", ROAD, ROAD, "ada").auto_score is None
    status, _ = _grade(str(tmp_path / "submitted"), "--to", str(tmp_path))
    assert status == 0
    with Gradebook(CourseRecords(tmp_path).database, "rnn-course") as book:
        assert book.find_grade("rnn_step", ROAD, ROAD, "ada").auto_score == 0.0


def test_the_secret_of_the_hidden_cases_is_for_its_owner_only(graded: Path) -> None:
    path = graded / ".hidden-cases-secret"
    assert path.stat().st_mode & 0o077 == 0
    assert CourseRecords(graded).secret() == CourseRecords(graded).secret()


def test_a_folder_named_in_html_is_refused_and_stops_nobody(tmp_path: Path) -> None:
    _hand_in(tmp_path / "submitted", "<b onclick=x>", "untouched")
    _hand_in(tmp_path / "submitted", "cem", "untouched")
    status, said = _grade(str(tmp_path / "submitted"), "--to", str(tmp_path))
    assert status == 1
    assert "'<b onclick=x>': not graded. Rename the folder" in said
    with Gradebook(CourseRecords(tmp_path).database, "rnn-course") as book:
        assert [student.id for student in book.students] == ["cem"]
