"""Weights to begin with and steps downhill, for networks whose gradients are made by hand. Weights are dicts of arrays."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Weights = dict[str, NDArray[np.float64]]


def initial_weights(
    rng: np.random.Generator, inputs: int, hidden: int, outputs: int, recurrent: float = 1.0
) -> Weights:
    """W_xh (H, D), W_hh (H, H), b_h (H,), W_hy (O, H), b_y (O,).

    Normal numbers over the root of the fan-in; W_hh times `recurrent`, which is about its spectral radius when H is large.
    """
    return {
        "W_xh": rng.normal(0.0, 1.0 / np.sqrt(inputs), (hidden, inputs)),
        "W_hh": rng.normal(0.0, recurrent / np.sqrt(hidden), (hidden, hidden)),
        "b_h": np.zeros(hidden),
        "W_hy": rng.normal(0.0, 1.0 / np.sqrt(hidden), (outputs, hidden)),
        "b_y": np.zeros(outputs),
    }


class Adam:
    """Steps of Adam (Kingma and Ba 2015, algorithm 1) with decay rates 0.9 and 0.99."""

    def __init__(self, lr: float) -> None:
        self.lr, self.steps = lr, 0
        self.mean: Weights = {}
        self.square: Weights = {}

    def step(self, weights: Weights, gradients: Mapping[str, NDArray[np.float64]]) -> Weights:
        """The weights after one step; `weights` stay as they are."""
        self.steps += 1
        return {name: value - self._change(name, np.asarray(gradients[name])) for name, value in weights.items()}

    def _change(self, name: str, gradient: NDArray[np.float64]) -> NDArray[np.float64]:
        self.mean[name] = 0.9 * self.mean.get(name, np.zeros_like(gradient)) + 0.1 * gradient
        self.square[name] = 0.99 * self.square.get(name, np.zeros_like(gradient)) + 0.01 * gradient**2
        mean = self.mean[name] / (1.0 - 0.9**self.steps)
        square = self.square[name] / (1.0 - 0.99**self.steps)
        return np.asarray(self.lr * mean / (np.sqrt(square) + 1e-8))
