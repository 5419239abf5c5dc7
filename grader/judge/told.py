"""What a submitted notebook tells of the work on it: tries and minutes, in the outputs of its own check cells.

It is a stranger's word. Whole numbers within bounds are taken, everything else is passed over, and no score is made of any.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from course_utils.tries import KEY, MAX_MINUTES, MAX_TRIES


@dataclass(frozen=True)
class Told:
    """What one check cell tells; None is what it does not tell."""

    tries: int | None = None
    minutes: int | None = None


NOTHING = Told()


def told_in(cell: Mapping[str, Any]) -> Told:
    """What the first output of a cell's JSON tells that tells anything."""
    outputs = cell.get("outputs")
    for output in outputs if isinstance(outputs, list) else ():
        metadata = output.get("metadata") if isinstance(output, dict) else None
        told = metadata.get(KEY) if isinstance(metadata, dict) else None
        if isinstance(told, dict):
            return Told(_number(told.get("tries"), 1, MAX_TRIES), _number(told.get("minutes"), 0, MAX_MINUTES))
    return NOTHING


def _number(value: Any, least: int, most: int) -> int | None:
    return value if type(value) is int and least <= value <= most else None
