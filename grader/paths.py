"""Where the course's folders are, and how a command says what went wrong."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOLUTIONS = ROOT / "solutions"
NOTEBOOKS = ROOT / "notebooks"
FIGURES = ROOT / "docs" / "figures"


class GraderError(Exception):
    """What a command cannot do: two lines, the cause and the next step. Ends the command with status 1."""


def lesson_text_path(lesson: str) -> Path:
    """The written text of a lesson."""
    return SOLUTIONS / lesson / f"{lesson}.py"
