"""The visible side of a lesson as data: `checks.json`, read beside the notebook. It holds numbers, never an answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course_utils.comparing import Comparison, comparison_from_json, comparison_to_json
from course_utils.properties import Property, property_from_json, property_to_json
from course_utils.values import Inputs, Plain, decode, encode

FILE_NAME = "checks.json"
FORMAT = 1
EXPECTED_DIGITS = 10


@dataclass(frozen=True)
class Case:
    """One set of inputs, in the order of the function's parameters, and what a right answer gives for it."""

    name: str
    inputs: Inputs
    expected: Plain


@dataclass(frozen=True)
class KnownMistake:
    """A misconception as a student's machine knows it: its hint, and what it gives for each visible case.

    An output of `Raises(name)` says that the wrong answer raises that exception on that case.
    """

    slug: str
    hint: str
    outputs: tuple[Plain, ...]


@dataclass(frozen=True)
class Raises:
    """Stands among a misconception's outputs for an exception of this type."""

    error: str


@dataclass(frozen=True)
class PartInfo:
    """A part of the result with points of its own; `name` is what messages call it."""

    name: str
    points: float


@dataclass(frozen=True)
class ExerciseInfo:
    """All that a check needs to know about one exercise, and nothing that gives its answer away."""

    name: str
    kind: str
    points: float
    call: str
    probe: str
    compare: Comparison
    time_limit: float
    parts: tuple[PartInfo, ...] = ()
    properties: tuple[Property, ...] = ()
    hints: tuple[str, ...] = ()
    hidden_cases: int = 0
    cases: tuple[Case, ...] = ()
    mistakes: tuple[KnownMistake, ...] = ()


@dataclass(frozen=True)
class LessonInfo:
    """The exercises of a lesson in the order in which they stand in it."""

    name: str
    title: str
    exercises: Mapping[str, ExerciseInfo]


def read_lesson(path: Path) -> LessonInfo:
    """Read a `checks.json`. Raises OSError or ValueError with the cause."""
    return lesson_from_json(path.read_text(encoding="utf-8"))


def lesson_from_json(text: str) -> LessonInfo:
    """The lesson that `lesson_to_json` wrote. Raises ValueError when the text is of another format."""
    tree = json.loads(text)
    found = tree.get("format") if isinstance(tree, dict) else None
    if found != FORMAT:
        raise ValueError(f"it has format {found}, this course_utils reads format {FORMAT}")
    exercises = [_read_exercise(item) for item in tree["exercises"]]
    return LessonInfo(tree["lesson"], tree["title"], {exercise.name: exercise for exercise in exercises})


def lesson_to_json(lesson: LessonInfo) -> str:
    """The text of `checks.json`, one case a line so that a change can be read in a diff."""
    head = {"format": FORMAT, "lesson": lesson.name, "title": lesson.title}
    exercises = ",\n".join(_exercise_text(exercise) for exercise in lesson.exercises.values())
    return json.dumps(head)[:-1] + ', "exercises": [\n' + exercises + "\n]}\n"


def _exercise_text(exercise: ExerciseInfo) -> str:
    head = {
        "name": exercise.name,
        "kind": exercise.kind,
        "points": exercise.points,
        "call": exercise.call,
        "probe": exercise.probe,
        "compare": comparison_to_json(exercise.compare),
        "time_limit": exercise.time_limit,
        "parts": [{"name": part.name, "points": part.points} for part in exercise.parts],
        "properties": [property_to_json(item) for item in exercise.properties],
        "hints": list(exercise.hints),
        "hidden_cases": exercise.hidden_cases,
    }
    cases = [
        {"name": case.name, "inputs": encode(case.inputs), "expected": encode(case.expected, EXPECTED_DIGITS)}
        for case in exercise.cases
    ]
    mistakes = [
        {"slug": known.slug, "hint": known.hint, "outputs": [_encode_output(output) for output in known.outputs]}
        for known in exercise.mistakes
    ]
    return json.dumps(head, allow_nan=False)[:-1] + f',\n "cases": {_lines(cases)},\n "mistakes": {_lines(mistakes)}}}'


def _lines(items: list[Any]) -> str:
    return "[" + ",".join("\n  " + json.dumps(item, allow_nan=False) for item in items) + "]"


def _encode_output(output: Plain) -> Any:
    return {"raises": output.error} if isinstance(output, Raises) else encode(output, EXPECTED_DIGITS)


def _decode_output(tree: Any) -> Plain:
    return Raises(tree["raises"]) if isinstance(tree, dict) and "raises" in tree else decode(tree)


def _read_exercise(tree: dict[str, Any]) -> ExerciseInfo:
    return ExerciseInfo(
        name=tree["name"],
        kind=tree["kind"],
        points=tree["points"],
        call=tree["call"],
        probe=tree["probe"],
        compare=comparison_from_json(tree["compare"]),
        time_limit=tree["time_limit"],
        parts=tuple(PartInfo(part["name"], part["points"]) for part in tree["parts"]),
        properties=tuple(property_from_json(item) for item in tree["properties"]),
        hints=tuple(tree["hints"]),
        hidden_cases=tree["hidden_cases"],
        cases=tuple(Case(item["name"], decode(item["inputs"]), decode(item["expected"])) for item in tree["cases"]),
        mistakes=tuple(
            KnownMistake(item["slug"], item["hint"], tuple(_decode_output(output) for output in item["outputs"]))
            for item in tree["mistakes"]
        ),
    )
