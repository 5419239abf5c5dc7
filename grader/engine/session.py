"""What every engine's session does, whatever runs the code: skip what hangs or dies, replay the rest, ask twice.

A worker is one live process with a student's state. When a cell costs the worker its life, a new one replays what ended
before, without the cell that did it, and goes on. When an input of a probe does, the other inputs go on in a new one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from types import TracebackType
from typing import Protocol

from course_utils.calling import Performance
from course_utils.values import Inputs
from grader.engine.errors import EngineError
from grader.engine.interface import CellEnd, CellRun, CellSource, Limits, ProbeCall
from grader.engine.outputs import size
from grader.engine.turns import Turns

SKIPPED: frozenset[CellEnd] = frozenset(["timed_out", "died", "not_run"])
# What a performance can cost: a wait, or a process. It is asked once more, and not once more for every input behind it.
COSTLY = ("timed_out", "died")
MAX_RESTARTS = 40
# What a person reads below a cell that was given up.
NOTES: dict[CellEnd, str] = {
    "timed_out": "[stopped: no end after {seconds:g} s of processor time; the notebook goes on without this cell]\n",
    "died": "[this cell ended its own process; the notebook goes on without it]\n",
    "not_run": "",
}


class Worker(Protocol):
    """One live process that holds a student's state. After `alive` turned false only `close` may be called."""

    alive: bool

    def run(self, cell: CellSource, seconds: float, output: int) -> CellRun:
        """Pin what the cell pins, then run it, within `seconds` of processor time, keeping `output` characters of outputs."""
        ...

    def perform(self, request: ProbeCall) -> list[Performance]:
        """Perform in order. Fewer than asked come back when the last of them timed out or ended the performing process."""
        ...

    def close(self) -> None:
        """End the process and everything it started."""
        ...


class ReplayingSession:
    """A `Session` over workers that may die. What runs out of time is tried once more alone, by the engine's `turns`."""

    def __init__(self, new_worker: Callable[[], Worker], limits: Limits, turns: Turns) -> None:
        self._new_worker = new_worker
        self._limits = limits
        self._turns = turns
        self._worker: Worker | None = None
        self._history: list[CellSource] = []
        self._restarts = 0
        self._left = limits.notebook_seconds
        # Second tries may cost as much again: a notebook that computes for long and dies often must not hold up the class.
        self._replay_left = limits.notebook_seconds
        self._output_left = limits.output
        self._frozen = False

    def __enter__(self) -> ReplayingSession:
        self._worker = self._new_worker()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._worker is not None:
            self._worker.close()

    def run_cells(self, cells: Sequence[CellSource]) -> list[CellRun]:
        """Run the cells in order; see `Session`."""
        if self._frozen:
            raise EngineError("the transcript is frozen: no cell runs after the first probe")
        return [self._run(cell) for cell in cells]

    def _run(self, cell: CellSource) -> CellRun:
        seconds = min(self._limits.cell_seconds, self._left)
        worker = self._living() if seconds > 0 else None
        if worker is None:
            return CellRun(cell.cell_id, "not_run")
        # Half of what is left, so that one cell that floods leaves room for what the later ones show.
        with self._turns.beside():
            done = worker.run(cell, seconds, self._output_left // 2)
        self._left -= done.cpu_seconds
        if done.ended == "timed_out" and done.cpu_seconds > seconds / 2:
            done = self._run_alone(cell, seconds) or done
        self._output_left = max(0, self._output_left - sum(map(size, done.outputs)))
        if done.ended in SKIPPED:
            self._history.append(replace(cell, source=""))
            note = NOTES[done.ended].format(seconds=seconds)
            return replace(done, outputs=[*done.outputs, {"output_type": "stream", "name": "stderr", "text": note}])
        self._history.append(cell)
        return done

    def _run_alone(self, cell: CellSource, seconds: float) -> CellRun | None:
        """The cell again while nothing else runs; None when there is no time left for it. A cell that waits gains nothing."""
        worker = self._living() if self._replay_left > seconds else None
        if worker is None:
            return None
        with self._turns.alone():
            done = worker.run(cell, seconds, self._output_left // 2)
        self._replay_left -= done.cpu_seconds
        return done

    def _living(self) -> Worker | None:
        """A worker in the state after all cells so far, replayed when the last one died. None: it died too often."""
        while self._worker is None or not self._worker.alive:
            if self._restarts >= MAX_RESTARTS or self._replay_left <= 0:
                return None
            self._restarts += 1
            self._restart()
        return self._worker

    def _restart(self) -> None:
        if self._worker is not None:
            self._worker.close()
        self._worker = self._new_worker()
        for place, cell in enumerate(self._history):
            with self._turns.beside():
                done = self._worker.run(cell, self._limits.cell_seconds, 0)
            self._replay_left -= done.cpu_seconds
            if done.ended in SKIPPED:
                # It ended well before and does not now: leave it out from here on, as any cell that hangs or dies.
                self._history[place] = replace(cell, source="")
            if not self._worker.alive:
                return

    def perform(self, request: ProbeCall) -> list[Performance]:
        """One performance per inputs; see `Session`."""
        self._frozen = True
        inputs = list(request.inputs)
        done: list[Performance] = []
        while len(done) < len(inputs):
            done += self._ask(request, inputs[len(done) :], self._turns.beside())
            if done[-1].happened in COSTLY:
                done[-1] = self._ask(request, [inputs[len(done) - 1]], self._turns.alone())[0]
            if done[-1].happened in COSTLY:
                done += [done[-1]] * (len(inputs) - len(done))
        return done

    def _ask(self, request: ProbeCall, inputs: list[Inputs], turn: AbstractContextManager[None]) -> list[Performance]:
        worker = self._living()
        if worker is None:
            return [Performance("died", message="the submission ended its process too often")] * len(inputs)
        with turn:
            done = worker.perform(replace(request, inputs=inputs))
        return done[: len(inputs)] or [Performance("died", message="the process ended without an answer")]
