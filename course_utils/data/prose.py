"""English prose that is on every machine: the Python language reference inside `pydoc_data.topics`.

The reference is written by people in careful English, and comes with Python: nothing is downloaded. Tables, grammar
and code are left out. The text differs a little from one Python version to the next, so a number measured on it is printed
rounded, or its cell is marked as one whose output is not compared.

Three decisions make a held-out text that was truly held out:
- whole topics are held out, so that no half of a page helps to foretell the other half;
- the reference prints many sections twice ("if" is a topic, and a part of "compound"), so a paragraph of a held-out
  topic is left out of the training text wherever it occurs, and each text has every paragraph once;
- lines such as "Changed in version 3.11: ..." are left out: they repeat each other and change with every version.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

PUNCTUATION = "'(),-.:;"
ALPHABET = "\n " + PUNCTUATION + "abcdefghijklmnopqrstuvwxyz"
"""The 36 characters of the prose; the first ends a paragraph."""

SPLITS = ("train", "held_out")
HELD_OUT_TOPICS = (
    "calls", "comparisons", "dynamic-features", "exceptions", "execmodel", "import", "in", "lambda", "naming", "shifting",
    "strings", "typesmapping", "yield",
)  # fmt: skip

MIN_WORDS = 8
MAX_FOREIGN = 0.04
MIN_COMMON = 0.2
COMMON_WORDS = frozenset(
    re.findall(
        r"\w+",
        "a an and are as at be been but by can do does for from has have if in into is it its may more must no not of on "
        "only or other same such than that the their them then there they this to used using was when where which will with",
    )
)
_VERSION_NOTE = re.compile(r"(changed|new|added|deprecated|removed)\b.{0,40}\bversion\b", re.IGNORECASE | re.DOTALL)
_PLAINER = str.maketrans({"’": "'", "‘": "'", "—": "-", "–": "-", "…": "...", '"': "", "“": "", "”": "", "`": ""})
_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@lru_cache(maxsize=len(SPLITS))
def python_prose(split: str) -> str:
    """The prose of one split, "train" or "held_out": lower-case text over `ALPHABET`, one paragraph a line.

    Every paragraph ends with a newline, so the length of the text is the number of characters a model has to foretell, the ends
    of paragraphs among them. The text differs between Python versions: print rounded numbers. Raises ValueError for
    another split.
    """
    return "".join(paragraph + "\n" for paragraph in prose_paragraphs(split))


def prose_paragraphs(split: str) -> list[str]:
    """The paragraphs of one split without their newline, in the order of the topics' names; each occurs once."""
    if split not in SPLITS:
        raise ValueError(f"split is {split!r}; it is one of {', '.join(SPLITS)}")
    topics = _topics()
    held_out = dict.fromkeys(_prose_of(topics[name] for name in HELD_OUT_TOPICS if name in topics))
    if split == "held_out":
        return list(held_out)
    others = _prose_of(topics[name] for name in sorted(topics) if name not in HELD_OUT_TOPICS)
    return [paragraph for paragraph in dict.fromkeys(others) if paragraph not in held_out]


def _topics() -> dict[str, str]:
    from pydoc_data.topics import topics

    return dict(topics)


def _prose_of(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        for block in re.split(r"\n[ \t]*\n", text):
            if _is_prose(block):
                yield _normalised(block)


def _is_prose(block: str) -> bool:
    """Whether a block of lines is a paragraph of English, not code, grammar, a table, a heading or a version note."""
    words = re.findall(r"[a-z']+", block.lower())
    if len(words) < MIN_WORDS or _VERSION_NOTE.match(block.strip(" \n*")) or not re.search(r"[.:;,]\)?\s*$", block):
        return False
    foreign = sum(character in "=+<>[]{}|@%~\\/#^&" for character in block)
    common = sum(word in COMMON_WORDS for word in words)
    return foreign <= MAX_FOREIGN * len(block) and common >= MIN_COMMON * len(words)


def _normalised(block: str) -> str:
    """One line of lower-case text over `ALPHABET`; digits are spelt out, other characters become spaces."""
    text = re.sub(r"[0-9]", lambda digit: f" {_DIGITS[int(digit[0])]} ", block.lower().translate(_PLAINER))
    text = re.sub(rf"[^a-z{re.escape(PUNCTUATION)}]+", " ", text)
    text = re.sub(r" ?\((?=[ ,.:;]*\))[ ,.:;]*\)", "", text)
    text = re.sub(r"\( ", "(", re.sub(r" +([),.:;])", r"\1", text))
    return re.sub(r" +", " ", text).strip(" -")
