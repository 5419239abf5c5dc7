"""Small worlds of sentences in which the order of the words, or a word far back, decides the label.

Three worlds, each made by enumeration so that its ceilings are exact fractions:
- `news_sentences`: "dog bites man" is no news, "man bites dog" is; both are the same bag of words;
- `opinions`: "soup not good today again": the words that decide lie 0, 1, 2 ... words before the end;
- `two_opinions`: "soup not good today wine so good": what is said of the soup? Neither a bag nor a short window can tell.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

Sentence = list[str]
Sentences = list[Sentence]
Labelled = tuple[Sentences, list[int]]

ANIMALS = ("dog", "cat", "snake", "horse", "goose")
PEOPLE = ("man", "boy", "vicar", "nurse", "farmer", "baker", "tailor", "sailor")
VERBS = ("bites", "chases", "kicks", "scares", "catches")
SETTLED_VERBS = {"sees": 0, "passes": 0, "marries": 1, "sues": 1}
"""Verbs with which it is news in both orders (1), or in neither (0)."""

CLUES = ("so", "not")
ADJECTIVES = ("good", "bad")
DISHES = ("soup", "wine")
FILLERS = ("today", "again", "though", "honestly")


def news_sentences(settled: bool = False) -> Labelled:
    """All 400 sentences animal-verb-person and person-verb-animal; label 1 (news) when the person does it to the animal.

    With `settled`, 320 more with verbs that decide the label in either order.
    """
    sentences: Sentences = []
    labels: list[int] = []
    for animal, person, verb in itertools.product(ANIMALS, PEOPLE, VERBS):
        sentences += [[animal, verb, person], [person, verb, animal]]
        labels += [0, 1]
    if settled:
        for animal, person, (verb, label) in itertools.product(ANIMALS, PEOPLE, SETTLED_VERBS.items()):
            sentences += [[animal, verb, person], [person, verb, animal]]
            labels += [label, label]
    return sentences, labels


def opinions(gaps: Iterable[int], per_gap: int, seed: int) -> Labelled:
    """Sentences "soup CLUE ADJECTIVE filler filler ..." with `gap` fillers at the end; label 1 when the soup is praised.

    For every gap `per_gap` strings of fillers are drawn, and each is used with all four opinions.
    """
    sentences: Sentences = []
    labels: list[int] = []
    for fillers in _fillers(gaps, per_gap, seed):
        for clue, adjective in itertools.product(CLUES, ADJECTIVES):
            sentences.append(["soup", clue, adjective, *fillers])
            labels.append(_praise(clue, adjective))
    return sentences, labels


def two_opinions(gaps: Iterable[int], per_gap: int, seed: int, unlike: Iterable[Sentence] = ()) -> Labelled:
    """Sentences with an opinion on soup and one on wine, in both orders, `gap` fillers between; label 1: soup praised.

    For every gap `per_gap` strings of fillers are drawn, and each is used with both orders and all sixteen pairs of opinions.
    No string of fillers is used that stands in a sentence of `unlike`, so that none of its sentences comes again.
    """
    sentences: Sentences = []
    labels: list[int] = []
    both = list(itertools.product(CLUES, ADJECTIVES))
    strings = _fillers(gaps, per_gap, seed, {tuple(sentence[3:-3]) for sentence in unlike})
    for fillers, first, opinion, other in itertools.product(strings, (0, 1), both, both):
        sentences.append([DISHES[first], *opinion, *fillers, DISHES[1 - first], *other])
        labels.append(_praise(*(opinion if first == 0 else other)))
    return sentences, labels


def opinion_at(position: int, length: int, count: int, seed: int) -> Labelled:
    """`4 * count` sentences of `length` words, fillers all but the opinion at `position`, `position + 1`."""
    rng = np.random.default_rng(seed)
    sentences: Sentences = []
    labels: list[int] = []
    for _ in range(count):
        fillers = [str(word) for word in rng.choice(FILLERS, length - 2)]
        for clue, adjective in itertools.product(CLUES, ADJECTIVES):
            sentences.append([*fillers[:position], clue, adjective, *fillers[position:]])
            labels.append(_praise(clue, adjective))
    return sentences, labels


def words_of(sentences: Iterable[Sentence]) -> list[str]:
    """Every word that occurs, once, in alphabetical order: a vocabulary of length V."""
    return sorted(set(itertools.chain.from_iterable(sentences)))


def one_hot(sentence: Sequence[str], vocabulary: Sequence[str]) -> NDArray[np.float64]:
    """A sentence of T words as (T, V): row t has its single 1 at the word's place in the vocabulary."""
    rows = np.zeros((len(sentence), len(vocabulary)))
    for t, word in enumerate(sentence):
        rows[t, vocabulary.index(word)] = 1.0
    return rows


def last_words(sentences: Sequence[Sentence], window: int, vocabulary: Sequence[str]) -> NDArray[np.float64]:
    """What a window network reads: (N, window, V), one-hot words, the final word of each sentence in the last place.

    Where a sentence is shorter than the window the places before it stay zero.
    """
    rows = np.zeros((len(sentences), window, len(vocabulary)))
    for n, sentence in enumerate(sentences):
        for back, word in zip(range(1, window + 1), reversed(sentence), strict=False):
            rows[n, window - back, vocabulary.index(word)] = 1.0
    return rows


def _fillers(
    gaps: Iterable[int], per_gap: int, seed: int, avoided: Collection[tuple[str, ...]] = ()
) -> list[tuple[str, ...]]:
    """`per_gap` strings for each gap, none of them among `avoided`. Raises ValueError when a gap has no other string."""
    rng = np.random.default_rng(seed)
    strings: list[tuple[str, ...]] = []
    for gap in gaps:
        if sum(len(string) == gap for string in avoided) >= len(FILLERS) ** gap:
            raise ValueError(f"every string of {gap} fillers is among those to avoid.\nTake longer gaps.")
        wanted = len(strings) + per_gap
        while len(strings) < wanted:
            string = tuple(str(word) for word in rng.choice(FILLERS, gap))
            strings += [] if string in avoided else [string]
    return strings


def _praise(clue: str, adjective: str) -> int:
    """1 for "so good" and "not bad", 0 for "so bad" and "not good"."""
    return int((clue == "so") == (adjective == "good"))
