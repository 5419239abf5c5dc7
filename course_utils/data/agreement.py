"""English sentences that stop before "is" or "are", with distance and attractors as two separate dials.

An example is a dict of plain values:

    words       everything before the verb: ["the", "keys", "to", "the", "old", "cabinet"]
    numbers     one number per word: 1 for a plural noun, 0 for a singular noun, -1 for any other word
    subject     position of the noun that decides, here 1
    plural      1 when that noun is plural, so that the verb is "are"; 0 for "is"
    verb        "are" or "is"
    distance    words between the subject and the verb, here 4
    attractors  nouns between them whose number is not the subject's, here 1
    template    the classes of the words: "D N P D A N"

The definition of an attractor is that of Linzen, Dupoux and Goldberg (2016). The two splits share no noun and no
template: a template belongs to one split by a checksum of its own letters.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from functools import cache
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

Example = dict[str, Any]
Word = tuple[str, str, int]  # the word, its class, its number

NOUNS = {
    "train": [
        "key",
        "door",
        "river",
        "song",
        "lamp",
        "boat",
        "garden",
        "letter",
        "cup",
        "hill",
        "train",
        "bird",
        "farmer",
        "doctor",
        "window",
        "road",
        "ring",
        "shop",
        "stone",
        "table",
        "spoon",
        "queen",
        "wheel",
        "drum",
        "cloud",
        "tower",
        "pilot",
        "mirror",
        "coat",
        "jacket",
        "nail",
        "bottle",
        "island",
        "kitten",
        "poem",
        "flag",
        "bell",
        "magnet",
    ],
    "test": [
        "cabinet",
        "book",
        "tree",
        "sailor",
        "lantern",
        "wagon",
        "bridge",
        "pond",
        "hammer",
        "teacher",
        "carpet",
        "castle",
        "violin",
        "planet",
        "basket",
        "snail",
    ],
}
ADJECTIVES = [
    "old",
    "red",
    "small",
    "narrow",
    "wooden",
    "heavy",
    "green",
    "quiet",
    "silver",
    "little",
    "round",
    "broken",
    "yellow",
    "cold",
]
ADVERBS = ["slowly", "quietly", "often", "suddenly", "softly", "lately", "gently", "early"]
DEGREES = ["very", "rather", "quite", "so"]
PLACES = ["upstairs", "inside", "nearby", "there", "below", "again"]  # "upstairs" ends in s and is no plural
OPENERS = ["today", "yesterday", "here", "sadly", "oddly"]
PREPOSITIONS = ["of", "near", "behind", "beside", "under", "with", "beyond", "to"]
RELATIVES = ["that", "which"]
VERBS = ["fell", "rested", "moved", "stayed", "lay", "vanished", "waited", "leaned"]
MARKED = {0: ("this", "each"), 1: ("these", "many")}

LETTERS = "abcdefghijklmnopqrstuvwxyz,"
SPELLING_SIZE = 3 * len(LETTERS)


def agreement_example(
    rng: np.random.Generator, split: str, distance: int, nouns: int, attractors: int, marked: bool = False
) -> Example:
    """One sentence of the split "train" or "test" with exactly these dials.

    nouns: nouns between subject and verb, `attractors` of which differ in number from the subject. marked: the
    subject's determiner tells its number ("this", "each", "these", "many"). Raises ValueError when `distance` words do
    not hold that many nouns, three words each.
    """
    if not 0 <= attractors <= nouns or distance < 3 * nouns:
        raise ValueError(f"{nouns} nouns, {attractors} of them attractors, do not fit in {distance} words")
    dice = Random(int(rng.integers(2**62)))
    while True:
        made = _sentence(dice, NOUNS[split], distance, nouns, attractors, marked)
        if split_of(made["template"]) == split:
            return made


def agreement_examples(
    rng: np.random.Generator, split: str, count: int, distance: int, nouns: int, attractors: int, marked: bool = False
) -> list[Example]:
    """`count` sentences with the same dials."""
    return [agreement_example(rng, split, distance, nouns, attractors, marked) for _ in range(count)]


def mixed_examples(
    rng: np.random.Generator, split: str, count: int, shortest: int = 0, longest: int = 24, marked: bool = False
) -> list[Example]:
    """`count` sentences of every distance from `shortest` to `longest`, with as many nouns as chance gives.

    The number of every intervening noun is a coin toss, so that no noun but the subject tells anything about the verb.
    """
    examples = []
    for distance in rng.integers(shortest, longest + 1, size=count).tolist():
        nouns = int(rng.integers(min(distance // 3, 6) + 1))
        attractors = int(rng.binomial(nouns, 0.5))
        examples.append(agreement_example(rng, split, distance, nouns, attractors, marked))
    return examples


def words_and_labels(examples: Sequence[Example]) -> tuple[list[list[str]], list[int]]:
    """What a network reads, and what it should say: the words before the verb, and 1 where the verb is "are"."""
    return [example["words"] for example in examples], [example["plural"] for example in examples]


def split_of(template: str) -> str:
    """The one split in which sentences of this template stand."""
    return "test" if zlib.crc32(template.encode()) % 2 else "train"


def spell(words: Sequence[str]) -> NDArray[np.float32]:
    """x (T, D): each word as one-hot codes of its first letter and its last two.

    A noun that the network never met is spelled like any other.
    """
    x = np.zeros((len(words), SPELLING_SIZE), dtype=np.float32)
    for t, word in enumerate(words):
        x[t, _places(word)] = 1.0
    return x


@cache
def _places(word: str) -> list[int]:
    letters = (word[0], word[-2:][0], word[-1])
    return [slot * len(LETTERS) + LETTERS.index(letter) for slot, letter in enumerate(letters)]


def spell_batch(sentences: Sequence[Sequence[str]]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """x (B, T, D) padded with zeros on the right to the longest sentence, and lengths (B,)."""
    lengths = np.array([len(words) for words in sentences], dtype=np.int64)
    x = np.zeros((len(sentences), int(lengths.max(initial=0)), SPELLING_SIZE), dtype=np.float32)
    for row, words in enumerate(sentences):
        x[row, : len(words)] = spell(words)
    return x, lengths


def _sentence(
    dice: Random, lexicon: Sequence[str], distance: int, nouns: int, attractors: int, marked: bool
) -> Example:
    plural = dice.randrange(2)
    numbers = [1 - plural] * attractors + [plural] * (nouns - attractors)
    dice.shuffle(numbers)
    opener = list(_opener(dice, lexicon))
    determiner = dice.choice(MARKED[plural]) if marked else "the"
    head = [(determiner, "D", -1), *_adjectives(dice, dice.randrange(3)), _noun(dice, lexicon, plural)]
    words = opener + head + _between(dice, lexicon, distance, numbers)
    return {
        "words": [word for word, _, _ in words],
        "numbers": [number for _, _, number in words],
        "subject": len(opener) + len(head) - 1,
        "plural": plural,
        "verb": "are" if plural else "is",
        "distance": distance,
        "attractors": attractors,
        "template": " ".join(kind for _, kind, _ in words),
    }


def _opener(dice: Random, lexicon: Sequence[str]) -> Iterator[Word]:
    """Nothing, "today ," or "near the lamp ,": the first noun is not always the subject."""
    kind = dice.randrange(4)
    if kind == 2:
        yield dice.choice(OPENERS), "O", -1
    if kind == 3:
        yield from _noun_phrase(dice, lexicon, dice.randrange(2), 0)
    if kind >= 2:
        yield ",", ",", -1


def _between(dice: Random, lexicon: Sequence[str], distance: int, numbers: list[int]) -> list[Word]:
    """Exactly `distance` words with nouns of these numbers: phrases with a noun and clauses without one, shuffled."""
    spare = distance - 3 * len(numbers)
    units = []
    for number in numbers:
        adjectives = dice.randint(0, min(spare, 2))
        spare -= adjectives
        units.append(_noun_phrase(dice, lexicon, number, adjectives))
    while spare > 0:
        length = dice.randint(1, min(spare, 4))
        spare -= length
        units.append(_clause(dice, length))
    dice.shuffle(units)
    return [word for unit in units for word in unit]


def _clause(dice: Random, length: int) -> list[Word]:
    """A phrase of one to four words without a noun, from "upstairs" to "that fell very softly"."""
    if length == 1:
        return [(dice.choice(PLACES), "L", -1)]
    words = [(dice.choice(RELATIVES), "R", -1), (dice.choice(VERBS), "V", -1)]
    if length == 4:
        words.append((dice.choice(DEGREES), "Q", -1))
    return words if length == 2 else [*words, (dice.choice(ADVERBS), "B", -1)]


def _noun_phrase(dice: Random, lexicon: Sequence[str], number: int, adjectives: int) -> list[Word]:
    """Three words and the adjectives: "near the old cabinet"."""
    return [
        (dice.choice(PREPOSITIONS), "P", -1),
        ("the", "D", -1),
        *_adjectives(dice, adjectives),
        _noun(dice, lexicon, number),
    ]


def _adjectives(dice: Random, count: int) -> list[Word]:
    return [(word, "A", -1) for word in dice.sample(ADJECTIVES, count)]


def _noun(dice: Random, lexicon: Sequence[str], number: int) -> Word:
    return dice.choice(lexicon) + "s" * number, "N", number
