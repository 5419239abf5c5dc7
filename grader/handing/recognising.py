"""Whose notebook is this, and which lesson? From the cells inside it, and from the names that systems and people give files."""

from __future__ import annotations

import datetime
import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from grader.exercises import lesson_names
from grader.handing.intake import Found
from grader.handing.lateness import utc
from grader.handing.students import USABLE, Roster
from grader.judge.submission import UnreadableSubmission, read_submission
from grader.paths import NOTEBOOKS

# nbgrader's exchange: student+lesson+2026-10-01 10:00:00.123456 UTC[+random].
EXCHANGE = re.compile(r"(?P<student>.+)\+(?P<lesson>[^+]+)\+(?P<time>\d{4}-\d\d-\d\d [^+]+?)(?:\+[^+ ]+)?")
# Canvas: lastfirst[_LATE]_user_attachment_file.
CANVAS = re.compile(
    r"(?P<name>(?!lesson)[^\W_]+)(?P<late>_LATE)?_(?P<user>\d+)_(?P<attachment>\d{2,})_(?P<file>.+)", re.IGNORECASE
)
# Moodle: Full Name_participant_assignsubmission_file_ and then the file, inside a folder of that name or behind it.
MOODLE = re.compile(r"(?P<name>.+)_(?P<participant>\d+)_assignsubmission_[a-z]+_(?P<file>.*)")
# Copies that browsers and Canvas number: "lesson3 (1).ipynb", "lesson3-1.ipynb".
COPY = re.compile(r"(?:\s*\((\d+)\)|-(\d+))(?=\.ipynb)", re.IGNORECASE)
LESSON_NUMBER = re.compile(r"lesson[\s_-]*(\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class HandedIn:
    """A notebook with its student and lesson. `time` is when it came in, where that is known; `late` is Canvas's word.

    `order` grows with newer versions of the same student and lesson. `number` is the platform's number for the person.
    """

    found: Found
    student: str
    lesson: str
    time: datetime.datetime | None
    late: bool
    order: tuple[int, float, int]
    number: str = ""


class Unknown(Exception):
    """It cannot be told whose or which it is; the text says why."""


@dataclass(frozen=True)
class _Owner:
    student: str
    time: datetime.datetime | None = None
    late: bool = False
    attachment: int = 0
    number: str = ""


def recognise(found: Found, roster: Roster, wrapper: str = "", file_times: bool = False) -> HandedIn:
    """Raises Unknown with the reason when student or lesson cannot be told. `wrapper` is a folder around everything."""
    owner = _owner(found, roster, wrapper)
    time = owner.time or (found.modified if file_times else None)
    moment = (time or found.modified or datetime.datetime.fromtimestamp(0, datetime.UTC)).timestamp()
    numbers = COPY.search(found.parts[-1])
    copy = int((numbers[1] or numbers[2])[:6]) if numbers else 0
    order = (owner.attachment, moment, copy)
    return HandedIn(found, owner.student, lesson_of(found), time, owner.late, order, owner.number)


def lesson_of(found: Found) -> str:
    """The lesson, by the cells where there are any of ours, by the names otherwise. Raises Unknown."""
    try:
        cells = read_submission(found.copy).cells
    except UnreadableSubmission:
        cells = ()
    ids = {cell.grade_id for cell in cells} - {""}
    shared = {lesson: len(ids & known) for lesson, known in _grade_ids().items()}
    best = [lesson for lesson, count in shared.items() if count and count == max(shared.values())]
    if len(best) == 1:
        return best[0]
    named = [lesson for part in reversed(found.parts) if (lesson := _named_lesson(part))]
    if not named:
        raise Unknown("neither its cells nor its name say which lesson it is")
    return named[0]


@cache
def _grade_ids() -> dict[str, frozenset[str]]:
    """The grade ids of every released lesson; no two lessons share one."""
    known = {}
    for lesson in lesson_names():
        path = NOTEBOOKS / lesson / f"{lesson}.ipynb"
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"] if path.is_file() else []
        ids = (cell["metadata"].get("nbgrader", {}).get("grade_id", "") for cell in cells)
        known[lesson] = frozenset(ids) - {""}
    return known


def _named_lesson(part: str) -> str:
    """The lesson that a name speaks of, "" when it speaks of none."""
    exact = [lesson for lesson in lesson_names() if lesson in part]
    number = LESSON_NUMBER.search(part)
    numbered = [lesson for lesson in lesson_names() if number and lesson.startswith(f"lesson{int(number[1])}_")]
    return next(iter(exact + numbered), "")


def _owner(found: Found, roster: Roster, wrapper: str) -> _Owner:
    for part in found.parts:
        for pattern, read in ((EXCHANGE, _exchange), (MOODLE, _moodle), (CANVAS, _canvas)):
            match = pattern.fullmatch(part)
            if match:
                return read(match, roster)
        if part != found.parts[-1] and roster.named(part.removesuffix(".zip")):
            break
    return _folder(found, roster, wrapper)


def _exchange(match: re.Match[str], roster: Roster) -> _Owner:
    return _Owner(_known(match["student"], roster), time=utc(match["time"]))


def _canvas(match: re.Match[str], roster: Roster) -> _Owner:
    name, number = match["name"], match["user"]
    student = roster.find(lambda one: one.lms_user_id == number) or roster.named(name)
    if roster.students and student is None:
        raise Unknown(f"no one student of the table has the number {number} or the name {name}")
    known = student.id if student else f"{name}-{number}"
    return _Owner(known, late=bool(match["late"]), attachment=int(match["attachment"][:18]), number=number)


def _moodle(match: re.Match[str], roster: Roster) -> _Owner:
    name = match["name"]
    student = roster.named(name)
    if roster.students and student is None:
        raise Unknown(f"no one student of the table has the name {name}")
    return _Owner(student.id if student else _usable(name), number=match["participant"])


def _folder(found: Found, roster: Roster, wrapper: str) -> _Owner:
    """A folder per student, or for a file without one a student of the table whose id is a word of its name."""
    folders = [part for part in found.parts[:-1] if part != wrapper and part not in lesson_names()]
    time = utc(found.stamp) if found.stamp else None
    if roster.students:
        for part in folders:
            student = roster.named(part.removesuffix(".zip"))
            if student:
                return _Owner(student.id, time)
        words = set(re.split(r"[\s_.-]+", found.parts[-1].lower()))
        student = roster.find(lambda one: one.id.lower() in words)
        if student is None:
            raise Unknown("no folder and no word of its name is a student of the table")
        return _Owner(student.id, time)
    folders = [part for part in folders if not re.fullmatch(LESSON_NUMBER, part)]
    if not folders:
        raise Unknown("nothing says whose it is; give a table of the students with --students")
    return _Owner(_usable(folders[0].removesuffix(".zip")), time)


def _known(name: str, roster: Roster) -> str:
    student = roster.named(name)
    if roster.students and student is None:
        raise Unknown(f"{name} is not in the table of students")
    return student.id if student else _usable(name)


def _usable(name: str) -> str:
    name = unicodedata.normalize("NFC", name)
    if not USABLE.fullmatch(name) or name.endswith((" ", ".")):
        raise Unknown(f"{name!r} cannot name a student")
    return name


def common_folder(founds: Sequence[Found]) -> str:
    """The one folder around the folders of several students, as archives often have it; "" when there is none."""
    firsts = {found.parts[0] for found in founds if len(found.parts) > 1}
    seconds = {found.parts[1] for found in founds if len(found.parts) > 2}
    whole = len(firsts) == 1 and all(len(found.parts) > 1 for found in founds)
    return firsts.pop() if whole and len(seconds - set(lesson_names())) > 1 else ""
