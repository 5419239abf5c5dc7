"""The process that runs a student's code: cells in IPython, probes in forks of the state that the cells leave.

It trusts its own bookkeeping as little as the judge does: a student's code can reach all of it. Limits are kept by the
warden, and what is claimed here is judged elsewhere.
"""

from __future__ import annotations

import builtins
import dataclasses
import getpass
import os
import random
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from course_utils.calling import Performance, perform, probe_named
from course_utils.checking import performed
from course_utils.values import Inputs, Opaque
from grader.engine import messages
from grader.engine.performer import Performer
from grader.engine.shell import OUTLET, BoxShell, Stream, flush, no_input
from grader.engine.wire import MAX_JSON, Frame, Wire, WireError, frame

# Filled in the template: to look through all modules in a box would copy a thousand pages of memory.
OURS: list[str] = []
MAX_PRINTED = 10_000
MAX_ANSWER = 64 << 20
MISSING = "nothing of this name exists when its check cell is reached"


class Worker:
    """One student's session."""

    def __init__(self, wire: Wire, shell: BoxShell) -> None:
        self._wire = wire
        self._shell = shell
        self._pinned: dict[str, Any] = {}
        self._performers: dict[str, Performer] = {}
        self._screen = Screen()
        self._pid = os.getpid()
        _prepare(shell)

    def serve(self) -> None:
        """Answer requests until the warden is gone."""
        while True:
            request = self._wire.receive()
            asked = request.value()
            if request.kind == messages.RUN:
                for cell in asked["cells"]:
                    self._answer(self._run(**cell, output=asked["output"]))
            elif request.kind == messages.PERFORM:
                self._answer(self._perform(**asked))

    def _answer(self, end: dict[str, Any]) -> None:
        self._wire.send(frame(messages.END, end))

    def _publish(self, kind: str, content: dict[str, Any]) -> None:
        self._wire.send(frame(messages.OUTPUT, {"kind": kind, "content": content}))

    def _run(self, source: str, pins: str, checked: bool, output: int) -> dict[str, Any]:
        """Pin, then run one cell as a kernel would; a check that found nothing wrong tells what it performed."""
        self._pin(pins)
        if not source.strip():
            return {"ended": "ok", "execution_count": None}
        OUTLET.connect(self._publish)
        OUTLET.text_left = output
        try:
            run_cell: Callable[..., Any] = self._shell.run_cell
            result = run_cell(source, store_history=True)
        finally:
            flush()
            self._publish_screen(output)
        if os.getpid() != self._pid:  # a fork that the cell made and never ended
            os._exit(0)
        if checked and result.success:
            for done in performed(pins):
                self._wire.send(_performance(done))
        ended = "ok" if result.success else "error"
        return {"ended": ended, "execution_count": self._shell.execution_count - 1}

    def _pin(self, name: str) -> None:
        names = self._shell.user_ns
        if name and name in names:
            self._pinned[name] = names[name]
        elif name:
            self._pinned.pop(name, None)

    def _publish_screen(self, cap: int) -> None:
        """What subprocesses and C code wrote past Python comes after what Python wrote, as it does in a kernel."""
        text = self._screen.take(cap)
        if text:
            self._publish("stream", {"name": "stdout", "text": text})

    def _perform(self, fork: str, calls: bytes) -> dict[str, Any]:
        """Perform in the fork of this name, so that nothing a probe does is seen in any other."""
        performer = self._performers.pop(fork, None)
        if performer is None or not performer.alive:
            performer = Performer(self._perform_requests)
        if performer.perform(calls):
            self._performers[fork] = performer
        return {"ended": "ok", "execution_count": None}

    def _perform_requests(self, wire: Wire) -> None:
        OUTLET.connect(None)
        _one_thread()
        while (calls := wire.receive()).kind == messages.CALLS and all(self._call(**one) for one in calls.value()):
            wire.send(frame(messages.END, {}))

    def _call(self, exercise: str, probe: str, inputs: list[Inputs], seconds: float) -> bool:
        """Whether nothing ran out of time: then the state is that after the calls, and can be called again."""
        found = probe_named(probe)
        for given in inputs:
            if exercise in self._pinned:
                done = perform(found, self._pinned[exercise], given, seconds)
            else:
                done = Performance("missing", message=MISSING)
            self._wire.send(_performance(done))
            if done.happened == "timed_out":
                return False
        return True


def _performance(done: Performance) -> Frame:
    fields = {field.name: getattr(done, field.name) for field in dataclasses.fields(done)}
    fields["printed"] = done.printed[:MAX_PRINTED]
    try:
        whole = frame(messages.PERFORMANCE, fields)
        if len(whole.text) > MAX_JSON or whole.size > MAX_ANSWER:
            return frame(messages.PERFORMANCE, fields | {"value": Opaque("value of very many numbers")})
        return whole
    except (WireError, ValueError, TypeError, RecursionError, MemoryError) as problem:
        return frame(messages.PERFORMANCE, {"happened": "died", "message": f"no plain value: {type(problem).__name__}"})


class Screen:
    """The file behind descriptors 1 and 2, for what is written past Python's own streams."""

    def __init__(self) -> None:
        path = os.path.join(os.environ["TMPDIR"], ".screen")
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        os.unlink(path)
        for descriptor in (1, 2):
            os.dup2(self._file, descriptor)

    def take(self, cap: int) -> str:
        """What was written since the last call, at most `cap` bytes of it."""
        try:
            if os.fstat(self._file).st_size == 0:
                return ""
            data = os.pread(self._file, cap, 0)
            os.ftruncate(self._file, 0)
        except OSError:  # a student's code closed it
            return ""
        return data.decode("utf-8", "replace")


def _prepare(shell: BoxShell) -> None:
    """What differs between one box and the next, and from the template."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.stdout, sys.stderr = Stream("stdout", 1), Stream("stderr", 2)
    sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115, open as long as the process
    builtins.input = no_input  # type: ignore[assignment]
    getpass.getpass = no_input
    # The same in every box: what a student leaves unseeded shall give the same verdict when it is graded again.
    random.seed(0)
    np.random.seed(0)
    _one_thread()
    for name in OURS:
        sys.modules.pop(name, None)
    threading.excepthook = _show_thread_error


def _one_thread() -> None:
    """OpenMP's threads do not survive a fork, and a parallel region would wait for them for ever."""
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(1)


def _show_thread_error(arguments: threading.ExceptHookArgs) -> None:
    name = arguments.thread.name if arguments.thread is not None else "a thread"
    print(f"Exception in {name}: {arguments.exc_type.__name__}: {arguments.exc_value}", file=sys.stderr)
