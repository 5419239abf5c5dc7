"""Which isolation this machine allows, found by doing it once in a process of its own, and never assumed.

`python -m grader.engine.probe_level` prints it.
"""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass

from grader.engine.interface import Level, Limits

SECONDS = 30.0
BOOT = "import sys; sys.path.insert(0, {root!r}); from grader.engine.probe_level import report; report()"
NOBODY = 64_999


@dataclass(frozen=True)
class Found:
    """The highest level, and why it is not higher ("" when it is full)."""

    level: Level
    reason: str


@functools.cache
def available_level() -> Found:
    """The highest level that this machine and this user allow."""
    if not sys.platform.startswith("linux"):
        return Found("none", f"{sys.platform} has neither Landlock nor seccomp; boxes need Linux")
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    with tempfile.TemporaryDirectory(prefix="grader-probe-") as place:
        os.mkdir(os.path.join(place, "root"))
        os.mkdir(os.path.join(place, "box"), 0o777)
        command = [sys.executable, "-s", "-P", "-c", BOOT.format(root=root), place]
        try:
            done = subprocess.run(command, env={}, capture_output=True, timeout=SECONDS, check=True)
            told = json.loads(done.stdout)
            return Found(told["level"], told["reason"])
        except (subprocess.SubprocessError, ValueError, KeyError) as problem:
            return Found("none", f"the probe for isolation failed: {problem}")


def report() -> None:
    """Try the levels from the highest down, each in a fork; runs in a process of its own."""
    place, reasons, level = sys.argv[1], [], "none"
    for name, attempt in (("full", _full), ("partial", _partial)):
        reason = _in_fork(attempt, place)
        if not reason:
            level = name
            break
        reasons.append(f"{name}: {reason}")
    print(json.dumps({"level": level, "reason": "; ".join(reasons)}))


def _in_fork(attempt: Callable[[str], None], place: str) -> str:
    """Why `attempt` failed, "" when it did not."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        reason = "it ended without a word"
        try:
            attempt(place)
            reason = ""
        except BaseException as problem:
            reason = f"{type(problem).__name__}: {problem}"
        finally:
            os.write(writing, (reason or "ok").encode()[:2_000])
            os._exit(0)
    os.close(writing)
    with open(reading, "rb") as file:
        told = file.read().decode("utf-8", "replace")
    os.waitpid(child, 0)
    return "" if told == "ok" else told or "it ended without a word"


def _full(place: str) -> None:
    from grader.engine import isolation

    isolation.stage_root(os.path.join(place, "root"))
    if os.geteuid() == 0:
        isolation.drop_user(NOBODY)
    isolation.enter_namespaces(Limits())
    reason = _in_fork(_first_process, isolation.BOX_ROOT)
    if reason:
        raise OSError(reason)


def _first_process(folder: str) -> None:
    from grader.engine import isolation

    isolation.mount_processes()
    isolation.confine(isolation.Confinement("full", folder, Limits()))


def _partial(place: str) -> None:
    from grader.engine import isolation, reachable

    folder = os.path.join(place, "box")
    if os.geteuid() == 0:
        os.chmod(place, 0o711)
        os.chown(folder, NOBODY, NOBODY)
        isolation.drop_user(NOBODY, reachable.closed_to_others())
    isolation.confine(isolation.Confinement("partial", folder, Limits()))


if __name__ == "__main__":
    found = available_level()
    print(f"isolation: {found.level}" + (f" ({found.reason})" if found.reason else ""))
