"""An old rhyme (traditional, printed in many forms since the seventeenth century) about blame that travels a long way back."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

RHYME = """for want of a nail the shoe was lost,
for want of a shoe the horse was lost,
for want of a horse the rider was lost,
for want of a rider the message was lost,
for want of a message the battle was lost,
for want of a battle the kingdom was lost,
and all for the want of a horseshoe nail.
"""

LETTERS = "".join(sorted(set(RHYME)))


def encode(text: str) -> NDArray[np.int64]:
    """The letters of `text` as numbers (T,)."""
    return np.array([LETTERS.index(letter) for letter in text], dtype=np.int64)


def one_hot(ids: NDArray[np.int64]) -> NDArray[np.float64]:
    """Numbers (...,) as rows (..., V) with a single one."""
    return np.eye(len(LETTERS))[ids]


def rhyme_batch(rng: np.random.Generator, batch: int, length: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """x (B, T, V), pieces of the rhyme one-hot, and y (B, T), the letter after each."""
    ids = encode(RHYME)
    first = rng.integers(len(ids) - length, size=batch)
    pieces = ids[first[:, None] + np.arange(length + 1)]
    return one_hot(pieces[:, :-1]), pieces[:, 1:]
