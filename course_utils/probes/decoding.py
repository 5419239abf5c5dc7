"""A probe for a function that decodes greedily: it gets a `step` made from a case's arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from course_utils.values import Inputs

PATIENCE = 25


def greedy_tokens(subject: Any, inputs: Inputs) -> Any:
    """What `subject(encoder_state, step, bos, eos, max_length)` returns.

    Inputs: encoder_state (H,), embedding (V, H), W_hh (H, H), W_hy (V, H), bos, eos, max_length. `step(token, state)` returns
    scores (V,) and the next state (H,). Raises RuntimeError when it is called far more often than `max_length` allows, and
    TooManySteps when a sentence that is short enough took more calls than that.
    """
    step, longest = _Step(inputs), int(inputs["max_length"])
    tokens = subject(inputs["encoder_state"], step, inputs["bos"], inputs["eos"], longest)
    if step.calls > longest >= _length(tokens):
        raise TooManySteps(f"step was called {step.calls} times, and max_length is {longest}")
    return tokens


class TooManySteps(Exception):
    """More calls than `max_length`, for a sentence that was cut afterwards or asked for one token more than it needed."""


def _length(tokens: Any) -> int:
    return len(tokens) if hasattr(tokens, "__len__") else 0


class _Step:
    """One step of a small decoder; counts its calls."""

    def __init__(self, inputs: Inputs) -> None:
        self.embedding, self.w_hh, self.w_hy = (np.array(inputs[name]) for name in ("embedding", "W_hh", "W_hy"))
        self.calls, self.most = 0, int(inputs["max_length"]) + PATIENCE

    def __call__(self, token: int, state: Any) -> tuple[Any, Any]:
        self.calls += 1
        if self.calls > self.most:
            raise RuntimeError("step was called far more than max_length times: what ends the sentence?")
        state = np.tanh(self.embedding[int(token)] + self.w_hh @ np.asarray(state))
        return self.w_hy @ state, state
