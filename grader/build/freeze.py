"""Freezing cases: inputs drawn, the oracle's word on them, and what each misconception gives."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from course_utils.calling import Performance, perform, probe_name
from course_utils.cases import Case, ExerciseInfo, KnownMistake, LessonInfo, PartInfo, Raises
from course_utils.comparing import AtLeast, Close, Counts
from course_utils.values import Plain, copied, plain
from grader.build.answers import Answers
from grader.drawing import hidden_generator, visible_generator
from grader.spec import Exercise, Lesson, Misconception, Written


def lesson_info(lesson: Lesson, answers: Answers, whole: bool = True) -> LessonInfo:
    """Everything a student's machine knows of the lesson; placeholders for what varies if not `whole`."""
    exercises = [
        _written_info(item)
        if isinstance(item, Written)
        else visible_info(item, answers, frozen=whole or not varies(item))
        for item in lesson.exercises
    ]
    return LessonInfo(lesson.name, lesson.title, {item.name: item for item in exercises})


def varies(exercise: Exercise | ExerciseInfo) -> bool:
    """Whether what answers give differs between machines: samples, and predictions of trained networks."""
    return isinstance(exercise.compare, (Counts, AtLeast))


def visible_info(exercise: Exercise, answers: Answers, frozen: bool = True) -> ExerciseInfo:
    """The exercise with its visible cases and the fingerprints of its misconceptions, or placeholders if not `frozen`."""
    return with_cases(exercise, answers, visible_cases(exercise), frozen)


def visible_cases(exercise: Exercise) -> list[Case]:
    """One case per draw that students see."""
    names = [name for name in exercise.draws if name not in exercise.hidden_only]
    return [draw_case(exercise, name, visible_generator(exercise.name, name)) for name in names]


def hidden_cases(exercise: Exercise, secret: bytes, submission: str) -> list[Case]:
    """The hidden cases for one submission; every draw gives `hidden_each` of them."""
    return [
        draw_case(exercise, name, hidden_generator(secret, exercise.name, name, submission, index))
        for name in exercise.draws
        for index in range(exercise.hidden_each)
    ]


def with_cases(exercise: Exercise, answers: Answers, cases: Iterable[Case], frozen: bool = True) -> ExerciseInfo:
    """The exercise around these cases, with what each misconception gives for them, or in its place what is right."""
    known = tuple(cases)

    def outputs(item: Misconception) -> tuple[Plain, ...]:
        if not frozen:
            return tuple(case.expected for case in known)
        return mistaken_outputs(exercise, answers.variant(exercise.name, item), known)

    mistakes = tuple(KnownMistake(item.slug, item.hint, outputs(item)) for item in exercise.misconceptions)
    call = call_text(answers.source(exercise.name), exercise.name)
    return replace(bare_info(exercise, known), call=call, mistakes=mistakes)


def bare_info(exercise: Exercise, cases: Iterable[Case]) -> ExerciseInfo:
    """The exercise around these cases as the judging functions want it, with no misconceptions to recognise."""
    return ExerciseInfo(
        name=exercise.name,
        kind=exercise.kind,
        points=exercise.points,
        call=exercise.name,
        probe=probe_name(exercise.probe),
        compare=exercise.compare,
        time_limit=exercise.time_limit,
        parts=tuple(PartInfo(part.name, part.points) for part in exercise.parts),
        properties=exercise.properties,
        hints=exercise.hints,
        hidden_cases=len(exercise.draws) * exercise.hidden_each,
        cases=tuple(cases),
    )


def draw_case(exercise: Exercise, name: str, rng: np.random.Generator) -> Case:
    """One case of the draw `name`: its inputs, and the oracle's result on a copy of them."""
    inputs = copied(exercise.draws[name](rng))
    return Case(name, inputs, plain(exercise.oracle(**copied(inputs))))


def mistaken_outputs(exercise: Exercise, wrong: object, cases: Iterable[Case]) -> tuple[Plain, ...]:
    """What a wrong answer gives for each case: a plain value, or `Raises`."""
    return tuple(_output(perform(exercise.probe, wrong, case.inputs, exercise.time_limit)) for case in cases)


def _output(performance: Performance) -> Plain:
    return (
        performance.value if performance.happened == "returned" else Raises(performance.error or performance.happened)
    )


def _written_info(item: Written) -> ExerciseInfo:
    return ExerciseInfo(item.name, "written", item.points, item.name, "", Close(), 0.0)


def call_text(source: str, name: str) -> str:
    """How a message writes the call: "rnn_step(x_t, h, W_xh, W_hh, b_h)"."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return f"{name}({', '.join(argument.arg for argument in node.args.args)})"
    return name
