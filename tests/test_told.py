"""What notebooks tell of tries and time: read as a stranger's word, kept beside the verdicts, shown with what it rests on."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import sqlite3
import time
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from nbformat.v4 import new_output
from recorded_class import JUDGED, LESSON, ROAD, book_in, graded, item_of, material_of, record
from submissions.build import labelled_submissions, notebook_of

from course_utils.tries import MAX_MINUTES, MAX_TRIES
from grader.build.lesson import notebook_text
from grader.cli import main
from grader.engine.interface import Engine
from grader.judge.grading import Graded, grade_submission
from grader.judge.key import lesson_key
from grader.judge.submission import read_submission
from grader.judge.told import NOTHING, Told, told_in
from grader.records.course import CourseRecords
from grader.records.gradebook import GradeBook
from grader.records.marks import read_marks
from grader.records.told import TOLD, told_rows
from grader.report.course_page import course_page
from grader.report.lesson_page import lesson_page

FIRST = JUDGED[0]


def _cell(told: Any, **others: Any) -> dict[str, Any]:
    output = {"output_type": "display_data", "data": {}, "metadata": {"course_utils": told}}
    marks = {"nbgrader": {"grade_id": FIRST}}
    return {"cell_type": "code", "source": "", "metadata": marks, "outputs": [output]} | others


def _notebook_file(folder: Path, *cells: dict[str, Any]) -> Path:
    path = folder / f"{ROAD}.ipynb"
    path.write_text(json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}), encoding="utf-8")
    return path


def test_whole_numbers_within_bounds_are_read() -> None:
    assert told_in(_cell({"tries": 3, "minutes": 12})) == Told(3, 12)
    assert told_in(_cell({"tries": 1, "minutes": 0})) == Told(1, 0)
    assert told_in(_cell({"tries": MAX_TRIES, "minutes": MAX_MINUTES})) == Told(MAX_TRIES, MAX_MINUTES)
    assert told_in(_cell({"minutes": 5})) == Told(None, 5)


@pytest.mark.parametrize(
    "value",
    [
        0,
        -1,
        10**6,
        10**400,
        1.0,
        float("nan"),
        float("inf"),
        True,
        "3",
        "<script>",
        None,
        [3],
        {"tries": 3},
        "9" * 10**6,
    ],
    ids=range(14),
)
def test_anything_else_is_passed_over(value: Any) -> None:
    assert told_in(_cell({"tries": value, "minutes": 7})) == Told(None, 7)


@pytest.mark.parametrize(
    "outputs",
    [
        None,
        "outputs",
        {"0": {}},
        [None, 3, "x", []],
        [{"metadata": None}, {"metadata": [3]}, {"metadata": {"course_utils": 3}}, {"metadata": {"course_utils": [3]}}],
    ],
    ids=range(5),
)
def test_outputs_of_any_shape_tell_nothing_and_hurt_nobody(outputs: Any) -> None:
    assert told_in(_cell({}, outputs=outputs)) == NOTHING


def test_a_million_keys_are_as_good_as_none(tmp_path: Path) -> None:
    many = _cell({f"k{number}": number for number in range(1_000_000)} | {"tries": 4})
    path = _notebook_file(tmp_path, many)
    start = time.process_time()
    assert read_submission(path).told([FIRST]) == {FIRST: Told(4, None)}
    assert time.process_time() - start < 10


def test_only_the_check_cell_of_the_exercise_speaks_and_the_first_of_two(tmp_path: Path) -> None:
    elsewhere = _cell({"tries": 9}, metadata={"nbgrader": {"grade_id": f"{FIRST}_answer"}})
    words = _cell({"tries": 8}, cell_type="markdown")
    path = _notebook_file(tmp_path, elsewhere, words, _cell({"tries": 2}), _cell({"tries": 7}))
    assert read_submission(path).told([FIRST]) == {FIRST: Told(2, None)}
    assert read_submission(path).told(["readout"]) == {}


def _submission(folder: Path, told: Any) -> Path:
    notebook = notebook_of(next(item for item in labelled_submissions(ROAD) if item.verdict == "half_finished"))
    for cell in notebook.cells:
        if told is not None and cell.metadata.get("nbgrader", {}).get("grade_id") in JUDGED:
            cell.outputs = [new_output("display_data", metadata={"course_utils": told})]
    folder.mkdir(parents=True)
    path = folder / f"{ROAD}.ipynb"
    path.write_text(notebook_text(notebook), encoding="utf-8")
    return path


def test_what_a_notebook_tells_is_read_from_the_file_and_moves_no_score(tmp_path: Path, engine: Engine) -> None:
    done = {
        name: grade_submission(_submission(tmp_path / name, told), lesson_key(ROAD), engine, b"secret")
        for name, told in (
            ("silent", None),
            ("tells", {"tries": 3, "minutes": 12}),
            ("boasts", {"tries": -1, "score": 99}),
        )
    }
    assert {name: one.told.get(FIRST) for name, one in done.items()} == {
        "silent": None,
        "tells": Told(3, 12),
        "boasts": None,
    }
    outcomes = [[(one.status, one.score) for one in each.verdicts.values()] for each in done.values()]
    assert outcomes[0] == outcomes[1] == outcomes[2]
    shown = [output for each in done.values() for cell in each.notebook.cells for output in cell.get("outputs", [])]
    assert not [output for output in shown if "course_utils" in output.get("metadata", {})]


def _telling(tries: int | None, minutes: int | None, **ways: str) -> Graded:
    found = graded(**ways)
    found.told[FIRST] = Told(tries, minutes)
    found.told["readout"] = Told(1, minutes and minutes - 1)
    return found


@pytest.fixture(scope="module")
def five(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three tell that they have it right, one that it is not right so far, one tells nothing."""
    folder = tmp_path_factory.mktemp("five")
    told = {"ada": _telling(2, 30), "bob": _telling(7, 90), "cem": _telling(4, None)}
    record(folder, told | {"dee": _telling(40, 200, **{FIRST: "untried"}), "eve": graded()})
    return folder


def test_the_report_shows_medians_and_how_many_told(five: Path) -> None:
    material = material_of(five)
    assert item_of(material, FIRST).tries_right == (2, 7, 4)
    assert item_of(material, FIRST).tries_open == (40,)
    assert material.minutes == (30, 90, 200)
    page = lesson_page(material, ())
    assert "Time on task: 90 minutes (median of the 3 notebooks that tell it; 2 do not)" in page
    assert '<td class="number">4 (of 3)</td>' in page
    assert '<td class="number">not known</td>' in page
    assert "students' own machines" in unescape(page)
    assert f"{FIRST} 2 to 7 tries of 3 who have it right, 40 to 40 of 1 who have not; " in page
    assert '<td class="number">90 (of 3)</td>' in course_page([material])


def test_where_nobody_tells_it_is_not_known_and_no_figure_is_drawn(tmp_path: Path) -> None:
    record(tmp_path, {"ada": graded(), "bob": graded(otherwise="untried")})
    page = lesson_page(material_of(tmp_path), ())
    assert "Time on task: not known" in page
    assert "How often each check was tried" not in page
    assert '<td class="number">not known</td>' in course_page([material_of(tmp_path)])


def test_a_later_file_replaces_what_an_earlier_one_told(tmp_path: Path) -> None:
    with book_in(tmp_path) as book:
        for later in (_telling(2, 30), _telling(None, 50), graded()):
            book.record("ada", lesson_key(ROAD), later)
            rows = told_rows(book.connection)
            assert rows.tries.get(("ada", ROAD, FIRST)) == (later.told.get(FIRST) or NOTHING).tries
            assert rows.minutes.get(("ada", ROAD)) == (later.told.get(FIRST) or NOTHING).minutes
        book.record("ada", lesson_key(ROAD), _telling(2, 30))
        book.record_unreadable("ada", lesson_key(ROAD), "", "it is no notebook", "full")
        assert told_rows(book.connection).tries == {}


def _without_the_table(folder: Path) -> CourseRecords:
    with contextlib.closing(sqlite3.connect(folder / "gradebook.db")) as database:
        database.execute(f"DROP TABLE {TOLD.name}")
    return CourseRecords(folder)


def test_a_grade_book_of_before_is_read_and_gets_the_table_when_it_is_written(tmp_path: Path) -> None:
    record(tmp_path, {"ada": _telling(2, 30)})
    records = _without_the_table(tmp_path)
    assert "Time on task: not known" in lesson_page(material_of(tmp_path), ())
    assert read_marks(records).submissions[0].minutes is None
    with GradeBook(records) as book:
        book.record("ada", lesson_key(ROAD), _telling(3, 40))
    assert read_marks(records).submissions[0].minutes == 40


def _exported(folder: Path, *options: str) -> str:
    screen = io.StringIO()
    with contextlib.redirect_stdout(screen), contextlib.redirect_stderr(io.StringIO()):
        assert main(["export", "--to", str(folder), "--ungraded", "zero", *options]) == 0
    return screen.getvalue()


def test_the_csv_tables_have_tries_and_minutes_and_the_platforms_do_not(five: Path) -> None:
    totals = list(csv.DictReader(io.StringIO(_exported(five))))
    assert [row["minutes"] for row in totals] == ["30", "90", "", "200", ""]
    tries = [
        row["tries"]
        for row in csv.DictReader(io.StringIO(_exported(five, "--per", "exercise")))
        if row["exercise"] == FIRST
    ]
    assert tries == ["2", "7", "4", "40", ""]
    for platform in ("canvas", "moodle"):
        head = _exported(five, "--format", platform, "--per", "exercise").splitlines()[0]
        assert "tries" not in head
        assert "minutes" not in head
        assert all(exercise.name in head for exercise in LESSON.exercises)
