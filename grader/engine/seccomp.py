"""The system calls that a student's code is refused, as a BPF program from a small assembler.

Allowed by default, with a list of refusals: numerical libraries call more than anybody can list, and the list is only
one layer; namespaces, Landlock and missing capabilities stand behind it. It takes away what reaches past them: calls
that act on other processes, on the kernel's rarely used parts, and on the network. A refusal is EPERM, so that a
program can say what it was refused; clone3 is ENOSYS, whose arguments no filter can see, so that libc uses clone.
"""

from __future__ import annotations

import errno
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

from grader.engine import linux

_LOAD, _JUMP_EQUAL, _JUMP_AT_LEAST, _JUMP_ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32 = 0x40000000
AF_UNIX = 1

# Name: (x86-64, 64-bit ARM); 0 where the architecture has no such call. Refused whatever the arguments.
REFUSED: dict[str, tuple[int, int]] = {
    # other processes
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kcmp": (312, 272),
    "pidfd_getfd": (438, 438),
    "process_madvise": (440, 440),
    "process_mrelease": (448, 448),
    "move_pages": (279, 239),
    "migrate_pages": (256, 238),
    # namespaces, mounts and roots
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    # the kernel itself
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "acct": (163, 89),
    "syslog": (103, 116),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "adjtimex": (159, 171),
    "clock_adjtime": (305, 266),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "iopl": (172, 0),
    "ioperm": (173, 0),
    "modify_ldt": (154, 0),
    "vhangup": (153, 58),
    "uselib": (134, 0),
    "ustat": (136, 0),
    "lookup_dcookie": (212, 18),
    "nfsservctl": (180, 42),
    "fanotify_init": (300, 262),
    "memfd_secret": (447, 447),
    "seccomp": (317, 277),
    # memory that is in no process and so counted in none, and what a box without namespaces would share with the host
    "memfd_create": (319, 279),
    "shmget": (29, 194),
    "shmat": (30, 196),
    "semget": (64, 190),
    "msgget": (68, 186),
    "mq_open": (240, 180),
    # priorities, which only ever change the time that others get
    "sched_setparam": (142, 118),
    "sched_setscheduler": (144, 119),
    "sched_setattr": (314, 274),
    "ioprio_set": (251, 30),
}
# Signals to others, where Landlock cannot confine them.
SIGNALS: dict[str, tuple[int, int]] = {
    "kill": (62, 129),
    "tkill": (200, 130),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "pidfd_send_signal": (424, 424),
}


@dataclass(frozen=True)
class Condition:
    """A call is refused unless its argument `place` is one of `allowed`, or when it has a bit of `forbidden`.

    Only the lower 32 bits are compared: process ids, socket families and requests of ioctl are 32-bit arguments.
    """

    place: int
    allowed: tuple[int, ...] = ()
    forbidden: int = 0


CONDITIONAL: dict[str, tuple[tuple[int, int], tuple[Condition, ...]]] = {
    # 0 is oneself; with another number these would act on any process of the user
    "prlimit64": ((302, 261), (Condition(0, allowed=(0,)),)),
    "sched_setaffinity": ((203, 122), (Condition(0, allowed=(0,)),)),
    "setpriority": ((141, 140), (Condition(0, allowed=(0,)), Condition(1, allowed=(0,)))),
    "personality": ((135, 92), (Condition(0, allowed=(0, 0xFFFFFFFF)),)),
    # no new namespace, of any kind
    "clone": ((56, 220), (Condition(0, forbidden=0x7E020000),)),
    # a socket reaches out of the box by a family that is not confined to a network namespace: vsock, alg, netlink
    "socket": ((41, 198), (Condition(0, allowed=(AF_UNIX,)),)),
    "socketpair": ((53, 199), (Condition(0, allowed=(AF_UNIX,)),)),
}
_REFUSED_REQUESTS = (0x5412, 0x541C, 0x5423)  # TIOCSTI, TIOCLINUX, TIOCSETD: typing into and changing a terminal
_IOCTL = (16, 29)
_TGKILL = (234, 131)
_CLONE3 = 435


@dataclass
class Assembler:
    """BPF instructions over seccomp's data: number at 0, architecture at 4, arguments of 8 bytes from 16."""

    code: list[bytes] = field(default_factory=list)

    def emit(self, operation: int, value: int, if_true: int = 0, if_false: int = 0) -> None:
        self.code.append(struct.pack("=HBBI", operation, if_true, if_false, value))

    def load_number(self) -> None:
        self.emit(_LOAD, 0)

    def load_argument(self, place: int) -> None:
        self.emit(_LOAD, 16 + 8 * place)

    def refuse(self, number: int, error: int = errno.EPERM) -> None:
        """Refuse the call `number`."""
        self.emit(_JUMP_EQUAL, number, 0, 1)
        self.emit(_RETURN, _ERRNO | error)

    def refuse_if(self, number: int, conditions: Sequence[Condition]) -> None:
        """Refuse the call `number` when a condition says so; allow it else."""
        body = Assembler()
        for condition in conditions:
            body.load_argument(condition.place)
            body.check(condition)
        body.emit(_RETURN, _ALLOW)
        self.emit(_JUMP_EQUAL, number, 0, len(body.code))
        self.code += body.code

    def check(self, condition: Condition) -> None:
        if condition.forbidden:
            self.emit(_JUMP_ANY_BIT, condition.forbidden, 0, 1)
            self.emit(_RETURN, _ERRNO | errno.EPERM)
            return
        for place, value in enumerate(condition.allowed):
            self.emit(_JUMP_EQUAL, value, len(condition.allowed) - place, 0)
        self.emit(_RETURN, _ERRNO | errno.EPERM)


def program(namespaces: bool, signals_confined: bool, own_pid: int) -> bytes:
    """The filter for a box. Without namespaces it also refuses sockets.

    signals_confined: whether Landlock keeps signals inside; else only `own_pid` can be signalled.
    """
    here = 0 if linux.MACHINE == "x86_64" else 1
    out = Assembler()
    out.emit(_LOAD, 4)
    out.emit(_JUMP_EQUAL, _ARCHITECTURES[linux.MACHINE], 1, 0)
    out.emit(_RETURN, _KILL)
    out.load_number()
    if here == 0:
        out.emit(_JUMP_AT_LEAST, _X32, 0, 1)
        out.emit(_RETURN, _ERRNO | errno.ENOSYS)
    out.refuse(_CLONE3, errno.ENOSYS)
    for numbers in _refused(namespaces, signals_confined):
        if numbers[here]:
            out.refuse(numbers[here])
    _emit_conditional(out, here, namespaces, signals_confined, own_pid)
    out.emit(_RETURN, _ALLOW)
    return b"".join(out.code)


def _refused(namespaces: bool, signals_confined: bool) -> list[tuple[int, int]]:
    refused = list(REFUSED.values())
    if not namespaces:
        refused.append(CONDITIONAL["socket"][0])
    if not namespaces and not signals_confined:
        refused += SIGNALS.values()
    return refused


def _emit_conditional(out: Assembler, here: int, namespaces: bool, signals_confined: bool, own_pid: int) -> None:
    for name, (numbers, conditions) in CONDITIONAL.items():
        if namespaces or name != "socket":
            out.refuse_if(numbers[here], conditions)
    if not namespaces and not signals_confined:
        out.refuse_if(_TGKILL[here], [Condition(0, allowed=(own_pid,))])
    out.emit(_JUMP_EQUAL, _IOCTL[here], 0, 2 + 2 * len(_REFUSED_REQUESTS))
    out.load_argument(1)
    for request in _REFUSED_REQUESTS:
        out.refuse(request)
    out.emit(_RETURN, _ALLOW)
