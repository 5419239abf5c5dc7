"""Properties speak up when they are broken, and stay silent about honest answers in any form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from course_utils.calling import perform
from course_utils.probes.calls import call as probe
from course_utils.properties import (
    Causal,
    InputsUnchanged,
    NoAlias,
    NoState,
    RowsIndependent,
    property_from_json,
    property_to_json,
)

INPUTS = {"x": np.arange(24.0).reshape(2, 3, 4) / 10}
ALL = [InputsUnchanged(), NoAlias(), NoState(), RowsIndependent(("x",)), Causal("x")]


def _violated(item: Any, function: Callable[[Any], Any]) -> str:
    done = [perform(probe, function, inputs, 2.0) for inputs in item.calls(INPUTS)]
    return str(item.violated(INPUTS, done))


@pytest.mark.parametrize("item", ALL, ids=lambda item: type(item).__name__)
@pytest.mark.parametrize(
    "honest",
    [
        lambda x: np.cumsum(x, axis=1),
        lambda x: list(np.cumsum(x, axis=1)),
        lambda x: np.cumsum(x, axis=1).tolist(),
        lambda x: (np.cumsum(x, axis=1), x[:, -1] * 2),
        lambda x: [np.cumsum(x, axis=1), x[:, -1] * 2],
        lambda x: [x[:, 0] * 2, x[:, -1] * 2],
    ],
)
def test_an_honest_answer_in_any_form_breaks_no_property(item: Any, honest: Callable[[Any], Any]) -> None:
    assert _violated(item, honest) == ""


def _in_place(x: Any) -> Any:
    x += 1
    return x * 1


@pytest.mark.parametrize(
    ("item", "wrong"),
    [
        (InputsUnchanged(), _in_place),
        (NoAlias(), lambda x: x[:, 0]),
        (NoState(), lambda x, kept=[0]: (kept.append(1), x * len(kept))[1]),
        (RowsIndependent(("x",)), lambda x: x - x.mean(axis=0)),
        (Causal("x"), lambda x: x[:, ::-1] * 1),
    ],
    ids=lambda value: type(value).__name__,
)
def test_each_property_says_when_it_is_broken(item: Any, wrong: Callable[[Any], Any]) -> None:
    assert _violated(item, wrong)


@pytest.mark.parametrize("item", ALL, ids=lambda item: type(item).__name__)
def test_a_property_survives_being_written_and_read(item: Any) -> None:
    assert property_from_json(property_to_json(item)) == item


def test_an_input_perturbed_and_put_back_counts_as_unchanged() -> None:
    def numerical(x: Any) -> Any:
        x += 1e-5
        x -= 1e-5
        return x * 2

    assert _violated(InputsUnchanged(), numerical) == ""
