"""What `grader grade --dry-run` shows: whose scores would move, by how much, and nothing written."""

from __future__ import annotations

from course_utils.reporting.report import text_table
from grader.feedback.safe import printable
from grader.judge.grading import Graded
from grader.judge.key import LessonKey
from grader.records.gradebook import GradeBook

HEAD = ("student", "lesson", "exercise", "now", "then", "by")


class Preview:
    """Collects what a grading run would record."""

    def __init__(self, book: GradeBook, never_lower: bool) -> None:
        self._book, self._never_lower = book, never_lower
        self._rows: list[tuple[str, ...]] = []
        self._totals: list[float] = []
        self._others: list[str] = []
        self._same = 0

    def add(self, student: str, key: LessonKey, graded: Graded) -> None:
        """A submission that was graded for the preview."""
        name = key.lesson.name
        before = self._book.verdicts.state(student, name)
        if before is None or before.state != "graded":
            had = "never graded" if before is None else before.state.replace("_", " ")
            self._others.append(f"{student}, {name}: {had}; it would get {graded.score:g}")
            return
        moves = self._book.preview(student, key, graded, self._never_lower)
        moved = [move for move in moves if move.old != move.new]
        self._rows += [(student, name, move.exercise, *_numbers(move.old, move.new)) for move in moved]
        old, new = (sum(getattr(move, side) or 0.0 for move in moved) for side in ("old", "new"))
        self._same += not moved
        self._totals += [new - old] if moved else []
        if len(moved) > 1:
            self._rows.append((student, name, "(together)", *_numbers(old, new)))

    def fail(self, student: str, lesson: str, cause: str) -> None:
        """A submission that would have no grade."""
        self._others.append(f"{student}, {lesson}: {cause}")

    def text(self) -> str:
        """The table and what stays as it is."""
        up = sum(total > 0 for total in self._totals)
        down = sum(total < 0 for total in self._totals)
        lines = [text_table(HEAD, [tuple(map(printable, row)) for row in sorted(self._rows)])] if self._rows else []
        lines += [printable(other) for other in sorted(self._others)]
        said = f"{len(self._totals)} submissions would move ({up} up, {down} down), {self._same} would stay"
        return "\n".join([*lines, f"{said}. Nothing was written."])


def _numbers(old: float | None, new: float | None) -> tuple[str, ...]:
    shown = tuple("-" if score is None else f"{score:g}" for score in (old, new))
    return (*shown, f"{(new or 0.0) - (old or 0.0):+g}")
