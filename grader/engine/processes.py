"""Counting and ending the processes of a box, from /proc."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_TICK = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
LOOK_SECONDS = 0.2


@dataclass(frozen=True)
class Usage:
    """One process now: seconds of processor time with those of ended children, and bytes of memory in use."""

    pid: int
    parent: int
    cpu_seconds: float
    resident: int


def usage(pid: int) -> Usage | None:
    """What /proc says of `pid`; None when it is gone."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            text = file.read()
    except OSError:
        return None
    fields = text[text.rindex(b")") + 2 :].split()
    # Counted from the state, which is field 3 of proc(5): 4 is the parent, 14 to 17 the times, 24 the pages in memory.
    ticks = sum(map(int, fields[11:15]))
    return Usage(pid, int(fields[1]), ticks / _TICK, int(fields[21]) * _PAGE)


def everybody() -> Iterator[Usage]:
    """All processes that /proc shows."""
    for name in os.listdir("/proc"):
        if name.isdigit() and (found := usage(int(name))) is not None:
            yield found


def below(root: int, own_namespace: bool) -> list[Usage]:
    """The descendants of `root`; in a process namespace of its own that is everybody else."""
    if own_namespace:
        return [found for found in everybody() if found.pid != root]
    family: list[Usage] = []
    waiting = [root]
    while waiting:
        born = [found for pid in children(waiting.pop()) if (found := usage(pid)) is not None]
        family += born
        waiting += [child.pid for child in born]
    return family


def children(pid: int) -> list[int]:
    """The processes that `pid` started, or inherited as orphans."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/children", "rb") as file:
                found += map(int, file.read().split())
    return found


def ended_children_seconds() -> float:
    """Processor time of the calling process's own ended children."""
    times = os.times()
    return times.children_user + times.children_system


def private_bytes(pid: int) -> int:
    """The process's share of memory, what it shares with others divided among them."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", "rb") as file:
            for line in file:
                if line.startswith(b"Pss:"):
                    return int(line.split()[1]) << 10
    except (OSError, ValueError):
        pass
    return 0


def hold_more(family: Iterable[Usage], cap: int, seconds: float = LOOK_SECONDS) -> bool:
    """Whether the processes have more than `cap` bytes of memory, what they share with others divided among them.

    Nobody can look into a process while it forks: after `seconds` the rest is taken to be like those that were seen.
    """
    largest = sorted(family, key=lambda one: -one.resident)
    if sum(one.resident for one in largest) <= cap:
        return False
    total, deadline = 0, time.monotonic() + seconds
    for seen, one in enumerate(largest, start=1):
        total += private_bytes(one.pid)
        if time.monotonic() >= deadline:
            return total * len(largest) > cap * seen
    return total > cap


def end_all(root: int, own_namespace: bool, spare: frozenset[int] = frozenset(), seconds: float = 5.0) -> None:
    """Kill all descendants of `root` except `spare`, until there are none: first stopped, so that none forks meanwhile."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        family = [found.pid for found in below(root, own_namespace) if found.pid not in spare]
        if not family:
            return
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for pid in family:
                with contextlib.suppress(OSError):
                    os.kill(pid, number)
        reap()
        time.sleep(0.002)


def reap() -> None:
    """Take leave of every child that has ended."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
