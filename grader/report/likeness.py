"""Submissions that are more alike than the exercises make them: winnowed fingerprints of what students wrote themselves.

After Schleimer, Wilkerson and Aiken, "Winnowing: local algorithms for document fingerprinting" (SIGMOD 2003). Names that a
student could have chosen otherwise, comments and layout play no part. What was given, what stands in the course's own
answers and what many wrote is left out, so that only unusual agreement counts.
"""

from __future__ import annotations

import builtins
import hashlib
import io
import itertools
import keyword
import tokenize
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

GRAM = 12  # tokens in a fingerprint
WINDOW = 4  # an agreement of GRAM + WINDOW - 1 tokens is always seen
COMMON = 10  # fingerprints in more submissions than this, or than a fiftieth of the class, are everybody's
FEWEST_SHARED = 6
THRESHOLD = 0.5

FIXED_NAMES = frozenset(keyword.kwlist) | frozenset(dir(builtins)) | {"np", "torch", "nn", "math", "self"}
LAYOUT = frozenset({tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.ENCODING, tokenize.ENDMARKER})
Prints = frozenset[bytes]


@dataclass(frozen=True)
class Pair:
    """Two students, how many fingerprints they share, and which share that is of the smaller one's."""

    first: str
    second: str
    shared: int
    share: float


def alike(submissions: Mapping[str, Iterable[str]], given: Iterable[str]) -> tuple[Pair, ...]:
    """The pairs above `THRESHOLD`, the most alike first. `given` holds the sources that everybody had or should arrive at."""
    known = frozenset().union(*map(fingerprints, given))
    own = {student: frozenset().union(*map(fingerprints, cells)) - known for student, cells in submissions.items()}
    return tuple(sorted(_pairs(_unusual(own)), key=lambda pair: (-pair.share, -pair.shared, pair.first, pair.second)))


def _unusual(own: Mapping[str, Prints]) -> dict[str, Prints]:
    """Without what many wrote: there is mostly one right way, and many find it."""
    often = max(COMMON, len(own) // 50)
    counts = Counter(itertools.chain.from_iterable(own.values()))
    return {student: frozenset(item for item in prints if counts[item] <= often) for student, prints in own.items()}


def _pairs(own: Mapping[str, Prints]) -> Iterator[Pair]:
    holders: dict[bytes, list[str]] = defaultdict(list)
    for student in sorted(own):
        for item in own[student]:
            holders[item].append(student)
    shared = Counter(pair for students in holders.values() for pair in itertools.combinations(students, 2))
    for (first, second), count in shared.items():
        share = count / min(len(own[first]), len(own[second]))
        if count >= FEWEST_SHARED and share >= THRESHOLD:
            yield Pair(first, second, count, share)


@lru_cache(maxsize=50_000)
def fingerprints(source: str) -> Prints:
    """The winnowed fingerprints of a cell: in each window of consecutive hashes the smallest one."""
    tokens = _tokens(source)
    hashes = [_digest(tokens[start : start + GRAM]) for start in range(len(tokens) - GRAM + 1)]
    windows = (hashes[start : start + WINDOW] for start in range(max(1, len(hashes) - WINDOW + 1)))
    return frozenset(min(window) for window in windows if window)


def _digest(tokens: list[str]) -> bytes:
    return hashlib.blake2b("\0".join(tokens).encode(), digest_size=8).digest()


def _tokens(source: str) -> list[str]:
    """The tokens up to where the source stops being Python; every name of the student's own is the same token."""
    found: list[str] = []
    try:
        before = ""
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type not in LAYOUT:
                found.append(_normalised(token, before))
                before = token.string
    except (tokenize.TokenError, SyntaxError):
        pass
    return found


def _normalised(token: tokenize.TokenInfo, before: str) -> str:
    if token.type == tokenize.NAME:
        return token.string if token.string in FIXED_NAMES or before == "." else "name"
    if token.type == tokenize.STRING:
        return "string"
    return {tokenize.INDENT: "indent", tokenize.DEDENT: "dedent"}.get(token.type, token.string)


def without_given_lines(source: str, stub: str) -> str:
    """What a student added to a cell: its lines without those of the cell as it was given."""
    given = {line.strip() for line in stub.splitlines()}
    return "\n".join(line for line in source.splitlines() if line.strip() and line.strip() not in given)
