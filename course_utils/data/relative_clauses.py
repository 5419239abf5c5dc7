"""A small grammar of English with relative clauses, in the spirit of Elman (1991), and its exact next-word probabilities.

    S  -> NP VP "."                 NP -> name | noun | noun RC
    RC -> who VP | who NP verb      VP -> verb | verb NP

Subjects and verbs agree; "chase" and "feed" need an object, "walk" and "live" take none, "see" and "hear" may have one.
A relative clause stands inside another at most once, so every sentence ends and every probability can be computed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

NOUNS = (("boy", "boys"), ("girl", "girls"), ("cat", "cats"), ("dog", "dogs"))
NAMES = ("John", "Mary")
NEEDS_OBJECT = (("chases", "chase"), ("feeds", "feed"))
MAY_HAVE_OBJECT = (("sees", "see"), ("hears", "hear"))
NO_OBJECT = (("walks", "walk"), ("lives", "live"))
END = "."
VOCABULARY = tuple(
    sorted(
        {word for pair in NOUNS + NEEDS_OBJECT + MAY_HAVE_OBJECT + NO_OBJECT for word in pair} | {*NAMES, "who", END}
    )
)
_NUMBERS = {word: number for pair in NOUNS for number, word in enumerate(pair)} | dict.fromkeys(NAMES, 0)
WORD_IDS = {word: i for i, word in enumerate(VOCABULARY)}
DEEPEST = 2

Symbol = str | tuple[str, int, int]  # a word, or (category, number, depth)
Stack = tuple[Symbol, ...]
ANY = -1
START: Stack = (("S", ANY, 0),)


def sentence(rng: np.random.Generator) -> list[str]:
    """One sentence of the grammar with its full stop."""
    return _grow(rng, START)[0]


def _grow(rng: np.random.Generator, stack: Stack) -> tuple[list[str], int]:
    """Words that the symbols become, and the depth of the deepest clause among them."""
    words, deepest = [], 0
    while stack:
        first, rest = stack[0], stack[1:]
        if isinstance(first, str):
            words.append(first)
            stack = rest
            continue
        deepest = max(deepest, first[2])
        rules = list(_rules(*first))
        place = int(np.searchsorted(np.cumsum([probability for probability, _ in rules]), rng.random()))
        stack = rules[min(place, len(rules) - 1)][1] + rest
    return words, deepest


def verb_examples(rng: np.random.Generator, depth: int, count: int) -> list[dict[str, Any]]:
    """`count` subjects with clauses nested exactly `depth` deep (0, 1 or 2), up to their verb, as dicts:

    words, numbers (1 for a plural noun, 0 for a singular noun or a name, -1 for any other word), plural (the subject's
    number), depth, and verbs, the pair of forms (singular, plural) of a verb that may follow.
    """
    verbs = NEEDS_OBJECT + MAY_HAVE_OBJECT + NO_OBJECT
    examples: list[dict[str, Any]] = []
    while len(examples) < count:
        plural = int(rng.integers(2))
        words, deepest = _grow(rng, (("NP", plural, 0),))
        if deepest == depth:
            numbers = [_NUMBERS.get(word, -1) for word in words]
            pair = verbs[int(rng.integers(len(verbs)))]
            examples.append({"words": words, "numbers": numbers, "plural": plural, "depth": depth, "verbs": pair})
    return examples


def next_word_probabilities(words: Sequence[str]) -> NDArray[np.float64]:
    """P (T + 1, V): row t is the distribution of word t given the words before it, exactly.

    Raises ValueError when the grammar has no sentence that begins so.
    """
    belief: dict[Stack, float] = {START: 1.0}
    rows = []
    for word in [*words, None]:
        row, following = np.zeros(len(VOCABULARY)), dict[Stack, float]()
        for stack, weight in belief.items():
            for probability, first, rest in _first_words(stack):
                row[WORD_IDS[first]] += weight * probability
                if first == word:
                    following[rest] = following.get(rest, 0.0) + weight * probability
        rows.append(row)
        total = sum(following.values())
        if word is not None and total == 0.0:
            raise ValueError(
                f"no sentence of the grammar goes on with {word!r} after {' '.join(words[: len(rows) - 1])!r}"
            )
        belief = {stack: weight / total for stack, weight in following.items()}
    return np.array(rows)


def _first_words(stack: Stack) -> Iterator[tuple[float, str, Stack]]:
    if not stack:
        yield 1.0, END, ()  # after the end nothing is asked
        return
    first, rest = stack[0], stack[1:]
    if isinstance(first, str):
        yield 1.0, first, rest
        return
    for probability, symbols in _rules(*first):
        for inner, word, remaining in _first_words(symbols + rest):
            yield probability * inner, word, remaining


def _rules(category: str, number: int, depth: int) -> Iterator[tuple[float, Stack]]:
    """What a symbol may become, with probabilities that add up to 1."""
    if category == "S":
        for n in (0, 1):
            yield 0.5, (("NP", n, depth), ("VP", n, depth), END)
    elif category == "OBJECT":
        for n in (0, 1):
            yield 0.5, (("NP", n, depth),)
    elif category == "NP":
        yield from _noun_phrases(number, depth)
    elif category == "RC":
        yield 0.5, ("who", ("VP", number, depth))
        for n in (0, 1):
            yield 0.25, ("who", ("NP", n, depth), ("TAKES", n, depth))
    elif category == "VP":
        yield 0.25, (("NEEDS", number, depth), ("OBJECT", ANY, depth))
        yield 0.25, (("MAY", number, depth), ("OBJECT", ANY, depth))
        yield 0.25, (("MAY", number, depth),)
        yield 0.25, (("NONE", number, depth),)
    else:
        verbs = {
            "NEEDS": NEEDS_OBJECT,
            "MAY": MAY_HAVE_OBJECT,
            "NONE": NO_OBJECT,
            "TAKES": NEEDS_OBJECT + MAY_HAVE_OBJECT,
        }
        for pair in verbs[category]:
            yield 1 / len(verbs[category]), (pair[number],)


def _noun_phrases(number: int, depth: int) -> Iterator[tuple[float, Stack]]:
    names = NAMES if number == 0 else ()
    clause = 0.4 if depth < DEEPEST else 0.0
    for name in names:
        yield 0.1, (name,)
    for pair in NOUNS:
        share = (1.0 - 0.1 * len(names)) / len(NOUNS)
        yield share * (1 - clause), (pair[number],)
        if clause:
            yield share * clause, (pair[number], ("RC", number, depth + 1))
