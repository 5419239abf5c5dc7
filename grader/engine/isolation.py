"""The layers between a student's code and the machine, in the order in which a process gives things up.

1. `stage_root`: once, in the template: a root made of read-only binds of an allow-list.
2. `drop_user` and `enter_namespaces`: per box: an unprivileged user, own user, mount, process, network, ipc, host-name
   and cgroup namespaces, and one file system in memory for all that may be written.
3. `mount_processes`: in the box's first process: a /proc that shows the box only. It covers the old one, which must
   still be there: the kernel lets nobody without privileges mount a /proc where none is fully visible.
4. `confine`: in the process that runs a student's code, while it has one thread: no capabilities, no new privileges,
   limits, Landlock, seccomp. All that it starts inherits them.

Without user namespaces (level "partial") 1 and 3 are left out, and Landlock and seccomp take over what they can.
"""

from __future__ import annotations

import os
import resource
import signal
import socket
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from grader.engine import linux, reachable, seccomp
from grader.engine.interface import Level, Limits

LAYERS = frozenset(["user", "capabilities", "limits", "landlock", "seccomp"])

BOX_ROOT = "/box"
INSIDE_ID = 1000
MAX_FILES_IN_MEMORY = 20_000
MAX_OPEN_FILES = 1_024

_EXECUTE, _WRITE, _READ, _READ_DIR = 0x1, 0x2, 0x4, 0x8
_REFER, _TRUNCATE, _IOCTL_DEV = 0x2000, 0x4000, 0x8000
_ALL_OF_ABI = {1: 0x1FFF, 2: 0x3FFF, 3: 0x7FFF, 4: 0x7FFF}
_ALL_FILES = 0xFFFF
_READING = _EXECUTE | _READ | _READ_DIR
_OF_A_FILE = _EXECUTE | _WRITE | _READ | _TRUNCATE | _IOCTL_DEV
_NETWORK = 0x3
_SCOPES = 0x3
ABI_NETWORK, ABI_SCOPES = 4, 6


@dataclass(frozen=True)
class Confinement:
    """What `confine` needs to know. `folder` is where a box may write; `without` leaves out layers, for tests only.

    reads_closed_folders: the interpreter lies where only root may look, so the one capability to read past file modes
        is kept. What may be read is Landlock's business then, as it is at this level in any case.
    """

    level: Level
    folder: str
    limits: Limits
    without: frozenset[str] = frozenset()
    reads_closed_folders: bool = False

    @property
    def namespaces(self) -> bool:
        return self.level == "full"


def stage_root(place: str) -> None:
    """Make the calling process's root an allow-list, built at the empty folder `place`; everything else disappears."""
    if os.geteuid() == 0:
        linux.unshare(linux.CLONE_NEWNS)
    else:
        new_user(linux.CLONE_NEWNS, os.getuid(), os.getgid())
    linux.mount("none", "/", flags=linux.MS_REC | linux.MS_PRIVATE)
    linux.mount("tmpfs", place, "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, "mode=755,size=1m")
    root = Path(place)
    for path in reachable.readable():
        _bind(root, path, linux.MOUNT_ATTR_RDONLY | linux.MOUNT_ATTR_NOSUID | linux.MOUNT_ATTR_NODEV)
    for path in reachable.DEVICES:
        _bind(root, path, linux.MOUNT_ATTR_NOSUID)
    _bind(root, "/proc", linux.MOUNT_ATTR_NOSUID)
    _furnish(root)
    (root / "old").mkdir()
    linux.pivot_root(place, f"{place}/old")
    os.chdir("/")
    linux.unmount("/old")
    os.rmdir("/old")
    linux.restrict_mount("/", linux.MOUNT_ATTR_RDONLY, recursive=False)


def _bind(root: Path, path: str, attributes: int) -> None:
    target = root / path.lstrip("/")
    if target.is_mount():
        return
    if os.path.isdir(path):
        target.mkdir(parents=True, exist_ok=True)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()
    linux.mount(path, str(target), flags=linux.MS_BIND | linux.MS_REC)
    linux.restrict_mount(str(target), attributes)


def _furnish(root: Path) -> None:
    """What programs expect to find, without telling anything about the machine."""
    for folder in ("tmp", "box", "dev/shm", "etc", "var/tmp", "run"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    texts = {
        "passwd": f"student:x:{INSIDE_ID}:{INSIDE_ID}:student:{BOX_ROOT}/home:/bin/sh\n",
        "group": f"student:x:{INSIDE_ID}:\n",
        "hosts": "127.0.0.1 localhost box\n",
        "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
    }
    for name, text in texts.items():
        (root / "etc" / name).write_text(text, encoding="ascii")
    links = {"dev/fd": "/proc/self/fd", "dev/stdin": "fd/0", "dev/stdout": "fd/1", "dev/stderr": "fd/2"}
    for name, target in (links | reachable.links()).items():
        link = root / name.lstrip("/")
        if not link.exists() and not link.is_symlink():
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(target)


def drop_user(user: int, reads_closed_folders: bool = False) -> None:
    """Become the unprivileged `user` for good. Limits on processes do not hold for root, so this comes first of all."""
    os.setgroups([])
    os.setresgid(user, user, user)
    kept = [linux.CAP_DAC_READ_SEARCH] if reads_closed_folders else []
    linux.bar_capabilities()
    linux.keep_capabilities(True)
    os.setresuid(user, user, user)
    linux.set_capabilities(kept)
    linux.keep_capabilities(False)
    linux.set_dumpable(True)


def new_user(namespaces: int, user: int, group: int) -> None:
    """Leave for a new user namespace and `namespaces`, in which one is `user` and nobody else exists."""
    outside_user, outside_group = os.getuid(), os.getgid()
    linux.unshare(linux.CLONE_NEWUSER | namespaces)
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {outside_user} 1"),
        ("gid_map", f"{group} {outside_group} 1"),
    ):
        Path(f"/proc/self/{name}").write_text(text, encoding="ascii")


def enter_namespaces(limits: Limits) -> None:
    """Leave all of the host's namespaces. The next child is the first process of the new process namespace."""
    # The limit in force now becomes the new namespace's own, whatever else the same user runs outside.
    new_user(
        linux.CLONE_NEWNS
        | linux.CLONE_NEWPID
        | linux.CLONE_NEWNET
        | linux.CLONE_NEWIPC
        | linux.CLONE_NEWUTS
        | linux.CLONE_NEWCGROUP,
        INSIDE_ID,
        INSIDE_ID,
    )
    socket.sethostname("box")
    linux.mount(
        "tmpfs",
        BOX_ROOT,
        "tmpfs",
        linux.MS_NOSUID | linux.MS_NODEV,
        f"mode=700,size={limits.disk},nr_inodes={MAX_FILES_IN_MEMORY}",
    )
    for name, covers in (("tmp", "/tmp"), ("shm", "/dev/shm")):
        os.mkdir(f"{BOX_ROOT}/{name}")
        for visible in os.listdir(covers):  # an interpreter that lives in /tmp must stay where it is
            os.mkdir(f"{BOX_ROOT}/{name}/{visible}")
            linux.mount(f"{covers}/{visible}", f"{BOX_ROOT}/{name}/{visible}", flags=linux.MS_BIND | linux.MS_REC)
        linux.mount(f"{BOX_ROOT}/{name}", covers, flags=linux.MS_BIND | linux.MS_REC)


def mount_processes() -> None:
    """Cover /proc with one that shows this process namespace."""
    flags = linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC
    linux.mount("proc", "/proc", "proc", flags)


def confine(box: Confinement) -> None:
    """Give up everything that a student's code does not need. To be called with one thread, before that code."""
    if "limits" not in box.without:
        _limit(box)
    if "capabilities" not in box.without:
        linux.drop_capabilities([linux.CAP_DAC_READ_SEARCH] if box.reads_closed_folders else [])
    linux.forbid_new_privileges()
    abi = linux.landlock_abi()
    if "landlock" not in box.without:
        _landlock(box, abi)
    if "seccomp" not in box.without:
        confined = abi >= ABI_SCOPES and "landlock" not in box.without
        linux.seccomp_filter(seccomp.program(box.namespaces, confined, os.getpid()))


def _limit(box: Confinement) -> None:
    limits = box.limits
    # The template's own mappings count too: what a student may use comes on top of them.
    processes = limits.processes if box.namespaces else limits.processes + threads_of_user()
    bounds = {
        resource.RLIMIT_AS: mapped_bytes() + limits.memory,
        resource.RLIMIT_NPROC: processes,
        resource.RLIMIT_FSIZE: limits.disk,
        resource.RLIMIT_NOFILE: MAX_OPEN_FILES,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MSGQUEUE: 0,
        resource.RLIMIT_NICE: 0,
        resource.RLIMIT_RTPRIO: 0,
        # The last resort of several: the warden counts the box's time, and the judge waits no longer than by the clock.
        resource.RLIMIT_CPU: int(2 * limits.notebook_seconds) + 60,
    }
    for what, bound in bounds.items():
        _, hard = resource.getrlimit(what)
        bound = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        resource.setrlimit(what, (bound, bound))
    # A write beyond the limit is an error that Python reports, not the end of the process.
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def mapped_bytes() -> int:
    """The address space in use."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()


def threads_of_user() -> int:
    """How many threads the user runs now, which the limit on processes counts too."""
    count = 0
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            try:
                if entry.stat().st_uid == os.getuid():
                    count += len(os.listdir(f"/proc/{entry.name}/task"))
            except OSError:
                continue
    return count


def _landlock(box: Confinement, abi: int) -> None:
    files = _ALL_OF_ABI.get(abi, _ALL_FILES)
    ruleset = linux.landlock_ruleset(
        files, _NETWORK if abi >= ABI_NETWORK else 0, _SCOPES if abi >= ABI_SCOPES else 0, abi
    )
    try:
        for path, access in _landlock_rules(box):
            allowed = access if os.path.isdir(path) else access & _OF_A_FILE
            linux.landlock_allow(ruleset, path, allowed & files)
        linux.landlock_enforce(ruleset)
    finally:
        os.close(ruleset)


def _landlock_rules(box: Confinement) -> list[tuple[str, int]]:
    writing = _ALL_FILES & ~_IOCTL_DEV
    devices = [(path, _READ | _WRITE) for path in reachable.DEVICES]
    if box.namespaces:
        # Reading is bounded by the staged root already; a rule for every part of it would only repeat that.
        places = [BOX_ROOT, "/tmp", "/dev/shm"]
        return [("/", _READING), *((path, writing) for path in places), *devices]
    reading: Collection[str] = [*reachable.readable(), *filter(os.path.exists, reachable.COUNTERS)]
    return [*((path, _READING) for path in reading), (box.folder, writing), *devices]
