"""Putting what came in where grading looks for it. Nothing is lost: what is replaced is kept, what is not taken stays and is named."""

from __future__ import annotations

import datetime
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.handing.intake import EARLIER, Found, Left
from grader.handing.lateness import STAMP_NAME, Deadlines, Lateness, read_stamp, stamp_text
from grader.handing.manifest import digest
from grader.handing.recognising import HandedIn, Unknown, common_folder, recognise
from grader.handing.students import Roster
from grader.records.gradebook import write_whole

TAKEN, SAME, REPLACED = "collected", "already there", "replaced an earlier one"
LATER = "came in later"


@dataclass(frozen=True)
class Collected:
    """One submission that is in place now."""

    what: HandedIn
    how: str
    lateness: Lateness


def sorted_out(founds: list[Found], roster: Roster, file_times: bool) -> tuple[list[HandedIn], list[Left]]:
    """The newest version of each student and lesson, and what is left with its reason."""
    wrapper = common_folder(founds)
    groups: dict[tuple[str, str], list[HandedIn]] = {}
    left = []
    for found in founds:
        try:
            one = recognise(found, roster, wrapper, file_times)
            groups.setdefault((one.student, one.lesson), []).append(one)
        except Unknown as problem:
            left.append(Left(found.place, str(problem)))
    newest = []
    for _, versions in sorted(groups.items()):
        if len({one.number for one in versions}) > 1:
            left += [Left(one.found.place, f"several people are called {one.student}") for one in versions]
            continue
        *older, last = sorted(versions, key=lambda one: one.order)
        newest.append(last)
        left += [
            Left(one.found.place, f"an earlier version; {last.found.place} is newer", harmless=True) for one in older
        ]
    return newest, left


class Place:
    """The folder of submissions, in nbgrader's layout. `update` lets a file of unknown age replace another."""

    def __init__(self, folder: Path, update: bool) -> None:
        self._folder, self._update = folder, update

    def put(self, submissions: Iterable[HandedIn], deadlines: Deadlines, left: list[Left]) -> Iterator[Collected]:
        """Put each in its place; adds to `left` what must not replace what is there."""
        for one in submissions:
            lateness = deadlines.lateness(one.student, one.lesson, one.time)
            target = self._folder / one.student / one.lesson / f"{one.lesson}.ipynb"
            how = self._how(target, one, lateness.handed_in)
            if how not in (TAKEN, SAME, REPLACED):
                left.append(Left(one.found.place, how, harmless=how.endswith(LATER)))
                continue
            self._write(target, one.found.copy, how, lateness.handed_in)
            yield Collected(one, how, lateness)

    def _how(self, target: Path, one: HandedIn, time: datetime.datetime | None) -> str:
        if target.is_symlink() or (target.exists() and not target.is_file()):
            return f"{target} is no ordinary file"
        if not target.exists():
            return TAKEN
        if _digest(target) == _digest(one.found.copy):
            return SAME
        before = read_stamp(target.parent)
        if self._update or (time and before and time > before):
            return REPLACED
        if time and before:
            return f"the one in {target} {LATER}"
        return f"another file is in {target}, and which is newer is not known; --update takes this one"

    def _write(self, target: Path, copy: Path, how: str, time: datetime.datetime | None) -> None:
        if how == REPLACED:
            kept = target.parent / EARLIER / f"{_digest(target)[:12]}.ipynb"
            kept.parent.mkdir(exist_ok=True)
            shutil.copy2(target, kept)
        if how != SAME:
            target.parent.mkdir(parents=True, exist_ok=True)
            partial = target.with_name(target.name + ".partial")
            shutil.copyfile(copy, partial)
            os.replace(partial, target)
        stamp = target.parent / STAMP_NAME
        if time is not None:
            write_whole(stamp, stamp_text(time) + "\n")
        elif how == REPLACED:
            stamp.unlink(missing_ok=True)


def _digest(path: Path) -> str:
    return digest(path.read_bytes())
