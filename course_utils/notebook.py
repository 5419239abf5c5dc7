"""What differs inside a notebook: rich display, and cells that wait quietly for an exercise that is not written yet."""

from __future__ import annotations

import ast
import sys
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any

from course_utils.errors import CheckError

if TYPE_CHECKING:
    from course_utils.reporting import Report


def _shell() -> Any:
    module = sys.modules.get("IPython")
    return module.get_ipython() if module is not None else None


def in_notebook() -> bool:
    """Whether a front end that can show HTML is attached."""
    shell = _shell()
    return shell is not None and shell.__class__.__name__ != "TerminalInteractiveShell"


def show(report: Report, metadata: Mapping[str, Any] | None = None) -> None:
    """Display a report: HTML where it can be shown, the same in plain text elsewhere. `metadata` travels with the output."""
    from IPython.display import display

    display({"text/html": report.html, "text/plain": report.text}, raw=True, metadata=dict(metadata or {}))


def tell(text: str) -> None:
    """A line or two for the reader of the notebook."""
    print(text)


class _Waiting:
    """Turns a cell that needs an unwritten exercise into one quiet line, so that the cells after it still run.

    A stub raises a bare NotImplementedError. What the cell would have assigned or filled is remembered: a later cell that
    fails while it uses such a name waits for the same exercise, until a cell that assigns the name has run. Any other
    error is shown as IPython shows it.
    """

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self.pending: dict[str, str] = {}
        self.waited: BaseException | None = None
        self.excused: Any = None

    def on_error(
        self,
        shell: Any,
        kind: type[BaseException],
        error: BaseException,
        trace: TracebackType,
        tb_offset: int | None = None,
    ) -> None:
        source = str(shell.user_ns.get("In", [""])[-1])
        exercise = self._stub_reached(error, trace) or self._still_pending(error, source)
        if exercise is None:
            shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
            return
        self.pending.update(dict.fromkeys(_names(source, changed=True), exercise))
        self.waited = error
        tell(f"This cell waits for {exercise}, which is not written yet.")

    def after_cell(self, result: Any) -> None:
        """Called after every cell, by some kernels twice with the same result."""
        if self.waited is not None and result.error_in_exec is self.waited:
            result.error_in_exec = None
            self.excused = result
        elif result.success and result is not self.excused:
            for name in _names(str(result.info.raw_cell), changed=True) if self.pending else ():
                self.pending.pop(name, None)
        self.waited = None

    def _stub_reached(self, error: BaseException, trace: TracebackType) -> str | None:
        """The exercise whose stub raised, when one did."""
        if not isinstance(error, NotImplementedError) or error.args:
            return None
        own = [frame.f_code for frame in _frames(trace) if frame.f_globals is self.shell.user_ns]
        name = own[-1].co_qualname.split(".")[0] if own else "<module>"
        return None if name == "<module>" else str(name)

    def _still_pending(self, error: BaseException, source: str) -> str | None:
        """The exercise that a cell waits for because it uses what an earlier waiting cell did not make."""
        if not self.pending or isinstance(error, CheckError):
            return None
        used = _names(source, changed=False)
        return next((exercise for name, exercise in self.pending.items() if name in used), None)


def _frames(trace: TracebackType | None) -> list[Any]:
    found = []
    while trace is not None:
        found.append(trace.tb_frame)
        trace = trace.tb_next
    return found


def _names(source: str, changed: bool) -> set[str]:
    """The names that a cell uses, or with `changed` those it binds, stores into or calls a method of for its effect."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return set()
    if not changed:
        return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.Name, ast.Subscript, ast.Attribute)) and isinstance(node.ctx, ast.Store):
            found.add(_root(node))
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Call)
            and isinstance(node.value.func, ast.Attribute)
        ):
            found.add(_root(node.value.func))
    return found - {""}


def _root(node: ast.expr) -> str:
    """The name at the beginning of `name[...].attribute`; "" when there is none."""
    while isinstance(node, (ast.Subscript, ast.Attribute)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def attach() -> None:
    """Install the waiting of `_Waiting` in this IPython session, once. Outside IPython nothing happens."""
    shell = _shell()
    if shell is None or getattr(shell, "_course_waiting", None) is not None:
        return
    waiting = _Waiting(shell)
    shell._course_waiting = waiting
    shell.set_custom_exc((Exception,), lambda *found, **options: waiting.on_error(*found, **options))
    shell.events.register("post_run_cell", waiting.after_cell)
