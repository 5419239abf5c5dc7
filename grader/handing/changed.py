"""What a release changes for students who have an earlier one, and whether the instructor said so."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from grader.handing.manifest import Manifest
from grader.paths import GraderError

REGRADED = (
    "The key of the lesson has changed, so the next `grader grade` grades its stored submissions again "
    "(see them first with --dry-run)."
)


@dataclass(frozen=True)
class Change:
    """One exercise of a released lesson that is not what students were given. `how`: changed, added or removed."""

    lesson: str
    exercise: str
    how: str


def changes_between(old: Manifest, new: Manifest) -> Iterator[Change]:
    """The exercises of lessons in both releases that differ."""
    for lesson, before in old.lessons.items():
        after = new.lessons.get(lesson, {})
        for name in [*before, *(name for name in after if name not in before)]:
            if name not in after:
                yield Change(lesson, name, "removed")
            elif name not in before:
                yield Change(lesson, name, "added")
            elif before[name] != after[name]:
                yield Change(lesson, name, "changed")


def require_said(changes: Collection[Change], said: Collection[str], version: int) -> None:
    """Refuse changes that `--changed` does not name, and names that are no change. Raises GraderError."""
    unknown = sorted(set(said) - {change.exercise for change in changes})
    if unknown:
        raise GraderError(
            f"{', '.join(unknown)}: the same as in release {version}, or not in a released lesson.\n"
            "Name only exercises that changed: grader release without --changed lists them."
        )
    unsaid = [change for change in changes if change.exercise not in said]
    if unsaid:
        listed = ", ".join(f"{change.exercise} ({change.lesson}, {change.how})" for change in unsaid)
        names = " ".join(sorted({change.exercise for change in changes}))
        raise GraderError(
            f"Students already have another version of these exercises, from release {version}: {listed}.\n"
            f"To release them all the same: --changed {names}. {REGRADED}"
        )


def consequences(old: Manifest, new: Manifest, changes: Collection[Change]) -> Iterator[str]:
    """Sentences on what this release does to students' files and to stored grades."""
    for lesson in old.lessons:
        inside = [change for change in changes if change.lesson == lesson]
        for change in inside:
            yield f"{lesson}: {change.exercise} is {change.how} since release {old.version}."
        if inside:
            yield f"{lesson}: {REGRADED}"
        elif _lesson_files(old, lesson) != _lesson_files(new, lesson):
            yield f"{lesson}: no exercise changed, but its text did. {REGRADED}"
        if any(change.how != "changed" for change in inside):
            yield f"{lesson}: nbgrader's grade book refuses added or removed exercises once there are submissions."


def _lesson_files(manifest: Manifest, lesson: str) -> dict[str, str]:
    return {path: digest for path, digest in manifest.files.items() if path.startswith(f"notebooks/{lesson}/")}
