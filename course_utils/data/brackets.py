"""Strings with one bracket opened near the beginning: something to remember under a stream of letters."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]

LETTERS = "abcdef"
OPENING = "([{"
SYMBOLS = LETTERS + OPENING
LATEST = 3


def bracket_strings(n: int, length: int, rng: np.random.Generator) -> tuple[Ids, Ids]:
    """`n` strings of random letters with one opening bracket in one of the first three places.

    Returns symbols (n, length), ids into `SYMBOLS`, and which bracket is open after each of them, (n, length): 0 for none, else
    1, 2, 3 in the order of `OPENING`. The last symbol is always a letter when `length` is 4 or more.
    """
    symbols = rng.integers(0, len(LETTERS), (n, length))
    place = rng.integers(0, min(LATEST, length), n)
    kind = rng.integers(0, len(OPENING), n)
    symbols[np.arange(n), place] = len(LETTERS) + kind
    opened = np.where(np.arange(length) >= place[:, None], kind[:, None] + 1, 0)
    return symbols.astype(np.int64), opened.astype(np.int64)


def spelt(symbols: Ids) -> str:
    """One string of ids as text."""
    return "".join(SYMBOLS[symbol] for symbol in symbols)
