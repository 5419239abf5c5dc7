"""Probes for lesson 5: functions that look for leaks, and taggers that are trained and then asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from course_utils.values import Inputs

Floats = NDArray[np.float64]


def leak_of_mixing(subject: Any, inputs: Inputs) -> Any:
    """`subject(f, x)` for the f of one case, built from the inputs.

    x (T, D) is passed on. mixing (T, T) and features (D, O) make `f(x) = tanh(mixing @ x @ features + 1/4)`, (T, O); with
    `squash` False the tanh is left out. Without the constant an output would be zero exactly where nothing moves it. Inputs
    `mixing` and `features` are not seen by the subject.
    """
    return subject(mixing_map(inputs["mixing"], inputs["features"], inputs["squash"]), inputs["x"])


def mixing_map(mixing: Floats, features: Floats, squash: bool) -> Callable[[Any], Floats]:
    """A function of a whole sequence, (T, D) to (T, O). It keeps nothing from call to call and changes no input."""

    def f(x: Any) -> Floats:
        mixed = mixing @ np.asarray(x, dtype=np.float64) @ features + 0.25
        return np.tanh(mixed) if squash else mixed

    return f


def held_out_tags(subject: Any, inputs: Inputs) -> Any:
    """Train with `subject(train, seed)` and return what the tagger says of held-out sentences, (B, T) tag numbers.

    `train` is a dict of int64 arrays: tokens (N, T), tags (N, T), lengths (N,); the subject gets them as tensors. Of
    `held_out` the tagger gets tokens and lengths. It returns logits (B, T, K), or tag numbers (B, T) themselves.
    """
    train = {name: torch.from_numpy(array) for name, array in inputs["train"].items()}
    with torch.random.fork_rng(devices=[]):
        tagger = subject(train, inputs["seed"])
        if not callable(tagger):
            raise TypeError(
                f"train_tagger returned {type(tagger).__name__}, expected something to call with (tokens, lengths)"
            )
        if isinstance(tagger, torch.nn.Module):
            tagger.eval()
        tokens, lengths = (torch.from_numpy(inputs["held_out"][name].copy()) for name in ("tokens", "lengths"))
        with torch.no_grad():
            return _tag_numbers(tagger(tokens, lengths), tokens)


def _tag_numbers(answer: Any, tokens: torch.Tensor) -> Any:
    """Tag numbers (B, T); an answer of another width is cut or filled with 0, as packed sequences may be narrower."""
    scores = answer[0] if isinstance(answer, tuple) and answer else answer
    told = scores.detach().cpu().numpy() if isinstance(scores, torch.Tensor) else np.asarray(scores)
    if told.ndim not in (2, 3) or len(told) != len(tokens):
        wanted = f"logits of shape ({len(tokens)}, {tokens.shape[1]}, number of tags)"
        raise TypeError(f"the tagger returned shape {told.shape}, expected {wanted}")
    numbers = told.argmax(-1) if told.ndim == 3 else told
    full = np.zeros(tuple(tokens.shape), np.int64)
    width = min(full.shape[1], numbers.shape[1])
    full[:, :width] = numbers[:, :width]
    return full
