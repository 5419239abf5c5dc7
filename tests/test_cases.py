"""The visible side of a lesson as text: what is stored, and what is read back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from course_utils.cases import (
    AS_EXPECTED,
    Case,
    ExerciseInfo,
    KnownMistake,
    LessonInfo,
    Raises,
    lesson_from_json,
    lesson_to_json,
)
from course_utils.comparing import AtLeast, Close
from course_utils.values import Plain, same

EXPECTED = {"outputs": np.arange(12.0).reshape(3, 4) / 7, "gradients": {"W": np.ones((4, 4)) / 3, "b": np.zeros(40)}}


def _lesson(expected: Plain, *outputs: Plain) -> LessonInfo:
    mistakes = tuple(KnownMistake(f"mistake{i}", "a hint", (output,)) for i, output in enumerate(outputs))
    exercise = ExerciseInfo(
        "f", "function", 1.0, "f()", "", Close(), 1.0, cases=(Case("a case", {}, expected),), mistakes=mistakes
    )
    return LessonInfo("lesson", "A lesson", {"f": exercise})


def _read_back(lesson: LessonInfo) -> list[Plain]:
    return [known.outputs[0] for known in lesson_from_json(lesson_to_json(lesson)).exercises["f"].mistakes]


def test_what_a_wrong_answer_gets_right_is_not_written_again() -> None:
    wrong = {**EXPECTED, "gradients": {"W": 2 * np.ones((4, 4)), "b": np.zeros(40) + 1e-12}}
    text = lesson_to_json(_lesson(EXPECTED, wrong))
    assert text.count(f'"{next(iter(AS_EXPECTED))}": "expected"') == 2
    (back,) = _read_back(_lesson(EXPECTED, wrong))
    assert np.allclose(back["gradients"]["W"], 2.0)
    assert np.allclose(back["outputs"], EXPECTED["outputs"])
    assert back.keys() == wrong.keys()


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        "a text that is longer than what stands for it",
        {"outputs": np.ones(30)},
        {**EXPECTED, "more": [1.5] * 20},
        (np.ones(30), np.zeros(30)),
        Raises("ValueError"),
    ],
)
def test_an_output_of_any_structure_is_read_back_as_it_was(wrong: Plain) -> None:
    for expected in (EXPECTED, (np.zeros(30), np.zeros(30)), [1.0, 2.0], np.zeros(30), 0.5):
        (back,) = _read_back(_lesson(expected, wrong))
        if isinstance(wrong, Raises):
            assert back == wrong
        else:
            assert not Close(1e-9, 1e-9).differences(wrong, back)


def test_a_prediction_is_stored_as_expected_only_where_it_is_equal() -> None:
    lesson = _lesson(np.arange(30), np.arange(30), np.arange(30) + (np.arange(30) == 7))
    exercise = replace(lesson.exercises["f"], compare=AtLeast(0.9))
    same_one, other = _read_back(LessonInfo("lesson", "A lesson", {"f": exercise}))
    assert same(same_one, np.arange(30))
    assert other[7] == 8
