"""Lesson 7: oracles, each written differently from the answer."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

import numpy as np
import torch

from course_utils.data.agreement import NOUNS

Example = dict[str, Any]
SINGULAR = frozenset(NOUNS["train"] + NOUNS["test"])


def count_attractors(numbers: list[int], subject: int) -> int:
    """Look at every word, one after the other."""
    found = 0
    for position, number in enumerate(numbers):
        if position > subject and number != -1 and number != numbers[subject]:
            found += 1
    return found


def majority_baseline(examples: list[Example]) -> float:
    """The better of two readers, by counting verbs."""
    return Counter(example["verb"] for example in examples).most_common(1)[0][1] / len(examples)


def recent_noun_baseline(examples: list[Example]) -> float:
    """Reads the words and not their numbers."""
    right = 0
    for example in examples:
        nouns = [word for word in example["words"] if word in SINGULAR or word.removesuffix("s") in SINGULAR]
        right += (nouns[-1] not in SINGULAR) == (example["verb"] == "are")
    return right / len(examples)


def accuracy_by(examples: list[Example], predictions: Any, key: str) -> dict[int, tuple[float, int]]:
    """One boolean mask for each value."""
    values = np.array([example[key] for example in examples])
    right = np.array([example["verb"] == "are" for example in examples]) == np.asarray(predictions).astype(bool)
    return {int(v): (float(right[values == v].mean()), int((values == v).sum())) for v in np.unique(values)}


def wilson_interval(successes: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """The roots of (share - p)^2 = z^2 p (1 - p) / n."""
    if n == 0:
        return 0.0, 1.0
    share = successes / n
    low, high = sorted(np.roots([1 + z * z / n, -2 * share - z * z / n, share * share]).real)
    return float(max(low, 0.0)), float(min(high, 1.0))


def chosen_states(states: Any, lengths: Any, upstream: Any) -> dict[str, Any]:
    """Row by row; the gradient is `upstream` where the state was read and 0 elsewhere."""
    gradient = np.zeros_like(states)
    for row, length in enumerate(lengths):
        gradient[row, length - 1] = upstream[row]
    return {"picked": np.stack([states[row, length - 1] for row, length in enumerate(lengths)]), "gradient": gradient}


def state_jacobian(states: Any, W_hh: Any, start: int, end: int) -> Any:
    """Autograd through a network whose inputs are those that give these states."""
    given, W = torch.tensor(states, dtype=torch.float64), torch.tensor(W_hh, dtype=torch.float64)
    inputs = torch.atanh(given[1:]) - given[:-1] @ W.T

    def run(h: Any) -> Any:
        for t in range(start, end):
            h = torch.tanh(inputs[t] + W @ h)
        return h

    return torch.autograd.functional.jacobian(run, given[start]).numpy()  # type: ignore[no-untyped-call]


def spectral_radius(W: Any) -> float:
    """The roots of the characteristic polynomial."""
    return float(np.abs(np.roots(np.poly(np.asarray(W, dtype=float)))).max(initial=0.0))


def largest_singular_value(W: Any) -> float:
    """The root of the largest eigenvalue of W^T W."""
    W = np.asarray(W, dtype=float)
    return float(np.sqrt(np.linalg.eigvalsh(W.T @ W).max()))


def gradient_bound(W_hh: Any, steps: int) -> dict[str, Any]:
    """The bound as a product, the verdicts from where it goes."""
    sigma, bound = largest_singular_value(W_hh), 1.0
    for _ in range(steps):
        bound *= sigma
    return {"bound": bound, "must_vanish": sigma < 1.0, "may_explode": not sigma <= 1.0, "must_explode": False}


def rescale_to_radius(W: Any, radius: float) -> Any:
    return np.asarray(W) / spectral_radius(W) * radius


def held_out_labels(corpus: int, seed: int, held_out: list[str], marked: list[str], with_verb: list[str]) -> Any:
    """The labels of the three lists."""
    return _labels(held_out), _labels(marked), _labels(with_verb)


def _labels(texts: list[str]) -> Any:
    """Reads off the subject: the noun before the words begin that stand between; -1 for the two long sentences."""
    labels = []
    for text in texts:
        words = text.split(" , ")[-1].split()
        subject = next(word for word in words if word in SINGULAR or word.removesuffix("s") in SINGULAR)
        labels.append(-1 if len(words) > 60 else int(subject not in SINGULAR))
    return np.array(labels)


def surprise_bits(logits: Any, tokens: Any) -> Any:
    """torch's cross-entropy, one position at a time."""
    log_p = torch.log_softmax(torch.tensor(logits, dtype=torch.float64), dim=1).numpy()
    return np.array([-np.log2(np.e) * log_p[t, after] for t, (_, after) in enumerate(pairwise(tokens.tolist()))])
