"""The echo task: repeat, at every step, the symbol that came in `lag` steps before. A known lag measures a memory."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def echo_batch(
    rng: np.random.Generator, batch: int, length: int, lag: int, symbols: int = 3
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """x (B, T, V), one-hot, and y (B, T) with y[:, t] the symbol of x[:, t - lag].

    The first `lag` targets are symbols from before the window opened. Nobody can know them, and `echo_accuracy` leaves
    them out.
    """
    stream = rng.integers(symbols, size=(batch, length + lag))
    return np.eye(symbols)[stream[:, lag:]], stream[:, :length]


def echo_accuracy(logits: NDArray[np.float64], y: NDArray[np.int64], lag: int) -> float:
    """The share of right answers of logits (B, T, V) among those that can be known."""
    return float((logits.argmax(axis=-1) == y)[:, lag:].mean())
