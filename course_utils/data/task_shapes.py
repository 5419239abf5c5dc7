"""Data for the four shapes of task of a recurrent network, all of it made here from a seed.

Every maker returns lists of plain items, so that an example can be read before it is turned into numbers:
many to one (a verdict on a sentence), one to many (words for a drawn digit), aligned (a tag for each word), and sequence to
sequence (the letters of a string in order).
"""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

GOOD = ("good", "funny", "moving", "clever")
BAD = ("bad", "dull", "clumsy", "boring")
OPENINGS = ("", "frankly", "they say")
SUBJECTS = ("the film", "the plot", "the end")
DEGREES = ("", "very", "rather")
FORM_SHARES = (0.4, 0.2, 0.2, 0.2)

DETERMINERS = ("the", "a")
PRONOUNS = ("we", "they")
TWO_FACED = ("can", "fish", "watch", "drink", "play")

DIGIT_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
SIZES = ("small", "large")
SIDES = ("left", "right")
CANVAS = 12
_STROKES = (
    "###|#.#|#.#|#.#|###", ".#.|##.|.#.|.#.|###", "###|..#|###|#..|###", "###|..#|.##|..#|###", "#.#|#.#|###|..#|..#",
    "###|#..|###|..#|###", "###|#..|###|#.#|###", "###|..#|.#.|.#.|.#.", "###|#.#|###|#.#|###", "###|#.#|###|..#|###",
)  # fmt: skip

Floats = NDArray[np.float64]


def verdicts(count: int, seed: int) -> list[tuple[list[str], str]]:
    """`count` pairs (words of a sentence, "praise" or "blame").

    "not" turns round the adjective after it: "funny not dull" is praise, "dull not funny" is blame, with the same words.
    """
    rng = np.random.default_rng(seed)
    return [_verdict(rng) for _ in range(count)]


def _verdict(rng: np.random.Generator) -> tuple[list[str], str]:
    kind = int(rng.integers(0, 2))
    said, denied = str(rng.choice((GOOD, BAD)[kind])), str(rng.choice((BAD, GOOD)[kind]))
    degrees = rng.choice(DEGREES, 2)
    forms = (f"{degrees[0]} {said}", f"not {degrees[1]} {denied}", f"{degrees[0]} {said} not {degrees[1]} {denied}",
             f"not {degrees[1]} {denied} but {degrees[0]} {said}")  # fmt: skip
    sentence = f"{rng.choice(OPENINGS)} {rng.choice(SUBJECTS)} was {forms[int(rng.choice(4, p=FORM_SHARES))]}"
    return sentence.split(), ("praise", "blame")[kind]


def tagged_sentences(count: int, seed: int) -> list[tuple[list[str], list[str]]]:
    """`count` pairs (words, tags); "can" and its like are nouns, verbs or auxiliaries, and the words before tell which."""
    rng = np.random.default_rng(seed)
    return [_tagged(rng) for _ in range(count)]


def _tagged(rng: np.random.Generator) -> tuple[list[str], list[str]]:
    pairs = _noun_phrase(rng)
    if rng.integers(0, 2):
        pairs.append(("can", "AUX"))
    pairs.append((str(rng.choice(TWO_FACED[1:] if pairs[-1][1] != "AUX" else TWO_FACED)), "VERB"))
    pairs += _noun_phrase(rng, object_of_verb=True)
    return [word for word, _ in pairs], [tag for _, tag in pairs]


def _noun_phrase(rng: np.random.Generator, object_of_verb: bool = False) -> list[tuple[str, str]]:
    if not object_of_verb and rng.integers(0, 2):
        return [(str(rng.choice(PRONOUNS)), "PRON")]
    return [(str(rng.choice(DETERMINERS)), "DET"), (str(rng.choice(TWO_FACED)), "NOUN")]


def sorting_strings(letters: str, shortest: int, longest: int, seed: int) -> tuple[list[str], list[str]]:
    """All strings over `letters` of these lengths, shuffled and cut into two halves: to learn from and to ask about.

    "banana", if it is among them, is in the second half.
    """
    rng = np.random.default_rng(seed)
    strings = [
        "".join(s) for n in range(shortest, longest + 1) for s in product(letters, repeat=n) if "".join(s) != "banana"
    ]
    rng.shuffle(strings)
    half = len(strings) // 2
    asked = strings[half:]
    return strings[:half], (["banana", *asked] if longest >= 6 else asked)


def captioned_digits(count: int, seed: int) -> list[tuple[Floats, list[str]]]:
    """`count` pairs (image (12, 12) with ink near 1 and paper near 0, its caption in words)."""
    rng = np.random.default_rng(seed)
    return [_captioned(rng) for _ in range(count)]


def _captioned(rng: np.random.Generator) -> tuple[Floats, list[str]]:
    digit, size, side = (int(rng.integers(n)) for n in (10, 2, 2))
    image = draw_digit(digit, size, side, rng)
    return image, [DIGIT_WORDS[digit], "drawn", SIZES[size], "on", "the", SIDES[side]]


def draw_digit(digit: int, size: int, side: int, rng: np.random.Generator, noise: float = 0.1) -> Floats:
    """An image (12, 12) of a digit from a 5 x 3 bitmap font, small (0) or large (1), in the left (0) or right (1) half."""
    ink = np.array([[mark == "#" for mark in row] for row in _STROKES[digit].split("|")], dtype=float)
    ink = np.kron(ink, np.ones((size + 1, size + 1)))
    rows, columns = ink.shape
    top = (CANVAS - rows) // 2 + int(rng.integers(-1, 2))
    left = side * CANVAS // 2 + int(rng.integers(0, min(2, CANVAS // 2 - columns + 1)))
    image = rng.normal(0.0, noise, (CANVAS, CANVAS))
    image[top : top + rows, left : left + columns] += ink
    return np.asarray(image)
