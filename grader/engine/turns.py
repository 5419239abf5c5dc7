"""Whose turn it is on this machine: requests to boxes run side by side, and now and then one runs while no other does."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager


class Turns:
    """Shared by all sessions of an engine, each in a thread of its own. A turn lasts for one request."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._running = 0
        self._waiting_alone = 0

    def beside(self) -> AbstractContextManager[None]:
        """A turn beside others; who waits to be alone goes first."""
        return self._turn(lambda: not self._waiting_alone)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """A turn while nobody else has one."""
        with self._changed:
            self._waiting_alone += 1
        try:
            with self._turn(lambda: not self._running):
                yield
        finally:
            with self._changed:
                self._waiting_alone -= 1
                self._changed.notify_all()

    @contextmanager
    def _turn(self, may_begin: Callable[[], bool]) -> Iterator[None]:
        with self._changed:
            self._changed.wait_for(may_begin)
            self._running += 1
        try:
            yield
        finally:
            with self._changed:
                self._running -= 1
                self._changed.notify_all()
