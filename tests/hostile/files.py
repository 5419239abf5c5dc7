"""Files that are not what they seem, in the place of the notebook and in the folder of the box."""

from __future__ import annotations

import os
from pathlib import Path

from hostile.corpus import WRONG_STEP, Entry, cell


def link(path: Path, content: bytes) -> None:
    """A link to somebody else's notebook."""
    other = path.with_name("other.ipynb")
    other.write_bytes(content)
    path.symlink_to(other)


def hard_link(path: Path, content: bytes) -> None:
    """A second name of somebody else's notebook."""
    link(path.with_name("soft.ipynb"), content)
    os.link(path.with_name("other.ipynb"), path)


def device(path: Path, _content: bytes) -> None:
    """A link to a file without an end."""
    path.symlink_to("/dev/zero")


def pipe(path: Path, _content: bytes) -> None:
    """A pipe that nobody writes to."""
    os.mkfifo(path)


def folder(path: Path, _content: bytes) -> None:
    """A folder of the notebook's name."""
    path.mkdir()


def missing(path: Path, _content: bytes) -> None:
    """A link to nothing."""
    path.symlink_to("nowhere.ipynb")


def companions(path: Path, content: bytes) -> None:
    """Modules, settings and tests beside the notebook, which whoever runs in this folder would load."""
    path.write_bytes(content)
    beside = path.parent
    for name in (
        "numpy",
        "torch",
        "course_utils",
        "sitecustomize",
        "usercustomize",
        "conftest",
        "grader",
        "nbgrader_config",
    ):
        (beside / f"{name}.py").write_text("import os\nos.abort()\n")
    (beside / "evil.pth").write_text("import os; os.abort()\n")
    (beside / "matplotlibrc").write_text("backend: nonsense\n")
    (beside / "checks.json").write_text("{}")
    (beside / "data.pkl").write_bytes(b"cos\nabort\n(tR.")
    (beside / "to root").symlink_to("/")


def unreadable(name: str, tries: str, place: object) -> Entry:
    return Entry(name, tries, place=place, unreadable=True, earns={"rnn_step": 0.0, "readout": 0.0})  # type: ignore[arg-type]


SHADOW = """import os, pathlib, sys
for name in ('numpy', 'torch', 'course_utils', 'grader', 'sitecustomize', 'json', 'matplotlib'):
    pathlib.Path(f'{name}.py').write_text('print("shadow"); call = probe_named = perform = lambda *a: 2.0')
pathlib.Path('course_utils').mkdir()
pathlib.Path('course_utils/__init__.py').write_text('check = progress = hint = lambda *a: 2.0')
home = pathlib.Path.home()
for place in (home, home / '.ipython/profile_default/startup', home / '.config/matplotlib'):
    place.mkdir(parents=True, exist_ok=True)
    for name in ('00.py', 'matplotlibrc', 'usercustomize.py', 'evil.pth'): (place / name).write_text('raise SystemExit')
os.environ['PYTHONPATH'] = os.environ['PYTHONSTARTUP'] = os.getcwd()
os._exit(0)"""

LINKS = """import os
for target in ('/etc/passwd', '@WATCHED@/open.txt', '/proc/1/environ', '/proc/@JUDGE@/environ', '..', '/'):
    name = 'link-' + target.replace('/', '_')
    os.symlink(target, name)
    try:
        told = os.listdir(name) if os.path.isdir(name) else open(name).read()
        if 'WATCHED' in name or 'root:' in str(told) or 'GRADER' in str(told): print('REACHED', name, told)
    except OSError: pass
    try:
        os.link(target, name + '-hard'); print('REACHED', 'hard link', target)
    except OSError: pass"""

SPECIAL = """import os, stat
for name, kind in (('pipe', stat.S_IFIFO), ('disk', stat.S_IFBLK), ('console', stat.S_IFCHR)):
    try:
        os.mknod(name, kind | 0o666, os.makedev(1, 1))
        if kind != stat.S_IFIFO: open(name, 'rb').read(1); print('REACHED', name)
    except OSError: pass
try:
    os.chmod('.', 0o7777); open('suid', 'w').close(); os.chmod('suid', 0o6755); os.chown('suid', 0, 0); print('REACHED suid')
except OSError: pass"""

ODD = """import os
deep = '.'
for number in range(200):
    deep += '/d'
    os.mkdir(deep)
for name in (b'\\xff\\xfe', b'a\\nb', b'\\x1b[2J', b'-rf', b'*', b' ', 'ü'.encode() * 60, b'.' * 250):
    open(os.fsencode(os.getcwd()) + b'/' + name, 'w').close()
os.chmod('d', 0)"""

ARCHIVES = """import io, tarfile, zipfile, os, gzip
with tarfile.open('escape.tar', 'w') as made:
    for name in ('../../../../@WATCHED@/escaped-@MARK@', '@WATCHED@/escaped-@MARK@'):
        made.addfile(tarfile.TarInfo(name), io.BytesIO())
with tarfile.open('escape.tar') as made:
    made.extraction_filter = lambda member, path: member
    for member in made:
        try: made.extract(member, '.')
        except OSError: pass
if os.path.exists('@WATCHED@/escaped-@MARK@'): print('REACHED')
try:
    with gzip.open('bomb.gz', 'wb', 1) as made:
        for _ in range(64): made.write(bytes(1 << 20))
    with gzip.open('bomb.gz') as packed, open('exploded', 'wb') as file:
        while data := packed.read(1 << 20): file.write(data)
    print('REACHED the end')
except OSError as problem: print(problem)"""

CLOSED = """import os
open('closed', 'w').close(); os.chmod('closed', 0)
try:
    open('closed', 'a').close(); print('REACHED a file that is closed to its owner')
except OSError: pass"""

OUTSIDE = """import os, sys, pathlib, course_utils, torch
places = ['@WATCHED@', '/', '/usr', '/usr/lib', '/etc', '/var/tmp', '/work', '/root', sys.prefix,
          pathlib.Path(torch.__file__).parent, pathlib.Path(course_utils.__file__).parent,
          os.path.dirname(os.__file__) + '/site-packages', '/proc/self/root/@WATCHED@']
for place in map(str, places):
    try:
        open(place + '/left-@MARK@', 'w').close(); print('REACHED', place)
    except OSError: pass
for path in ('@WATCHED@/open.txt', torch.__file__, course_utils.__file__):
    for attempt in (lambda p: open(p, 'a').close(), os.unlink, lambda p: os.chmod(p, 0o777), lambda p: os.utime(p),
                    lambda p: os.rename(p, p + '.moved'), lambda p: os.truncate(p, 0)):
        try:
            attempt(path); print('REACHED', path)
        except OSError: pass"""

ENTRIES = [
    unreadable("link", "a link to another student's notebook", link),
    unreadable("hard link", "another name of another student's notebook", hard_link),
    unreadable("device", "a link to a device that never ends", device),
    unreadable("pipe", "a pipe, which nobody will ever write to", pipe),
    unreadable("folder", "a folder", folder),
    unreadable("dangling", "a link to nothing", missing),
    Entry("companions", "modules and settings beside the notebook", place=companions),
    Entry(
        "shadow",
        "modules written into the working folder, then a new process",
        {"rnn_step": WRONG_STEP},
        {"setup-d85454934d": SHADOW},
    ),
    cell("links", "links in the box to files outside", LINKS),
    cell("special files", "devices and files of root", SPECIAL),
    cell("odd names", "names and depths that break whoever cleans up", ODD),
    cell("archives", "an archive that escapes and one that explodes", ARCHIVES),
    cell("closed file", "the right to pass over the modes of files", CLOSED),
    cell("outside", "files outside the box, written, moved and emptied", OUTSIDE),
    Entry(
        "honest files",
        "data written and read again, with a pickle of its own",
        after={
            "setup-d85454934d": "import pickle, pathlib, tempfile\npathlib.Path('data').mkdir()\n"
            "pathlib.Path('data/a.pkl').write_bytes(pickle.dumps([1]))\npickle.loads(pathlib.Path('data/a.pkl').read_bytes())\n"
            "np.save('array.npy', np.ones(3)); np.load('array.npy'); torch.save(torch.ones(3), 't.pt'); torch.load('t.pt')\n"
            "with tempfile.TemporaryDirectory() as place: pathlib.Path(place, 'x').write_text('y')"
        },
        honest=True,
    ),
]
