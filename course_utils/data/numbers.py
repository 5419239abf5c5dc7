"""The numbers 0 to 999 in English and French words, as pieces a network can read one after the other.

English is the British kind ("eight hundred and eighty-one"). French is spelt as before the reform of 1990: hyphens
inside a number below a hundred except around "et", "vingt" and "cent" with an s when multiplied and last
("quatre-vingts", "quatre-vingt-un", "deux cents", "deux cent un").
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

LIMIT = 1000
ENGLISH_SMALL = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
ENGLISH_TENS = (
    "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
)  # fmt: skip
FRENCH_SMALL = (
    "zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze",
    "treize", "quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf",
)  # fmt: skip
FRENCH_TENS = (
    "vingt", "trente", "quarante", "cinquante", "soixante",
)  # fmt: skip

PAD, BOS, EOS = 0, 1, 2
SPECIAL = ("<pad>", "<bos>", "<eos>")


def english_number(n: int) -> str:
    """`n` in English words: 881 is "eight hundred and eighty-one". Raises ValueError outside 0..999."""
    _check(n)
    hundreds, rest = divmod(n, 100)
    if not hundreds:
        return _english_below_hundred(rest)
    head = f"{ENGLISH_SMALL[hundreds]} hundred"
    return f"{head} and {_english_below_hundred(rest)}" if rest else head


def french_number(n: int) -> str:
    """`n` in French words: 881 is "huit cent quatre-vingt-un". Raises ValueError outside 0..999."""
    _check(n)
    hundreds, rest = divmod(n, 100)
    if not hundreds:
        return _french_below_hundred(rest)
    head = "cent" if hundreds == 1 else f"{FRENCH_SMALL[hundreds]} cent"
    if rest:
        return f"{head} {_french_below_hundred(rest)}"
    return head if hundreds == 1 else f"{head}s"


def pieces(text: str) -> list[str]:
    """Cut words at spaces and before hyphens: "quatre-vingt-un" gives ["quatre", "-vingt", "-un"]."""
    return text.replace("-", " -").split()


def joined(parts: Iterable[str]) -> str:
    """The text that `pieces` cut: a piece with a hyphen in front goes on where the last one stopped."""
    return " ".join(parts).replace(" -", "-")


class Vocabulary:
    """Pieces and their ids. Ids 0, 1 and 2 are padding, begin and end of a sentence."""

    def __init__(self, texts: Iterable[str]) -> None:
        found = sorted({piece for text in texts for piece in pieces(text)})
        self.pieces: tuple[str, ...] = (*SPECIAL, *found)
        self.ids = {piece: number for number, piece in enumerate(self.pieces)}

    def __len__(self) -> int:
        return len(self.pieces)

    def encode(self, text: str) -> list[int]:
        """The ids of the text's pieces, without begin or end."""
        return [self.ids[piece] for piece in pieces(text)]

    def decode(self, ids: Iterable[int]) -> str:
        """The text of ids; special ids are shown as they are named."""
        return joined(self.pieces[number] for number in ids)


def split_numbers(seed: int, n_train: int) -> tuple[list[int], list[int]]:
    """All numbers below 1000, each in exactly one of (train, test), both in random order.

    Zero is always in train, since its word occurs in no other number.
    """
    shuffled = [int(n) for n in np.random.default_rng(seed).permutation(np.arange(1, LIMIT))]
    return [0, *shuffled[: n_train - 1]], shuffled[n_train - 1 :]


def padded(sentences: Sequence[Sequence[int]], begin: bool = False, end: bool = False) -> NDArray[np.int64]:
    """Sentences of ids as one array (B, T), padding after each; with BOS before and EOS behind where asked."""
    framed = [[*[BOS] * begin, *sentence, *[EOS] * end] for sentence in sentences]
    table = np.full((len(framed), max((len(sentence) for sentence in framed), default=0)), PAD, dtype=np.int64)
    for row, sentence in zip(table, framed, strict=True):
        row[: len(sentence)] = sentence
    return table


def _check(n: int) -> None:
    if not 0 <= n < LIMIT:
        raise ValueError(f"numbers go from 0 to {LIMIT - 1}, got {n}")


def _english_below_hundred(n: int) -> str:
    if n < 20:
        return ENGLISH_SMALL[n]
    tens, unit = divmod(n, 10)
    return ENGLISH_TENS[tens - 2] + (f"-{ENGLISH_SMALL[unit]}" if unit else "")


def _french_below_hundred(n: int) -> str:
    """Tens up to sixty count by ten; sixty and eighty count on to nineteen."""
    if n < 20:
        return FRENCH_SMALL[n]
    if n >= 80:
        return "quatre-vingts" if n == 80 else f"quatre-vingt-{FRENCH_SMALL[n - 80]}"
    tens = min(n // 10, 6)
    head, rest = FRENCH_TENS[tens - 2], n - 10 * tens
    if not rest:
        return head
    return f"{head} et {FRENCH_SMALL[rest]}" if rest in (1, 11) else f"{head}-{FRENCH_SMALL[rest]}"


ENGLISH = Vocabulary(english_number(n) for n in range(LIMIT))
FRENCH = Vocabulary(french_number(n) for n in range(LIMIT))
