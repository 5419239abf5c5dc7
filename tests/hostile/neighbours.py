"""Reaching the submissions before, beside and after one's own: through files, processes, memory and what all boxes share."""

from __future__ import annotations

from hostile.corpus import Entry, cell

LEAVE = """import os, pathlib, sys
for place in ('.', '..', os.environ['TMPDIR'], '/tmp', '/var/tmp', '/dev/shm', '/run', '/box', str(pathlib.Path.home())):
    try: pathlib.Path(place, 'note-@MARK@').write_text('left')
    except OSError: pass"""

FIND = """import glob, os
for place in ('.', '..', '../..', os.environ['TMPDIR'], '/tmp', '/var/tmp', '/dev/shm', '/run', '/box',
              '/tmp/grader*', '/tmp/grader*/*'):
    for found in glob.glob(f'{place}/note-@MARK@'): print('REACHED', found)
for found in glob.glob('/proc/[0-9]*/root/tmp/note-@MARK@') + glob.glob('/tmp/grader-box*'):
    if not os.getcwd().startswith(found): print('REACHED', found)"""

POISON = """import builtins, sys, course_utils, course_utils.checking, course_utils.remote, matplotlib
for name in list(sys.modules):
    if name.startswith(('course_utils', 'grader', 'IPython.core.interactive')):
        for key in list(vars(sys.modules[name])):
            if callable(vars(sys.modules[name]).get(key)) and not key.startswith('__'):
                try: setattr(sys.modules[name], key, lambda *a, **k: 2.0)
                except Exception: pass
np.tanh = np.exp = lambda *a, **k: 0.0
np.ndarray.__class_getitem__ = None
matplotlib.rcParams.clear()
torch.set_default_dtype(torch.float16); torch.manual_seed(1); np.random.seed(1)"""

C_POISON = """import ctypes, sys
libc = ctypes.CDLL(None, use_errno=True)
libc.mprotect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
small = id(7)
ctypes.memset(small + 24, 8, 1)"""

CACHES = """import glob, importlib, os, pathlib, py_compile, course_utils.values as values, torch
for path in (values.__file__, torch.__file__):
    for place in (pathlib.Path(path).parent / '__pycache__', pathlib.Path(path).parent):
        try:
            (place / 'poison-@MARK@.pyc').write_bytes(b''); print('REACHED', place)
        except OSError: pass
os.environ['PYTHONPYCACHEPREFIX'] = '/var/tmp'
for place in ('~/.cache', '~/.matplotlib', '~/.config', '~/.ipython', '~/.local/lib'):
    pathlib.Path(place).expanduser().mkdir(parents=True, exist_ok=True)"""

PROCESSES = """import os, signal
mine = {os.getpid(), os.getppid(), 1}
for who in [int(name) for name in (os.listdir('/proc') if os.access('/proc', os.R_OK) else []) if name.isdigit()]:
    if who not in mine: print('seen', who)
for who in range(2, 60):
    if who in mine: continue
    try:
        os.kill(who, 0)
        if os.getpid() > 1000: print('REACHED', who)
    except OSError: pass"""

SHARED = """import socket, ctypes, os
from multiprocessing import shared_memory
try:
    kept = shared_memory.SharedMemory('@MARK@', create=True, size=64); kept.buf[:4] = b'mine'
    from multiprocessing import resource_tracker; resource_tracker.unregister(kept._name, 'shared_memory')
except OSError: pass
libc = ctypes.CDLL(None)
libc.shmget(0x7331, 4096, 0o1666); libc.semget(0x7331, 1, 0o1666); libc.msgget(0x7331, 0o1666)
try:
    line = socket.socket(socket.AF_UNIX); line.bind('\\0note-@MARK@'); line.listen()
except OSError: pass
if os.fork() == 0:
    import time; time.sleep(30); os._exit(0)"""

TAKEN = """import socket, ctypes
from multiprocessing import shared_memory
try: shared_memory.SharedMemory('@MARK@'); print('REACHED memory')
except OSError: pass
libc = ctypes.CDLL(None)
for name in ('shmget', 'semget', 'msgget'):
    rest = {'shmget': (0, 0), 'semget': (0, 0), 'msgget': (0,)}[name]
    if getattr(libc, name)(0x7331, *rest) >= 0: print('REACHED', name)
try: socket.socket(socket.AF_UNIX).connect('\\0note-@MARK@'); print('REACHED socket')
except OSError: pass"""

TEMPLATE = """import os, socket
for number in range(3, 64):
    try:
        line = socket.socket(fileno=os.dup(number)); socket.send_fds(line, [b'+'], [number])
    except OSError: pass"""

ENTRIES = [
    cell("leave", "notes for whoever comes next", LEAVE),
    cell("find", "notes of whoever came before", FIND),
    cell("poison", "every function of the course and the shell replaced", POISON),
    cell(
        "poisoned number",
        "the number 7 made an 8 in memory that all boxes came from",
        C_POISON + "\nif 7 == 8: pass\nimport os; os._exit(0)",
    ),
    cell("caches", "caches that others would load", CACHES),
    cell("processes", "processes of other boxes", PROCESSES),
    cell("share", "memory, queues and sockets that outlive a process", SHARED),
    cell("take", "what another box has shared", TAKEN),
    cell("template", "a box asked of the template", TEMPLATE),
    Entry(
        "honest memory",
        "shared memory of its own, seeds and defaults set and used",
        after={
            "rnn_step-answer": "torch.manual_seed(0); np.random.seed(0); import matplotlib.pyplot as plt\n"
            "plt.rcParams['figure.dpi'] = 50\nplt.plot([1, 2]); plt.show()"
        },
        honest=True,
    ),
]
