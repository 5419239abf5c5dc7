"""Whose turn it is on this machine: requests to boxes run side by side, and now and then one runs while no other does."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """Shared by all sessions of an engine, each in a thread of its own. A turn lasts for one request."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._running = 0
        self._waiting_alone = 0

    @contextmanager
    def beside(self) -> Iterator[None]:
        """A turn beside others; who waits to be alone goes first."""
        with self._changed:
            self._changed.wait_for(lambda: not self._waiting_alone)
            self._running += 1
        try:
            yield
        finally:
            with self._changed:
                self._running -= 1
                self._changed.notify_all()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """A turn while nobody else has one."""
        with self._changed:
            self._waiting_alone += 1
            self._changed.wait_for(lambda: not self._running)
            self._running += 1
        try:
            yield
        finally:
            with self._changed:
                self._running -= 1
                self._waiting_alone -= 1
                self._changed.notify_all()
