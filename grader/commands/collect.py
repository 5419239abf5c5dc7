"""`grader collect`: what students handed in, put where grading looks for it."""

from __future__ import annotations

import argparse
import datetime
import tempfile
from collections.abc import Sequence
from pathlib import Path

from course_utils.reporting.report import text_table
from grader.commands.command import Command
from grader.exercises import lesson_names
from grader.feedback.safe import printable
from grader.handing.collecting import Collected, Place, sorted_out
from grader.handing.intake import Intake, Left
from grader.handing.lateness import FILE_NAME, Deadlines, Lateness, deadlines_beside, read_deadlines
from grader.handing.students import read_roster
from grader.paths import GraderError
from grader.records.gradebook import write_whole

HEAD = ("student", "lesson", "came as", "", "late")


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", type=Path, help="a folder, or the zip file of a learning platform")
    parser.add_argument("--to", type=Path, required=True, help="the folder of submissions, as `grader grade` takes it")
    parser.add_argument(
        "--students", type=Path, metavar="CSV", help="id,first_name,last_name,email,lms_user_id, as nbgrader imports it"
    )
    parser.add_argument("--deadlines", type=Path, metavar="CSV", help="student,lesson,deadline,off,handed_in; * is all")
    parser.add_argument(
        "--file-times", action="store_true", help="believe the files' own times, which a download often resets"
    )
    parser.add_argument(
        "--update", action="store_true", help="replace a collected file by another (the former one is kept beside it)"
    )


def _run(options: argparse.Namespace) -> int:
    roster = read_roster(options.students)
    deadlines = _deadlines(options)
    with tempfile.TemporaryDirectory(prefix="collect-") as folder:
        intake = Intake(options.source, Path(folder))
        founds = list(intake.notebooks())
        newest, left = sorted_out(founds, roster, options.file_times)
        left = [*intake.left, *left]
        collected = list(Place(options.to, options.update).put(newest, deadlines, left))
    if not collected and not left:
        raise GraderError(f"No notebook was found in {options.source}.\nName the folder or zip file that came in.")
    if options.deadlines and collected:
        write_whole(options.to / FILE_NAME, deadlines.text())
    _tell(collected, left, options.to)
    for name in sorted(deadlines.students - {one.what.student for one in collected}):
        if not (options.to / name).is_dir():
            print(f"The deadlines name {_shown(name)}, of whom there is no submission.")
    return int(any(not item.harmless for item in left))


def _deadlines(options: argparse.Namespace) -> Deadlines:
    if options.deadlines:
        return read_deadlines(options.deadlines, lesson_names())
    return deadlines_beside(options.to, lesson_names())


def _tell(collected: Sequence[Collected], left: Sequence[Left], folder: Path) -> None:
    if collected:
        print(text_table(HEAD, [_row(one) for one in collected]))
    if left:
        print("Not taken, and left where it is:")
        for item in left:
            print(f"  {_shown(item.place)}: {_shown(item.reason)}")
    print(f"{len(collected)} submissions in {folder}, {len(left)} files not taken.")


def _shown(text: str) -> str:
    """A name on one line, whatever bytes somebody put into it."""
    return " ".join(printable(text.encode("utf-8", "replace").decode()).split())


def _row(one: Collected) -> tuple[str, ...]:
    what = one.what
    return tuple(map(_shown, (what.student, what.lesson, what.found.place, one.how, _late(one.lateness, what.late))))


def _late(lateness: Lateness, said: bool) -> str:
    if lateness.late > datetime.timedelta():
        hours = lateness.late / datetime.timedelta(hours=1)
        span = f"{hours / 24:.1f} days" if hours >= 48 else f"{hours:.1f} hours"
        return f"{span}: {lateness.percent:g}% off"
    if said and lateness.handed_in is None:
        return "Canvas says late, not when: fill in handed_in"
    return ""


COMMAND = Command(
    "collect",
    "put what students handed in where grading looks for it",
    "grader collect download.zip --to submitted --students students.csv --deadlines deadlines.csv",
    _arguments,
    _run,
)
