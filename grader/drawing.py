"""Drawing inputs for cases: seeded, rounded so that they stand exactly in a file, never special numbers by accident."""

from __future__ import annotations

import hashlib
import hmac

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def normal(rng: np.random.Generator, *shape: int, scale: float = 1.0) -> Floats:
    """Normal numbers of the given shape, rounded to three decimals."""
    return np.round(rng.normal(0.0, scale, shape), 3)


def lengths(rng: np.random.Generator, batch: int, longest: int, shortest: int = 1) -> NDArray[np.int64]:
    """`batch` lengths from `shortest` to `longest`, the longest among them."""
    drawn = rng.integers(shortest, longest + 1, batch)
    drawn[rng.integers(batch)] = longest
    return drawn.astype(np.int64)


def visible_generator(exercise: str, draw: str) -> np.random.Generator:
    """The generator of a visible case: the same on every machine, for ever."""
    return _generator(b"visible", exercise, draw)


def hidden_generator(secret: bytes, exercise: str, draw: str, submission: str, index: int) -> np.random.Generator:
    """The generator of a hidden case, which nobody without the course's secret can foresee."""
    return _generator(secret, exercise, draw, submission, str(index))


def _generator(key: bytes, *names: str) -> np.random.Generator:
    digest = hmac.new(key, "\0".join(names).encode(), hashlib.sha256).digest()
    return np.random.default_rng(int.from_bytes(digest[:16], "big"))
