"""Answers that go wrong in form, whatever the exercise: each must be refused with a message of its own."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from course_utils.cases import Case
from course_utils.comparing import Close
from course_utils.properties import InputsUnchanged
from course_utils.values import Plain
from grader.spec import Exercise

Change = Callable[[Any, tuple[Any, ...]], Any]


def broken_forms(exercise: Exercise, answer: Any, case: Case) -> dict[str, tuple[Any, tuple[str, ...]]]:
    """From a form's name to the broken object and the reasons that a verdict on it may give, for this case."""
    forms: dict[str, tuple[Any, tuple[str, ...]]] = {
        "None": (_with(answer, lambda result, given: None), ("none", "type", "raised", "shape")),
        "exception": (_with(answer, _raise), ("raised",)),
        "endless loop": (_with(answer, _loop), ("timed_out",)),
    }
    if isinstance(exercise.compare, Close) and exercise.kind == "function":
        if _has_numbers(case.expected):
            forms["wrong shape"] = (
                _with(answer, lambda result, given: _map(result, _lifted)),
                ("shape", "length", "raised", "type"),
            )
            forms["wrong dtype"] = (
                _with(answer, lambda result, given: _map(result, _spelled)),
                ("dtype", "type", "raised"),
            )
        if InputsUnchanged() in exercise.properties and any(_writable(value) for value in case.inputs.values()):
            forms["changed input"] = (_with(answer, _scribble), ("changed",))
    return forms


def _with(answer: Any, change: Change) -> Any:
    if inspect.isclass(answer):
        return type(
            answer.__name__,
            (answer,),
            {"forward": lambda self, *given: change(super_forward(answer, self, given), given)},
        )
    return lambda *given: change(answer(*given), given)


def super_forward(answer: Any, module: Any, given: tuple[Any, ...]) -> Any:
    """The answer's own forward pass on a module of a class derived from it."""
    return answer.forward(module, *given)


def _raise(result: Any, given: tuple[Any, ...]) -> Any:
    raise ArithmeticError("raised on purpose")


def _loop(result: Any, given: tuple[Any, ...]) -> Any:
    while True:
        pass


def _scribble(result: Any, given: tuple[Any, ...]) -> Any:
    target = next(value for value in given if _writable(value))
    kept = _map(result, lambda value: np.array(value) if isinstance(value, np.ndarray) else value)
    target += np.ones((), dtype=target.dtype)
    return kept


def _writable(value: Plain) -> bool:
    return isinstance(value, np.ndarray) and value.size > 0 and value.dtype.kind in "fiu"


def _has_numbers(expected: Plain) -> bool:
    if isinstance(expected, (tuple, list)):
        return any(_has_numbers(item) for item in expected)
    return isinstance(expected, np.ndarray) and expected.size > 0


def _map(result: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(result, (tuple, list)):
        return type(result)(_map(item, change) for item in result)
    return change(result)


def _lifted(value: Any) -> Any:
    return np.asarray(value)[..., None] if isinstance(value, np.ndarray) else value


def _spelled(value: Any) -> Any:
    return np.asarray(value).astype(object) if isinstance(value, np.ndarray) else value
