"""A probe for a function that continues a sequence: draw many continuations and count them."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from course_utils.values import Inputs

REPEATED = 200  # a distribution with a very likely continuation tells few draws apart
NOT_REPEATABLE = "another continuation when the same generator was started again"


def continuations(subject: Any, inputs: Inputs) -> dict[str, dict[str, int]]:
    """Counts of what `subject(step, readout, seed_tokens, n, rng)` writes in `samples` runs with one generator.

    Inputs: W_xh (H, V), W_hh (H, H), W_hy (V, H), b_y (V,), seed_tokens, n, samples, seed (of the generator). `step(token, h)`
    returns the next state (H,), from h = None at the start; `readout(h)` returns scores (V,). Returns
    {"counts": {"2 0 1": 17, ...}}, the tokens of one continuation joined by blanks. When the same generator started again
    leads to other continuations, the draws were not made with it: all counts then stand under one outcome that says so.
    """
    step, readout = step_and_readout(inputs)
    read = list(inputs["seed_tokens"])

    def written(rng: np.random.Generator) -> str:
        given = list(read)
        tokens = subject(step, readout, given, inputs["n"], rng)
        if isinstance(tokens, str):
            raise TypeError(f"expected a list of {inputs['n']} tokens, got a str")
        if given != read:
            inputs["seed_tokens"][:] = given
        return " ".join(str(int(token)) for token in tokens)

    first, again = (np.random.default_rng(inputs["seed"]) for _ in range(2))
    drawn = [written(first) for _ in range(inputs["samples"])]
    if [written(again) for _ in range(min(REPEATED, len(drawn)))] != drawn[:REPEATED]:
        return {"counts": {NOT_REPEATABLE: len(drawn)}}
    return {"counts": dict(Counter(drawn))}


def step_and_readout(inputs: Inputs) -> tuple[Any, Any]:
    """The two functions that a case's arrays stand for."""
    w_xh, w_hh, w_hy, b_y = (np.asarray(inputs[name]) for name in ("W_xh", "W_hh", "W_hy", "b_y"))

    def step(token: int, h: Any = None) -> Any:
        carried = 0.0 if h is None else w_hh @ h
        return np.tanh(w_xh[:, int(token)] + carried)

    def readout(h: Any) -> Any:
        return w_hy @ h + b_y

    return step, readout
