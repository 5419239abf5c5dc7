"""What the judge asks of an engine, whatever isolates the code: cells in, outputs out; inputs in, plain data out.

An engine opens one session per submission. A session runs the submission's cells in order, pins the object of each
exercise at its check cell, and afterwards performs probes on those objects. Nothing here knows an answer or a point.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from course_utils.calling import Performance
from course_utils.values import Inputs

Level = Literal["full", "partial", "none"]
CellEnd = Literal["ok", "error", "timed_out", "died", "not_run"]


@dataclass(frozen=True)
class Limits:
    """What one submission may use. Times are seconds of processor time, sizes are bytes."""

    cell_seconds: float = 60.0
    notebook_seconds: float = 300.0
    memory: int = 4 << 30
    processes: int = 256
    disk: int = 256 << 20
    output: int = 8 << 20


@dataclass(frozen=True)
class CellSource:
    """A code cell to run. When `pins` is set, the object of that name is kept for probes before the cell runs.

    `checks` is how many calls the cell's own check makes of it, if the judge wants to know what they gave.
    """

    cell_id: str
    source: str
    pins: str = ""
    checks: int = 0


@dataclass(frozen=True)
class CellRun:
    """What a cell did: nbformat outputs as a kernel would give, and how it ended.

    `performed` is what its check performed, a claim like any other performance: all of it, or nothing where an engine does
    not tell.
    """

    cell_id: str
    ended: CellEnd
    outputs: list[dict[str, Any]] = field(default_factory=list)
    execution_count: int | None = None
    cpu_seconds: float = 0.0
    performed: list[Performance] = field(default_factory=list)


@dataclass(frozen=True)
class ProbeCall:
    """Perform `probe` (a name made by `probe_name`) on the pinned object of `exercise`, once per inputs, in order.

    inputs: at least one. fork: what has the same one is performed in one fork of the student's state.
    """

    exercise: str
    probe: str
    inputs: Sequence[Inputs]
    time_limit: float
    fork: str


class Session(Protocol):
    """One submission in its box. After the first `perform` the transcript is frozen and no cell can run."""

    def run_cells(self, cells: Sequence[CellSource]) -> list[CellRun]:
        """Run the cells in order. A cell that hangs or dies is skipped; the rest goes on from the state before it."""
        ...

    def perform(self, requests: Sequence[ProbeCall]) -> Iterator[list[Performance]]:
        """For each request one performance per inputs, always. All requests are of one fork.

        They are told as they come, and nothing is performed before somebody takes the first. After a time-out or a death
        that is one when the input is asked alone, too, the inputs behind it are not tried and have the same.
        """
        ...


class Engine(Protocol):
    """A way to run submissions. Engines are context managers; leaving one ends every process it started."""

    level: Level

    def open(self, folder: Path, limits: Limits) -> AbstractContextManager[Session]:
        """A session whose working folder is a private copy of `folder` (the notebook's own files, checks.json too)."""
        ...

    def stop(self) -> None:
        """End every open session now, from any thread: what waits for one gets an EngineError. No other can be opened."""
        ...
