"""What differs inside a notebook: rich display, and cells that wait quietly for an exercise that is not written yet."""

from __future__ import annotations

import ast
import sys
from types import TracebackType
from typing import Any

from course_utils.reporting import Report


def _shell() -> Any:
    module = sys.modules.get("IPython")
    return module.get_ipython() if module is not None else None


def in_notebook() -> bool:
    """Whether a front end that can show HTML is attached."""
    shell = _shell()
    return shell is not None and shell.__class__.__name__ != "TerminalInteractiveShell"


def show(report: Report) -> None:
    """Display a report: HTML where it can be shown, the same in plain text elsewhere."""
    from IPython.display import display

    display({"text/html": report.html, "text/plain": report.text}, raw=True)


def tell(text: str) -> None:
    """A line or two for the reader of the notebook."""
    print(text)


class _Waiting:
    """Turns a cell that needs an unwritten exercise into one quiet line, so that the cells after it still run.

    A stub raises a bare NotImplementedError. The names which the cell would have assigned are remembered: a later
    NameError on one of them waits for the same exercise. Any other error is shown as IPython shows it.
    """

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self.pending: dict[str, str] = {}
        self.waited: BaseException | None = None

    def on_error(
        self,
        shell: Any,
        kind: type[BaseException],
        error: BaseException,
        trace: TracebackType,
        tb_offset: int | None = None,
    ) -> None:
        exercise = self._waits_for(error, trace)
        if exercise is None:
            shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
            return
        for name in _assigned(self._source(trace)):
            if name not in shell.user_ns:
                self.pending[name] = exercise
        self.waited = error
        tell(f"This cell waits for {exercise}, which is not written yet.")

    def after_cell(self, result: Any) -> None:
        if self.waited is not None and result.error_in_exec is self.waited:
            result.error_in_exec = None
        self.waited = None

    def _waits_for(self, error: BaseException, trace: TracebackType) -> str | None:
        if isinstance(error, NameError):
            return self.pending.get(str(error.name)) if error.name is not None else None
        if error.args:
            return None
        frames = _frames(trace)
        named = [frame.f_code.co_qualname.split(".")[0] for frame in frames if frame.f_globals is self.shell.user_ns]
        return named[-1] if named and named[-1] != "<module>" else None

    def _source(self, trace: TracebackType) -> str:
        return str(self.shell.user_ns.get("In", [""])[-1])


def _frames(trace: TracebackType | None) -> list[Any]:
    found = []
    while trace is not None:
        found.append(trace.tb_frame)
        trace = trace.tb_next
    return found


def _assigned(source: str) -> set[str]:
    """The names that a cell's top level would bind."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return set()
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


def attach() -> None:
    """Install the waiting of `_Waiting` in this IPython session, once. Outside IPython nothing happens."""
    shell = _shell()
    if shell is None or getattr(shell, "_course_waiting", None) is not None:
        return
    waiting = _Waiting(shell)
    shell._course_waiting = waiting
    shell.set_custom_exc(
        (NotImplementedError, NameError), lambda *found, **options: waiting.on_error(*found, **options)
    )
    shell.events.register("post_run_cell", waiting.after_cell)
