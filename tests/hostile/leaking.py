"""Getting at what a student must not see: answers, hidden inputs, the judge's memory, files, sockets; and ways to carry it out.

What a hidden input holds is the canary's number, so an entry that shows one anywhere is found by the test on artefacts.
"""

from __future__ import annotations

from hostile.corpus import EVERYWHERE, READOUT, STEP, Entry, cell, forged

EXCEPTION = """def rnn_step(x_t, h, W_xh, W_hh, b_h):
    raise ValueError(repr(x_t.ravel().tolist()))"""

PRINTED = """import sys, os, logging
from IPython.display import display
def rnn_step(x_t, h, W_xh, W_hh, b_h):
    told = repr(x_t.ravel().tolist())
    print(told); print(told, file=sys.stderr); sys.__stdout__.write(told); os.write(1, told.encode())
    logging.error(told); display(told)
    return np.tanh(x_t @ W_xh.T + h @ W_hh.T + b_h)"""

PICTURED = """import matplotlib.pyplot as plt
from IPython.display import display, Image
handle = display('nothing yet', display_id='kept')
def rnn_step(x_t, h, W_xh, W_hh, b_h):
    handle.update(repr(x_t.tolist())); display({'text/html': repr(x_t.tolist())}, raw=True)
    plt.figure(figsize=(1, 1)); plt.plot(x_t.ravel()); plt.show()
    return np.tanh(x_t @ W_xh.T + h @ W_hh.T + b_h)"""

# What one exercise saw in its hidden cases is told by another one, in an error on a visible case.
CARRIED = """import os
place = os.path.join(os.environ.get('TMPDIR', '.'), 'seen')
def rnn_step(x_t, h, W_xh, W_hh, b_h):
    with open(place, 'a') as file: file.write(repr(x_t.ravel().tolist()))
    return np.tanh(x_t @ W_xh.T + h @ W_hh.T + b_h)"""
TOLD = """def readout(h, W_hy, b_y):
    if os.path.exists(place): raise ValueError(open(place).read()[-450:])
    return h @ W_hy.T + b_y"""

# A visible case takes too long at first and is asked again; what was seen in between stands in a file.
RETRIED = """import os, time
place = os.path.join(os.environ.get('TMPDIR', '.'), 'seen')
calls = []
def rnn_step(x_t, h, W_xh, W_hh, b_h):
    calls.append(1)
    with open(place, 'a') as file: file.write(repr(x_t.ravel().tolist()) + '\\n')
    told = open(place).read()
    if told.count('\\n') > 12: raise ValueError(told[-450:])
    if len(calls) == 2 and not os.path.exists(place + '-hung'):
        open(place + '-hung', 'w').close()
        while True: pass
    return np.tanh(x_t @ W_xh.T + h @ W_hh.T + b_h)"""

SENT = """import socket
def rnn_step(x_t, h, W_xh, W_hh, b_h):
    told = repr(x_t.ravel().tolist()).encode()
    for family, kind in ((socket.AF_INET, socket.SOCK_STREAM), (socket.AF_INET, socket.SOCK_DGRAM)):
        try:
            with socket.socket(family, kind) as line:
                line.settimeout(0.2); line.connect(('127.0.0.1', @PORT@)); line.send(told)
        except OSError: pass
    try:
        with socket.socket(socket.AF_UNIX) as line: line.connect('\\0@SOCKET@'); line.send(told)
    except OSError: pass
    return np.tanh(x_t @ W_xh.T + h @ W_hh.T + b_h)"""

CONNECT = """import socket, urllib.request
for address in ('127.0.0.1', 'localhost', '0.0.0.0', '::1'):
    try:
        socket.create_connection((address, @PORT@), 0.2).send(b'hello'); print('REACHED', address)
    except OSError: pass
try:
    urllib.request.urlopen('http://127.0.0.1:@PORT@/', timeout=0.2); print('REACHED http')
except OSError: pass
try:
    line = socket.socket(socket.AF_UNIX); line.connect('\\0@SOCKET@'); print('REACHED unix')
except OSError: pass"""

FAMILIES = """import socket
for family in (2, 10, 16, 17, 38, 40):
    for kind in (1, 2, 3, 5):
        try:
            socket.socket(family, kind).close(); print('REACHED family', family)
        except OSError: pass"""

FILES = """import glob, os
roots = ('', '/proc/1/root', '/proc/self/root', '/proc/self/cwd/../../..', '/proc/@JUDGE@/root', '/old',
         '/proc/self/task/../../1/cwd')
paths = ('@WATCHED@/open.txt', '@GRADER@/spec.py', '@GRADER@/../.git/HEAD', '/etc/shadow', '/root/.bashrc', '/root/.profile')
for path in [root + path for root in roots for path in paths] + ['/dev/mem', '/dev/kmem', '/proc/kcore', '/dev/vda']:
    try: print('REACHED', path, open(path, 'rb').read(300))
    except OSError: pass
for path in glob.glob('/box/../*secret*') + glob.glob('/tmp/grader*/*') + glob.glob('/var/tmp/*') + glob.glob('/var/log/*'):
    print('REACHED', path)"""

PROC = """import os
for who in ('@JUDGE@', os.getppid(), 1, 'self', 'thread-self', *range(2, 40)):
    for part in ('environ', 'cmdline', 'maps', 'comm', 'status'):
        try: print(open(f'/proc/{who}/{part}', errors='replace').read(4000).replace('\\0', ' ')[:4000])
        except OSError: pass
try:
    open('/proc/@JUDGE@/mem', 'rb').read(1); print('REACHED memory of the judge')
except OSError: pass
print(sorted(os.environ.items()))"""

DESCRIPTORS = """import os, stat, socket, fcntl
for number in range(3, 200):
    try: kind = os.fstat(number).st_mode
    except OSError: continue
    if stat.S_ISREG(kind):
        print(os.pread(number, 2000, 0))
    if stat.S_ISDIR(kind):
        try:
            os.open('../../root', os.O_RDONLY, dir_fd=number); print('REACHED by a folder', number)
        except OSError: pass
    if stat.S_ISSOCK(kind):
        line = socket.socket(fileno=os.dup(number))
        try: print(line.getpeername(), line.recv(4000, socket.MSG_PEEK | socket.MSG_DONTWAIT))
        except OSError: pass"""

MEMORY = """import ctypes, os, re
for line in open('/proc/self/maps'):
    span, rights, *_, name = (line.split() + [''])[:7] if len(line.split()) > 5 else (*line.split(), '')
    if 'rw' in rights and ('heap' in name or not name):
        low, high = (int(part, 16) for part in span.split('-'))
        found = re.search(rb'GRADER_HOSTIL[E]=[0-9a-f]+', ctypes.string_at(low, min(high - low, 1 << 20)))
        if found: print('REACHED', found.group())"""

LIBC = """import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
buffer = ctypes.create_string_buffer(64)
class Span(ctypes.Structure):
    _fields_ = [('base', ctypes.c_void_p), ('size', ctypes.c_size_t)]
here, there = Span(ctypes.addressof(buffer), 64), Span(0x400000, 64)
for who in (@JUDGE@, os.getppid() or 1):
    if libc.ptrace(16, who, 0, 0) == 0: print('REACHED trace')
    if libc.process_vm_readv(who, ctypes.byref(here), 1, ctypes.byref(there), 1, 0) > 0: print('REACHED memory')
    descriptor = libc.syscall(434, who, 0)
    if descriptor >= 0 and libc.syscall(438, descriptor, 0, 0) >= 0: print('REACHED descriptor')"""

FRAMES = """import gc, inspect, sys, os
def rnn_step(x_t, h, W_xh, W_hh, b_h):
    seen = []
    for frame in inspect.stack():
        seen += [name for name in frame.frame.f_locals if name in ('oracle', 'secret', 'hidden', 'lesson_key')]
    seen += [name for name in sys.modules if name.startswith(('grader', 'nbgrader', 'solutions'))]
    seen += [type(item).__name__ for item in gc.get_objects() if type(item).__name__ in ('Exercise', 'LessonKey', 'Trial')]
    if seen: raise ValueError('REACHED ' + ' '.join(map(str, seen[:20])))
    return np.tanh(x_t @ W_xh.T + h @ W_hh.T + b_h)"""

IMPORTS = """import importlib, sys, glob
sys.path += ['@GRADER@', '@GRADER@/..', '..', '../..', *glob.glob('/*/'), *glob.glob('/*/*/')]
for name in ('grader.exercises', 'grader.spec', 'grader.judge.key', 'grader.verify', 'solutions',
             'grader.exercises.lesson3_rnn_cell'):
    try:
        importlib.import_module(name); print('REACHED', name)
    except (ImportError, OSError): pass"""

HISTORY = """shell = get_ipython()
print(In, Out, list(shell.history_manager.get_range()), shell.history_manager.input_hist_raw)
try: print(list(shell.history_manager.search('*')))
except Exception as problem: print(type(problem))
print(sorted(k for k in globals()))"""

TIMING = """import time
def rnn_step(x_t, h, W_xh, W_hh, b_h):
    time.sleep(min(0.05, abs(float(x_t.ravel()[0])) / 50))
    return np.tanh(x_t @ W_xh.T + h @ W_hh.T + b_h)"""

NAMES = """def rnn_step(x_t, h, W_xh, W_hh, b_h):
    raise type(repr(x_t.ravel().tolist()[:3]), (Exception,), {})(b_h)"""

COLLECTED = """import atexit, threading, os
seen = []
atexit.register(lambda: print(seen))
def rnn_step(x_t, h, W_xh, W_hh, b_h):
    seen.append(repr(x_t.ravel().tolist()))
    get_ipython().user_ns['In'].append(seen[-1])
    get_ipython().run_cell('print(seen)')
    return np.tanh(x_t @ W_xh.T + h @ W_hh.T + b_h)"""

ENTRIES = [
    forged("exception", "hidden inputs in the text of an exception", EXCEPTION, levels=EVERYWHERE),
    forged("exception name", "hidden inputs in the name of an exception", NAMES),
    Entry("printed", "hidden inputs printed, logged, displayed", {"rnn_step": PRINTED}, earns={"rnn_step": 2.0}),
    Entry(
        "pictured",
        "hidden inputs in a figure and in an updated display",
        {"rnn_step": PICTURED},
        earns={"rnn_step": 2.0},
    ),
    Entry(
        "carried",
        "hidden inputs of one exercise in the errors of the next one",
        {"rnn_step": CARRIED, "readout": TOLD},
        earns={"rnn_step": 2.0},
    ),
    forged("retried", "hidden inputs in the error of a visible case that is asked again", RETRIED),
    Entry("sent", "hidden inputs sent to a socket", {"rnn_step": SENT}, earns={"rnn_step": 2.0}),
    Entry("timing", "hidden inputs in the time that a call takes", {"rnn_step": TIMING}, earns={"rnn_step": 2.0}),
    Entry("frames", "the judge's locals in the frames of a call", {"rnn_step": FRAMES}, earns={"rnn_step": 2.0}),
    Entry("collected", "hidden inputs kept and shown at the end", {"rnn_step": COLLECTED}, earns={"rnn_step": 2.0}),
    cell("connect", "connections to the machine's own network", CONNECT),
    cell("families", "sockets of every family", FAMILIES),
    cell("files", "files of the judge, by every way round", FILES),
    cell("proc", "environments and command lines in /proc", PROC),
    cell("descriptors", "what was left open", DESCRIPTORS),
    cell("memory", "what the process inherited in its memory", MEMORY),
    cell("other memory", "the memory and the descriptors of other processes", LIBC),
    cell("imports", "the grader as a library", IMPORTS),
    cell("history", "what was run before", HISTORY),
    Entry(
        "honest noise",
        "an answer that prints, logs and warns",
        {
            "rnn_step": "import logging, sys, warnings\n"
            + STEP.replace(
                "    return",
                "    print(x_t); warnings.warn('x'); logging.warning('y'); sys.stderr.write('z')\n    return",
            ),
            "readout": READOUT.replace("    return", "    from IPython.display import display; display(h)\n    return"),
        },
        earns={"rnn_step": 2.0, "readout": 1.0},
        honest=True,
    ),
]
