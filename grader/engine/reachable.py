"""What of the machine's files a box may read: the interpreter, its libraries, `course_utils`, and nothing else."""

from __future__ import annotations

import functools
import os
import site
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64")
SETTINGS = (
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/localtime",
    "/etc/timezone",
    "/etc/fonts",
    "/etc/mime.types",
    "/etc/alternatives",
)
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
COUNTERS = ("/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/loadavg", "/proc/filesystems", "/proc/sys/vm")
PARTS_OF_A_PREFIX = ("bin", "lib", "lib32", "lib64", "share", "etc", "include", "ssl", "pyvenv.cfg")

GRADER = Path(__file__).resolve().parent.parent
COURSE_UTILS = GRADER.parent / "course_utils"


@functools.cache
def readable() -> list[str]:
    """Absolute paths without links in them, none below another, none of them holding a file of the grader."""
    found: list[Path] = []
    for path in sorted({path.resolve() for path in _wanted() if path.exists()}):
        if not any(path.is_relative_to(other) for other in found):
            found.append(path)
    return [str(kept) for path in found for kept in _without(path, GRADER)]


def links() -> dict[str, str]:
    """Links that programs expect at the root, such as /bin -> usr/bin, and those on the way to the interpreter."""
    found = {path: os.readlink(path) for path in (*SYSTEM, *SETTINGS) if os.path.islink(path)}
    for path in (Path(sys.executable), Path(sys.prefix), Path(sys.base_prefix)):
        for part in (path, *path.parents):
            if part.is_symlink() and not any(part.is_relative_to(real) for real in readable()):
                found[str(part)] = os.readlink(part)
    return found


def closed_to_others() -> bool:
    """Whether some of it lies below a folder that only its owner may enter, as an interpreter in /root does."""
    above = {parent for path in readable() for parent in Path(path).parents}
    return any(not parent.stat().st_mode & 0o001 for parent in above)


def _wanted() -> Iterator[Path]:
    yield from map(Path, (*SYSTEM, *SETTINGS))
    for prefix in (sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix):
        if prefix not in ("/", "/usr"):
            # Not the whole prefix: an environment is sometimes made in the very folder that holds the course.
            yield from (Path(prefix).resolve() / part for part in PARTS_OF_A_PREFIX)
    for name in ("stdlib", "platstdlib", "purelib", "platlib"):
        yield Path(sysconfig.get_path(name)).resolve()
    yield from (Path(path).resolve() for path in site.getsitepackages())
    yield COURSE_UTILS


def _without(path: Path, hidden: Path) -> list[Path]:
    """`path`, or where it holds `hidden`, what else it holds."""
    if not hidden.is_relative_to(path):
        return [path]
    if path == hidden:
        return []
    return [kept for below in sorted(path.iterdir()) if not below.is_symlink() for kept in _without(below, hidden)]
