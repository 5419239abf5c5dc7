"""A notebook's shell without a kernel: IPython as ipykernel sets it up, whose outputs go to a function.

It is made in the template and inherited by every box, so that a box starts with a warm one.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from ipykernel import jsonutil
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import StdinNotImplementedError, UsageError
from traitlets import Type
from traitlets.config import Config

Publish = Callable[[str, dict[str, Any]], None]
# Untyped functions of ipykernel, which a typed caller may only use as values.
_encode_images: Callable[[Any], Any] = jsonutil.encode_images
_json_clean: Callable[[Any], Any] = jsonutil.json_clean
FLUSH_AT = 16_384
FLUSH_SECONDS = 0.25


class Outlet:
    """Where outputs go. Only the process that owns it publishes: a fork of a student's has no say."""

    def __init__(self) -> None:
        self._publish: Publish | None = None
        self._owner = 0
        self._lock = threading.RLock()
        self.text_left = 0

    def connect(self, publish: Publish | None) -> None:
        self._publish, self._owner = publish, os.getpid()
        self._lock = threading.RLock()

    @property
    def mine(self) -> bool:
        return self._publish is not None and self._owner == os.getpid()

    def send(self, kind: str, content: dict[str, Any]) -> None:
        """Publish one message in plain JSON types; what cannot be put so is left out."""
        if self._publish is not None and self.mine:
            with contextlib.suppress(TypeError, ValueError, RecursionError):
                plain = json.loads(json.dumps(content, default=repr))
                with self._lock:  # a student's threads print too, and frames must not mix
                    self._publish(kind, plain)


OUTLET = Outlet()
STREAMS: list[io.TextIOBase] = []


class Stream(io.TextIOBase):
    """sys.stdout or sys.stderr of a notebook. Text is sent in large pieces, and not beyond the outlet's allowance."""

    def __init__(self, name: str, descriptor: int) -> None:
        self._name, self._descriptor = name, descriptor
        self._pieces: list[str] = []
        self._size = 0
        self._flushed = 0.0
        self._lock = threading.RLock()
        os.register_at_fork(after_in_child=self._after_fork)
        STREAMS.append(self)

    def _after_fork(self) -> None:
        self._lock = threading.RLock()
        self._pieces, self._size = [], 0

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return "UTF-8"

    @property
    def name(self) -> str:
        return f"<{self._name}>"

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return False

    def fileno(self) -> int:
        return self._descriptor

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        if not OUTLET.mine:
            os.write(self._descriptor, text.encode("utf-8", "replace"))
            return len(text)
        with self._lock:
            if OUTLET.text_left >= 0:
                self._pieces.append(text)
                self._size += len(text)
                OUTLET.text_left -= len(text)
            if self._size >= FLUSH_AT or time.monotonic() - self._flushed > FLUSH_SECONDS:
                self.flush()
        return len(text)

    def flush(self) -> None:
        with self._lock:
            text, self._pieces, self._size = "".join(self._pieces), [], 0
            self._flushed = time.monotonic()
        if text:
            OUTLET.send("stream", {"name": self._name, "text": text})


class BoxDisplayHook(DisplayHook):
    """Sends the value of a cell's last expression."""

    def start_displayhook(self) -> None:
        self._content: dict[str, Any] = {}

    def write_output_prompt(self) -> None:
        self._content["execution_count"] = self.prompt_count

    def write_format_data(self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None) -> None:
        self._content["data"] = _json_clean(_encode_images(format_dict))
        self._content["metadata"] = _json_clean(md_dict or {})

    def finish_displayhook(self) -> None:
        flush()
        if self._content.get("data"):
            OUTLET.send("execute_result", self._content)
        self._content = {}


class BoxDisplayPublisher(DisplayPublisher):
    """Sends displays: figures, tables, what `display` is given."""

    def publish(
        self,
        data: dict[str, Any],
        metadata: dict[str, Any] | None = None,
        source: Any = None,
        *,
        transient: dict[str, Any] | None = None,
        update: bool = False,
        **_ignored: Any,
    ) -> None:
        flush()
        if not isinstance(data, dict) or not isinstance(metadata or {}, dict):
            raise TypeError("data and metadata must be dicts")
        content = {"data": _json_clean(_encode_images(data)), "metadata": _json_clean(metadata or {})}
        content["transient"] = _json_clean(transient or {})
        OUTLET.send("update_display_data" if update else "display_data", content)

    def clear_output(self, wait: bool = False) -> None:
        flush()
        OUTLET.send("clear_output", {"wait": wait})


class BoxShell(ZMQInteractiveShell):
    """ipykernel's shell with our outputs, subprocesses without a terminal, and an `exit` that ends nothing."""

    display_pub_class = Type(BoxDisplayPublisher)  # type: ignore[assignment]
    displayhook_class = Type(BoxDisplayHook)  # type: ignore[assignment]

    def _showtraceback(self, etype: type[BaseException], evalue: BaseException, stb: list[str]) -> None:
        flush()
        OUTLET.send("error", {"ename": str(etype.__name__), "evalue": _text(evalue), "traceback": [*map(str, stb)]})
        self._last_traceback = stb

    def system_piped(self, cmd: str) -> None:
        """What `!command` does; the output comes through pipes, since a box has no terminals."""
        expand: Callable[..., str] = self.var_expand
        done = subprocess.run(
            expand(cmd, depth=1),
            shell=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        print(done.stdout.decode("utf-8", "replace"), end="")
        self.user_ns["_exit_code"] = done.returncode

    system = system_piped

    def ask_exit(self) -> None:
        """A kernel would end, and with it the student's later exercises."""

    def enable_gui(self, gui: Any = None) -> None:
        """`%matplotlib inline` asks for none; there is no other."""
        if gui not in (None, "inline"):
            raise UsageError(f"no window system here for {gui!r}; figures are shown inline")

    def init_virtualenv(self) -> None:
        """The interpreter is the one of the course already."""


def no_input(prompt: str = "", *_ignored: Any, **_also_ignored: Any) -> str:
    """Stands for `input` and `getpass`."""
    raise StdinNotImplementedError("input was called, but nobody is there to answer while a notebook is graded.")


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except BaseException:  # whatever a student's exception does when it is put into words
        return "<its message cannot be shown>"


def flush() -> None:
    """Send what was written so far, so that outputs keep their order; also on streams that a student replaced."""
    for stream in (*STREAMS, sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()


def make_shell() -> BoxShell:
    """The one shell of this process, with nothing that writes files or starts a thread."""
    config = Config()
    config.HistoryManager.enabled = False
    config.IPKernelApp.connection_file = ""  # libraries look for this name to learn that they are in a notebook
    shell = BoxShell.instance(config=config)
    sys.modules["__main__"] = shell.user_module
    return shell
