"""The answers of a lesson as live objects, and edited versions of them. Instructors only; never near a student's code."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from grader.build.text import TextCell, read_text
from grader.exercises import load_lesson
from grader.spec import Accepted, Misconception, SpecError


class Answers:
    """Runs the setup cell and the exercise cells of a lesson's text, and nothing else of it."""

    def __init__(self, cells: Iterable[TextCell]) -> None:
        self._sources: dict[str, str] = {}
        self._base: dict[str, Any] = {"__name__": "__answers__"}
        for cell in cells:
            if cell.role in ("setup", "exercise"):
                exec(compile(cell.source, f"<{cell.name or 'setup'}>", "exec"), self._base)
            if cell.role == "exercise":
                self._sources[cell.name] = cell.source

    def source(self, name: str) -> str:
        """The source of the exercise's cell, solution marks included."""
        return self._sources[name]

    def answer(self, name: str) -> Any:
        """The object the exercise defines."""
        return self._base[name]

    def from_source(self, name: str, source: str) -> Any:
        """The object that another source of the exercise's cell defines, beside the answers of all other exercises."""
        namespace = dict(self._base)
        exec(compile(source, f"<{name}>", "exec"), namespace)
        return namespace[name]

    def variant(self, name: str, item: Misconception | Accepted) -> Any:
        """The object of a misconception or of another accepted answer."""
        if isinstance(item, Misconception):
            whole, label = item.wrong, f"misconception {item.slug}"
        else:
            whole, label = item.right, f"accepted answer {item.name}"
        return (
            whole
            if not item.edits
            else self.from_source(name, edited(self.source(name), item.edits, f"{name}, {label}"))
        )


def edited(source: str, edits: Iterable[tuple[str, str]], what: str) -> str:
    """`source` with every edit made; raises SpecError unless each old text occurs exactly once."""
    for old, new in edits:
        count = source.count(old)
        if count != 1:
            raise SpecError(f"{what}: the text {old!r} occurs {count} times in the answer, it must occur once")
        source = source.replace(old, new)
    return source


@cache
def answers_of(lesson: str) -> Answers:
    """The answers of a lesson, run once in this process."""
    return Answers(read_text(load_lesson(lesson)))
