"""The visible side of a lesson as data: `checks.json`, read beside the notebook. It holds numbers, never an answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course_utils.comparing import Close, Comparison, comparison_from_json, comparison_to_json
from course_utils.properties import Property, property_from_json, property_to_json
from course_utils.values import Inputs, Plain, decode, encode

FILE_NAME = "checks.json"
FORMAT = 2
EXPECTED_DIGITS = 10

# A wrong answer is right in many of its parts. Such a part is not written again.
AS_EXPECTED = {"as": "expected"}


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
        {
            "slug": known.slug,
            "hint": known.hint,
            "outputs": [
                _encode_output(output, case.expected, _near(exercise.compare))
                for output, case in zip(known.outputs, exercise.cases, strict=True)
            ],
        }
        for known in exercise.mistakes
    ]
    return json.dumps(head, allow_nan=False)[:-1] + f',\n "cases": {_lines(cases)},\n "mistakes": {_lines(mistakes)}}}'


def _lines(items: list[Any]) -> str:
    return "[" + ",".join("\n  " + json.dumps(item, allow_nan=False) for item in items) + "]"


def _near(compare: Comparison) -> Close:
    """What is as good as expected: so near that the exercise's own comparison cannot tell, or equal."""
    return Close(compare.rtol / 100, compare.atol / 100) if isinstance(compare, Close) else Close(0.0, 0.0)


def _encode_output(output: Plain, expected: Plain, near: Close) -> Any:
    return {"raises": output.error} if isinstance(output, Raises) else _shortened(output, expected, near)


def _shortened(output: Plain, expected: Plain, near: Close) -> Any:
    """`encode`, with AS_EXPECTED for what is as expected, where that is shorter."""
    tree = encode(output, EXPECTED_DIGITS)
    if len(json.dumps(tree)) <= len(json.dumps(AS_EXPECTED)):
        return tree
    if not near.differences(expected, output):
        return AS_EXPECTED
    if isinstance(output, dict) and isinstance(expected, dict):
        return {"dict": [[encode(key), _shortened(item, expected.get(key), near)] for key, item in output.items()]}
    if type(output) is type(expected) and isinstance(output, (tuple, list)) and len(output) == len(expected):
        items = [_shortened(item, right, near) for item, right in zip(output, expected, strict=True)]
        return {"tuple": items} if isinstance(output, tuple) else items
    return tree


def _decode_output(tree: Any, expected: Plain) -> Plain:
    return Raises(tree["raises"]) if isinstance(tree, dict) and "raises" in tree else _restored(tree, expected)


def _restored(tree: Any, expected: Plain) -> Plain:
    """What `_shortened` was given, to EXPECTED_DIGITS."""
    if tree == AS_EXPECTED:
        return expected
    if isinstance(tree, dict) and "dict" in tree and isinstance(expected, dict):
        pairs = [(decode(key), item) for key, item in tree["dict"]]
        return {key: _restored(item, expected.get(key)) for key, item in pairs}
    items = tree.get("tuple") if isinstance(tree, dict) else tree
    if isinstance(items, list) and isinstance(expected, (tuple, list)) and len(items) == len(expected):
        restored = [_restored(item, right) for item, right in zip(items, expected, strict=True)]
        return restored if items is tree else tuple(restored)
    return decode(tree)


def _decode_outputs(trees: list[Any], cases: tuple[Case, ...]) -> tuple[Plain, ...]:
    return tuple(_decode_output(tree, case.expected) for tree, case in zip(trees, cases, strict=True))


def _read_exercise(tree: dict[str, Any]) -> ExerciseInfo:
    cases = tuple(Case(item["name"], decode(item["inputs"]), decode(item["expected"])) for item in tree["cases"])
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
        cases=cases,
        mistakes=tuple(
            KnownMistake(item["slug"], item["hint"], _decode_outputs(item["outputs"], cases))
            for item in tree["mistakes"]
        ),
    )
