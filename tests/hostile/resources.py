"""More than a submission may have: time, memory, processes, disk, output. Every bomb here is bounded by itself."""

from __future__ import annotations

from hostile.corpus import COSTS, EVERYWHERE, STEP, Entry, cell, forged

STUBBORN = """import signal
for number in range(1, 32):
    try: signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError): pass
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))
while True:
    try:
        while True: pass
    except BaseException: pass"""

FORKS = """import os, signal, time
born = []
try:
    while len(born) < 90:
        born.append(os.fork())
        if born[-1] == 0:
            time.sleep(5)
            os._exit(0)
except OSError: pass
if len(born) >= 90: print('REACHED', len(born))
for child in born:
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)"""

SPINNERS = """import os
for _ in range(4):
    if os.fork() == 0:
        while True: pass
os._exit(0)"""

THREADS = """import threading, time
born = 0
try:
    while born < 150:
        threading.Thread(target=time.sleep, args=(1,), daemon=True).start()
        born += 1
except RuntimeError: pass
if born >= 150: print('REACHED', born)"""

DAEMON = """import os
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for number in range(64):
            try: os.close(number)
            except OSError: pass
        os.execvp('sleep', ['sleep', '@MARK@'])
    os._exit(0)
os.wait()"""

MEMORY = """try: print('REACHED', len(bytearray(3 << 30)))
except MemoryError as problem: print(problem)"""

# Memory that belongs to no process and is counted in none: files in memory, segments, queues of sockets and pipes.
NOBODYS = """import os
held = []
try:
    for _ in range(40):
        number = os.memfd_create('held')
        for _ in range(10): os.write(number, bytes(1 << 20))
        held.append(number)
    print('REACHED', 400 << 20)
except OSError as problem: print(problem)"""

SEGMENTS = """import ctypes
libc = ctypes.CDLL(None, use_errno=True)
libc.shmat.restype = ctypes.c_void_p
total = 0
for _ in range(40):
    number = libc.shmget(0, 10 << 20, 0o1600)
    if number < 0: break
    address = libc.shmat(number, None, 0)
    if address in (None, ctypes.c_void_p(-1).value): break
    ctypes.memset(address, 1, 10 << 20); libc.shmdt(ctypes.c_void_p(address)); total += 10 << 20
if total >= 400 << 20: print('REACHED', total)"""

MAPPED = """import mmap, os
held = []
for _ in range(80):
    piece = mmap.mmap(-1, 10 << 20)
    piece.write(b'x' * (10 << 20)); held.append(piece)
if os.fork() == 0: os._exit(0)
print('REACHED', len(held))"""

DISK = """import os, time
for place in (os.environ['TMPDIR'], '/dev/shm', '.'):
    try:
        for number in range(60):
            with open(f'{place}/bomb-@MARK@-{number}', 'wb') as file: file.write(bytes(1 << 20))
            time.sleep(0.03)
        print('REACHED', place)
    except OSError as problem: print(problem)"""

INODES = """import os
try:
    for number in range(30_000): open(f'empty-{number}', 'w').close()
    print('REACHED')
except OSError as problem: print(problem)"""

FLOOD = """import os, sys
for number in range(3_000): print('x' * 1_000)
for number in range(3_000): os.write(1, b'y' * 1_000)
for number in range(100): sys.stderr.write('z' * 10_000)"""

DISPLAYS = """from IPython.display import display
for number in range(3_000): display({'text/plain': ''}, raw=True)"""

STOPPED = """import os, signal
if os.fork() == 0:
    os.setsid(); os.kill(os.getpid(), signal.SIGSTOP)
os.kill(os.getpid(), signal.SIGSTOP)"""

JUDGE = """import os, signal
for who in (@JUDGE@, os.getppid()):
    try:
        os.kill(who, signal.SIGUSR1)
        if who: print('REACHED', who)
    except OSError: pass
try:
    signal.pidfd_send_signal(os.pidfd_open(@JUDGE@), signal.SIGUSR1); print('REACHED pidfd')
except OSError: pass"""

PRIORITY = """import os, resource
for attempt in (lambda: os.setpriority(os.PRIO_USER, os.getuid(), 7), lambda: os.setpriority(os.PRIO_PROCESS, @JUDGE@, 7),
                lambda: os.nice(-5), lambda: os.sched_setaffinity(@JUDGE@, {0}),
                lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)),
                lambda: resource.prlimit(@JUDGE@, resource.RLIMIT_CPU, (3600, 3600)),
                lambda: resource.setrlimit(resource.RLIMIT_NPROC, (-1, -1))):
    try:
        attempt(); print('REACHED', attempt.__code__.co_names)
    except (OSError, ValueError): pass"""

# Every answer that arrives starts the clock of the next one, so answers that nobody asked for must not.
ENDLESS = """import os, struct
told = b'{"d":[["happened","returned"],["value",1]]}'
def rnn_costs(*given):
    while True:
        for _ in range(500_000): pass
        for number in range(3, 64):
            try: os.write(number, struct.pack('<3scII', b'gr1', b'p', len(told), 0) + told)
            except OSError: pass"""

DYING = "import os\nos._exit(1)"

ENTRIES = [
    cell("loop", "a loop without an end", "while True: pass", EVERYWHERE),
    cell("stubborn loop", "a loop that ignores every signal and swallows every error", STUBBORN),
    cell(
        "loop in re", "a regular expression that backtracks for ever", "import re\nre.match(r'(a+)+$', 'a' * 60 + 'b')"
    ),
    cell("loop in C", "a number that takes hours", "x = 7 ** (10 ** 9)"),
    cell("sleep", "waiting for ever", "import time\ntime.sleep(100_000)"),
    forged("probe loop", "an answer that never comes", "def rnn_step(*given):\n    while True: pass"),
    forged(
        "probe dies",
        "an answer that ends the process",
        f"def rnn_step(*given):\n    {DYING.replace(chr(10), '; ')}",
        levels=EVERYWHERE,
    ),
    forged("endless answers", "answers that nobody asked for, for ever", ENDLESS, "rnn_costs"),
    cell("forks", "more processes than are allowed", FORKS),
    cell("spinning children", "children that go on after their parent", SPINNERS),
    cell("threads", "more threads than are allowed", THREADS),
    cell("daemon", "a process that wants to outlive its box", DAEMON),
    cell("memory", "three gigabytes", MEMORY),
    cell("memory of nobody", "memory in files that no process maps", NOBODYS),
    cell("segments", "memory in segments that no process holds", SEGMENTS),
    cell("shared mapping", "memory that is shared with nobody", MAPPED),
    cell("disk", "more files than are allowed", DISK),
    Entry("inodes", "very many empty files", after={"readout": INODES}, levels=("full",)),
    cell("flood", "more output than is kept", FLOOD),
    cell("displays", "very many displays", DISPLAYS),
    cell("stopped", "a process that stops itself and its child", STOPPED),
    cell("judge", "signals to the judge", JUDGE),
    cell("priority", "priorities, processors and limits of others", PRIORITY),
    cell("segfault", "a crash of the interpreter", "import ctypes\nctypes.string_at(0)", EVERYWHERE),
    cell("abort", "an abort", "import os\nos.abort()"),
    cell("recursion", "a recursion in C", "import sys\nsys.setrecursionlimit(10 ** 9)\nf = lambda: f()\nf()"),
    Entry(
        "many deaths",
        "cells that end their process one after another",
        after=dict.fromkeys(["rnn_step", "readout", "rnn_costs"], DYING),
    ),
    Entry(
        "honest threads",
        "threads, a first call that warms up and torch with two threads",
        {
            "rnn_step": "import threading\ntorch.set_num_threads(2)\ncache = {}\n"
            + STEP.replace(
                "    return", "    cache.setdefault('w', torch.ones(50, 50) @ torch.ones(50, 50))\n    return"
            ),
            "rnn_costs": "from concurrent.futures import ThreadPoolExecutor\n"
            + COSTS.replace("    matrices", "    list(ThreadPoolExecutor(3).map(abs, range(9)))\n    matrices"),
        },
        earns={"rnn_step": 2.0, "rnn_costs": 3.0},
        honest=True,
    ),
    Entry(
        "honest child",
        "a subprocess, a shell command and a fork that is waited for",
        after={
            "setup-d85454934d": "!true\nimport os, subprocess\nsubprocess.run(['true'], check=True)\n"
            "if os.fork() == 0: os._exit(0)\nos.wait()"
        },
        honest=True,
    ),
]
