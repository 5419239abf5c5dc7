"""The warm process that boxes are forked from: everything imported, nothing computed, no secret, nothing inherited.

Run as `python -s -P -c "...; template.main()" CONTROL`, with an environment of a few constants. It answers one thing on
its control socket: a byte with a descriptor, which becomes the connection of a new box.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import signal
import socket
import sys
import warnings
from pathlib import Path
from typing import Any, NoReturn

from grader.engine import isolation, linux, messages, reachable
from grader.engine.box import OURS
from grader.engine.folders import remove_folder, write_folder
from grader.engine.interface import Limits
from grader.engine.isolation import Confinement
from grader.engine.shell import BoxShell, make_shell
from grader.engine.warden import Warden
from grader.engine.wire import Wire, WireError, frame

# What notebooks import, and what IPython, torch and matplotlib import only once they are used: an optimizer brings
# torch._dynamo, an error the libraries of tracebacks. A test runs a typical notebook and finds nothing missing here.
IMPORTED = (
    "torch",
    "torch._dynamo",
    "torch.utils.data",
    "numpy.testing",
    "matplotlib.pyplot",
    "matplotlib.animation",
    "matplotlib.backends.backend_agg",
    "matplotlib_inline.backend_inline",
    "PIL.BmpImagePlugin",
    "PIL.GifImagePlugin",
    "PIL.JpegImagePlugin",
    "PIL.PngImagePlugin",
    "PIL.PpmImagePlugin",
    "multiprocessing",
    "concurrent.futures",
    "IPython.core.logger",
    "IPython.core.magic_arguments",
    "IPython.core.magics",
    "IPython.core.magics.execution",
    "IPython.core.magics.pylab",
    "IPython.core.magics.script",
    "IPython.utils.module_paths",
    "pygments.filters",
    "pygments.formatters.html",
    "pygments.formatters.terminal256",
    "pygments.lexers.python",
    "pygments.styles.default",
    "stack_data",
    "course_utils",
    "course_utils.checking",
    "course_utils.remote",
)
PLACES = {"HOME": "home", "TMPDIR": "tmp", "PWD": "work", "IPYTHONDIR": "home/.ipython"}


def main() -> None:
    """Prepare, say so, and fork boxes until the judge closes the control socket."""
    control = socket.socket(fileno=int(sys.argv[1]))
    wire = Wire(control)
    asked = wire.receive(30.0).value()
    try:
        shell = _prepare()
        reachable.readable()  # remembered by all boxes
        if asked["level"] == "full":
            isolation.stage_root(asked["stage"])
    except Exception as problem:
        wire.send(frame(messages.FAILED, {"reason": f"{type(problem).__name__}: {problem}"}))
        return
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    gc.collect()
    gc.freeze()
    linux.merge_memory()
    wire.send(frame(messages.READY, {}))
    _fork_boxes(control, shell)


def _prepare() -> BoxShell:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        shell = make_shell()
        for name in IMPORTED:
            with contextlib.suppress(ImportError):  # another version of a library may lack it
                importlib.import_module(name)
        _warm_figure()
    # `course_utils` was imported before there was a shell, so it hooks itself into the notebook only now.
    sys.modules["course_utils.notebook"].attach()
    _forget_the_course_folder()
    return shell


def _forget_the_course_folder() -> None:
    """The folder that holds `course_utils` holds the solutions too: nothing is imported from it by name any more."""
    folder = str(reachable.GRADER.parent)
    sys.path[:] = [place for place in sys.path if place != folder]
    sys.path_importer_cache.pop(folder, None)
    OURS.extend(name for name in sys.modules if name.partition(".")[0] == "grader")


def _warm_figure() -> None:
    """Fonts and colour tables are read once here and not in every box. Drawing is no parallel computation."""
    from io import BytesIO

    from matplotlib import pyplot

    figure, axes = pyplot.subplots()
    axes.plot([0, 1], label="a")
    axes.set_title("a")
    axes.legend()
    figure.savefig(BytesIO(), format="png")
    pyplot.close("all")


def _fork_boxes(control: socket.socket, shell: BoxShell) -> None:
    control.settimeout(None)
    while True:
        try:
            data, descriptors, _, _ = socket.recv_fds(control, 1, 1)
        except OSError:
            return
        if not data:
            return
        for descriptor in descriptors:
            connection = socket.socket(fileno=descriptor)
            if os.fork() == 0:
                _become_box(Wire(connection), shell)
            connection.close()


def _become_box(judge: Wire, shell: BoxShell) -> NoReturn:
    """Give everything up, layer after layer, and become the warden."""
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        _close_all_but(judge.fileno())
        linux.die_with_parent(signal.SIGKILL)
        asked = judge.receive(30.0).value()
        root, without = os.geteuid() == 0, frozenset(asked["without"])
        closed = root and asked["level"] != "full" and reachable.closed_to_others()
        confinement = Confinement(asked["level"], asked["folder"], Limits(**asked["limits"]), without, closed)
        if root and "user" not in without:
            isolation.drop_user(asked["user"], closed)
            linux.die_with_parent(signal.SIGKILL)
        if confinement.namespaces:
            _enter_namespaces(judge, confinement)
        _be_warden(judge, confinement, asked["files"], shell)
    except WireError:
        pass
    except Exception as problem:
        with contextlib.suppress(WireError):
            judge.send(frame(messages.FAILED, {"reason": f"{type(problem).__name__}: {problem}"}))
    finally:
        os._exit(0)


def _close_all_but(kept: int) -> None:
    """Nothing that the template has open is open in a box."""
    for name in os.listdir("/proc/self/fd"):
        if int(name) > 2 and int(name) != kept:
            with contextlib.suppress(OSError):
                os.close(int(name))


def _enter_namespaces(judge: Wire, confinement: Confinement) -> None:
    isolation.enter_namespaces(confinement.limits)
    first = os.fork()
    if first != 0:
        # Keeps the connection open until all of the namespace's processes are gone: its end tells the judge so.
        os.waitpid(first, 0)
        judge.close()  # at once: to give back this process's memory takes some milliseconds
        os._exit(0)
    linux.die_with_parent(signal.SIGKILL)
    isolation.mount_processes()


def _be_warden(judge: Wire, box: Confinement, files: dict[str, bytes], shell: BoxShell) -> None:
    linux.become_subreaper()
    _furnish(box, files)
    if box.namespaces and "capabilities" not in box.without:
        linux.drop_capabilities()
    warden = Warden(judge, box, shell)
    linux.set_dumpable(False)
    try:
        warden.serve()
    finally:
        warden.end()
        if not box.namespaces:
            remove_folder(Path(box.folder))


def _furnish(box: Confinement, files: dict[str, bytes]) -> None:
    """The box's own folders with the submission's files in them, and an environment that names them."""
    os.umask(0o077)
    folder = Path(box.folder)
    for name in ("work", "home", "tmp"):
        (folder / name).mkdir(exist_ok=True)
    write_folder(folder / "work", files)
    os.environ.update({name: str(folder / where) for name, where in PLACES.items()}, USER="student")
    if box.namespaces:
        os.environ["TMPDIR"] = "/tmp"  # the same folder by its usual name
    os.environ.pop("MPLCONFIGDIR", None)
    os.chdir(folder / "work")
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    os.close(nothing)
    if not box.namespaces:
        _no_loader_processes()


def _no_loader_processes() -> None:
    """Without namespaces a box has no sockets, and torch's loader processes cannot send what they loaded."""
    loader = sys.modules["torch.utils.data"].DataLoader
    original = loader.__init__

    def without_processes(self: Any, *arguments: Any, **options: Any) -> None:
        if len(arguments) > 5:
            arguments = (*arguments[:5], 0, *arguments[6:])
        options.pop("num_workers", None)
        for name in ("prefetch_factor", "persistent_workers", "multiprocessing_context", "timeout"):
            options.pop(name, None)
        original(self, *arguments, **options)

    loader.__init__ = without_processes
