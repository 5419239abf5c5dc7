"""The judge's side of the warm engine: starts the template, opens boxes, and believes nothing that comes out of them."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import math
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from course_utils.calling import Performance
from course_utils.tries import SWITCH
from course_utils.values import Opaque
from grader.engine import claims, messages
from grader.engine.errors import EngineError
from grader.engine.folders import Files, read_folder, remove_folder
from grader.engine.interface import CellEnd, CellRun, CellSource, Level, Limits, ProbeCall, Session
from grader.engine.isolation import BOX_ROOT
from grader.engine.outputs import Transcript, apply
from grader.engine.probe_level import available_level
from grader.engine.reachable import GRADER
from grader.engine.session import Left, ReplayingSession
from grader.engine.turns import Turns
from grader.engine.wire import Frame, Wire, WireError, frame

START_SECONDS = 120.0
OPEN_SECONDS = 60.0
CLOSE_SECONDS = 10.0
WALL_FACTOR, WALL_GRACE = 8.0, 30.0
MAX_FROM_BOX = 96 << 20
MAX_ANSWERS = 192 << 20
MAX_CHECKED = 16 << 20
FIRST_USER, USERS = 61_000, 3_900

# All that a student's code finds in its environment, with HOME and its like from the box. One thread for each library:
# what runs at once are boxes. The hash seed makes the order of sets the same in every run. Tries are counted at home.
ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PYTHONHASHSEED": "0",
    SWITCH: "off",
}
BOOT = "import sys; sys.path.insert(0, {root!r}); from grader.engine.template import main; main()"


class WarmEngine:
    """An `Engine` of level "full" or "partial": boxes forked from one warm process. To be used as a context manager.

    level: at which to run; the highest that the machine allows when None. A level that it does not allow is refused.
    without: layers to leave out, so that a test can see what they are for.
    """

    def __init__(self, level: Level | None = None, without: frozenset[str] = frozenset()) -> None:
        found = available_level()
        self.level: Level = found.level if level is None else level
        if self.level == "none" or (self.level == "full" and found.level != "full"):
            raise EngineError(f"isolation {self.level} is not to be had here: {found.reason or 'use a plain engine'}")
        self._without = without
        self._template: Template | None = None
        self._stopped = False
        self._connections: weakref.WeakSet[socket.socket] = weakref.WeakSet()
        self._turns = Turns()
        self._lock = threading.Lock()
        self._numbers = itertools.count(os.getpid())

    def __enter__(self) -> WarmEngine:
        self._template = Template(self.level)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._template is not None:
            self._template.close()
            self._template = None

    def stop(self) -> None:
        """Cut the connection to every box, which ends it; see `Engine`."""
        with self._lock:
            self._stopped = True
            for connection in list(self._connections):
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    @contextlib.contextmanager
    def open(self, folder: Path, limits: Limits) -> Iterator[Session]:
        """A session in a box of its own. May be called from several threads at once."""
        files = read_folder(folder, limits.disk)
        with ReplayingSession(lambda: self._new_box(files, limits), limits, self._turns) as session:
            yield session

    def _new_box(self, files: Files, limits: Limits) -> Box:
        user = _free_user(next(self._numbers))
        with _private_folder(self.level, user) as folder:
            ours, theirs = socket.socketpair()
            with theirs:
                self._fork(ours, theirs)
            opening = {
                "level": self.level,
                "folder": folder,
                "user": user,
                "limits": dataclasses.asdict(limits),
                "files": files,
                "without": sorted(self._without),
            }
            return Box(Wire(ours, MAX_FROM_BOX), opening)

    def _fork(self, ours: socket.socket, theirs: socket.socket) -> None:
        """Ask the template for a box at the other end; start another template when it is gone."""
        with self._lock:
            if self._template is None or self._stopped:
                raise EngineError("the engine is stopped")
            try:
                self._template.fork(theirs)
            except OSError:
                self._template.close()
                self._template = Template(self.level)
                self._template.fork(theirs)
            self._connections.add(ours)


class Template:
    """The running template process."""

    def __init__(self, level: Level) -> None:
        self._home = tempfile.mkdtemp(prefix="grader-template-")
        stage = os.path.join(self._home, "root")
        os.mkdir(stage)
        ours, theirs = socket.socketpair()
        self._log = open(os.path.join(self._home, "log"), "w+b")  # noqa: SIM115, closed in close
        with theirs:
            command = [sys.executable, "-s", "-P", "-c", BOOT.format(root=str(GRADER.parent)), str(theirs.fileno())]
            self._process = subprocess.Popen(
                command,
                env=ENVIRONMENT | {"HOME": self._home, "IPYTHONDIR": self._home, "MPLCONFIGDIR": self._home},
                cwd=self._home,
                stdin=subprocess.DEVNULL,
                stdout=self._log,
                stderr=self._log,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        self._control = Wire(ours)
        self._greet(level, stage)

    def _greet(self, level: Level, stage: str) -> None:
        try:
            self._control.send(frame(messages.READY, {"level": level, "stage": stage}), START_SECONDS)
            answer = self._control.receive(START_SECONDS)
        except WireError as problem:
            self._log.seek(0)
            said = self._log.read()[-2_000:].decode("utf-8", "replace").strip()
            self.close()
            raise EngineError(f"the template did not start: {problem}\n{said}") from None
        if answer.kind != messages.READY:
            self.close()
            raise EngineError(f"the template did not start: {answer.value()['reason']}")
        # Nobody needs it any more, and a judge that is killed cannot remove it.
        shutil.rmtree(self._home, ignore_errors=True)

    def fork(self, connection: socket.socket) -> None:
        """A new box that talks on `connection`. Raises OSError when the template is gone."""
        socket.send_fds(self._control.connection, [b"+"], [connection.fileno()])

    def close(self) -> None:
        """End the template; boxes that are still open end with it."""
        self._control.close()
        try:
            self._process.wait(CLOSE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()
        shutil.rmtree(self._home, ignore_errors=True)


class Box:
    """A `Worker`: one box, for as long as it lives."""

    def __init__(self, wire: Wire, opening: dict[str, Any]) -> None:
        self.alive = True
        self._wire = wire
        self._folder = opening["folder"] if opening["level"] != "full" else ""
        try:
            wire.send(frame(messages.OPEN, opening), OPEN_SECONDS)
            answer = wire.receive(OPEN_SECONDS)
            reason = "" if answer.kind == messages.READY else str(answer.value().get("reason"))
        except WireError as problem:
            reason = str(problem)
        if reason:
            self.close()
            raise EngineError(f"a box could not be opened: {reason}")

    def run(self, cells: Sequence[CellSource], left: Left) -> Iterator[CellRun]:
        """Pin, then run, cell by cell; see `Worker`. The box does not wait for the judge between them."""
        if not cells:
            return
        asked = [{"source": cell.source, "pins": cell.pins, "checked": cell.checks > 0} for cell in cells]
        limits = {"seconds": [left.cell_seconds], "left": left.all_seconds, "output": left.output, "parts": len(cells)}
        self._ask(limits, frame(messages.RUN, {"cells": asked, "output": left.output}))
        for cell in cells:
            if left.seconds <= 0:
                self.alive = False  # it may have begun with it
                return
            yield self._ran(cell, left)
            if not self.alive:
                return

    def _ran(self, cell: CellSource, left: Left) -> CellRun:
        """What the box tells of one cell."""
        transcript = Transcript(left.output)
        ended: CellEnd = "died"
        count: int | None = None
        checked: list[Frame] = []
        room = MAX_CHECKED
        spent: dict[str, Any] = {"cpu_seconds": 0.0, "timed_out": False, "lost": True}
        for found in self._answers(left.seconds):
            if found.kind == messages.OUTPUT:
                _show(transcript, found)
            elif found.kind == messages.PERFORMANCE and len(checked) < cell.checks and found.size <= room:
                checked.append(found)
                room -= found.size
            elif found.kind == messages.END:
                ended, count = _claimed_end(found)
            elif found.kind == messages.SPENT:
                spent = found.value()
        if spent["timed_out"] or spent["lost"]:
            ended, count = "timed_out" if spent["timed_out"] else "died", None
            self.alive = False
        performed = [_claimed_performance(one) for one in checked] if len(checked) == cell.checks else []
        return CellRun(cell.cell_id, ended, transcript.outputs, count, float(spent["cpu_seconds"]), performed)

    def perform(self, requests: Sequence[ProbeCall]) -> Iterator[list[Performance]]:
        """Perform in a fork of the student's state; see `Worker`."""
        calls = [
            {"exercise": one.exercise, "probe": one.probe, "inputs": list(one.inputs), "seconds": one.time_limit}
            for one in requests
        ]
        seconds = [one.time_limit for one in requests for _ in one.inputs]
        asked = {"fork": requests[0].fork, "calls": frame(messages.CALLS, calls).packed()}
        self._ask({"seconds": seconds, "left": math.inf, "output": 0, "parts": 1}, frame(messages.PERFORM, asked))
        waiting = list(requests)
        done: list[Performance] = []
        timed_out, size = False, 0
        for found in self._answers(sum(seconds), len(seconds)):
            if found.kind == messages.PERFORMANCE and len(done) < len(waiting[0].inputs):
                size += found.size
                done.append(_claimed_performance(found) if size <= MAX_ANSWERS else _too_large())
                if len(done) == len(waiting[0].inputs) and len(waiting) > 1:
                    yield done
                    waiting, done = waiting[1:], []
            elif found.kind == messages.SPENT:
                spent = found.value()
                timed_out, self.alive = spent["timed_out"], not spent["lost"]
        if len(done) < len(waiting[0].inputs) and not (done and done[-1].happened == "timed_out"):
            done.append(_lost(timed_out, waiting[0].time_limit))
        yield done

    def _ask(self, limits: dict[str, Any], request: Frame) -> None:
        try:
            self._wire.send_all([frame(messages.LIMIT, limits), request], OPEN_SECONDS)
        except WireError:
            self.alive = False

    def _answers(self, seconds: float, answers: int = 1) -> Iterator[Frame]:
        """The frames of one cell or of all that was to be performed, the warden's SPENT last. Without one the box is lost."""
        deadline = time.monotonic() + WALL_FACTOR * seconds + WALL_GRACE * answers
        try:
            while self.alive:
                found = self._wire.receive(deadline - time.monotonic())
                yield found
                if found.kind == messages.SPENT:
                    return
        except WireError:
            self.alive = False

    def close(self) -> None:
        """End the box and wait until nothing of it is left."""
        self.alive = False
        with contextlib.suppress(OSError):
            self._wire.connection.shutdown(socket.SHUT_WR)
        with contextlib.suppress(WireError):
            while True:
                self._wire.receive(CLOSE_SECONDS)
        self._wire.close()
        if self._folder:
            remove_folder(Path(self._folder))


def _show(transcript: Transcript, found: Frame) -> None:
    with contextlib.suppress(WireError):
        claimed = claims.output(found.value())
        if claimed is not None:
            apply(transcript, *claimed)


def _claimed_end(found: Frame) -> tuple[CellEnd, int | None]:
    with contextlib.suppress(WireError):
        fields = found.value()
        if isinstance(fields, dict) and isinstance(fields.get("ended"), str):
            count = fields.get("execution_count")
            return "ok" if fields["ended"] == "ok" else "error", count if claims.is_count(count) else None
    return "error", None


def _claimed_performance(found: Frame) -> Performance:
    try:
        return claims.performance(found.value())
    except WireError:
        return claims.malformed()


def _too_large() -> Performance:
    return Performance("returned", Opaque("value too large to be judged with those before it"))


def _lost(timed_out: bool, time_limit: float) -> Performance:
    if timed_out:
        return Performance("timed_out", message=f"no result after {time_limit:g} s")
    return Performance("died", message="the process ended during this call")


def _free_user(number: int) -> int:
    """An unprivileged user id that nobody on this machine has; each box another one."""
    for step in range(USERS):
        user = FIRST_USER + (number + step) % USERS
        try:
            pwd.getpwuid(user)
        except KeyError:
            return user
    raise EngineError(f"every user id from {FIRST_USER} to {FIRST_USER + USERS} is taken")


@contextlib.contextmanager
def _private_folder(level: Level, user: int) -> Iterator[str]:
    """The folder in which a box may write; with namespaces it is one in memory. Removed again when no box comes of it."""
    if level == "full":
        yield BOX_ROOT
        return
    folder = tempfile.mkdtemp(prefix="grader-box-")
    try:
        if os.geteuid() == 0:
            os.chown(folder, user, user)
        yield folder
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
