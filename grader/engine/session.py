"""What every engine's session does, whatever runs the code: skip what hangs or dies, replay the rest, ask twice.

A worker is one live process with a student's state. When a cell costs the worker its life, a new one replays what ended
before, without the cell that did it, and goes on. When an input of a probe does, the other inputs go on in a new one.
"""

from __future__ import annotations

import contextlib
import itertools
import math
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
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
# So many cells at once: more would save little, and who waits to be alone waits for all of them.
MAX_CELLS = 8
# What a person reads below a cell that was given up.
NOTES: dict[CellEnd, str] = {
    "timed_out": "[stopped: no end after {seconds:g} s of processor time; the notebook goes on without this cell]\n",
    "died": "[this cell ended its own process; the notebook goes on without it]\n",
    "not_run": "",
}


@dataclass
class Left:
    """What cells may still use: seconds of processor time, and characters of outputs."""

    cell_seconds: float
    all_seconds: float
    all_output: int = 0

    @property
    def seconds(self) -> float:
        """For the next cell."""
        return min(self.cell_seconds, self.all_seconds)

    @property
    def output(self) -> int:
        """For the next cell: half of what is left, so that one that floods leaves room for what the later ones show."""
        return self.all_output // 2


class Worker(Protocol):
    """One live process that holds a student's state. After `alive` turned false only `close` may be called."""

    alive: bool

    def run(self, cells: Sequence[CellSource], left: Left) -> Iterator[CellRun]:
        """Run the cells in order and pin what each pins before it, within what is left when it is reached.

        Ends after a cell that costs the worker its life, and before one for which no time is left.
        """
        ...

    def perform(self, requests: Sequence[ProbeCall]) -> Iterator[list[Performance]]:
        """Perform in order, all in the fork of the first.

        Fewer than asked come back, and nothing more after them, when one timed out or ended the performing process.
        """
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
        self._left = Left(limits.cell_seconds, limits.notebook_seconds, limits.output)
        # Second tries may cost as much again: a notebook that computes for long and dies often must not hold up the class.
        self._replay_left = limits.notebook_seconds
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
        done: list[CellRun] = []
        while len(done) < len(cells):
            waiting = cells[len(done) :]
            worker = self._living() if self._left.seconds > 0 else None
            if worker is None:
                return [*done, *(CellRun(cell.cell_id, "not_run") for cell in waiting)]
            done += self._run(worker, waiting[:MAX_CELLS])
        return done

    def _run(self, worker: Worker, cells: Sequence[CellSource]) -> list[CellRun]:
        """As many of the cells as the worker lives through, and the one that costs it its life."""
        done: list[CellRun] = []
        with self._turns.beside():
            for cell, run in zip(cells, worker.run(cells, self._left), strict=False):
                seconds = self._left.seconds
                self._left.all_seconds -= run.cpu_seconds
                done.append(run)
                if run.ended in SKIPPED:
                    break
                self._keep(cell, run)
        if done[-1].ended in SKIPPED:
            done[-1] = self._given_up(cell, run, seconds)
        return done

    def _keep(self, cell: CellSource, run: CellRun) -> None:
        self._left.all_output = max(0, self._left.all_output - sum(map(size, run.outputs)))
        self._history.append(cell)

    def _given_up(self, cell: CellSource, run: CellRun, seconds: float) -> CellRun:
        """What became of the cell in the end: one that ran out of time gets a second try, unless it only waited."""
        if run.ended == "timed_out" and run.cpu_seconds > seconds / 2:
            run = self._run_alone(cell, seconds) or run
        if run.ended not in SKIPPED:
            self._keep(cell, run)
            return run
        self._keep(replace(cell, source=""), run)
        note = NOTES[run.ended].format(seconds=seconds)
        return replace(run, outputs=[*run.outputs, {"output_type": "stream", "name": "stderr", "text": note}])

    def _run_alone(self, cell: CellSource, seconds: float) -> CellRun | None:
        """The cell again while nothing else runs; None when there is no time left for it. A cell that waits gains nothing."""
        worker = self._living() if self._replay_left > seconds else None
        if worker is None:
            return None
        with self._turns.alone():
            [done] = worker.run([cell], replace(self._left, all_seconds=seconds))
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
        with self._turns.beside():
            for place, done in enumerate(self._worker.run(self._history, Left(self._limits.cell_seconds, math.inf))):
                self._replay_left -= done.cpu_seconds
                if done.ended in SKIPPED:
                    # It ended well before and does not now: leave it out from here on, as any cell that hangs or dies.
                    self._history[place] = replace(self._history[place], source="")

    def perform(self, requests: Sequence[ProbeCall]) -> Iterator[list[Performance]]:
        """For each request one performance per inputs; see `Session`."""
        self._frozen = True
        with contextlib.closing(self._ask(requests, self._turns.beside())) as answered:
            for place, done in enumerate(answered):
                if len(done) < len(requests[place].inputs) or done[-1].happened in COSTLY:
                    begun = [done, *answered]  # all of it: a turn ends before another one begins
                    yield from itertools.starmap(self._complete, itertools.zip_longest(requests[place:], begun))
                    return
                yield done

    def _complete(self, request: ProbeCall, begun: list[Performance] | None) -> list[Performance]:
        """All of one request: what is missing is asked by itself."""
        inputs, done = list(request.inputs), begun or []
        while True:
            if done and done[-1].happened in COSTLY:
                done[-1] = self._ask_one(request, [inputs[len(done) - 1]], self._turns.alone())[0]
                if done[-1].happened in COSTLY:
                    done += [done[-1]] * (len(inputs) - len(done))
            if len(done) >= len(inputs):
                return done
            done += self._ask_one(request, inputs[len(done) :], self._turns.beside())

    def _ask_one(
        self, request: ProbeCall, inputs: list[Inputs], turn: AbstractContextManager[None]
    ) -> list[Performance]:
        [done] = self._ask([replace(request, inputs=inputs)], turn)
        return done or [Performance("died", message="the process ended without an answer")]

    def _ask(
        self, requests: Sequence[ProbeCall], turn: AbstractContextManager[None]
    ) -> Generator[list[Performance], None, None]:
        worker = self._living()
        if worker is None:
            lost = Performance("died", message="the submission ended its process too often")
            yield from ([lost] * len(request.inputs) for request in requests)
            return
        with turn:
            for request, done in zip(requests, worker.perform(requests), strict=False):
                yield done[: len(request.inputs)]
