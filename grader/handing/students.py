"""The students of a class, from the table that `nbgrader db student import` reads, and the many ways systems write a name."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from grader.paths import GraderError

# A student's name in the grade book is a folder's name too.
USABLE = re.compile(r"[^\W_][\w .@'+-]{0,127}")


@dataclass(frozen=True)
class Student:
    """A student as nbgrader's grade book knows one. `lms_user_id` is the number that the learning platform uses."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_user_id: str = ""


@dataclass(frozen=True)
class Roster:
    """The students of a class; empty when no table was given."""

    students: tuple[Student, ...] = ()

    def find(self, agrees: Callable[[Student], bool]) -> Student | None:
        """The one student of whom this is true; None when there is none or more than one."""
        found = [student for student in self.students if agrees(student)]
        return found[0] if len(found) == 1 else None

    def named(self, text: str) -> Student | None:
        """The student with this id, number, address or full name."""
        plain = squeezed(text)
        by_id = self.find(lambda student: text in (student.id, student.lms_user_id, student.email))
        return by_id or self.find(lambda student: bool(plain) and plain in _names(student))


def squeezed(text: str) -> str:
    """A name as systems compare it: lower case, letters and digits only."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFC", text).casefold())


def _names(student: Student) -> set[str]:
    first, last = student.first_name, student.last_name
    return {squeezed(name) for name in (first + last, last + first, student.id, student.email)} - {""}


def read_roster(path: Path | None) -> Roster:
    """Read the table: a column `id`, and what there is of first_name, last_name, email, lms_user_id."""
    if path is None:
        return Roster()
    rows = read_table(path, {"id"}, "id,first_name,last_name,email,lms_user_id")
    fields = Student.__dataclass_fields__
    students = tuple(Student(**{name: row.get(name, "") for name in fields}) for row in rows)
    wrong = next((student.id for student in students if not USABLE.fullmatch(student.id)), None)
    if wrong is not None:
        raise GraderError(f"{path}: {wrong!r} cannot name a student.\nUse letters, digits and . @ ' + - only.")
    twice = _twice(student.id for student in students)
    if twice:
        raise GraderError(f"{path}: the student {twice} stands there twice.\nKeep one of the rows.")
    return Roster(students)


def read_table(path: Path, needed: set[str], head: str) -> list[dict[str, str]]:
    """The rows of a CSV file, cells stripped. Raises GraderError when it cannot be read or lacks a column."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, skipinitialspace=True)
            rows = [{(key or "").strip(): (cell or "").strip() for key, cell in _cells(row)} for row in reader]
            columns = {(name or "").strip() for name in reader.fieldnames or ()}
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise GraderError(f"{path} cannot be read: {problem}.\nName a CSV file in UTF-8 with the head {head}") from None
    if needed - columns:
        missing = ", ".join(sorted(needed - columns))
        raise GraderError(f"{path} has no column {missing}.\nIts first line must be {head}")
    return [row for row in rows if any(row.values())]


def _cells(row: dict[str, str]) -> Iterable[tuple[str, str]]:
    return ((key, cell) for key, cell in row.items() if isinstance(cell, str) or cell is None)


def _twice(names: Iterable[str]) -> str:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return ""
