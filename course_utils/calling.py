"""Performing one probe: the object and copied inputs go in, plain data and what happened on the way come out."""

from __future__ import annotations

import contextlib
import importlib
import inspect
import io
import linecache
import signal
import sys
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from course_utils.comparing import Close
from course_utils.values import Inputs, Plain, copied, plain

Probe = Callable[[Any, Inputs], Any]
Happened = Literal["returned", "raised", "timed_out", "not_attempted", "died", "missing"]

PROBE_PACKAGE = "course_utils.probes"
HERE = str(Path(__file__).parent)

# An input that was perturbed and put back may differ in its last bits; that is no change.
UNCHANGED = Close(rtol=1e-6, atol=1e-9)


@dataclass(frozen=True)
class Performance:
    """What one call did. `value` is plain data and counts only when `happened` is "returned"."""

    happened: Happened
    value: Plain = None
    error: str = ""
    message: str = ""
    line: str = ""
    changed: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    printed: str = ""


class TimeLimitExceeded(BaseException):
    """Raised inside a probe that runs too long; no `except Exception` of a student stops it."""


def probe_name(probe: Probe) -> str:
    """The name under which a probe is stored with a case: "course_utils.probes.calls:call"."""
    return f"{probe.__module__}:{probe.__qualname__}"


def probe_named(name: str) -> Probe:
    """The probe that `probe_name` named. Only functions of `course_utils.probes` are probes."""
    module, _, function = name.partition(":")
    if module != PROBE_PACKAGE and not module.startswith(PROBE_PACKAGE + "."):
        raise ValueError(f"{name!r} is not a probe: probes live in {PROBE_PACKAGE}")
    found: Probe = getattr(importlib.import_module(module), function)
    return found


def perform(probe: Probe, subject: Any, inputs: Mapping[str, Plain], time_limit: float) -> Performance:
    """Run `probe(subject, inputs)` on a copy of the inputs within `time_limit` seconds.

    What the student's code prints or warns is captured, what it raises is described, and the inputs it changed or
    returned under another name are listed. Never raises for anything the student's code does.
    """
    given = copied(inputs)
    screen = io.StringIO()
    try:
        with _quietly(screen), _one_thread(), time_limited(time_limit):
            returned = probe(subject, given)
            value = plain(returned)
    except TimeLimitExceeded:
        return Performance("timed_out", message=f"no result after {time_limit:g} s", printed=screen.getvalue())
    except NotImplementedError as error:
        return _raised(error, "not_attempted" if _is_stub(error) else "raised", screen)
    except (Exception, SystemExit, GeneratorExit) as error:
        return _raised(error, "raised", screen)
    changed = tuple(name for name in inputs if UNCHANGED.differences(plain(inputs[name]), plain(given[name])))
    return Performance("returned", value, changed=changed, aliases=_aliases(returned, given), printed=screen.getvalue())


def _raised(error: BaseException, happened: Happened, screen: io.StringIO) -> Performance:
    text = str(error)[:500]
    return Performance(
        happened, error=type(error).__name__, message=text, line=_student_line(error), printed=screen.getvalue()
    )


def _is_stub(error: NotImplementedError) -> bool:
    return not error.args


def _student_line(error: BaseException) -> str:
    """The last line of the student's own code in the traceback, with its number."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_students(frame.filename)]
    if not frames:
        return ""
    source = frames[-1].line or linecache.getline(frames[-1].filename, frames[-1].lineno or 0).strip()
    return f"line {frames[-1].lineno} of the cell: {source}" if source else f"line {frames[-1].lineno} of the cell"


def _is_students(filename: str) -> bool:
    return not filename.startswith(HERE) and "site-packages" not in filename and "<frozen" not in filename


def _aliases(returned: Any, given: Inputs) -> tuple[str, ...]:
    arrays = [
        item for item in (returned if isinstance(returned, tuple) else [returned]) if isinstance(item, np.ndarray)
    ]
    return tuple(
        name
        for name, value in given.items()
        if isinstance(value, np.ndarray) and value.size and any(np.shares_memory(array, value) for array in arrays)
    )


@contextlib.contextmanager
def _quietly(screen: io.StringIO) -> Iterator[None]:
    with warnings.catch_warnings(), contextlib.redirect_stdout(screen), contextlib.redirect_stderr(screen):
        warnings.simplefilter("ignore")
        with np.errstate(all="ignore"):
            yield


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """Torch with one thread: a limit in processor time counts all of them, and would be used up sooner on more cores."""
    torch = sys.modules.get("torch")
    before = torch.get_num_threads() if torch is not None else 1
    if torch is None or before == 1:
        yield
        return
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextlib.contextmanager
def time_limited(seconds: float) -> Iterator[None]:
    """Raise `TimeLimitExceeded` in the body after `seconds` of processor time, or six times that by the clock.

    Processor time, so that a busy machine fails nobody; the clock as well, for code that waits. Works in the main
    thread of platforms that have interval timers, and elsewhere lets the body run without a limit.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def expire(_signal: int, _frame: Any) -> None:
        raise TimeLimitExceeded

    timers = [(signal.ITIMER_PROF, signal.SIGPROF, seconds), (signal.ITIMER_REAL, signal.SIGALRM, 6 * seconds)]
    before = [signal.signal(number, expire) for _, number, _ in timers]
    # The interval repeats the alarm, so that a bare `except:` in a loop does not swallow the only one.
    for timer, _, limit in timers:
        signal.setitimer(timer, limit, 0.1)
    try:
        yield
    finally:
        for timer, _, _ in timers:
            signal.setitimer(timer, 0)
        for (_, number, _), handler in zip(timers, before, strict=True):
            signal.signal(number, handler)


def signature_problem(subject: Any, inputs: Mapping[str, Plain]) -> str:
    """Why `subject` cannot be called with the case's inputs in order; "" when it can."""
    if not callable(subject):
        return f"it is {type(subject).__name__}, which cannot be called"
    try:
        signature = inspect.signature(subject)
    except (TypeError, ValueError):
        return ""
    try:
        signature.bind(*inputs.values())
    except TypeError as problem:
        return f"it is called with {len(inputs)} arguments ({', '.join(inputs)}): {problem}"
    return ""
