"""Lesson 2: tables drawn for conditionals, and the oracles, each written in another way than the answer."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from fractions import Fraction
from typing import Any

import numpy as np
import torch

from course_utils.values import Inputs

GRAIN = 64
Table = dict[tuple[int, ...], list[float]]


def table(rng: np.random.Generator, vocabulary_size: int, context: int, never: tuple[int, ...] = ()) -> Table:
    """A row for every tuple of at most `context` tokens: multiples of 1/64 that sum to 1, zero for tokens in `never`."""
    prefixes = (p for length in range(context + 1) for p in itertools.product(range(vocabulary_size), repeat=length))
    return {prefix: _row(rng, vocabulary_size, never) for prefix in prefixes}


def _row(rng: np.random.Generator, vocabulary_size: int, never: tuple[int, ...]) -> list[float]:
    """One row without ties at the top, so that the most probable token is one token."""
    likely = [token for token in range(vocabulary_size) if token not in never]
    while True:
        counts = np.zeros(vocabulary_size)
        shares = rng.dirichlet(np.full(len(likely), 2.0))
        counts[likely] = rng.multinomial(GRAIN - 2 * len(likely), shares) + 2
        top = np.sort(counts)[::-1]
        if len(likely) == 1 or top[0] - top[1] >= 6:
            return [float(number) for number in counts / GRAIN]


def improper(rng: np.random.Generator, rows: Table, factors: tuple[float, ...]) -> Table:
    """The table with every row multiplied by one of the factors: its rows do not sum to 1."""
    drawn = rng.choice(factors, size=len(rows))
    return {
        prefix: [float(number * factor) for number in row]
        for (prefix, row), factor in zip(rows.items(), drawn, strict=True)
    }


def pairs(tokens: list[int], bos: int, eos: int) -> tuple[list[int], list[int]]:
    """Every neighbouring two of the whole sequence, markers included."""
    whole = [bos, *tokens, eos]
    both = [(whole[i], whole[i + 1]) for i in range(len(whole) - 1)]
    return [left for left, _ in both], [right for _, right in both]


def log_probability(tokens: list[int], table: Table, context: int) -> float:
    """The product in exact fractions, and one logarithm at the end."""
    product = Fraction(1)
    for t, token in enumerate(tokens):
        product *= Fraction(table[tuple(tokens[max(0, t - context) : t])][token])
    return math.log(product.numerator) - math.log(product.denominator) if product else -math.inf


def total_mass(table: Table, context: int, vocabulary_size: int, length: int) -> float:
    """Mass carried from context to context, all sequences that share their last tokens together."""
    mass: dict[tuple[int, ...], float] = {(): 1.0}
    for _ in range(length):
        carried: dict[tuple[int, ...], float] = {}
        for prefix, weight in mass.items():
            for token, probability in enumerate(table[prefix]):
                after = (*prefix, token)[-context:] if context else ()
                carried[after] = carried.get(after, 0.0) + weight * probability
        mass = carried
    return sum(mass.values())


def ngram_table(corpus: list[list[int]], order: int, vocabulary_size: int, alpha: float) -> dict[tuple[int, ...], Any]:
    """All windows listed first, then counted one context at a time."""
    windows = [tuple(sentence[t - min(t, order - 1) : t + 1]) for sentence in corpus for t in range(len(sentence))]
    rows = {}
    for context in {window[:-1] for window in windows}:
        follows = Counter(window[-1] for window in windows if window[:-1] == context)
        pretended = [follows[token] + alpha for token in range(vocabulary_size)]
        rows[context] = np.array(pretended) / math.fsum(pretended)
    return dict(sorted(rows.items()))


def geometric_perplexity(log_probs: Any, mask: Any) -> float:
    """One over the geometric mean of the real tokens' probabilities."""
    real = [float(number) for number, keep in zip(log_probs.ravel(), mask.ravel(), strict=True) if keep]
    return 1.0 / math.exp(math.fsum(real) / len(real))


def bits(nll_nats: float, n_characters: int) -> float:
    return nll_nats * math.log2(math.e) / n_characters


def log_softmax(scores: Any, axis: int = -1) -> Any:
    return torch.log_softmax(torch.tensor(scores, dtype=torch.float64), dim=axis).numpy()


def cross_entropy(logits: Any, targets: Any, mask: Any) -> float:
    """PyTorch's loss over the flattened batch with padded targets ignored."""
    wanted = torch.tensor(np.where(mask.astype(bool), targets, -100)).reshape(-1)
    scores = torch.tensor(logits, dtype=torch.float64).reshape(-1, logits.shape[-1])
    return float(torch.nn.functional.cross_entropy(scores, wanted))


def sequence_probabilities(
    table: Table, context: int, seed: int, max_length: int, eos: int, temperature: float = 1.0
) -> Inputs:
    """The probability of every sequence that can be drawn, by walking the whole tree."""
    finished: dict[tuple[int, ...], float] = {}
    open_ones: dict[tuple[int, ...], float] = {(): 1.0}
    for _ in range(max_length):
        longer: dict[tuple[int, ...], float] = {}
        for prefix, weight in open_ones.items():
            for token, share in _at_temperature(table[prefix[max(0, len(prefix) - context) :]], temperature).items():
                if token == eos:
                    finished[prefix] = finished.get(prefix, 0.0) + weight * share
                else:
                    longer[(*prefix, token)] = weight * share
        open_ones = longer
    return {"probabilities": {**finished, **open_ones}}


def _at_temperature(row: list[float], temperature: float) -> dict[int, float]:
    """p^(1/temperature), normalised, of the tokens that are possible; relative to the largest, so that nothing overflows."""
    largest = max(row)
    powers = {token: (p / largest) ** (1.0 / temperature) for token, p in enumerate(row) if p > 0}
    total = math.fsum(powers.values())
    return {token: power / total for token, power in powers.items()}
