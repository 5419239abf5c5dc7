"""Oracles of lesson 1: slow loops, brute force over all labelings, intervals of time steps, counts on real modules."""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import nn

Floats = NDArray[np.float64]


def bag_of_words(tokens: list[str], vocabulary: list[str]) -> NDArray[np.int64]:
    """Counts (V,), by comparing every token with every word."""
    counts = np.zeros(len(vocabulary), dtype=np.int64)
    for token in tokens:
        for place, word in enumerate(vocabulary):
            counts[place] += token == word
    return counts


def best_labeling(views: Sequence[Hashable], labels: Sequence[int]) -> float:
    """Try every function from the different views to the labels; the best accuracy. Exponential, for small sets."""
    different, values = list(dict.fromkeys(views)), sorted(set(labels))
    best = 0
    for guesses in itertools.product(values, repeat=len(different)):
        predictor = dict(zip(different, guesses, strict=True))
        best = max(best, sum(predictor[view] == label for view, label in zip(views, labels, strict=True)))
    return best / len(labels)


def bag_of_words_ceiling(sentences: list[list[str]], labels: list[int]) -> float:
    """Two sentences look alike when every word of the set occurs equally often in both."""
    words = sorted({word for sentence in sentences for word in sentence})
    return best_labeling([tuple(sentence.count(word) for word in words) for sentence in sentences], labels)


def window_ceiling(sequences: list[list[Any]], labels: list[int], window: int) -> float:
    """Two sequences look alike when, read backwards, their first `window` tokens agree."""
    views = [tuple(itertools.islice(reversed(sequence), window)) for sequence in sequences]
    return best_labeling(views, labels)


def to_batch_first(x: Floats) -> Floats:
    """(T, B, D) -> (B, T, D), one number at a time."""
    steps, batch, features = x.shape
    moved = np.empty((batch, steps, features))
    for t, b, d in itertools.product(range(steps), range(batch), range(features)):
        moved[b, t, d] = x[t, b, d]
    return moved


def pad_batch(sequences: list[Floats], value: float) -> tuple[Floats, NDArray[np.bool_]]:
    """Row by row and step by step, as lists."""
    longest = max(len(sequence) for sequence in sequences)
    width = sequences[0].shape[1]
    rows = [[*sequence.tolist(), *[[value] * width] * (longest - len(sequence))] for sequence in sequences]
    marks = [[True] * len(sequence) + [False] * (longest - len(sequence)) for sequence in sequences]
    shape = (len(sequences), longest)
    return np.array(rows, dtype=np.float64).reshape(*shape, width), np.array(marks, dtype=bool).reshape(shape)


def parameter_counts(T: int, D: int, H: int, O: int) -> tuple[int, int]:
    """Counted on real torch modules; the recurrent layer is built of two linear maps with one bias."""
    flat = nn.Sequential(nn.Linear(T * D, H), nn.Tanh(), nn.Linear(H, O))
    recurrent = nn.ModuleList([nn.Linear(D, H), nn.Linear(H, H, bias=False), nn.Linear(H, O)])
    counted = [sum(weight.numel() for weight in module.parameters()) for module in (flat, recurrent)]
    return counted[0], counted[1]


def create_sequences(series: Floats, window: int, horizon: int) -> tuple[Floats, Floats]:
    """Every start is tried; an example is kept when its target exists."""
    X, y = [], []
    for start in range(len(series)):
        target = start + window - 1 + horizon
        if target < len(series):
            X.append([series[start + step] for step in range(window)])
            y.append(series[target])
    return np.array(X), np.array(y)


def chronological_split(X: Floats, y: Floats, window: int, test_fraction: float) -> tuple[Floats, ...]:
    """By sets of time steps: an example is for training when its steps and the test set's have nothing in common."""
    occupied = [set(range(start, start + window + 1)) for start in range(len(X))]
    test = list(range(len(X) - int(test_fraction * len(X)), len(X)))
    tested = set().union(*(occupied[i] for i in test))
    train = [i for i in range(len(X)) if not occupied[i] & tested]
    return X[train], y[train], X[test], y[test]


def persistence_error(series: Floats, horizon: int) -> float:
    """Day by day."""
    errors = [(float(later) - float(now)) ** 2 for now, later in zip(series, series[horizon:], strict=False)]
    return sum(errors) / len(errors)
