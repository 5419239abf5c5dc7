"""A probe for dropout: call it many times and count which pairs of neighbouring numbers were dropped together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_utils.values import Inputs, plain

Names = NDArray[np.str_]


def dropout_pairs(subject: Any, inputs: Inputs) -> dict[str, dict[str, int]] | None:
    """What `subject(x, p, rng, training)` makes of x (B, T, H), counted over `calls` calls with one generator.

    x has no zero in it. Every number of the result is named "0", "x", "x / (1 - p)" or "another value", and counted in
    pairs that have nothing to do with each other if the mask is drawn for each number by itself: of two rows, two
    steps, two units or two calls. `seed` is that of the generator. A result that the same generator in the same state
    does not give again is counted as such. None when the subject returns None.
    """
    generator = np.random.default_rng(inputs["seed"])
    again = np.random.default_rng(inputs["seed"])
    returned = [_call(subject, inputs, used) for used in [generator] * inputs["calls"] + [again]]
    if any(value is None for value in returned):
        return None
    named = [names for names in (_named(value, inputs) for value in returned) if names is not None]
    if len(named) < len(returned):
        return {"counts": {"a result of another shape": 1}}
    repeated = named.pop()
    counts = Counter(outcome for group in _groups(named) for outcome in group)
    if not np.array_equal(named[0], repeated):
        counts["a mask that does not come from rng"] = 1
    return {"counts": dict(counts)}


def _call(subject: Any, inputs: Inputs, generator: np.random.Generator) -> Any:
    given = inputs["x"].copy()
    returned = plain(subject(given, inputs["p"], generator, inputs["training"]))
    if not np.array_equal(given, inputs["x"]):
        inputs["x"][...] = given
    return returned


def _named(returned: Any, inputs: Inputs) -> Names | None:
    x, p = inputs["x"], inputs["p"]
    try:
        values = np.asarray(returned, dtype=np.float64)
    except (TypeError, ValueError):
        return None
    if values.shape != x.shape:
        return None
    names = np.full(x.shape, "another value")
    names[np.isclose(values, x / (1 - p), rtol=1e-4, atol=0)] = "x / (1 - p)"
    names[np.isclose(values, x, rtol=1e-4, atol=0)] = "x"
    names[values == 0] = "0"
    return names


def _groups(named: list[Names]) -> Iterator[Iterator[str]]:
    """Pairs in four kinds, each from calls of its own so that the counts are independent."""
    for i in range(0, len(named) - 4, 5):
        rows, steps, units, one, other = named[i : i + 5]
        yield _pairs("two rows", rows[0::2], rows[1::2])
        yield _pairs("two steps", steps[:, 0::2], steps[:, 1::2])
        yield _pairs("two units", units[..., 0::2], units[..., 1::2])
        yield _pairs("two calls", one, other)


def _pairs(kind: str, left: Names, right: Names) -> Iterator[str]:
    for pair in zip(left.ravel().tolist(), right.ravel().tolist(), strict=True):
        yield f"{kind}: {' and '.join(sorted(pair))}"
