"""Grading the whole corpus as one class, and remembering how the machine was before and after."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import functools
import json
import os
import random
import resource
import secrets
import shutil
import signal
import socket
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import psutil
import pytest
from hostile.corpus import COSTS, REACHED, ROAD, SOLVED, Entry, short_notebook, write

from grader.commands import grade
from grader.commands.feedback import _material
from grader.engine.interface import Engine, Limits
from grader.feedback import feedback_page
from grader.judge.grading import Graded, grade_submission
from grader.judge.key import LessonKey, lesson_key
from grader.records.course import CourseRecords
from grader.records.gradebook import GradeBook, write_whole
from grader.spec import Exercise, Written

LIMITS = Limits(cell_seconds=0.8, notebook_seconds=12.0, memory=512 << 20, processes=64, disk=24 << 20, output=200_000)
# A plain kernel imports torch in its first cell, which the template of a box has done before.
LIMITS_OF = {"none": dataclasses.replace(LIMITS, cell_seconds=8.0, notebook_seconds=30.0)}
PROBE_SECONDS = 0.6
NEIGHBOUR = Entry("neighbour", "honest work", {"rnn_costs": COSTS}, earns={"rnn_costs": 3.0}, honest=True)
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Canary:
    """Something to look for afterwards: a word that only the judge knows, and a number that is in every hidden input."""

    word: str
    number: float

    @staticmethod
    def drawn() -> Canary:
        return Canary(secrets.token_hex(12), round(random.SystemRandom().uniform(0.3, 0.9), 14))


@dataclass(frozen=True)
class Surroundings:
    """What the test offers to whom it may concern: a folder, a port, a socket; and a private place for boxes."""

    folder: Path
    canary: Canary
    mark: str
    listeners: tuple[socket.socket, ...]

    @property
    def watched(self) -> Path:
        return self.folder / "watched"

    @property
    def values(self) -> dict[str, str]:
        return {
            "JUDGE": str(os.getpid()),
            "PORT": str(self.listeners[0].getsockname()[1]),
            "SOCKET": f"judge-{self.mark}",
            "WATCHED": str(self.watched),
            "MARK": self.mark,
            "GRADER": str(Path(grade.__file__).resolve().parent.parent),
        }

    def callers(self) -> int:
        """How many connections and messages have arrived."""
        return sum(map(_has_caller, self.listeners))


def _has_caller(listener: socket.socket) -> bool:
    with contextlib.suppress(BlockingIOError):
        if listener.type == socket.SOCK_DGRAM:
            listener.recv(100)
        else:
            listener.accept()[0].close()
        return True
    return False


@contextlib.contextmanager
def surroundings() -> Iterator[Surroundings]:
    """They last for one batch. Boxes at the level "partial" must be able to reach the folder, so it is not pytest's."""
    folder = Path(tempfile.mkdtemp(prefix="hostile-", dir="/var/tmp"))
    folder.chmod(0o711)
    canary, mark = Canary.drawn(), f"{os.getpid()}{secrets.randbelow(10**6):06d}.5"
    with contextlib.ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        for name in ("watched", "boxes"):
            (folder / name).mkdir()
            (folder / name).chmod(0o755)
        (folder / "watched" / "open.txt").write_text(f"{REACHED} WATCHED {canary.word}")
        patch.setattr(tempfile, "tempdir", str(folder / "boxes"))
        patch.setenv("GRADER_HOSTILE", canary.word)
        yield Surroundings(folder, canary, mark, tuple(stack.enter_context(one) for one in _listeners(mark)))


def _listeners(mark: str) -> tuple[socket.socket, ...]:
    stream, datagram, local = socket.socket(), socket.socket(type=socket.SOCK_DGRAM), socket.socket(socket.AF_UNIX)
    stream.bind(("127.0.0.1", 0))
    datagram.bind(stream.getsockname())
    local.bind(f"\0judge-{mark}")
    for one in (stream, datagram, local):
        one.setblocking(False)
    stream.listen()
    local.listen()
    return stream, datagram, local


# --- the host


@contextlib.contextmanager
def signals_counted() -> Iterator[list[int]]:
    """The signals that entries send to the judge, if they can."""
    seen: list[int] = []
    before = signal.signal(signal.SIGUSR1, lambda number, _frame: seen.append(number))
    try:
        yield seen
    finally:
        signal.signal(signal.SIGUSR1, before)


def host(around: Surroundings) -> dict[str, Any]:
    """What no submission may change."""
    return {
        "mounts": Path("/proc/self/mounts").read_text(encoding="utf-8"),
        "processes": sorted(process.pid for process in psutil.Process().children(recursive=True)),
        "marked processes": _marked(around.mark),
        "shared memory": [name for name in os.listdir("/dev/shm") if around.mark in name],
        "boxes": sorted(os.listdir(around.folder / "boxes")),
        "watched": _watched(around.folder),
        "left behind": [str(place / name) for place in _public() for name in os.listdir(place) if around.mark in name],
        "limits": {
            name: resource.getrlimit(getattr(resource, name)) for name in dir(resource) if name.startswith("RLIMIT")
        },
        "priority": (os.getpriority(os.PRIO_PROCESS, 0), os.sched_getaffinity(0), os.sched_getscheduler(0)),
        "environment": dict(os.environ),
        "folder": os.getcwd(),
        "callers": around.callers(),
    }


def _marked(mark: str) -> list[int]:
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if any(mark in part for part in process.cmdline()) and process.pid != os.getpid():
                found.append(process.pid)
    return found


def _watched(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(path): (path.lstat().st_mode, path.read_bytes() if path.is_file() else b"")
        for path in sorted((folder / "watched").rglob("*"))
    }


def _public() -> list[Path]:
    places = (
        "/",
        "/tmp",
        "/var/tmp",
        "/usr",
        "/usr/lib",
        "/etc",
        "/run",
        "/root",
        "/work",
        str(Path(np.__file__).parent),
    )
    return [Path(place) for place in places if os.access(place, os.R_OK)]


# --- the key


def hostile_key(canary: Canary) -> LessonKey:
    """The lesson's key for the short notebook, with the canary in every hidden case and in the oracle."""
    key = lesson_key(ROAD)
    chosen = [item for item in key.lesson.exercises if item.name in SOLVED or isinstance(item, Written)]
    exercises = tuple(_with_canary(item, canary) if isinstance(item, Exercise) else item for item in chosen)
    released = nbformat.from_dict({**key.released})
    kept = {made.id for made in short_notebook().cells} | {item.name for item in exercises}
    released.cells = [made for made in key.released.cells if made.id in kept]
    return dataclasses.replace(key, lesson=dataclasses.replace(key.lesson, exercises=exercises), released=released)


def _with_canary(exercise: Exercise, canary: Canary) -> Exercise:
    # The visible cases are those of checks.json: only hidden ones are drawn again.
    draws = {name: _marked_draw(draw, canary.number) for name, draw in exercise.draws.items()}
    return dataclasses.replace(
        exercise, draws=draws, oracle=_knowing(exercise.oracle, canary.word), time_limit=PROBE_SECONDS
    )


def _marked_draw(draw: Callable[..., dict[str, Any]], number: float) -> Callable[..., dict[str, Any]]:
    def drawn(rng: np.random.Generator) -> dict[str, Any]:
        given = draw(rng)
        for value in given.values():
            if isinstance(value, np.ndarray) and value.dtype.kind == "f":
                value.flat[0] = number
        return given

    return drawn


def _knowing(oracle: Callable[..., Any], word: str) -> Callable[..., Any]:
    def answer(**given: Any) -> Any:
        return (word, oracle(**given))[1]

    return answer


# --- the batch


@dataclass(frozen=True)
class Batch:
    """A class that was graded. `states`, `parts` and `cases` are the records by student."""

    level: str
    around: Surroundings
    records: CourseRecords
    entries: Mapping[str, Entry]
    neighbours: tuple[str, ...]
    states: Mapping[str, tuple[str, str]]
    parts: Mapping[str, Rows]
    cases: Mapping[str, Rows]
    before: Mapping[str, Any]
    afterwards: Mapping[str, Any]
    signals: tuple[int, ...]
    growth: int

    def points(self, student: str) -> dict[str, float]:
        scores = dict.fromkeys(SOLVED, 0.0)
        for part in self.parts[student]:
            scores[part["exercise"]] += part["score"]
        return scores

    def rows(self, student: str) -> str:
        """The verdict rows as bytes to compare, without the name of the student."""
        return json.dumps(
            [{**row, "student": ""} for row in (*self.parts[student], *self.cases[student])], sort_keys=True
        )

    def notebook(self, student: str) -> str:
        path = self.records.autograded(student, ROAD)
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def outputs(self, student: str) -> str:
        """All outputs of the executed notebook as text."""
        text = self.notebook(student)
        cells = json.loads(text)["cells"] if text else []
        return json.dumps([made.get("outputs", []) for made in cells])

    def page(self, student: str) -> str:
        return self.records.feedback(student, ROAD).read_text(encoding="utf-8")


def grade_batch(entries: Mapping[str, Entry], engine: Engine, around: Surroundings, folder: Path, every: int) -> Batch:
    """Grade the entries with honest neighbours before, after and between each `every` of them, two at a time."""
    key, records = hostile_key(around.canary), CourseRecords(folder)
    everybody = _with_neighbours(entries, every)
    tasks = [grade.Task(name, key, _hand_in(folder, name, entry, around)) for name, entry in everybody.items()]
    before, memory = host(around), _peak_memory()
    with signals_counted() as signals, GradeBook(records) as book:
        book.register(key)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(grade, "grade_submission", _grade_within_limits)
            take = functools.partial(grade._record, book, engine.level, False)
            grade._grade_all(tasks, book, engine, argparse.Namespace(force=True, jobs=2), take)
        afterwards, growth = host(around), _peak_memory() - memory
        _write_pages(book, everybody)
        store = book.verdicts
        return Batch(
            level=engine.level,
            around=around,
            records=records,
            entries=entries,
            neighbours=tuple(name for name in everybody if name not in entries),
            states={name: _state(book, name) for name in everybody},
            parts={name: store.parts(name, ROAD) for name in everybody},
            cases={name: store.cases(name, ROAD) for name in everybody},
            before=before,
            afterwards=afterwards,
            signals=tuple(signals),
            growth=growth,
        )


def _with_neighbours(entries: Mapping[str, Entry], every: int) -> dict[str, Entry]:
    everybody = {"neighbour-before": NEIGHBOUR}
    for number, (name, entry) in enumerate(entries.items()):
        everybody[name] = entry
        if number % every == 0:
            everybody[f"neighbour-{number}"] = NEIGHBOUR
    return {**everybody, "neighbour-after": NEIGHBOUR}


def _hand_in(folder: Path, name: str, entry: Entry, around: Surroundings) -> Path:
    path = folder / "submitted" / name / ROAD / f"{ROAD}.ipynb"
    path.parent.mkdir(parents=True)
    write(entry, path, around.values)
    return path


def _grade_within_limits(path: Path, key: LessonKey, engine: Engine, secret: bytes) -> Graded:
    return grade_submission(path, key, engine, secret, LIMITS_OF.get(engine.level, LIMITS))


def _state(book: GradeBook, student: str) -> tuple[str, str]:
    state = book.verdicts.state(student, ROAD)
    return ("none", "") if state is None else (state.state, state.cause)


def _write_pages(book: GradeBook, students: Iterable[str]) -> None:
    for student in students:
        write_whole(book.records.feedback(student, ROAD), feedback_page(_material(book, student, ROAD)))


def _peak_memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10
