"""A small language of garden paths: 1,544 sentences whose words have tags that may depend on words not read yet.

    the old man sleeps          DET ADJ  NOUN VERB
    the old man the boats       DET NOUN VERB DET NOUN

A sentence is a list of words, its tags a list of the same length. Every sentence stands in the language once. As arrays,
words and tags are the indices of `WORDS` and `TAGS`, rows are padded on the right, and `lengths` says what is real.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray

Tagged = tuple[tuple[str, str], ...]
Arrays = dict[str, NDArray[np.int64]]

TAGS = ("DET", "ADJ", "NOUN", "VERB", "PREP", "PRON", "CONJ")
QUALITIES = ("old", "young", "rich", "poor")  # adjectives, and with "the" before them also people
WORKS = ("man", "guard", "watch", "fish")  # nouns, and also what people do
THINGS = ("boats", "gates")
RESTS = ("waits", "sleeps")


def _phrase(words: str, tags: str) -> Tagged:
    return tuple(zip(words.split(), tags.split(), strict=True))


def _objects() -> Iterator[Tagged]:
    yield from (_phrase(f"the {word}", "DET NOUN") for word in (*QUALITIES, *WORKS, *THINGS))


def _long_objects() -> Iterator[Tagged]:
    yield from _objects()
    yield from (_phrase(f"the {quality} {work}", "DET ADJ NOUN") for quality in QUALITIES for work in WORKS)


def _meanwhile() -> Iterator[Tagged]:
    """Ends of a sentence. Nobody says "while they man"."""
    yield from (_phrase(f"while they {work}", "CONJ PRON VERB") for work in WORKS if work != "man")


def _of_a_noun() -> Iterator[Tagged]:
    """What may follow "the old man" when "man" is a noun."""
    for rest in RESTS:
        verb = _phrase(rest, "VERB")
        yield verb
        yield from (verb + end for end in _meanwhile())
        yield from (_phrase(f"near the {thing} {rest}", "PREP DET NOUN VERB") for thing in THINGS)
    for quality in QUALITIES:
        look = _phrase(f"looks {quality}", "VERB ADJ")
        yield look
        yield from (look + end for end in _meanwhile())
    yield from (_phrase("helps", "VERB") + found for found in _long_objects())


def _of_people(work: str) -> Iterator[Tagged]:
    """What may follow "the old" when they are people: a verb that is `work`. To man needs an object."""
    verb = _phrase(work, "VERB")
    yield from (verb + found for found in _long_objects())
    yield from (verb + _phrase(f"the {thing}", "DET NOUN") + end for thing in THINGS for end in _meanwhile())
    if work != "man":
        yield verb
        yield from (verb + end for end in _meanwhile())
        yield from (verb + _phrase("near", "PREP") + found for found in _objects())


def _all() -> Iterator[Tagged]:
    for quality in QUALITIES:
        for work in WORKS:
            yield from (_phrase(f"the {quality} {work}", "DET ADJ NOUN") + rest for rest in _of_a_noun())
            yield from (_phrase(f"the {quality}", "DET NOUN") + rest for rest in _of_people(work))


@cache
def _language() -> tuple[Tagged, ...]:
    return tuple(_all())


def language() -> tuple[list[list[str]], list[list[str]]]:
    """All sentences and their tags: two lists of the same shape."""
    whole = _language()
    return [[word for word, _ in sentence] for sentence in whole], [[tag for _, tag in sentence] for sentence in whole]


WORDS = tuple(sorted({word for sentence in _language() for word, _ in sentence}))


def word_ids(words: Sequence[str]) -> torch.Tensor:
    """A batch of one sentence: (1, T) int64."""
    return torch.tensor([[WORDS.index(word) for word in words]])


def as_arrays(indices: Sequence[int], width: int, rng: np.random.Generator | None = None) -> Arrays:
    """The sentences with these indices as tokens (B, width), tags (B, width) and lengths (B,), all int64.

    Behind a sentence's end stand zeros, which are also the index of a word and of a tag; with `rng`, arbitrary ones.
    """
    shape, whole = (len(indices), width), _language()
    tokens = np.zeros(shape, np.int64) if rng is None else rng.integers(0, len(WORDS), shape)
    tags = np.zeros(shape, np.int64) if rng is None else rng.integers(0, len(TAGS), shape)
    for row, index in enumerate(indices):
        for t, (word, tag) in enumerate(whole[index]):
            tokens[row, t], tags[row, t] = WORDS.index(word), TAGS.index(tag)
    return {"tokens": tokens, "tags": tags, "lengths": np.array([len(whole[index]) for index in indices], np.int64)}


def tagged_split(rng: np.random.Generator, train: int = 600, held_out: int = 250) -> tuple[Arrays, Arrays]:
    """Two batches without a common sentence. The first is padded with zeros to its longest row, the second, wider, with
    arbitrary words and tags: what stands behind the end of a sentence means nothing."""
    order = rng.permutation(len(_language())).tolist()
    return as_arrays(order[:train], 8), as_arrays(order[train : train + held_out], 12, rng)


def as_tensors(arrays: Arrays) -> dict[str, torch.Tensor]:
    """The same numbers as torch tensors."""
    return {name: torch.from_numpy(array) for name, array in arrays.items()}


LETTERS = tuple(sorted({letter for word in WORDS for letter in word} | {" "}))
BEGIN, END = len(LETTERS), len(LETTERS) + 1
SYMBOLS = len(LETTERS) + 2


def spelled(sentences: Sequence[Sequence[str]]) -> dict[str, torch.Tensor]:
    """For letter models: inputs (B, T) = BEGIN + letters, targets (B, T) = letters + END, lengths (B,); padded with BEGIN."""
    rows = [[LETTERS.index(letter) for letter in " ".join(words)] for words in sentences]
    width = max(len(row) for row in rows) + 1
    inputs, targets = torch.full((len(rows), width), BEGIN), torch.full((len(rows), width), BEGIN)
    for b, row in enumerate(rows):
        inputs[b, 1 : len(row) + 1] = torch.tensor(row)
        targets[b, : len(row) + 1] = torch.tensor([*row, END])
    return {"inputs": inputs, "targets": targets, "lengths": torch.tensor([len(row) + 1 for row in rows])}


def read_letters(symbols: Sequence[int]) -> str:
    """Letters as text, up to END."""
    kept = list(symbols)
    kept = kept[: kept.index(END)] if END in kept else kept
    return "".join(LETTERS[symbol] for symbol in kept if symbol < len(LETTERS))
