"""The first process of a box: makes the worker, passes frames on, keeps the limits, and takes all along when it ends.

It runs no student's code and computes nothing. The judge being gone is seen as the end of the connection.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from grader.engine import linux, messages, processes
from grader.engine.box import Worker
from grader.engine.folders import holds_more
from grader.engine.isolation import Confinement, confine
from grader.engine.processes import Usage
from grader.engine.shell import BoxShell
from grader.engine.wire import Frame, Wire, WireError, WireTimeout, frame

TICK = 0.04
LOOK_TICK = 0.4
WALL_FACTOR = 6.0
WALL_GRACE = 2.0
INTERRUPT_SECONDS = 1.0
END_SECONDS = 3.0
START_SECONDS = 30.0
SEND_SECONDS = 30.0
MAX_FROM_WORKER = 96 << 20
MAX_HELD = 1 << 20
HOLD_SECONDS = 0.005
# Probes keep their own limit and say where they were; the warden's comes after it.
PROBE_FACTOR, PROBE_GRACE = 1.2, 0.5
STOPPED = {
    what: {"kind": "stream", "content": {"name": "stderr", "text": f"[stopped: more {what} than a submission has]\n"}}
    for what in ("memory", "disk")
}


@dataclass(frozen=True)
class Family:
    """The processes of a box below its first one, `root`."""

    root: int
    own_namespace: bool

    def processes(self) -> list[Usage]:
        """All that live now."""
        return processes.below(self.root, self.own_namespace)

    def cpu_seconds(self, living: list[Usage] | None = None) -> float:
        """Processor time of the box; `living` are its processes where somebody has looked just now."""
        family = self.processes() if living is None else living
        return sum(one.cpu_seconds for one in family) + processes.ended_children_seconds()

    def end(self, spare: frozenset[int] = frozenset()) -> None:
        """Kill all but `spare`."""
        processes.end_all(self.root, self.own_namespace, spare)


@dataclass
class Clock:
    """Processor time of the whole box in one cell, or in one call after another, with the clock's as a backstop.

    spent: processor time of the box before.
    limits: seconds for each call, or those of the cell. What comes after the last call has as much as that.
    """

    box: Family
    spent: float
    limits: Sequence[float]
    calls: int

    def __post_init__(self) -> None:
        self.called = 0
        self.start = time.monotonic()
        self.base: float | None = self.spent

    def restart(self) -> None:
        """The next call begins, unless more have ended than were asked for: nobody buys time with answers of his own."""
        if self.called < self.calls:
            self.called += 1
            self.start, self.base = time.monotonic(), None

    def expired(self) -> bool:
        """Whether the time of the cell or of the present call is over."""
        seconds = self.limits[min(self.called, len(self.limits) - 1)]
        waited = time.monotonic() - self.start
        if waited > WALL_FACTOR * seconds + WALL_GRACE:
            return True
        if waited < seconds / 8:  # several processors can spend faster than the clock, but not by any factor
            return False
        if self.base is None:  # counted from here on: what went before is little, and counting at each part is slow
            self.base = self.box.cpu_seconds()
        return self.box.cpu_seconds() - self.base > seconds


class Warden:
    """One box's life."""

    def __init__(self, judge: Wire, box: Confinement, shell: BoxShell) -> None:
        self._judge = judge
        self._box = box
        self._family = Family(os.getpid(), box.namespaces)
        ours, theirs = socket.socketpair()
        self._pid = os.fork()
        if self._pid == 0:
            ours.close()
            judge.close()
            _become_worker(Wire(theirs), box, shell)
        theirs.close()
        self._worker = Wire(ours, MAX_FROM_WORKER)
        self._ended = os.pidfd_open(self._pid)
        # The template's memory, much of which a box shares: what a submission may use comes on top of it.
        own = processes.usage(os.getpid())
        self._memory = box.limits.memory + (own.resident if own else 0)
        self._looked = 0.0
        self._passed = 0
        self._held: list[Frame] = []
        self._held_size = 0
        self._sent = 0.0

    def serve(self) -> None:
        """Answer the judge until it closes the connection or the worker is lost."""
        self._await_ready()
        while True:
            limit = self._judge.receive()
            request = self._judge.receive()
            if limit.kind != messages.LIMIT:
                return
            if not self._answer(request, **limit.value()):
                return

    def _await_ready(self) -> None:
        self._judge.send(self._worker.receive(START_SECONDS))

    def _answer(self, request: Frame, seconds: list[float], left: float, output: int, parts: int) -> bool:
        """One request; false when the worker is lost with it."""
        probing = request.kind == messages.PERFORM
        self._sent = time.monotonic()
        processes.reap()
        # Counted anew: what a thread of an earlier cell spends while nothing is asked is no part of this request.
        before = self._family.cpu_seconds()
        self._worker.send(request, SEND_SECONDS)
        for _ in range(parts):
            if probing:
                clock = Clock(self._family, before, [PROBE_FACTOR * one + PROBE_GRACE for one in seconds], len(seconds))
            else:
                clock = Clock(self._family, before, [min(left, *seconds)], 0)
            spent = self._await(clock, probing, output)
            self._hold(frame(messages.SPENT, spent))
            before += spent["cpu_seconds"]
            left -= spent["cpu_seconds"]
            if spent["lost"]:
                break
        self._send_held()
        return not spent["lost"]

    def _await(self, clock: Clock, probing: bool, output: int) -> dict[str, Any]:
        """The end of a cell, or of all that is performed: what SPENT tells."""
        ended, timed_out = self._follow(clock, output), False
        if ended is None:
            timed_out = True
            ended = self._end_probe(clock, output) if probing else self._interrupt(clock, output)
        living = self._family.processes()
        if ended and not probing and not timed_out and (too_much := self._too_much(living)):
            # What it leaves behind counts as its own, and not as that of a later cell.
            self._hold(frame(messages.OUTPUT, STOPPED[too_much]))
            ended = False
        spent = max(0.0, self._family.cpu_seconds(living) - clock.spent)
        return {"cpu_seconds": spent, "timed_out": timed_out, "lost": not ended or (timed_out and not probing)}

    def _hold(self, message: Frame) -> None:
        """Keep what the judge is to be sent: to be woken for each costs both sides more than most frames do."""
        self._held.append(message)
        self._held_size += message.size
        if self._held_size > MAX_HELD or time.monotonic() - self._sent > HOLD_SECONDS:
            self._send_held()

    def _send_held(self) -> None:
        held, self._held, self._held_size = self._held, [], 0
        self._sent = time.monotonic()
        self._judge.send_all(held, SEND_SECONDS)

    def _follow(self, clock: Clock, output: int, until: float | None = None) -> bool | None:
        """Pass frames on: true at the request's end, false when the worker is gone, None when its time is over."""
        poll = select.poll()
        for source in (self._judge.fileno(), self._worker.fileno(), self._ended):
            poll.register(source, select.POLLIN)
        done = self._pass_pending(clock, output)  # of a cell that began before the end of the last was seen
        while done is None:
            ready = {source for source, _ in poll.poll(TICK * 1000)}
            if self._judge.fileno() in ready:
                raise WireError("the judge has gone")
            if self._worker.fileno() in ready or self._ended in ready:
                done = self._pass_on(clock, output)
            if done is None:
                if time.monotonic() > until if until is not None else clock.expired():
                    return None
                if too_much := self._too_much_now_and_then():
                    self._hold(frame(messages.OUTPUT, STOPPED[too_much]))
                    return False
        return done

    def _pass_on(self, clock: Clock, output: int) -> bool | None:
        """What the worker has sent goes to the judge, what is too much of it nowhere."""
        try:
            with contextlib.suppress(WireTimeout):
                self._worker.read(0.0)
        except WireError:
            return False
        done = self._pass_pending(clock, output)
        return False if done is None and self._gone() else done

    def _pass_pending(self, clock: Clock, output: int) -> bool | None:
        try:
            while (found := self._worker.pending()) is not None:
                if found.kind == messages.PERFORMANCE:
                    clock.restart()
                elif found.kind == messages.OUTPUT:
                    self._passed += found.size
                    if self._passed > 2 * output + (1 << 20):
                        continue
                elif found.kind != messages.END:
                    return False
                self._hold(found)
                if found.kind == messages.END:
                    self._passed = 0
                    return True
        except WireError:
            return False
        return None

    def _gone(self) -> bool:
        return bool(select.select([self._ended], [], [], 0)[0])

    def _interrupt(self, clock: Clock, output: int) -> bool | None:
        """Let Python say where it was; its state is half a cell old and is given up in any case."""
        with contextlib.suppress(OSError):
            signal.pidfd_send_signal(self._ended, signal.SIGINT)
        return self._follow(clock, output, time.monotonic() + INTERRUPT_SECONDS)

    def _end_probe(self, clock: Clock, output: int) -> bool | None:
        """End the fork that performs, and whatever else runs beside the worker."""
        self._family.end(spare=frozenset([self._pid]))
        return self._follow(clock, output, time.monotonic() + END_SECONDS)

    def _too_much_now_and_then(self) -> str:
        """`_too_much`, so often that little can be had for long."""
        if time.monotonic() - self._looked < LOOK_TICK:
            return ""
        self._looked = time.monotonic()
        return self._too_much(self._family.processes())

    def _too_much(self, living: list[Usage]) -> str:
        """Of what the box has more than it may, "" as a rule."""
        if "limits" in self._box.without:
            return ""
        if processes.hold_more(living, self._memory):
            return "memory"
        # With namespaces the folder lies in memory and has its own limit.
        return "disk" if not self._box.namespaces and holds_more(self._box.folder, self._box.limits.disk) else ""

    def end(self) -> None:
        """End everything in the box. In a namespace of its own all ends with its first process, without a look around."""
        if not self._box.namespaces:
            self._family.end()


def _become_worker(wire: Wire, box: Confinement, shell: BoxShell) -> NoReturn:
    try:
        linux.die_with_parent(signal.SIGKILL)
        linux.set_dumpable(True)
        os.setsid()
        worker = Worker(wire, shell)
        confine(box)
        wire.send(frame(messages.READY, {}))
        worker.serve()
    except WireError:
        pass
    except OSError as problem:
        wire.send(frame(messages.FAILED, {"reason": f"a box cannot be closed: {problem}"}))
    finally:
        os._exit(0)
