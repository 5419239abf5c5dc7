"""Deadlines, extensions and what lateness costs, from one CSV file.

    student,lesson,deadline,off,handed_in
    *,lesson3_rnn_cell,2026-10-01T23:59,10%/day up to 50%,
    ada,lesson3_rnn_cell,2026-10-05T23:59,,
    bob,lesson3_rnn_cell,,,2026-10-02T08:15

`*` stands for everybody and for every lesson. Each cell of a row holds for whom the row names: a row for one student before a
row for all, then a row for one lesson before a row for all, then the later row. A time without an offset is in this machine's
time zone. `off` is taken from the points possible, as Canvas does it, for each day or hour that has begun; so a penalty does not
move when a person reads a written answer later.
"""

from __future__ import annotations

import csv
import datetime
import io
import math
import re
from dataclasses import dataclass
from pathlib import Path

from nbgrader.utils import parse_utc

from grader.handing.students import read_table
from grader.paths import GraderError

COLUMNS = ("student", "lesson", "deadline", "off", "handed_in")
HEAD = ",".join(COLUMNS)
FILE_NAME = "deadlines.csv"
STAMP_NAME = "timestamp.txt"
EVERY = "*"
OFF = re.compile(r"(\d+(?:\.\d+)?)\s*%\s*/\s*(day|hour)(?:\s+up to\s+(\d+(?:\.\d+)?)\s*%)?")
STEP = {"day": datetime.timedelta(days=1), "hour": datetime.timedelta(hours=1)}


@dataclass(frozen=True)
class Off:
    """What lateness costs: `percent` of the points possible for each begun `step`, at most `most` percent."""

    percent: float
    step: datetime.timedelta
    most: float

    def percent_for(self, late: datetime.timedelta) -> float:
        """The percentage for so much lateness."""
        return min(self.most, self.percent * math.ceil(late / self.step)) if late > datetime.timedelta() else 0.0


@dataclass(frozen=True)
class Lateness:
    """When a submission came in and was due; None where that is not known. `general` is the deadline of everybody."""

    handed_in: datetime.datetime | None
    deadline: datetime.datetime | None
    general: datetime.datetime | None
    off: Off | None

    @property
    def late(self) -> datetime.timedelta:
        """How much too late it came; nothing when either time is not known."""
        if self.handed_in is None or self.deadline is None:
            return datetime.timedelta()
        return max(datetime.timedelta(), self.handed_in - self.deadline)

    @property
    def percent(self) -> float:
        """The part of the points possible that lateness costs."""
        return self.off.percent_for(self.late) if self.off else 0.0


@dataclass(frozen=True)
class Deadlines:
    """The rows of the file, in order; cells hold plain text."""

    rows: tuple[dict[str, str], ...] = ()

    def lateness(self, student: str, lesson: str, handed_in: datetime.datetime | None) -> Lateness:
        """What holds for one submission. `handed_in` is what a system says; the file's word goes before it."""
        told = _time(self._cell("handed_in", student, lesson))
        return Lateness(
            handed_in=told or handed_in,
            deadline=_time(self._cell("deadline", student, lesson)),
            general=_time(self._cell("deadline", EVERY, lesson)),
            off=_off(self._cell("off", student, lesson)),
        )

    @property
    def students(self) -> set[str]:
        """The students whom rows name."""
        return {row["student"] for row in self.rows} - {EVERY}

    def text(self) -> str:
        """The file again, every time with its offset, so that it says the same on another machine."""
        buffer = io.StringIO()
        writer = csv.DictWriter(buffer, COLUMNS, lineterminator="\n")
        writer.writeheader()
        for row in self.rows:
            times = {name: _time(row[name]) for name in ("deadline", "handed_in")}
            writer.writerow({**row, **{name: time.isoformat() if time else "" for name, time in times.items()}})
        return buffer.getvalue()

    def _cell(self, column: str, student: str, lesson: str) -> str:
        best, found = (-1, -1), ""
        for row in self.rows:
            fits = row["student"] in (EVERY, student) and row["lesson"] in (EVERY, lesson)
            rank = (int(row["student"] != EVERY), int(row["lesson"] != EVERY))
            if fits and row[column] and rank >= best:
                best, found = rank, row[column]
        return found


def read_deadlines(path: Path, lessons: tuple[str, ...]) -> Deadlines:
    """Read and check the file. Raises GraderError naming the line."""
    rows = tuple({name: row.get(name, "") for name in COLUMNS} for row in read_table(path, {"student", "lesson"}, HEAD))
    for number, row in enumerate(rows, start=2):
        try:
            _check(row, lessons)
        except ValueError as problem:
            raise GraderError(f"{path}, row {number}: {problem}.\nWrite rows as {HEAD}") from None
    return Deadlines(rows)


def _check(row: dict[str, str], lessons: tuple[str, ...]) -> None:
    if not row["student"] or not row["lesson"]:
        raise ValueError("student or lesson is missing; * stands for all")
    if row["lesson"] not in (EVERY, *lessons):
        raise ValueError(f"there is no lesson {row['lesson']!r}")
    _time(row["deadline"])
    _time(row["handed_in"])
    _off(row["off"])


def _time(text: str) -> datetime.datetime | None:
    if not text:
        return None
    try:
        return datetime.datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError):
        raise ValueError(f"{text!r} is no time such as 2026-10-01T23:59") from None


def _off(text: str) -> Off | None:
    if not text:
        return None
    found = OFF.fullmatch(text)
    if found is None or float(found[3] or 100) > 100:
        raise ValueError(f"{text!r} does not say what lateness costs, as 10%/day or 10%/day up to 50% do")
    return Off(float(found[1]), STEP[found[2]], float(found[3] or 100))


def utc(text: str) -> datetime.datetime | None:
    """A time as nbgrader writes it, None when it is none."""
    try:
        moment: datetime.datetime = parse_utc(text)
    except (ValueError, OverflowError, TypeError):
        return None
    return moment.replace(tzinfo=datetime.UTC)


def stamp_text(moment: datetime.datetime) -> str:
    """A time as nbgrader writes it into timestamp.txt."""
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%d %H:%M:%S.%f UTC")


def read_stamp(folder: Path) -> datetime.datetime | None:
    """When the submission in this folder came in, by its timestamp.txt; None without one."""
    path = folder / STAMP_NAME
    if path.is_symlink() or not path.is_file():
        return None
    with path.open(encoding="utf-8", errors="replace") as file:
        return utc(file.read(100).strip())


def deadlines_beside(submissions: Path, lessons: tuple[str, ...]) -> Deadlines:
    """The deadlines that `grader collect` left with the submissions; none without the file."""
    path = submissions / FILE_NAME
    return read_deadlines(path, lessons) if path.is_file() else Deadlines()
