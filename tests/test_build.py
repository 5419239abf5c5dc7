"""Building: the same bytes each time, nbgrader's own format, and a check that sees what is stale."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
from pathlib import Path

import nbformat
import pytest
from nbgrader.nbgraderformat import MetadataValidator

from course_utils.cases import FILE_NAME, lesson_from_json, lesson_to_json
from grader.build import build_lesson, compare_with_disk, write_lesson
from grader.build.execute import executed
from grader.build.lesson import notebook_text
from grader.build.text import read_text
from grader.exercises import all_lessons, load_lesson
from grader.paths import NOTEBOOKS, SOLUTIONS
from grader.spec import SpecError

ROAD = "lesson3_rnn_cell"


@pytest.fixture(scope="module")
def built() -> object:
    return build_lesson(ROAD, execute=False)


def test_building_twice_gives_the_same_bytes(built) -> None:
    again = build_lesson(ROAD, execute=False)
    assert notebook_text(again.student) == notebook_text(built.student)
    assert notebook_text(again.solved) == notebook_text(built.solved)
    assert again.checks == built.checks


def test_visible_cases_survive_being_written_and_read(built) -> None:
    assert lesson_to_json(lesson_from_json(built.checks)) == built.checks


def test_the_check_says_what_is_stale_and_what_is_missing(built, tmp_path: Path) -> None:
    solutions, notebooks, figures = tmp_path / "solutions", tmp_path / "notebooks", tmp_path / "figures"
    executed = nbformat.read(SOLUTIONS / ROAD / f"{ROAD}.ipynb", as_version=4)
    built = dataclasses.replace(built, solved=executed)
    assert len(list(compare_with_disk(built, solutions, notebooks, figures))) == 5
    write_lesson(built, solutions, notebooks, figures)
    assert not list(compare_with_disk(built, solutions, notebooks, figures))
    student = notebooks / ROAD / f"{ROAD}.ipynb"
    student.write_text(student.read_text().replace("YOUR CODE HERE", "YOUR CODE BELOW"))
    checks = notebooks / ROAD / FILE_NAME
    checks.write_text(checks.read_text().replace('"hidden_cases": ', '"hidden_cases": 1'))
    (figures / f"{ROAD}.png").write_bytes(b"")
    problems = "\n".join(compare_with_disk(built, solutions, notebooks, figures))
    assert "is not what its text builds" in problems
    assert "is not the picture of the solved notebook" in problems
    assert "rnn_step" in problems


def test_every_notebook_is_valid_nbgrader_with_fixed_and_unique_ids(lesson_name: str) -> None:
    for root in (SOLUTIONS, NOTEBOOKS):
        notebook = nbformat.read(root / lesson_name / f"{lesson_name}.ipynb", as_version=4)
        nbformat.validate(notebook)
        MetadataValidator().validate_nb(notebook)
        ids = [cell.id for cell in notebook.cells]
        assert len(set(ids)) == len(ids)


def test_points_and_grade_ids_come_from_the_spec(lesson_name: str) -> None:
    notebook = nbformat.read(NOTEBOOKS / lesson_name / f"{lesson_name}.ipynb", as_version=4)
    graded = {
        cell.metadata.nbgrader.grade_id: cell.metadata.nbgrader.points
        for cell in notebook.cells
        if cell.metadata.get("nbgrader", {}).get("grade")
    }
    assert graded == {exercise.name: exercise.points for exercise in load_lesson(lesson_name).exercises}


def test_students_receive_stubs_and_no_outputs(lesson_name: str) -> None:
    notebook = nbformat.read(NOTEBOOKS / lesson_name / f"{lesson_name}.ipynb", as_version=4)
    for cell in notebook.cells:
        marks = cell.metadata.get("nbgrader", {})
        assert not cell.get("outputs")
        if marks.get("solution"):
            assert "YOUR CODE HERE" in cell.source or cell.source == "YOUR ANSWER HERE", marks["grade_id"]


def test_every_lesson_has_an_experiment_a_written_answer_and_further_reading(lesson_name: str) -> None:
    cells = read_text(load_lesson(lesson_name))
    prose = "\n".join(cell.source for cell in cells if cell.is_markdown)
    assert any(cell.role == "experiment" for cell in cells)
    assert any(cell.role == "written" for cell in cells)
    assert re.search(r"^#+ .*what you can now do", prose, flags=re.IGNORECASE | re.MULTILINE)
    assert re.search(r"^#+ .*further reading", prose, flags=re.IGNORECASE | re.MULTILINE)
    assert "minutes" in prose


def test_every_cell_excused_from_the_regression_says_why(lesson_name: str) -> None:
    notebook = nbformat.read(SOLUTIONS / lesson_name / f"{lesson_name}.ipynb", as_version=4)
    for cell in notebook.cells:
        excused = "nbval-ignore-output" in cell.metadata.get("tags", [])
        assert excused == bool(cell.metadata.get("ignore_output", "").strip())


def test_no_two_exercises_of_the_course_share_a_name() -> None:
    names = [exercise.name for lesson in all_lessons() for exercise in lesson.exercises]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('check("rnn_step", rnn_step)', 'check("rnn_step", rnn_forward)', "must be exactly"),
        ('# %% exercise="rnn_step"', "# %%", "text and spec differ"),
        ("# %% setup", "# %%", "the word setup"),
        ("# %% setup", "# %% set_up", "is not known"),
    ],
)
def test_a_lesson_text_that_breaks_a_rule_is_refused_with_its_cause(
    old: str, new: str, complaint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(SOLUTIONS / ROAD, tmp_path / ROAD)
    text = tmp_path / ROAD / f"{ROAD}.py"
    assert old in text.read_text(encoding="utf-8")
    text.write_text(text.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    monkeypatch.setattr("grader.build.text.lesson_text_path", lambda name: tmp_path / name / f"{name}.py")
    with pytest.raises(SpecError, match=complaint):
        read_text(load_lesson(ROAD))


def test_checks_ship_beside_both_notebooks_and_are_the_same(lesson_name: str) -> None:
    texts = [(root / lesson_name / FILE_NAME).read_text(encoding="utf-8") for root in (SOLUTIONS, NOTEBOOKS)]
    assert texts[0] == texts[1]
    assert json.loads(texts[0])["lesson"] == lesson_name


def test_the_minutes_of_the_sections_add_up_to_those_of_the_lesson(lesson_name: str) -> None:
    text = (SOLUTIONS / lesson_name / f"{lesson_name}.py").read_text(encoding="utf-8")
    sections = re.findall(r"^# (?:## .*\((\d+) minutes\)|\| \d · .* \| (\d+) \|)$", text, re.MULTILINE)
    assert sum(int(heading or row) for heading, row in sections) == load_lesson(lesson_name).minutes


IN_PIECES = """import sys
from IPython.display import display
print("a", flush=True)
print("b", flush=True)
print("c", file=sys.stderr, flush=True)
display("figure")
print("d", flush=True)
print("e")"""


def test_what_a_kernel_sends_in_pieces_is_one_output_and_stays_on_its_side_of_a_figure() -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(IN_PIECES)])
    outputs = executed(notebook, "a lesson", "{}").cells[0].outputs
    told = [(output.get("name", "figure"), output.get("text", "")) for output in outputs]
    assert told == [("stdout", "a\nb\n"), ("stderr", "c\n"), ("figure", ""), ("stdout", "d\ne\n")]
