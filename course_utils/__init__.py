"""What a student has: checks that name the misconception, data, plots and training loops. It holds numbers, never an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from course_utils.errors import CheckError
from course_utils.notebook import attach

if TYPE_CHECKING:
    from course_utils.checking import check, hint, progress

__all__ = ["CheckError", "check", "hint", "progress"]


def __getattr__(name: str) -> Any:
    """The verbs, imported when first asked for: `python -m course_utils doctor` must run where they cannot be."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        from course_utils import checking
    except Exception as problem:  # a package is missing, or a file of the student's stands in its place
        raise CheckError(
            f"The course's checks cannot start: {problem}.\nType in a terminal: python -m course_utils doctor"
        ) from problem
    return getattr(checking, name)


attach()
