"""A fork of the student's state that performs probes, request after request."""

from __future__ import annotations

import contextlib
import os
import random
import select
import signal
import socket
import warnings
from collections.abc import Callable

from grader.engine import messages
from grader.engine.wire import Wire, WireError, frame


class Performer:
    """The fork, seen from the process that made it. What a probe does to the state is seen in this fork only.

    serve: what the fork does with its end of a connection: it takes CALLS, answers each frame with an END once all of it is
        performed, and returns when it is told to end or can go on no longer.
    """

    def __init__(self, serve: Callable[[Wire], None]) -> None:
        ours, theirs = socket.socketpair()
        dice = random.getstate()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that a student's threads do not come along
            self._pid = os.fork()
        if self._pid == 0:
            try:
                ours.close()
                random.setstate(dice)  # Python shuffles it in every fork; a student's seed shall hold
                serve(Wire(theirs))
            finally:
                os._exit(0)
        theirs.close()
        self._wire = Wire(ours)
        self._ended = os.pidfd_open(self._pid)
        self._stands = False

    @property
    def alive(self) -> bool:
        """Whether it can be asked: it may have been ended while another exercise ran out of time."""
        return not select.select([self._ended], [], [], 0)[0]

    def perform(self, calls: bytes) -> bool:
        """Have all of a packed frame performed, or as much as comes before the fork's end; whether it can be asked again."""
        try:
            if self._stands:
                os.kill(self._pid, signal.SIGCONT)
            self._wire.connection.sendall(calls)
            select.select([self._wire.fileno(), self._ended], [], [])
            if self.alive:
                self._wire.receive()
                # It stands still until it is asked again, and so do threads that a probe has started.
                os.kill(self._pid, signal.SIGSTOP)
                self._stands = True
                return True
        except (OSError, WireError):  # it wrote what it should not, or signals are refused at this level
            pass
        self._leave()
        return False

    def _leave(self) -> None:
        with contextlib.suppress(OSError, WireError):
            self._wire.send(frame(messages.END, {}))
        self._wire.close()
        os.close(self._ended)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self._pid, 0)
