"""`grader export`: the grades as tables, also as Canvas and Moodle import them."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from grader.commands.command import Command, add_records
from grader.handing.exporting import Ungraded, canvas_table, case_table, exercise_table, moodle_table, total_table
from grader.handing.students import read_roster
from grader.paths import GraderError
from grader.records.course import CourseRecords
from grader.records.gradebook import GradeBook, write_whole
from grader.records.marks import CourseMarks, read_marks

PLATFORMS = {"canvas": canvas_table, "moodle": moodle_table}


def _arguments(parser: argparse.ArgumentParser) -> None:
    add_records(parser)
    parser.add_argument("--format", choices=("csv", *PLATFORMS), default="csv", help="what reads it (default: csv)")
    parser.add_argument("--per", choices=("total", "exercise", "case"), default="total", help="default: total")
    parser.add_argument(
        "--ungraded",
        choices=("refuse", "skip", "zero"),
        default="refuse",
        help="what has no score yet: refuse to export (default), leave its cell empty, or count it as 0",
    )
    parser.add_argument(
        "--students", type=Path, metavar="CSV", help="names and numbers of students, as nbgrader imports them"
    )
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="where the table goes (default: the screen)")


def _run(options: argparse.Namespace) -> int:
    if options.per == "case" and options.format != "csv":
        raise GraderError(f"{options.format} has no place for single cases.\nTake --format csv, or --per exercise.")
    records = CourseRecords(options.to, options.db)
    marks = _with_names(read_marks(records), options.students)
    ungraded = Ungraded(options.ungraded)
    ungraded.check(marks)
    table = _table(records, marks, ungraded, options)
    if options.output:
        write_whole(options.output, table)
    else:
        print(table, end="")
    for note in _notes(marks, options):
        print(note, file=sys.stderr)
    return 0


def _with_names(marks: CourseMarks, path: Path | None) -> CourseMarks:
    """The table of students goes before what the grade book knows of them."""
    known = {student.id: student for student in marks.students}
    known.update((student.id, student) for student in read_roster(path).students)
    return replace(marks, students=tuple(known[name] for name in sorted(known)))


def _table(records: CourseRecords, marks: CourseMarks, ungraded: Ungraded, options: argparse.Namespace) -> str:
    if options.format in PLATFORMS:
        return PLATFORMS[options.format](marks, ungraded, options.per)
    if options.per == "total":
        return total_table(marks, ungraded)
    if options.per == "exercise":
        return exercise_table(marks, ungraded)
    with GradeBook(records, read_only=True) as book:
        store = book.verdicts
        return case_table([row for who in store.submissions() for row in store.cases(*who)])


def _notes(marks: CourseMarks, options: argparse.Namespace) -> list[str]:
    """What a reader of the table should know and cannot see in it."""
    waiting = sum(bool(mark.waiting) for mark in marks.submissions)
    late = sum(mark.penalty > 0 for mark in marks.submissions)
    unreadable = [f"{mark.student} {mark.lesson}" for mark in marks.submissions if mark.state == "unreadable"]
    handed_in = {mark.student for mark in marks.submissions}
    absent = sum(student.id not in handed_in for student in marks.students)
    notes = [f"{len(marks.submissions)} submissions in {options.output}"] if options.output else []
    if waiting:
        done = "left empty" if options.ungraded == "skip" else "counted as 0"
        notes.append(f"{waiting} submissions had no score for everything; what was missing is {done}.")
    if unreadable:
        notes.append(f"Counted as 0 because the file could not be read: {', '.join(unreadable)}.")
    if late and options.per == "exercise":
        notes.append(f"{late} submissions were late; that is taken off the totals, not off single exercises.")
    if absent:
        notes.append(f"{absent} students handed nothing in; they have no score here, not 0.")
    return notes


COMMAND = Command(
    "export",
    "write the grades as a table, also for Canvas or Moodle",
    "grader export --to graded --format canvas -o grades.csv",
    _arguments,
    _run,
)
