"""The one exception that a student sees of ours."""

from __future__ import annotations


class CheckError(Exception):
    """The one exception of this module: a check that fails, or that cannot be made. Its text says why and what to do."""

    def _render_traceback_(self) -> list[str]:
        """IPython shows this in place of a traceback: the student's code did not raise it."""
        return [str(self)]
