"""What a lesson's report is made of: numbers and names, no HTML. Made from the records and the executed notebooks."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.records.classrows import ClassRows
from grader.report.statistics import Scores, discrimination, facility
from grader.spec import Exercise, Lesson, Written

UNTRIED = frozenset({"not_attempted", "missing"})


@dataclass(frozen=True)
class CaseRate:
    """How many of those who attempted an exercise passed a case. A hidden case counts each of its drawings."""

    name: str
    visible: bool
    passed: int
    asked: int


@dataclass(frozen=True)
class Belief:
    """A misconception recognised in the class, with the hint that its students saw."""

    exercise: str
    slug: str
    hint: str
    students: int


@dataclass(frozen=True)
class Item:
    """One exercise in figures. `scores` (students,) holds nan where a person has not read the answer yet.

    `tries_right` and `tries_open` hold the tries that notebooks tell, of answers that are right and of the others.
    """

    name: str
    points: float
    written: bool
    scores: Scores
    facility: float | None
    discrimination: float | None
    outcomes: Counter[str]
    unnamed: int
    cases: tuple[CaseRate, ...]
    tries_right: tuple[int, ...]
    tries_open: tuple[int, ...]

    @property
    def attempted(self) -> int:
        """How many attempted it, as far as a judge could tell."""
        return sum(count for outcome, count in self.outcomes.items() if outcome not in UNTRIED)


@dataclass(frozen=True)
class LessonMaterial:
    """One lesson in figures. `students` are those with a grade; the order is that of every `scores`.

    `minutes` are the times on task of those students whose notebooks tell it.
    """

    lesson: Lesson
    students: tuple[str, ...]
    items: tuple[Item, ...]
    beliefs: tuple[Belief, ...]
    unreadable: tuple[str, ...]
    not_graded: tuple[str, ...]
    unread: int
    seconds: tuple[float, ...]
    minutes: tuple[int, ...]
    rows: ClassRows

    @property
    def totals(self) -> Scores:
        """Points (students,); what nobody has read yet counts as nothing so far."""
        totals: Scores = np.nansum([item.scores for item in self.items], axis=0)
        return totals

    @property
    def judged_points(self) -> float:
        """The points that a judge gives."""
        return sum(item.points for item in self.items if not item.written)


def lesson_material(lesson: Lesson, rows: ClassRows) -> LessonMaterial:
    """The figures of one lesson."""
    by_state = _by_state(rows.submissions)
    students = tuple(row["student"] for row in by_state["graded"])
    scores = {exercise.name: _scores(exercise, students, rows) for exercise in lesson.exercises}
    items = tuple(_item(exercise, scores, lesson, rows) for exercise in lesson.exercises)
    return LessonMaterial(
        lesson=lesson,
        students=students,
        items=items,
        beliefs=_beliefs(lesson, rows.parts),
        unreadable=tuple(row["student"] for row in by_state["unreadable"]),
        not_graded=tuple(row["student"] for row in by_state["not_graded"]),
        unread=sum(int(np.isnan(item.scores).sum()) for item in items if item.written),
        seconds=tuple(row["seconds"] for row in by_state["graded"]),
        minutes=tuple(minutes for (who, _), minutes in sorted(rows.told.minutes.items()) if who in students),
        rows=rows,
    )


def _by_state(submissions: Sequence[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in submissions:
        found[row["state"]].append(row)
    return found


def _scores(exercise: Exercise | Written, students: Sequence[str], rows: ClassRows) -> Scores:
    """A person's score where there is one, else the judge's; nan for a written answer that nobody has read."""
    judged: dict[str, float] = defaultdict(float)
    for part in rows.parts:
        if part["exercise"] == exercise.name:
            judged[part["student"]] += part["score"]
    return np.array(
        [rows.persons.get((student, exercise.name), judged.get(student, np.nan)) for student in students], dtype=float
    )


def _item(exercise: Exercise | Written, scores: Mapping[str, Scores], lesson: Lesson, rows: ClassRows) -> Item:
    own = scores[exercise.name]
    others = [scores[other.name] for other in lesson.judged if other.name != exercise.name]
    rest = np.sum(others, axis=0) if others else np.full(len(own), np.nan)
    ended = {part["student"]: part for part in rows.parts if part["exercise"] == exercise.name}
    told = {who: tries for (who, _, name), tries in rows.told.tries.items() if name == exercise.name and who in ended}
    right = {who for who in told if ended[who]["status"] == "passed"}
    return Item(
        name=exercise.name,
        points=exercise.points,
        written=isinstance(exercise, Written),
        scores=own,
        facility=facility(own, exercise.points),
        discrimination=discrimination(own, rest),
        outcomes=Counter(str(part["status"]) for part in ended.values()),
        unnamed=_unnamed(exercise.name, rows.parts),
        cases=_case_rates(exercise.name, rows),
        tries_right=tuple(told[who] for who in sorted(right)),
        tries_open=tuple(told[who] for who in sorted(told.keys() - right)),
    )


def _unnamed(exercise: str, parts: Sequence[Mapping[str, Any]]) -> int:
    """How many went wrong in a way that no misconception of the spec explains."""
    wrong, named = set(), set()
    for part in parts:
        if part["exercise"] == exercise and part["status"] not in UNTRIED | {"passed"}:
            wrong.add(part["student"])
            if part["misconception"] or part["notes"]:
                named.add(part["student"])
    return len(wrong - named)


def _case_rates(exercise: str, rows: ClassRows) -> tuple[CaseRate, ...]:
    passed: Counter[tuple[str, bool]] = Counter()
    asked: Counter[tuple[str, bool]] = Counter()
    for row in rows.cases:
        if row.exercise == exercise and row.outcome not in UNTRIED:
            asked[row.case_name, row.visible] += row.count
            passed[row.case_name, row.visible] += row.count * (row.outcome == "passed")
    order = sorted(asked, key=lambda case: not case[1])
    return tuple(CaseRate(name, visible, passed[name, visible], asked[name, visible]) for name, visible in order)


def _beliefs(lesson: Lesson, parts: Sequence[Mapping[str, Any]]) -> tuple[Belief, ...]:
    """Each misconception once per student, the most frequent first."""
    hints = {(exercise.name, item.slug): item.hint for exercise in lesson.judged for item in exercise.misconceptions}
    holders: dict[tuple[str, str], set[str]] = defaultdict(set)
    for part in parts:
        if part["misconception"]:
            holders[part["exercise"], part["misconception"]].add(part["student"])
    counted = sorted(holders.items(), key=lambda found: (-len(found[1]), found[0]))
    gone = "(no longer in the spec)"
    return tuple(
        Belief(exercise, slug, hints.get((exercise, slug), gone), len(students))
        for (exercise, slug), students in counted
    )
