"""Lesson 7: how its cases are drawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from course_utils.data.agreement import MARKED, agreement_example, agreement_examples
from grader.drawing import normal

Rng = np.random.Generator
Drawn = dict[str, Any]
Draw = Callable[[Rng], Drawn]
Example = dict[str, Any]


def numbers(*kinds: str) -> Draw:
    """The numbers of one sentence: p plural, s singular, - any other word, capital for the subject; ? a coin toss."""

    def draw(rng: Rng) -> Drawn:
        text = "".join("ps"[int(rng.integers(2))] if letter == "?" else letter for letter in rng.choice(list(kinds)))
        if rng.integers(2):
            text = text.translate(str.maketrans("psPS", "spSP"))
        values = {"p": 1, "s": 0, "-": -1}
        subject = next(i for i, letter in enumerate(text) if letter.isupper())
        return {"numbers": [values[letter.lower()] for letter in text], "subject": subject}

    return draw


def _with_opener(rng: Rng, plural: int) -> Example:
    """A subject of this number after a noun of the other, with a noun of each number behind it."""
    while True:
        example = agreement_example(rng, "test", int(rng.integers(7, 10)), 2, 1)
        before = [n for n in example["numbers"][: example["subject"]] if n >= 0]
        if before == [1 - plural] and example["plural"] == plural:
            return example


def _of_number(rng: Rng, plural: int, distance: int, nouns: int, attractors: int) -> Example:
    while True:
        example = agreement_example(rng, "test", distance, nouns, attractors)
        if example["plural"] == plural:
            return example


def _shuffled(rng: Rng, examples: list[Example]) -> list[Example]:
    return [examples[i] for i in rng.permutation(len(examples))]


def several(rng: Rng) -> Drawn:
    """Seven sentences, five of them singular, with openers, attractors and bare subjects."""
    examples = [_with_opener(rng, 0), _with_opener(rng, 1)]
    examples += [_of_number(rng, 0, 4, 1, 1), _of_number(rng, 0, 9, 3, 2), _of_number(rng, 0, 2, 0, 0)]
    examples += [_of_number(rng, 0, 6, 2, 0), _of_number(rng, 1, 9, 3, 3)]
    return {"examples": _shuffled(rng, examples)}


def mostly_plural(rng: Rng) -> Drawn:
    """Five sentences, four of them plural."""
    examples = [_of_number(rng, 1, 7, 2, 1), _of_number(rng, 1, 4, 1, 0), _of_number(rng, 1, 3, 1, 1)]
    examples += [_of_number(rng, 1, 1, 0, 0), _of_number(rng, 0, 9, 2, 2)]
    return {"examples": _shuffled(rng, examples)}


def bare_subjects(rng: Rng) -> Drawn:
    """Three sentences without a noun between, and one with an attractor before a clause."""
    examples = [_of_number(rng, 1, 0, 0, 0), _of_number(rng, 0, 3, 0, 0), _of_number(rng, 1, 5, 0, 0)]
    return {"examples": _shuffled(rng, [*examples, _of_number(rng, 0, 6, 1, 1)])}


def one(rng: Rng) -> Drawn:
    return {"examples": [_of_number(rng, int(rng.integers(2)), 5, 1, 1)]}


def by(key: str, dials: list[tuple[int, int, int]], wrong: int) -> Draw:
    """Examples with the given dials (distance, nouns, attractors), and predictions of which `wrong` are wrong."""

    def draw(rng: Rng) -> Drawn:
        examples = _shuffled(rng, [agreement_example(rng, "test", *dial) for dial in dials])
        mistaken = set(rng.permutation(len(examples))[:wrong].tolist())
        predictions = [abs(e["plural"] - (i in mistaken)) for i, e in enumerate(examples)]
        return {"examples": examples, "predictions": np.array(predictions), "key": key}

    return draw


def trials(successes: int, n: int, z: float | None = None) -> Draw:
    """Fixed counts, so that the edges are always met; `z` is left to its default when None."""

    def draw(rng: Rng) -> Drawn:
        more = int(rng.integers(0, 3)) if 0 < successes < n - 3 else 0
        given: Drawn = {"successes": successes + more, "n": n}
        return given if z is None else given | {"z": z}

    return draw


def padded(B: int, T: int, H: int, ends: list[int]) -> Draw:
    def draw(rng: Rng) -> Drawn:
        return {
            "states": normal(rng, B, T, H, scale=0.6),
            "lengths": rng.permutation(np.array(ends, dtype=np.int64)),
            "upstream": normal(rng, B, H),
        }

    return draw


def chain(T: int, H: int, start: int, end: int) -> Draw:
    def draw(rng: Rng) -> Drawn:
        states = np.round(np.tanh(rng.normal(0.0, 0.9, (T, H))), 3).clip(-0.98, 0.98)
        return {"states": states, "W_hh": normal(rng, H, H, scale=0.8), "start": start, "end": end}

    return draw


def square(H: int, scale: float = 0.8) -> Draw:
    return lambda rng: {"W": normal(rng, H, H, scale=scale)}


def rotation(rng: Rng) -> Drawn:
    """Complex eigenvalues of one modulus, larger than a third real one."""
    angle, size = rng.uniform(1.8, 2.6), rng.uniform(1.2, 1.8)
    W = np.diag([0.4, 0.0, 0.0])
    W[1:, 1:] = size * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return {"W": np.round(W, 3)}


def negative(rng: Rng) -> Drawn:
    """The eigenvalue of largest modulus is negative; not symmetric."""
    W = np.diag(np.round([rng.uniform(0.5, 0.9), -rng.uniform(1.5, 2.0), 0.3], 3))
    W[0, 1], W[1, 2] = 0.7, -1.1
    return {"W": W}


def sheared(rng: Rng) -> Drawn:
    """A small radius and a large norm."""
    return {"W": np.array([[0.5, float(np.round(rng.uniform(3, 6), 3))], [0.0, -0.4]])}


def lone(rng: Rng) -> Drawn:
    return {"W": np.array([[-float(np.round(rng.uniform(0.3, 2.0), 3))]])}


def recurrent(draw: Draw, steps: int) -> Draw:
    return lambda rng: {"W_hh": draw(rng)["W"], "steps": steps}


def unit_norm(rng: Rng) -> Drawn:
    """Singular values of exactly 1: a diagonal of signs."""
    return {"W": np.diag(rng.choice([-1.0, 1.0], 3))}


def with_radius(draw: Draw, radius: float) -> Draw:
    return lambda rng: {**draw(rng), "radius": radius}


def scores(T: int, V: int, around: float = 0.0) -> Draw:
    def draw(rng: Rng) -> Drawn:
        return {"logits": np.round(around + normal(rng, T, V), 3), "tokens": rng.integers(V, size=T).astype(np.int64)}

    return draw


LONG = 80
TELLING = 80


def unseen(rng: Rng) -> Drawn:
    """160 sentences with 4 to 6 attractors, and two very long ones that are not counted.

    The first eighty come again with a telling determiner, and again with the verb, to tell the misconceptions apart.
    """
    examples = _shuffled(rng, held_out_examples(rng))
    long = agreement_examples(rng, "test", 2, LONG, 6, 3)
    return {
        "corpus": int(rng.integers(2**31)),
        "seed": int(rng.integers(1000)),
        "held_out": [" ".join(e["words"]) for e in [*examples, *long]],
        "marked": [" ".join(_with_telling_determiner(e)) for e in examples[:TELLING]],
        "with_verb": [" ".join([*e["words"], e["verb"]]) for e in examples[:TELLING]],
    }


def _with_telling_determiner(example: Example) -> list[str]:
    words = list(example["words"])
    before_subject = max(place for place in range(example["subject"]) if words[place] == "the")
    words[before_subject] = MARKED[example["plural"]][0]
    return words


def held_out_examples(rng: Rng) -> list[Example]:
    """Eight nouns in 24 to 30 words, half of the subjects plural.

    Eight, so that "the opposite of the last noun" earns no more than 6 in 8; balanced, so that a constant earns half.
    """
    examples = []
    for i in range(160):
        distance, attractors = int(rng.integers(24, 31)), int(rng.integers(4, 7))
        examples.append(_of_number(rng, i % 2, distance, 8, attractors))
    return examples
