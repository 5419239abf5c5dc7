"""How often a check was tried until it was right, and how long somebody worked: counted beside the notebook, told inside it.

Each call of a check is a try until the exercise was right once; stubs are no tries. Time on task is the sum of the gaps between
successive checks of a lesson, without gaps over `PAUSE`: somebody who is away that long does something else. Kernels are
restarted, so the counts are kept in a small file beside the notebook; each check's output carries them as metadata, so that
handing in the notebook is enough. No grade depends on them. `COURSE_TRIES=off` ends the counting, and deleting the file what
was counted; whatever is wrong with the file, a check goes on as if there was none.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FILE_NAME = "tries.json"
SWITCH = "COURSE_TRIES"
KEY = "course_utils"
PAUSE = 20 * 60
MAX_TRIES = 10_000
MAX_MINUTES = 100_000
MAX_BYTES = 64 << 10
MAX_EXERCISES = 200


@dataclass
class Work:
    """What is counted in one lesson. `seconds` are those on task, `last` is the time of the latest check."""

    seconds: int = 0
    last: int = 0
    tries: dict[str, int] = field(default_factory=dict)
    right: set[str] = field(default_factory=set)

    def add(self, exercise: str, status: str, now: int) -> None:
        """Count one check of `exercise` that ended with `status` at the time `now`, in seconds."""
        if 0 < now - self.last <= PAUSE:
            self.seconds = min(self.seconds + now - self.last, MAX_MINUTES * 60)
        self.last = now
        if status == "not_attempted" or exercise in self.right:
            return
        self.tries[exercise] = min(self.tries.get(exercise, 0) + 1, MAX_TRIES)
        if status == "passed":
            self.right.add(exercise)

    def told(self, exercise: str) -> dict[str, int]:
        """What the output of a check carries; an exercise that was never tried has no number of tries."""
        tries = self.tries.get(exercise)
        return ({} if tries is None else {"tries": tries}) | {"minutes": round(self.seconds / 60)}


def count(folder: Path, lesson: str, exercise: str, status: str) -> dict[str, dict[str, int]]:
    """Count one check of a notebook in `folder`. Returns the metadata of its output: none where nothing can be kept."""
    if not _wanted():
        return {}
    path = folder / FILE_NAME
    try:
        everything = _read(path)
        work = _work(everything.get(lesson))
        work.add(exercise, status, int(time.time()))
        _write(path, everything | {lesson: _tree(work)})
    except (OSError, ValueError, RecursionError):
        return {}
    return {KEY: work.told(exercise)}


def _wanted() -> bool:
    """Not where the student says so, and not where nbgrader runs the notebook instead of a student."""
    return os.environ.get(SWITCH, "").strip().lower() != "off" and "NBGRADER_EXECUTION" not in os.environ


def _read(path: Path) -> dict[str, Any]:
    """The file's tree by lesson; empty when there is none or it is none of ours. Raises OSError where it must not be used."""
    try:
        about = path.stat()
    except FileNotFoundError:
        return {}
    if not stat.S_ISREG(about.st_mode) or not about.st_mode & stat.S_IWUSR:
        raise OSError("not a file that may be written")
    if about.st_size > MAX_BYTES:
        return {}
    with path.open("rb") as file, contextlib.suppress(ValueError, RecursionError):
        tree = json.loads(file.read(MAX_BYTES))
        if isinstance(tree, dict):
            return tree
    return {}


def _write(path: Path, everything: dict[str, Any]) -> None:
    """Write the file whole or not at all. Raises OSError or ValueError."""
    text = json.dumps(everything, sort_keys=True)
    if len(text) > MAX_BYTES:
        raise ValueError("more than a course has")
    partial = path.with_name(f"{FILE_NAME}.{os.getpid()}")
    try:
        partial.write_text(text, encoding="ascii")
        os.replace(partial, path)
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)


def _work(tree: Any) -> Work:
    """A lesson's counts as far as they are what this module writes."""
    if not isinstance(tree, dict):
        return Work()
    exercises = tree.get("exercises")
    found = list(exercises.items())[:MAX_EXERCISES] if isinstance(exercises, dict) else []
    known = {name: one for name, one in found if isinstance(one, dict)}
    return Work(
        seconds=_number(tree.get("seconds"), MAX_MINUTES * 60),
        last=_number(tree.get("last_check"), 1 << 40),
        tries={name: tries for name, one in known.items() if (tries := _number(one.get("tries"), MAX_TRIES))},
        right={name for name, one in known.items() if one.get("right") is True},
    )


def _tree(work: Work) -> dict[str, Any]:
    exercises = {name: {"tries": tries, "right": name in work.right} for name, tries in work.tries.items()}
    return {"seconds": work.seconds, "last_check": work.last, "exercises": exercises}


def _number(value: Any, most: int) -> int:
    return value if type(value) is int and 0 <= value <= most else 0
