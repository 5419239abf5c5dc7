"""How cases of lesson 5 are drawn: ragged lengths everywhere, every axis of another length."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from course_utils.data.garden_path import tagged_split
from grader.drawing import normal

Rng = np.random.Generator
Drawn = dict[str, Any]
Draw = Callable[[Rng], Drawn]


def _ragged(rng: Rng, B: int, T: int, shortest: int = 1) -> Any:
    """Lengths of which at least one is strictly between 1 and T where that is possible; the first two always differ."""
    while True:
        drawn = rng.integers(shortest, T + 1, B)
        if B < 2 or T < 3 or (drawn[0] != drawn[1] and ((drawn > 1) & (drawn < T)).any() and drawn.max() > 2):
            return drawn.astype(np.int64)


def reversing(B: int, T: int, D: int = 0, lengths: tuple[int, ...] = ()) -> Draw:
    def draw(rng: Rng) -> Drawn:
        x = normal(rng, B, T, D) if D else rng.permutation(90)[: B * T].reshape(B, T).astype(np.int64)
        return {"x": x, "lengths": np.array(lengths, np.int64) if lengths else _ragged(rng, B, T)}

    return draw


def _cell(rng: Rng, D: int, H: int) -> tuple[Any, ...]:
    return (normal(rng, H, D, scale=0.6), normal(rng, H, H, scale=0.6), normal(rng, H, scale=0.6))


def reading(B: int, T: int, D: int, H: int, lengths: tuple[int, ...] = ()) -> Draw:
    def draw(rng: Rng) -> Drawn:
        ends = np.array(lengths, np.int64) if lengths else _ragged(rng, B, T)
        given = {"x": normal(rng, B, T, D), "lengths": ends}
        return {**given, "forward_weights": _cell(rng, D, H), "backward_weights": _cell(rng, D, H)}

    return draw


def module(B: int, T: int, D: int, H: int, lengths: tuple[int, ...] = ()) -> Draw:
    def draw(rng: Rng) -> Drawn:
        shapes = {"weight_ih": (H, D), "weight_hh": (H, H), "bias_ih": (H,), "bias_hh": (H,)}
        return {
            "sizes": [D, H],
            "weights": {
                f"{cell}.{name}": normal(rng, *shape, scale=0.6)
                for cell in ("forward_cell", "backward_cell")
                for name, shape in shapes.items()
            },
            "x": normal(rng, B, T, D),
            "lengths": np.array(lengths, np.int64) if lengths else _ragged(rng, B, T),
            "upstream": {"outputs": normal(rng, B, T, 2 * H), "final": normal(rng, 2, B, H)},
        }

    return draw


def summing_up(B: int, T: int, H: int, lengths: tuple[int, ...] = ()) -> Draw:
    """Behind the ends stand numbers, not zeros."""
    return lambda rng: {
        "outputs": normal(rng, B, T, 2 * H),
        "lengths": np.array(lengths, np.int64) if lengths else _ragged(rng, B, T),
    }


def _mixing(rng: Rng, T: int, kind: str) -> Any:
    """(T, T): how much input s counts for output t. Entries that are not zero are between 0.3 and 1 in size."""
    weights = np.round(rng.uniform(0.3, 1.0, (T, T)) * rng.choice([-1.0, 1.0], (T, T)), 3)
    steps = np.arange(T)
    past, future = steps[None] <= steps[:, None], steps[None] >= steps[:, None]
    near = np.abs(steps[None] - steps[:, None]) <= 1
    shapes = {"causal": past, "shifted": past & (steps[None] != steps[:, None]), "future": future, "near": near}
    if kind in shapes:
        return weights * shapes[kind]
    return weights * (rng.random((T, T)) < 0.5)


def leaking(T: int, D: int, O: int, kind: str, squash: bool = True, trap: str = "") -> Draw:
    def draw(rng: Rng) -> Drawn:
        x, features = normal(rng, T, D, scale=0.7), normal(rng, D, O, scale=0.5)
        features[np.abs(features) < 0.1] = 0.3
        if trap == "zero input":
            x[rng.integers(T)] = 0.0
        if trap == "first feature unused":
            features[0] = 0.0
        if trap == "idle output":
            features[:, 0] = 0.0
        features[-1, np.abs(features.sum(axis=0)) < 0.1] *= 2  # or adding the same number to all of x[s] moves nothing
        if trap == "outputs cancel":
            features[:, 1] = -features[:, 0]
        return {"x": x, "mixing": _mixing(rng, T, kind), "features": features, "squash": squash}

    return draw


def _pick(rng: Rng, names: Any, count: int) -> list[Any]:
    chosen: list[int] = rng.integers(len(names), size=count).tolist()
    return [names[i] for i in chosen]


def random_sentences(count: int, alphabet: Any, tag_names: Any, longest: int, shortest: int = 1) -> Draw:
    """Random sentences with random tags, so that a sentence may occur twice with different tags."""

    def draw(rng: Rng) -> Drawn:
        ends: list[int] = [*rng.integers(shortest, longest + 1, count - 1).tolist(), longest]
        sentences, tags = ([_pick(rng, names, n) for n in ends] for names in (alphabet, tag_names))
        return {"sentences": sentences, "tags": tags}

    return draw


def garden_paths(rng: Rng) -> Drawn:
    twice = int(rng.integers(2, 5))
    sentences = ["the old man sleeps", *["the old man the boats"] * twice, ""]
    tags = ["DET ADJ NOUN VERB", *["DET NOUN VERB DET NOUN"] * twice, ""]
    return {"sentences": [words.split() for words in sentences], "tags": [names.split() for names in tags]}


def pieces_of_words(rng: Rng) -> Drawn:
    """Prefixes that differ and look the same when they are glued to one string, in random order."""
    pairs = [("a b", "N N"), ("ab", "V"), ("ab", "V"), ("a b a", "N N V"), ("ab a", "V N"), ("b", "N"), ("b", "V")]
    pairs = [pairs[i] for i in rng.permutation(len(pairs))]
    return {"sentences": [words.split() for words, _ in pairs], "tags": [tags.split() for _, tags in pairs]}


def scoring(B: int, T: int, K: int, empty_row: bool = False) -> Draw:
    def draw(rng: Rng) -> Drawn:
        logits, tags = normal(rng, B, T, K), rng.integers(0, K, (B, T)).astype(np.int64)
        guesses = logits.argmax(-1)
        tags = np.where(rng.random((B, T)) < 0.5, guesses, tags)
        mask = np.arange(T) < _ragged(rng, B, T)[:, None]
        if empty_row:
            mask[-1] = False
        return {"logits": logits, "tags": tags, "mask": mask}

    return draw


def scoring_with_holes(B: int, T: int, K: int) -> Draw:
    """A mask of which the number of real words in each row does not tell where they stand, nor what share is right."""

    def draw(rng: Rng) -> Drawn:
        while True:
            given = scoring(B, T, K)(rng)
            mask = given["mask"] = rng.random((B, T)) < 0.6
            right = given["logits"].argmax(-1) == given["tags"]
            packed = np.arange(T) < mask.sum(axis=1)[:, None]
            if mask.any() and abs(right[mask].mean() - right[packed].mean()) > 0.01:
                return given

    return draw


def tagging(rng: Rng) -> Drawn:
    train, held_out = tagged_split(rng)
    return {
        "train": train,
        "seed": int(rng.integers(1000)),
        "held_out": {name: held_out[name] for name in ("tokens", "lengths")},
    }
