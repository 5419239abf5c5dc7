"""A probe for weights made by hand: run them over strings and read the count after every letter."""

from __future__ import annotations

from typing import Any

import numpy as np

from course_utils.values import Inputs, plain


def running_counts(subject: Any, inputs: Inputs) -> dict[str, Any]:
    """What the weights `subject(alphabet, letter)` count in each of `texts`.

    Returns {text: array (T,)}: the read-out of h_t = tanh(W_xh x_t + W_hh h_{t-1} + b_h), from h_0 = 0, after each letter, rounded to
    the nearest whole number. Raises ValueError for weights whose shapes do not fit together.
    """
    alphabet = inputs["alphabet"]
    weights = checked_weights(subject(alphabet, inputs["letter"]), len(alphabet))
    return {text: np.rint(_read(text, alphabet, weights)) for text in inputs["texts"]}


class InputWeightsError(ValueError):
    """W_xh does not have a column for each letter: told apart from other shapes, which have other reasons."""


def checked_weights(weights: Any, features: int) -> list[Any]:
    """The five arrays as float64, in order; H is told by the number of rows of W_xh."""
    if not isinstance(weights, (tuple, list)) or len(weights) != 5:
        raise ValueError("expected the five arrays W_xh, W_hh, b_h, W_hy, b_y")
    arrays = [np.asarray(plain(weight), dtype=np.float64) for weight in weights]
    if arrays[0].ndim != 2 or arrays[0].shape[1] != features:
        raise InputWeightsError(f"W_xh has shape {arrays[0].shape}, expected (H, {features}), for {features} letters")
    hidden = arrays[0].shape[0]
    shapes = {"W_xh": (hidden, features), "W_hh": (hidden, hidden), "b_h": (hidden,), "W_hy": (1, hidden), "b_y": (1,)}
    for (name, shape), array in zip(shapes.items(), arrays, strict=True):
        if array.shape != shape:
            raise ValueError(f"{name} has shape {array.shape}, expected {shape}, for {features} letters")
    return arrays


def _read(text: str, alphabet: str, weights: list[Any]) -> Any:
    w_xh, w_hh, b_h, w_hy, b_y = weights
    h, read = np.zeros(len(w_hh)), []
    for letter in text:
        h = np.tanh(w_xh[:, alphabet.index(letter)] + w_hh @ h + b_h)
        read.append((w_hy @ h + b_y)[0])
    return np.array(read)
