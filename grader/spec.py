"""The spec of an exercise: everything checkable about it, written once, in `grader/exercises/<lesson>.py`.

The answer is not here: it stands in the lesson's text. From a spec come the student's visible cases, the nbgrader test
cell, the judge's hidden cases and the audit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from course_utils.calling import Probe
from course_utils.comparing import Close, Comparison
from course_utils.probes.calls import call
from course_utils.properties import InputsUnchanged, Property
from course_utils.values import Inputs

Draw = Callable[[np.random.Generator], Inputs]

KINDS = ("function", "module", "values", "training")
MIN_MISCONCEPTIONS = 4
MIN_HINTS = 2


class SpecError(Exception):
    """A spec or a lesson text breaks a rule; the message says which and how to mend it."""


@dataclass(frozen=True)
class Misconception:
    """A wrong answer that a real student believes in. Exactly one of `wrong` and `edits` is given.

    `wrong` is a complete wrong object (function, class or value). `edits` are (old, new) replacements in the answer's
    source, each `old` occurring exactly once. `hint` names the wrong belief and not the answer.
    """

    slug: str
    hint: str
    wrong: Any = None
    edits: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Accepted:
    """Another honest way to write the answer, which every check must accept: `right` is a whole object, `edits` as above."""

    name: str
    right: Any = None
    edits: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Part:
    """A part of the result with points of its own. `name` is the dict key, or the name of the tuple's item in order."""

    name: str
    points: float


@dataclass(frozen=True)
class Exercise:
    """One exercise that a judge decides.

    draws: from a name that a student may read ("a batch of one") to a function that draws a case's inputs from a seeded
        generator; the inputs' order is that of the parameters. Each name gives one visible case (unless in
        `hidden_only`) and `hidden_each` hidden ones.
    oracle: called with the inputs by keyword, returns what a right answer's probe returns. Written differently from the answer.
    probe: how a case meets the student's object; a public function of `course_utils.probes`.
    time_limit: seconds of processor time for one case.
    accepts: other right answers, for the audit.
    equivalent: automatic mutants that are right answers, from the mutant's label to the reason.
    threshold_evidence: for `training`: what was measured over at least ten seeds, and the margin.
    """

    name: str
    points: float
    draws: Mapping[str, Draw]
    oracle: Callable[..., Any]
    hints: tuple[str, ...]
    misconceptions: tuple[Misconception, ...]
    parts: tuple[Part, ...] = ()
    compare: Comparison = field(default_factory=Close)
    properties: tuple[Property, ...] = (InputsUnchanged(),)
    probe: Probe = call
    kind: str = "function"
    time_limit: float = 5.0
    hidden_only: frozenset[str] = frozenset()
    hidden_each: int = 2
    accepts: tuple[Accepted, ...] = ()
    equivalent: Mapping[str, str] = field(default_factory=dict)
    threshold_evidence: str = ""

    def __post_init__(self) -> None:
        for problem in _problems(self):
            raise SpecError(f"exercise {self.name}: {problem}")


@dataclass(frozen=True)
class Criterion:
    """One line of a rubric: what earns the points."""

    points: float
    text: str


@dataclass(frozen=True)
class Written:
    """A written answer, graded by hand with a rubric. `question` stands in the lesson's text."""

    name: str
    rubric: tuple[Criterion, ...]

    @property
    def points(self) -> float:
        return sum(criterion.points for criterion in self.rubric)

    def __post_init__(self) -> None:
        if len(self.rubric) < 2 or any(criterion.points <= 0 for criterion in self.rubric):
            raise SpecError(f"written answer {self.name}: give a rubric of at least two criteria with points")


@dataclass(frozen=True)
class Lesson:
    """A lesson's exercises in the order of its text. `minutes` is what a student needs.

    learns: what one can do afterwards, in one line. figure: the picture the lesson is remembered by, in one line.
    figure_alt: how the alternative text of that picture begins in the lesson.
    """

    name: str
    title: str
    minutes: int
    exercises: tuple[Exercise | Written, ...]
    learns: str = ""
    figure: str = ""
    figure_alt: str = ""

    @property
    def points(self) -> float:
        return sum(exercise.points for exercise in self.exercises)

    @property
    def judged(self) -> Iterator[Exercise]:
        """The exercises that a judge decides."""
        return (exercise for exercise in self.exercises if isinstance(exercise, Exercise))


def _problems(exercise: Exercise) -> Iterator[str]:
    if exercise.points <= 0:
        yield "points must be positive"
    if exercise.kind not in KINDS:
        yield f"kind {exercise.kind!r} is none of {', '.join(KINDS)}"
    if not exercise.draws or exercise.hidden_only >= set(exercise.draws):
        yield "give at least one visible draw"
    if exercise.hidden_only - set(exercise.draws):
        yield f"hidden_only names no draw: {sorted(exercise.hidden_only - set(exercise.draws))}"
    if len(exercise.hints) < MIN_HINTS or not all(hint.strip() for hint in exercise.hints):
        yield f"give at least {MIN_HINTS} hints, from gentle to direct, none empty"
    if exercise.parts and abs(sum(part.points for part in exercise.parts) - exercise.points) > 1e-9:
        yield "the parts' points do not add up to the exercise's"
    if exercise.kind == "training" and not exercise.threshold_evidence:
        yield "a training exercise says in threshold_evidence what was measured over at least ten seeds"
    yield from _misconception_problems(exercise)


def _misconception_problems(exercise: Exercise) -> Iterator[str]:
    if len(exercise.misconceptions) < MIN_MISCONCEPTIONS:
        yield f"give at least {MIN_MISCONCEPTIONS} misconceptions"
    slugs = [item.slug for item in exercise.misconceptions]
    if len(set(slugs)) != len(slugs):
        yield "two misconceptions share a slug"
    for item in exercise.misconceptions:
        if not item.hint.strip():
            yield f"misconception {item.slug} has no hint"
        if (item.wrong is None) == (not item.edits):
            yield f"misconception {item.slug}: give either `wrong` or `edits`"
    for other in exercise.accepts:
        if (other.right is None) == (not other.edits):
            yield f"accepted answer {other.name}: give either `right` or `edits`"
