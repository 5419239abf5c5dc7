"""Stock nbgrader works on the course at every stage, and agrees with our judge on honest work."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook
from submissions.build import Labelled, labelled_submissions, notebook_of

from grader.build.lesson import notebook_text
from grader.engine.interface import Engine
from grader.exercises import load_lesson
from grader.judge.grading import grade_submission
from grader.judge.key import lesson_key
from grader.paths import NOTEBOOKS, ROOT, SOLUTIONS

ROAD = "lesson3_rnn_cell"
HONEST = ("accepted", "wrong", "half_finished")


def _nbgrader(course: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=course,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def _short(labelled: Labelled) -> nbformat.NotebookNode:
    """The submission of a student who deleted the experiments, which keeps these tests quick."""
    notebook = notebook_of(labelled)
    notebook.cells = [cell for cell in notebook.cells if "experiment" not in cell.metadata.get("tags", [])]
    return notebook


def _honest() -> dict[str, Labelled]:
    chosen: dict[str, Labelled] = {}
    for labelled in labelled_submissions(ROAD):
        if labelled.verdict in HONEST:
            chosen.setdefault(labelled.verdict, labelled)
    return chosen


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course folder with one lesson, released and autograded by stock nbgrader."""
    folder = tmp_path_factory.mktemp("course")
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    shutil.copytree(SOLUTIONS / ROAD, folder / "solutions" / ROAD)
    shutil.copytree(NOTEBOOKS / ROAD, folder / "notebooks" / ROAD)
    _nbgrader(folder, "generate_assignment", ROAD, "--force")
    for student, labelled in _honest().items():
        target = folder / "submitted" / student / ROAD
        target.mkdir(parents=True)
        (target / f"{ROAD}.ipynb").write_text(notebook_text(_short(labelled)), encoding="utf-8")
    _nbgrader(folder, "autograde", ROAD)
    return folder


def test_generate_assignment_makes_the_student_notebook_that_we_build(course: Path) -> None:
    made = nbformat.read(course / "notebooks" / ROAD / f"{ROAD}.ipynb", as_version=4)
    ours = nbformat.read(NOTEBOOKS / ROAD / f"{ROAD}.ipynb", as_version=4)
    assert [(cell.id, cell.source, cell.metadata) for cell in made.cells] == [
        (cell.id, cell.source, cell.metadata) for cell in ours.cells
    ]
    assert sorted(path.name for path in (course / "notebooks" / ROAD).iterdir()) == ["checks.json", f"{ROAD}.ipynb"]


def test_stock_autograde_and_our_judge_give_the_same_scores_to_honest_work(course: Path, engine: Engine) -> None:
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}", "rnn-course") as book:
        for student in _honest():
            path = course / "submitted" / student / ROAD / f"{ROAD}.ipynb"
            ours = grade_submission(path, lesson_key(ROAD), engine, b"another secret of thirty-two bytes")
            submitted = book.find_submission_notebook(ROAD, ROAD, student)
            stock = {grade.name: grade.auto_score for grade in submitted.grades if grade.name in ours.verdicts}
            assert stock == {name: verdict.score for name, verdict in ours.verdicts.items()}, student


def test_generate_feedback_works_on_what_was_autograded(course: Path) -> None:
    _nbgrader(course, "generate_feedback", ROAD)
    assert (course / "feedback" / "accepted" / ROAD / f"{ROAD}.html").is_file()


@pytest.mark.parametrize(("verdict", "succeeds"), [("accepted", True), ("wrong", False), ("untouched", False)])
def test_nbgrader_validate_tells_right_from_wrong_and_from_untouched(
    verdict: str, succeeds: bool, course: Path
) -> None:
    labelled = next(item for item in labelled_submissions(ROAD) if item.verdict == verdict)
    path = course / "notebooks" / ROAD / f"{verdict}.ipynb"
    path.write_text(notebook_text(_short(labelled)), encoding="utf-8")
    said = _nbgrader(course, "validate", str(path))
    path.unlink()
    assert ("Success" in said) == succeeds


def test_the_released_exercises_are_those_of_the_grade_book(course: Path) -> None:
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}", "rnn-course") as book:
        cells = {cell.name: cell.max_score for cell in book.find_notebook(ROAD, ROAD).grade_cells}
    assert cells == {exercise.name: exercise.points for exercise in load_lesson(ROAD).exercises}
