"""What comes in, in every shape that exchanges, platforms and people give it: each to its student and lesson, nothing lost."""

from __future__ import annotations

import contextlib
import datetime
import io
import os
import stat
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.cli import main
from grader.exercises import lesson_names
from grader.handing import intake
from grader.handing.intake import Found
from grader.handing.lateness import deadlines_beside, read_deadlines, read_stamp
from grader.handing.recognising import Unknown, recognise
from grader.handing.students import Roster, Student
from grader.paths import NOTEBOOKS, GraderError

ROAD, NEXT = "lesson3_rnn_cell", "lesson4_bptt"
CLASS = """id,first_name,last_name,email,lms_user_id
ada,Ada,Lovelace,ada@example.org,12345
bob,Bob,Söderström-Ek,bob@example.org,222
"""


def _notebook(lesson: str = ROAD, version: str = "") -> bytes:
    """A notebook of the lesson as a student has it; versions differ in a byte that no reader minds."""
    return (NOTEBOOKS / lesson / f"{lesson}.ipynb").read_bytes() + b"\n" * len(version)


def _lay(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def _zip(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def _zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _collect(source: Path, to: Path, *options: object) -> tuple[int, str]:
    screen = io.StringIO()
    with contextlib.redirect_stdout(screen), contextlib.redirect_stderr(screen):
        status = main(["collect", str(source), "--to", str(to), *map(str, options)])
    return status, screen.getvalue()


def _in_place(to: Path) -> set[str]:
    return {path.relative_to(to).as_posix() for path in to.glob("*/*/*.ipynb")}


def _at(student: str, lesson: str = ROAD) -> str:
    return f"{student}/{lesson}/{lesson}.ipynb"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "students.csv"
    path.write_text(CLASS, encoding="utf-8")
    return path


LAYOUTS = {
    "nbgrader's exchange": {
        f"ada+{ROAD}+2026-10-01 10:00:00.000000 UTC/{ROAD}.ipynb": _notebook(),
        f"bob+{ROAD}+2026-10-01 10:00:00 UTC+abcdefgh/{ROAD}.ipynb": _notebook(),
    },
    "nbgrader's submitted folder": {f"ada/{ROAD}/{ROAD}.ipynb": _notebook(), f"bob/{ROAD}/{ROAD}.ipynb": _notebook()},
    "a folder per student": {"ada/homework.ipynb": _notebook(), "bob/lesson3 (1).ipynb": _notebook()},
    "a folder per student inside another": {"week 3/ada/x.ipynb": _notebook(), "week 3/bob/y.ipynb": _notebook()},
    "a folder per lesson and student": {f"{ROAD}/ada/x.ipynb": _notebook(), f"{ROAD}/bob/y.ipynb": _notebook()},
    "a zip file per student": {
        "ada.zip": _zipped({"a.ipynb": _notebook()}),
        "bob.zip": _zipped({"b.ipynb": _notebook()}),
    },
}
PLATFORMS = {
    "Canvas": {
        f"lovelaceada_12345_67890_{ROAD}.ipynb": _notebook(),
        f"söderströmekbob_LATE_222_67891_{ROAD}-1.ipynb": _notebook(),
    },
    "Canvas, with numbers that the table lacks": {
        f"lovelaceada_777_67890_{ROAD}.ipynb": _notebook(),
        f"söderströmekbob_778_67891_{ROAD}.ipynb": _notebook(),
    },
    "Moodle, a folder each": {
        "Ada Lovelace_123_assignsubmission_file_/lesson3.ipynb": _notebook(),
        "Bob Söderström-Ek_124_assignsubmission_file_/lesson3 (2).ipynb": _notebook(),
    },
    "Moodle, in one folder": {
        "Ada Lovelace_123_assignsubmission_file_lesson3.ipynb": _notebook(),
        "Bob Söderström-Ek_124_assignsubmission_file_lesson3.ipynb": _notebook(),
    },
    "folders with full names": {"Lovelace, Ada/x.ipynb": _notebook(), "Bob Söderström-Ek/y.ipynb": _notebook()},
    "names in the file": {"lesson3_ada.ipynb": _notebook(), "bob homework 3.ipynb": _notebook()},
    "a zip file in a zip file": {
        "lovelaceada_12345_67890_my work.zip": _zipped({"my work/lesson3.ipynb": _notebook()}),
        f"söderströmekbob_222_67891_{ROAD}.ipynb": _notebook(),
    },
}


@pytest.mark.parametrize("files", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_every_layout_finds_its_students_without_a_table(files: dict[str, bytes], tmp_path: Path) -> None:
    status, said = _collect(_lay(tmp_path / "in", files), tmp_path / "submitted")
    assert status == 0, said
    assert _in_place(tmp_path / "submitted") == {_at("ada"), _at("bob")}, said


@pytest.mark.parametrize("packed", [False, True], ids=["folder", "zip"])
@pytest.mark.parametrize("files", [*LAYOUTS.values(), *PLATFORMS.values()], ids=[*LAYOUTS, *PLATFORMS])
def test_every_layout_finds_the_students_of_a_table(
    files: dict[str, bytes], packed: bool, table: Path, tmp_path: Path
) -> None:
    source = _zip(tmp_path / "in.zip", files) if packed else _lay(tmp_path / "in", files)
    _, said = _collect(source, tmp_path / "submitted", "--students", table)
    assert _in_place(tmp_path / "submitted") == {_at("ada"), _at("bob")}, said


def test_a_platforms_names_serve_without_a_table(tmp_path: Path) -> None:
    files = {
        "lovelaceada_12345_67890_x.ipynb": _notebook(),
        "Ada Lovelace_123_assignsubmission_file_/x.ipynb": _notebook(NEXT),
    }
    _collect(_lay(tmp_path / "in", files), tmp_path / "submitted")
    assert _in_place(tmp_path / "submitted") == {_at("lovelaceada-12345"), _at("Ada Lovelace", NEXT)}


def test_the_lesson_is_told_by_the_cells_before_the_name(tmp_path: Path) -> None:
    _collect(_lay(tmp_path / "in", {"ada/lesson1.ipynb": _notebook(ROAD)}), tmp_path / "submitted")
    assert _in_place(tmp_path / "submitted") == {_at("ada")}


def test_a_broken_notebook_goes_by_its_name_so_that_grading_can_say_what_is_wrong_with_it(tmp_path: Path) -> None:
    _collect(_lay(tmp_path / "in", {"ada/Lesson 3 final.ipynb": b'{"cells": ['}), tmp_path / "submitted")
    assert (tmp_path / "submitted" / _at("ada")).read_bytes() == b'{"cells": ['


def test_what_cannot_be_told_is_named_with_its_reason_and_stays(table: Path, tmp_path: Path) -> None:
    files = {
        "ada/essay.ipynb": b'{"cells": []}',
        "mallory/lesson3.ipynb": _notebook(),
        "ada/notes.pdf": b"%PDF",
        "anon_Xy3aB_678_lesson3.ipynb": _notebook(),
    }
    status, said = _collect(_lay(tmp_path / "in", files), tmp_path / "submitted", "--students", table)
    assert status == 1
    assert "ada/essay.ipynb: neither its cells nor its name say which lesson it is" in said
    assert "mallory/lesson3.ipynb: no folder and no word of its name is a student of the table" in said
    assert "ada/notes.pdf: is not a notebook" in said
    assert "anon_Xy3aB_678_lesson3.ipynb: " in said
    assert all((tmp_path / "in" / name).read_bytes() == content for name, content in files.items())
    assert not _in_place(tmp_path / "submitted")


def test_two_people_of_one_name_are_not_taken_for_one(tmp_path: Path) -> None:
    files = {f"Ada Lovelace_{number}_assignsubmission_file_/x.ipynb": _notebook() for number in (123, 124)}
    _, said = _collect(_lay(tmp_path / "in", files), tmp_path / "submitted")
    assert said.count("several people are called Ada Lovelace") == 2
    assert not _in_place(tmp_path / "submitted")


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        (f"ada+{ROAD}+2026-10-01 10:00:00 UTC/x.ipynb", f"ada+{ROAD}+2026-10-02 09:00:00 UTC/x.ipynb"),
        ("lovelaceada_12345_67890_x.ipynb", "lovelaceada_12345_70001_x-1.ipynb"),
        ("ada/lesson3.ipynb", "ada/lesson3 (1).ipynb"),
    ],
)
def test_of_several_versions_the_newest_is_taken_and_the_others_are_listed(
    older: str, newer: str, table: Path, tmp_path: Path
) -> None:
    source = _lay(tmp_path / "in", {older: _notebook(version="1"), newer: _notebook(version="22")})
    for path in source.rglob("*.ipynb"):
        os.utime(path, (1_790_000_000, 1_790_000_000))
    _, said = _collect(source, tmp_path / "submitted", "--students", table)
    assert (tmp_path / "submitted" / _at("ada")).read_bytes() == _notebook(version="22")
    assert f"{older}: an earlier version; {newer} is newer" in said


def test_another_file_in_the_place_is_replaced_only_when_newer_or_when_told_and_is_kept(tmp_path: Path) -> None:
    to, name = tmp_path / "submitted", "ada/lesson3.ipynb"
    _collect(_lay(tmp_path / "one", {name: _notebook(version="1")}), to)
    _, said = _collect(_lay(tmp_path / "two", {name: _notebook(version="22")}), to)
    assert "which is newer is not known" in said
    assert (to / _at("ada")).read_bytes() == _notebook(version="1")
    _, said = _collect(tmp_path / "two", to, "--update")
    assert "replaced an earlier one" in said
    assert (to / _at("ada")).read_bytes() == _notebook(version="22")
    (kept,) = (to / "ada" / ROAD / ".earlier-versions").iterdir()
    assert kept.read_bytes() == _notebook(version="1")


def test_a_later_hand_in_of_the_exchange_replaces_and_an_older_one_does_not(tmp_path: Path) -> None:
    to = tmp_path / "submitted"
    days = {day: f"ada+{ROAD}+2026-10-0{day} 10:00:00 UTC/{ROAD}.ipynb" for day in (1, 2, 3)}
    for day, expected in ((2, 2), (1, 2), (3, 3)):
        _collect(_lay(tmp_path / str(day), {days[day]: _notebook(version="1" * day)}), to)
        assert (to / _at("ada")).read_bytes() == _notebook(version="1" * expected)
    assert read_stamp(to / "ada" / ROAD) == datetime.datetime(2026, 10, 3, 10, tzinfo=datetime.UTC)


def test_collecting_the_same_again_changes_nothing(tmp_path: Path) -> None:
    source = _lay(tmp_path / "in", {"ada/x.ipynb": _notebook()})
    _collect(source, tmp_path / "submitted")
    status, said = _collect(source, tmp_path / "submitted")
    assert status == 0
    assert "already there" in said


def test_a_name_of_any_bytes_is_shown_on_one_line(tmp_path: Path) -> None:
    source = _lay(tmp_path / "in", {"bob/y.ipynb": _notebook()})
    odd = os.path.join(os.fsencode(source), b"\xff\x1b[31m\nada")
    os.mkdir(odd)
    with open(os.path.join(odd, b"x.ipynb"), "wb") as file:
        file.write(_notebook())
    status, said = _collect(source, tmp_path / "submitted")
    assert status == 1
    assert said.replace("\n", "").isprintable()
    assert _in_place(tmp_path / "submitted") == {_at("bob")}


def test_folders_without_end_are_left(tmp_path: Path) -> None:
    deep = tmp_path / "in" / "/".join("d" * 60)
    _lay(deep, {"x.ipynb": _notebook()})
    _, said = _collect(tmp_path / "in", tmp_path / "submitted")
    assert "lies too deep" in said


def test_links_lead_nowhere(tmp_path: Path) -> None:
    secret = _lay(tmp_path / "elsewhere", {"x.ipynb": _notebook()})
    source = _lay(tmp_path / "in", {"bob/y.ipynb": _notebook()})
    (source / "ada").symlink_to(secret)
    (source / "bob" / "link.ipynb").symlink_to(secret / "x.ipynb")
    os.mkfifo(source / "bob" / "pipe.ipynb")
    _, said = _collect(source, tmp_path / "submitted")
    assert _in_place(tmp_path / "submitted") == {_at("bob")}
    assert "ada: is a link" in said
    assert "bob/link.ipynb: is a link" in said
    assert "bob/pipe.ipynb: is no ordinary file" in said


def _entry(name: str, mode: int = 0o100644) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.external_attr = mode << 16
    return entry


def test_names_and_links_in_an_archive_lead_nowhere(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as archive:
        archive.writestr(_entry("../../ada/x.ipynb"), _notebook())
        archive.writestr(_entry("/etc/ada/x.ipynb"), _notebook())
        archive.writestr(_entry("ada/link.ipynb", stat.S_IFLNK | 0o777), "/etc/passwd")
        archive.writestr(_entry("bob/x.ipynb"), _notebook())
    _, said = _collect(tmp_path / "in.zip", tmp_path / "deep" / "submitted")
    assert _in_place(tmp_path / "deep" / "submitted") == {_at("bob")}
    assert said.count("leads out of its archive") == 2
    assert "ada/link.ipynb: is a link" in said
    assert {path.name for path in tmp_path.iterdir()} == {"in.zip", "deep"}


def test_a_bomb_costs_itself_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "MAX_BYTES", 1 << 20)
    with zipfile.ZipFile(tmp_path / "in.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ada/x.ipynb", b" " * (40 << 20))
        archive.writestr("cem/x.zip", b"not a zip file")
        archive.writestr("bob/x.ipynb", _notebook())
    _, said = _collect(tmp_path / "in.zip", tmp_path / "submitted")
    assert _in_place(tmp_path / "submitted") == {_at("bob")}
    assert "ada/x.ipynb: is larger than 1 MB" in said
    assert "cem/x.zip: is no zip file that can be read" in said


def test_more_than_any_class_hands_in_is_refused_in_two_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "MAX_FILES", 2)
    source = _lay(tmp_path / "in", {f"s{number}/x.ipynb": _notebook() for number in range(4)})
    status, said = _collect(source, tmp_path / "submitted")
    assert status == 1
    assert len(said.strip().splitlines()) == 2
    assert not (tmp_path / "submitted").exists()


def test_jupyters_checkpoints_are_not_a_newer_version(tmp_path: Path) -> None:
    files = {
        "ada/x.ipynb": _notebook(version="1"),
        "ada/.ipynb_checkpoints/x-checkpoint.ipynb": _notebook(version="22"),
    }
    _collect(_lay(tmp_path / "in", files), tmp_path / "submitted")
    assert (tmp_path / "submitted" / _at("ada")).read_bytes() == _notebook(version="1")


def test_a_time_that_a_student_packed_is_not_believed(table: Path, tmp_path: Path) -> None:
    forged = {"lesson3.ipynb": _notebook(), "timestamp.txt": b"2020-01-01 00:00:00 UTC"}
    folder = "Ada Lovelace_123_assignsubmission_file_"
    files = {
        "bob.zip": _zipped(forged),
        **{f"{folder}/{name}": content for name, content in forged.items()},
    }
    _collect(_lay(tmp_path / "in", files), tmp_path / "submitted", "--students", table)
    assert _in_place(tmp_path / "submitted") == {_at("ada"), _at("bob")}
    assert not list((tmp_path / "submitted").rglob("timestamp.txt"))


DEADLINES = f"""student,lesson,deadline,off,handed_in
*,*,2026-12-24T12:00+00:00,5%/hour up to 30%,
*,{ROAD},2026-10-01T12:00+00:00,10%/day,
ada,{ROAD},2026-10-05T12:00+00:00,,
bob,*,,0%/day,
cem,{ROAD},,,2026-10-02T12:00:01+00:00
"""


@pytest.mark.parametrize(
    ("student", "lesson", "came", "percent"),
    [
        ("dee", ROAD, "2026-10-01T12:00:00", 0),
        ("dee", ROAD, "2026-10-01T12:00:01", 10),
        ("dee", ROAD, "2026-10-03T13:00:00", 30),
        ("dee", ROAD, "2027-10-03T13:00:00", 100),
        ("dee", NEXT, "2026-12-24T14:30:00", 15),
        ("dee", NEXT, "2026-12-30T12:00:00", 30),
        ("ada", ROAD, "2026-10-05T11:00:00", 0),
        ("ada", ROAD, "2026-10-06T11:00:00", 10),
        ("bob", ROAD, "2026-10-09T11:00:00", 0),
        ("cem", ROAD, "", 20),
        ("dee", ROAD, "", 0),
    ],
)
def test_narrower_rows_win_and_every_begun_step_counts(
    student: str, lesson: str, came: str, percent: float, tmp_path: Path
) -> None:
    (tmp_path / "deadlines.csv").write_text(DEADLINES)
    deadlines = deadlines_beside(tmp_path, lesson_names())
    moment = datetime.datetime.fromisoformat(f"{came}+00:00") if came else None
    assert deadlines.lateness(student, lesson, moment).percent == percent


def test_of_two_rows_alike_the_later_wins(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text(DEADLINES + f"ada,{ROAD},2026-10-07T12:00+00:00,,\n")
    lateness = read_deadlines(tmp_path / "d.csv", lesson_names()).lateness("ada", ROAD, None)
    assert lateness.deadline == datetime.datetime(2026, 10, 7, 12, tzinfo=datetime.UTC)
    assert lateness.general == datetime.datetime(2026, 10, 1, 12, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (f"*,{ROAD},soon,,", "'soon' is no time"),
        ("*,lesson9,2026-10-01T12:00,,", "there is no lesson 'lesson9'"),
        (f"*,{ROAD},2026-10-01T12:00,a lot,", "does not say what lateness costs"),
        (f",{ROAD},2026-10-01T12:00,,", "student or lesson is missing"),
    ],
)
def test_a_wrong_deadline_is_told_with_its_row(row: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text(f"student,lesson,deadline,off,handed_in\n{row}\n")
    with pytest.raises(GraderError, match="row 2") as refused:
        read_deadlines(tmp_path / "d.csv", lesson_names())
    assert told in str(refused.value)


def test_lateness_is_told_and_left_beside_the_submissions_for_grading(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text(DEADLINES)
    files = {f"dee+{ROAD}+2026-10-02 10:00:00 UTC/x.ipynb": _notebook(), "cem/x.ipynb": _notebook()}
    to = tmp_path / "submitted"
    _, said = _collect(_lay(tmp_path / "in", files), to, "--deadlines", tmp_path / "d.csv")
    assert "22.0 hours: 10% off" in said
    assert "The deadlines name ada, of whom there is no submission." in said
    assert "24.0 hours: 20% off" in said
    kept = deadlines_beside(to, lesson_names())
    assert kept.lateness("dee", ROAD, read_stamp(to / "dee" / ROAD)).percent == 10
    assert kept.lateness("cem", ROAD, read_stamp(to / "cem" / ROAD)).percent == 20


def test_a_platforms_word_late_without_a_time_is_passed_on(table: Path, tmp_path: Path) -> None:
    files = {f"lovelaceada_LATE_12345_67890_{ROAD}.ipynb": _notebook()}
    _, said = _collect(_lay(tmp_path / "in", files), tmp_path / "submitted", "--students", table)
    assert "Canvas says late, not when: fill in handed_in" in said


NAMES = st.lists(st.text(max_size=30).filter(lambda name: "/" not in name and name), min_size=1, max_size=4)


@settings(max_examples=200, deadline=None)
@given(NAMES, st.booleans())
def test_no_name_is_too_odd_to_be_recognised_or_left(names: Iterable[str], with_table: bool) -> None:
    roster = Roster((Student("ada"),)) if with_table else Roster()
    found = Found((*names, "lesson3.ipynb"), Path("does-not-exist"), None)
    try:
        student = recognise(found, roster).student
    except Unknown:
        return
    assert "/" not in student
    assert student not in ("", ".", "..")
    assert student == "ada" or not with_table
