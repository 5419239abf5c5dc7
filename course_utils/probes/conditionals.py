"""Probes for functions that take a conditional: they build one from a plain table, and count what a sampler draws.

A conditional is a callable `conditional(prefix) -> probabilities (V,)` of the token after `prefix`, the list of all
tokens so far. A case describes one with two inputs:

    table     dict: a tuple of tokens -> V numbers, for every tuple of at most `context` tokens
    context   int: how many of the last tokens the conditional looks at
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_utils.values import Inputs

Table = Mapping[tuple[int, ...], Sequence[float]]
Conditional = Callable[[Sequence[int]], NDArray[np.float64]]

DRAWS = 1200
REPEATED = 20
NOT_REPEATABLE = "another sequence when the same generator was started again"


def table_conditional(table: Table, context: int) -> Conditional:
    """The callable that looks up the last `context` tokens of a prefix, or fewer at the beginning, in `table`."""

    def conditional(prefix: Sequence[int]) -> NDArray[np.float64]:
        if np.ndim(prefix) != 1:
            raise TypeError(f"the conditional wants the list of all tokens so far, it was given {prefix!r}")
        last = tuple(int(token) for token in prefix[max(0, len(prefix) - context) :])
        if last not in table:
            raise KeyError(f"the conditional knows no token that follows {last}")
        return np.array(table[last], dtype=np.float64)

    return conditional


def with_conditional(subject: Any, inputs: Inputs) -> Any:
    """Call `subject` with the inputs in order; `table` and `context` together become one argument, the conditional."""
    return subject(*_arguments(inputs))


def _arguments(inputs: Inputs) -> list[Any]:
    conditional = table_conditional(inputs["table"], inputs["context"])
    named = {name: conditional if name == "table" else value for name, value in inputs.items() if name != "context"}
    return list(named.values())


def sample_counts(subject: Any, inputs: Inputs) -> Any:
    """How often each sequence is drawn by `subject(conditional, rng, max_length, eos[, temperature])` in `DRAWS` calls.

    One generator, started from the input `seed`, serves all calls. Returns `{"counts": {tuple of tokens: n}}`. When the same
    generator started again leads to other sequences, the draws were not made with it: all counts then stand under
    one outcome that says so. What is not a list of tokens is returned as it is.
    """
    rng = np.random.default_rng(inputs["seed"])
    drawn = []
    for _ in range(DRAWS):
        sequence = _draw(subject, inputs, rng)
        if np.ndim(sequence) != 1:
            return sequence
        drawn.append(_outcome(sequence))
    again = np.random.default_rng(inputs["seed"])
    if [_outcome(_draw(subject, inputs, again)) for _ in range(REPEATED)] != drawn[:REPEATED]:
        return {"counts": {NOT_REPEATABLE: DRAWS}}
    return {"counts": dict(Counter(drawn))}


def _draw(subject: Any, inputs: Inputs, rng: np.random.Generator) -> Any:
    conditional = table_conditional(inputs["table"], inputs["context"])
    temperature = [inputs["temperature"]] if "temperature" in inputs else []
    return subject(conditional, rng, inputs["max_length"], inputs["eos"], *temperature)


def _outcome(sequence: Any) -> tuple[Any, ...]:
    """The sequence as a tuple of ints, whatever container and integer type it came in."""
    numbers = sequence.tolist() if hasattr(sequence, "tolist") else [np.asarray(token).item() for token in sequence]
    return tuple(int(token) if token == int(token) else token for token in numbers)
