"""The engine without isolation: an ordinary kernel in a private folder, for machines that can do no better.

The judge is a process of its own here too, so a student's code sees inputs only. But nothing keeps that code from the
machine's files and network: this engine is for people who trust their class, and a run with it says so.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import shutil
import sys
import tempfile
import time
import weakref
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import psutil
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

import course_utils
from course_utils.calling import Performance
from course_utils.tries import SWITCH
from course_utils.values import encode
from grader.engine import claims
from grader.engine.claims import malformed, performance_from_json
from grader.engine.errors import EngineError
from grader.engine.folders import Files, read_folder, remove_folder, write_folder
from grader.engine.interface import CellEnd, CellRun, CellSource, Level, Limits, ProbeCall, Session
from grader.engine.outputs import Transcript, apply
from grader.engine.session import Left, ReplayingSession
from grader.engine.turns import Turns

TICK = 0.05
START_SECONDS = 120.0
WALL_FACTOR = 6.0
INTERRUPT_SECONDS = 2.0
MAX_LINE = 64 << 20
KEPT_VARIABLES = ("PATH", "LANG", "SYSTEMROOT", "PATHEXT", "COMSPEC", "WINDIR")


class PlainEngine:
    """An `Engine` of level "none": one ipykernel per session, no isolation."""

    level: Level = "none"

    def __init__(self) -> None:
        self._stopped = False
        self._turns = Turns()
        self._workers: weakref.WeakSet[_KernelWorker] = weakref.WeakSet()

    def __enter__(self) -> PlainEngine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Sessions end their own kernels."""

    def stop(self) -> None:
        """Kill every kernel; see `Engine`."""
        self._stopped = True
        for worker in list(self._workers):
            worker.kill()

    @contextlib.contextmanager
    def open(self, folder: Path, limits: Limits) -> Iterator[Session]:
        """A session over kernels whose working folder is a private copy of `folder`."""
        files = read_folder(folder, limits.disk)
        with ReplayingSession(lambda: self._new_worker(files), limits, self._turns) as session:
            yield session

    def _new_worker(self, files: Files) -> _KernelWorker:
        if self._stopped:
            raise EngineError("the engine is stopped")
        worker = _KernelWorker(files)
        self._workers.add(worker)
        if self._stopped:  # while the kernel was starting
            worker.kill()
        return worker


class _KernelWorker:
    """One kernel with its own folder, which is removed with it."""

    def __init__(self, files: Files) -> None:
        self.alive = True
        self._home = Path(tempfile.mkdtemp(prefix="grader-kernel-"))
        try:
            self._manager, self._client = self._start(files)
        except BaseException:
            remove_folder(self._home)
            raise
        self._process = psutil.Process(self._manager.provisioner.pid)  # type: ignore[union-attr]
        self._requests = 0

    def _start(self, files: Files) -> tuple[KernelManager, BlockingKernelClient]:
        work = self._home / "work"
        work.mkdir()
        write_folder(work, files)
        _offer_course_utils(self._home / "lib")
        manager = KernelManager(connection_file=str(self._home / "connection.json"))
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        manager.kernel_spec.argv[:] = command  # type: ignore[union-attr]
        with open(os.devnull, "r+b") as nothing:
            manager.start_kernel(cwd=str(work), env=_environment(self._home), stdout=nothing, stderr=nothing)
        client = manager.blocking_client()
        client.start_channels()
        try:
            client.wait_for_ready(timeout=START_SECONDS)
        except RuntimeError as problem:
            _end(manager, client)
            raise EngineError(f"no kernel: {problem}; try `python -m ipykernel_launcher` by hand") from None
        return manager, client

    def run(self, cells: Sequence[CellSource], left: Left) -> Iterator[CellRun]:
        """Pin, then run, cell by cell; see `Worker`."""
        for cell in cells:
            if left.seconds <= 0:
                return
            yield self._run(cell, left.seconds, left.output)
            if not self.alive:
                return

    def _run(self, cell: CellSource, seconds: float, output: int) -> CellRun:
        if cell.pins:
            self._quietly(f"__import__('course_utils.remote').remote.pin({cell.pins!r})", 10.0)
        if not self.alive or not cell.source.strip():
            return CellRun(cell.cell_id, "ok" if self.alive else "died")
        transcript = Transcript(output)
        before = self._cpu_seconds()
        ended, count = self._execute(cell.source, transcript, seconds)
        spent = seconds if ended == "died" else max(0.0, self._cpu_seconds() - before)
        return CellRun(cell.cell_id, ended, transcript.outputs, count, spent)

    def perform(self, requests: Sequence[ProbeCall]) -> Iterator[list[Performance]]:
        """Ask the kernel's `course_utils.remote`; see `Worker`. There is no fork: probes share the student's state."""
        for request in requests:
            done = self._perform(request)
            yield done
            if len(done) < len(request.inputs) or not self.alive:
                return

    def _perform(self, request: ProbeCall) -> list[Performance]:
        self._requests += 1
        asked, answered = (self._home / f"{name}-{self._requests}.json" for name in ("request", "results"))
        inputs, time_limit = request.inputs, request.time_limit
        told = {"exercise": request.exercise, "probe": request.probe, "time_limit": time_limit}
        asked.write_text(json.dumps(told | {"inputs": [encode(given) for given in inputs]}), encoding="utf-8")
        source = f"__import__('course_utils.remote').remote.serve({str(asked)!r}, {str(answered)!r})"
        # One input more than its limit, so that the limit inside the kernel speaks first.
        ended = self._quietly(source, (len(inputs) + 1) * time_limit + 1.0)
        done = _read_results(answered, len(inputs))
        if len(done) < len(inputs) and not (done and done[-1].happened == "timed_out"):
            done.append(_lost(ended, time_limit))
        return done

    def kill(self) -> None:
        """End the kernel and what it started. Another thread may be waiting for it."""
        with contextlib.suppress(psutil.Error):
            for process in [*self._process.children(recursive=True), self._process]:
                process.kill()

    def close(self) -> None:
        """End the kernel, what it started, and its folder."""
        self.alive = False
        self.kill()
        _end(self._manager, self._client)
        remove_folder(self._home)

    def _quietly(self, source: str, seconds: float) -> CellEnd:
        return self._execute(source, Transcript(0), seconds, silent=True)[0]

    def _execute(
        self, source: str, transcript: Transcript, seconds: float, silent: bool = False
    ) -> tuple[CellEnd, int | None]:
        """Run `source`, collecting outputs. A run over its limit is interrupted and costs the kernel its life."""
        asked = self._client.execute(source, silent=silent, store_history=not silent, allow_stdin=False)
        clock = _Clock(self._cpu_seconds, seconds)
        while not self._collect(asked, transcript):
            if not self._manager.is_alive():
                self.alive = False
                return "died", None
            if clock.expired():
                self._interrupt(asked, transcript)
                return "timed_out", None
        return self._reply(asked)

    def _collect(self, asked: str, transcript: Transcript) -> bool:
        """Take one message; true when the kernel says that it is done with the request `asked`."""
        try:
            message = self._client.get_iopub_msg(timeout=TICK)
        except queue.Empty:
            return False
        if message.get("parent_header", {}).get("msg_id") != asked:
            return False
        kind, content = message["msg_type"], message["content"]
        claimed = claims.output({"kind": kind, "content": content})
        if claimed is not None:
            apply(transcript, *claimed)
        return bool(kind == "status" and content["execution_state"] == "idle")

    def _reply(self, asked: str) -> tuple[CellEnd, int | None]:
        deadline = time.monotonic() + 10.0
        while time.monotonic() < deadline:
            with contextlib.suppress(queue.Empty):
                reply = self._client.get_shell_msg(timeout=TICK)
                if reply["parent_header"].get("msg_id") == asked:
                    content = reply["content"]
                    return "ok" if content["status"] == "ok" else "error", content.get("execution_count")
        self.alive = False
        return "died", None

    def _interrupt(self, asked: str, transcript: Transcript) -> None:
        """Let Python say where it was, if it still can; then the kernel is given up: its state is half a cell old."""
        with contextlib.suppress(Exception):
            self._manager.interrupt_kernel()
        deadline = time.monotonic() + INTERRUPT_SECONDS
        while time.monotonic() < deadline and not self._collect(asked, transcript):
            pass
        self.alive = False

    def _cpu_seconds(self) -> float:
        """Processor time of the kernel and all it started."""
        total = 0.0
        with contextlib.suppress(psutil.Error):
            for process in [self._process, *self._process.children(recursive=True)]:
                with contextlib.suppress(psutil.Error):
                    times = process.cpu_times()
                    total += times.user + times.system
        return total


class _Clock:
    """A limit in processor time, with a limit by the clock behind it for code that waits."""

    def __init__(self, spent: Any, seconds: float) -> None:
        self._spent, self._seconds = spent, seconds
        self._first, self._start = spent(), time.monotonic()

    def expired(self) -> bool:
        waited = time.monotonic() - self._start
        if waited < self._seconds:
            # No process spends more than the clock on one processor; a little early with several, and never late.
            return waited > self._seconds / 8 and self._over()
        return waited > WALL_FACTOR * self._seconds or self._over()

    def _over(self) -> bool:
        return bool(self._spent() - self._first > self._seconds)


def _environment(home: Path) -> dict[str, str]:
    """Nothing of ours: no token, no path to our files. One thread for OpenMP and no counting of tries, as at every level."""
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    return kept | {
        "HOME": str(home),
        "USERPROFILE": str(home),
        "TMPDIR": str(home),
        "PYTHONPATH": str(home / "lib"),
        "PYTHONIOENCODING": "utf-8",
        "OMP_NUM_THREADS": "1",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        SWITCH: "off",
    }


def _offer_course_utils(library: Path) -> None:
    """Make `course_utils` importable from `library`, and nothing of the grader with it."""
    library.mkdir()
    source = Path(course_utils.__file__).parent
    try:
        (library / "course_utils").symlink_to(source, target_is_directory=True)
    except OSError:
        shutil.copytree(source, library / "course_utils")


def _read_results(path: Path, count: int) -> list[Performance]:
    if not path.is_file() or path.is_symlink():
        return []
    done: list[Performance] = []
    with path.open("rb") as file:
        while len(done) < count and (line := file.readline(MAX_LINE)):
            if not line.endswith(b"\n"):
                # A line that was never finished was being written when the process ended, or is too long to be read.
                return [*done, malformed()] if len(line) == MAX_LINE else done
            done.append(performance_from_json(line))
    return done


def _lost(ended: CellEnd, time_limit: float) -> Performance:
    if ended == "timed_out":
        return Performance("timed_out", message=f"no result after {time_limit:g} s")
    return Performance("died", message="the process ended during this call")


def _end(manager: KernelManager, client: BlockingKernelClient) -> None:
    with contextlib.suppress(Exception):
        client.stop_channels()
    with contextlib.suppress(Exception):
        manager.shutdown_kernel(now=True)
