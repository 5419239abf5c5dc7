"""Grades as tables: the same numbers as nbgrader's, in the shape that each platform imports, and never 0 for what nobody graded."""

from __future__ import annotations

import contextlib
import csv
import io
import shutil
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from nbgrader.plugins import CsvExportPlugin
from submissions.build import labelled_submissions, notebook_of

from grader.build.lesson import notebook_text
from grader.cli import main
from grader.exercises import load_lesson
from grader.handing.exporting import Ungraded, canvas_table, moodle_table
from grader.handing.students import Student
from grader.handing.tables import csv_text
from grader.judge.key import lesson_key
from grader.records.course import CourseRecords
from grader.records.gradebook import GradeBook
from grader.records.marks import CourseMarks, ExerciseMark, SubmissionMark

ROAD = "lesson3_rnn_cell"
WRITTEN = "why_share_weights"
POINTS = load_lesson(ROAD).points
DEADLINES = f"student,lesson,deadline,off,handed_in\n*,{ROAD},2026-10-01T12:00+00:00,10%/day,\n"
CLASS = "id,first_name,last_name,email,lms_user_id\nada,Ada,Lovelace,ada@example.org,12345\nzoe,Zoe,Absent,zoe@example.org,9\n"


def _hand_in(folder: Path, student: str, verdict: str, words: str = "") -> Path:
    notebook = notebook_of(next(item for item in labelled_submissions(ROAD) if item.verdict == verdict))
    for cell in notebook.cells:
        if words and cell.metadata.get("nbgrader", {}).get("grade_id") == WRITTEN:
            cell.source = words
    target = folder / student / ROAD
    target.mkdir(parents=True, exist_ok=True)
    (target / f"{ROAD}.ipynb").write_text(notebook_text(notebook), encoding="utf-8")
    return target


def _run(*arguments: object) -> tuple[int, str, str]:
    screen, notes = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(screen), contextlib.redirect_stderr(notes):
        status = main(list(map(str, arguments)))
    return status, screen.getvalue(), notes.getvalue()


def _rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture(scope="module")
def class_of_three(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ada answered in words too and came two days late, bob wrote nothing, dee's file is broken."""
    folder = tmp_path_factory.mktemp("export")
    ada = _hand_in(folder / "submitted", "ada", "half_finished", "Because the rule is the same at every step.")
    (ada / "timestamp.txt").write_text("2026-10-03 11:00:00 UTC\n")
    _hand_in(folder / "submitted", "bob", "untouched")
    dee = _hand_in(folder / "submitted", "dee", "untouched")
    (dee / f"{ROAD}.ipynb").write_text("{")
    (folder / "submitted" / "deadlines.csv").write_text(DEADLINES)
    status, said, notes = _run("grade", folder / "submitted", "--to", folder, "--jobs", "1")
    assert status == 0, said + notes
    return folder


@pytest.fixture
def records(class_of_three: Path, tmp_path: Path) -> Path:
    """The records of the class, to write in."""
    return shutil.copytree(class_of_three, tmp_path / "records")


def _read_by_a_person(records: Path, score: float) -> None:
    with Gradebook(CourseRecords(records).database, "rnn-course") as book:
        row = book.find_grade(WRITTEN, ROAD, ROAD, "ada")
        row.manual_score, row.needs_manual_grade = score, False
        book.db.commit()


def test_nothing_is_exported_while_a_written_answer_waits_for_a_person(records: Path) -> None:
    status, _, notes = _run("export", "--to", records, "-o", records / "grades.csv")
    assert status == 1
    assert f"ada {ROAD} ({WRITTEN})" in notes
    assert "--ungraded skip" in notes
    assert not (records / "grades.csv").exists()


@pytest.mark.parametrize(("how", "score"), [("skip", ""), ("zero", "1")])
def test_what_waits_is_left_empty_or_counted_as_0_when_told(records: Path, how: str, score: str) -> None:
    status, table, notes = _run("export", "--to", records, "--ungraded", how)
    assert status == 0
    ada = _rows(table)[0]
    assert (ada["student"], ada["score"], ada["state"]) == ("ada", score, "graded, 1 without a score")
    assert "1 submissions had no score for everything" in notes


def test_a_persons_score_counts_and_lateness_is_taken_off(records: Path) -> None:
    _read_by_a_person(records, 2.5)
    status, table, notes = _run("export", "--to", records)
    assert status == 0, notes
    ada, bob, dee = _rows(table)
    assert (ada["points"], ada["late"], ada["score"], ada["of"]) == ("8.5", "5", "3.5", f"{POINTS:g}")
    assert ada["handed_in"] == "2026-10-03T11:00:00Z"
    assert bob["score"] == dee["score"] == "0"
    assert dee["state"] == "unreadable"
    assert f"dee {ROAD}" in notes


def test_the_totals_are_those_of_nbgraders_own_export(records: Path) -> None:
    _read_by_a_person(records, 2.5)
    _, table, _ = _run("export", "--to", records)
    with Gradebook(CourseRecords(records).database, "rnn-course") as book:
        plugin = CsvExportPlugin()
        plugin.to = str(records / "nbgrader.csv")
        plugin.export(book)
    theirs = {row["student_id"]: row for row in _rows((records / "nbgrader.csv").read_text())}
    for ours in _rows(table):
        row = theirs[ours["student"]]
        assert float(row["score"]) == float(ours["score"])
        assert float(row["late_submission_penalty"]) == float(ours["late"])
        assert float(row["max_score"]) == float(ours["of"])
    assert theirs["ada"]["timestamp"] == "2026-10-03 11:00:00"
    assert theirs["ada"]["duedate"] == "2026-10-01 12:00:00"


def test_an_extension_given_later_takes_the_penalty_away_without_grading_again(records: Path) -> None:
    (records / "submitted" / "deadlines.csv").write_text(f"{DEADLINES}ada,{ROAD},2026-10-04T12:00+00:00,,\n")
    _, said, _ = _run("grade", records / "submitted", "--to", records)
    assert "3 unchanged" in said
    _, table, _ = _run("export", "--to", records, "--ungraded", "zero")
    assert _rows(table)[0]["late"] == "0"
    with Gradebook(CourseRecords(records).database, "rnn-course") as book:
        submission = book.find_submission(ROAD, "ada")
        assert submission.extension.days == 3
        assert submission.total_seconds_late == 0


def test_what_the_grader_failed_on_is_never_exported_as_0_unasked(records: Path) -> None:
    _read_by_a_person(records, 2.5)
    with GradeBook(CourseRecords(records)) as book:
        book.record_not_graded("bob", lesson_key(ROAD), "", "no room for another process", "full")
    status, _, notes = _run("export", "--to", records, "--format", "moodle")
    assert status == 1
    assert "(1 not graded)" in notes
    status, table, _ = _run("export", "--to", records, "--format", "moodle", "--ungraded", "skip")
    assert status == 0
    assert [row["Username"] for row in _rows(table)] == ["ada", "dee"]


def test_every_exercise_and_every_case_has_its_row(records: Path) -> None:
    _read_by_a_person(records, 2.5)
    _, table, notes = _run("export", "--to", records, "--per", "exercise")
    rows = {(row["student"], row["exercise"]): row for row in _rows(table)}
    assert len(rows) == 3 * len(load_lesson(ROAD).exercises)
    assert (rows["ada", "readout"]["score"], rows["ada", "readout"]["given_by"]) == ("1", "judge")
    assert (rows["ada", WRITTEN]["score"], rows["ada", WRITTEN]["given_by"]) == ("2.5", "person")
    assert "off the totals, not off single exercises" in notes
    _, table, _ = _run("export", "--to", records, "--per", "case")
    cases = _rows(table)
    assert {row["kind"] for row in cases} == {"visible", "hidden"}
    assert {row["outcome"] for row in cases if row["student"] == "bob"} == {"not_attempted"}


def test_canvas_gets_its_columns_in_its_order(records: Path) -> None:
    _read_by_a_person(records, 2.5)
    (records / "students.csv").write_text(CLASS)
    status, _, notes = _run(
        *("export", "--to", records, "--format", "canvas"),
        *("--students", records / "students.csv", "-o", records / "canvas.csv"),
    )
    assert status == 0, notes
    lines = list(csv.reader((records / "canvas.csv").read_text().splitlines()))
    assert lines[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", ROAD]
    assert lines[1] == ["    Points Possible", "", "", "", "", f"{POINTS:g}"]
    assert lines[2] == ["Lovelace, Ada", "12345", "", "ada", "", "3.5"]
    assert [line[3] for line in lines[2:]] == ["ada", "bob", "dee"]
    assert "1 students handed nothing in" in notes


def test_a_platforms_table_per_exercise_has_a_column_for_each(records: Path) -> None:
    _, table, _ = _run("export", "--to", records, "--format", "canvas", "--per", "exercise", "--ungraded", "skip")
    _, possible, ada, *_ = csv.reader(table.splitlines())
    assert possible[5:] == [f"{exercise.points:g}" for exercise in load_lesson(ROAD).exercises]
    assert ada[5:8] == ["2", "3", "1"]
    assert ada[-1] == ""


def test_a_platform_has_no_place_for_single_cases(records: Path) -> None:
    status, _, notes = _run("export", "--to", records, "--format", "canvas", "--per", "case")
    assert status == 1
    assert len(notes.strip().splitlines()) == 2


def _marks(*students: Student) -> CourseMarks:
    done = (ExerciseMark("readout", 1, 1 / 3, "judge"),)
    return CourseMarks(students, tuple(SubmissionMark(who.id, ROAD, "graded", "", None, 0.0, done) for who in students))


def test_moodle_is_given_no_name_column_with_a_gap_since_it_would_grade_the_row_before() -> None:
    ada, bob = Student("ada", "Ada", email="ada@example.org"), Student("bob", "Bob")
    head, first, _ = csv.reader(moodle_table(_marks(ada, bob), Ungraded("refuse"), "total").splitlines())
    assert head == ["Username", "First name", ROAD]
    assert first == ["ada", "Ada", "0.33"]
    head, *_ = csv.reader(moodle_table(_marks(ada), Ungraded("refuse"), "total").splitlines())
    assert "Email address" in head


def test_canvas_finds_a_student_without_a_name_by_the_login() -> None:
    *_, line = csv.reader(canvas_table(_marks(Student("cem")), Ungraded("refuse"), "total").splitlines())
    assert line == ["cem", "", "", "cem", "", "0.33"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1+1", "@sum(a1)", "\tx", '=HYPERLINK("http://x")', "\x1b[31m=1"])
def test_a_cell_that_looks_like_a_formula_is_only_shown(text: str) -> None:
    ((cell,),) = csv.reader(csv_text([], [[text]]).splitlines()[1:])
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize(
    ("value", "shown"),
    [(8.0, "8"), (0.0, "0"), (1 / 3, "0.33"), (100.0, "100"), (2.5, "2.5"), (None, ""), ("-", "-")],
)
def test_numbers_have_two_decimals_at_most(value: float | str | None, shown: str) -> None:
    ((cell, _),) = csv.reader(csv_text([], [[value, ""]]).splitlines()[1:])
    assert cell == shown
