"""What must hold for an answer whatever its numbers are, each with a message of its own.

A property is a frozen dataclass. `calls(inputs)` are the inputs on which the exercise's probe is to be performed, in this
order and in one process; `violated(inputs, done)` takes what came of them and returns a sentence for the student, or "" when the
property holds or cannot be told. The same property serves the student's check (in the kernel) and the judge (through the
box): it sees plain data only.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from course_utils.calling import Performance
from course_utils.values import Inputs, Plain, copied, only_numbers


class Property(Protocol):
    """What the judge asks of a property."""

    def calls(self, inputs: Inputs) -> list[Inputs]: ...

    def violated(self, inputs: Inputs, done: Sequence[Performance]) -> str: ...


@dataclass(frozen=True)
class InputsUnchanged:
    """The function leaves its inputs as they were."""

    def calls(self, inputs: Inputs) -> list[Inputs]:
        return [inputs]

    def violated(self, inputs: Inputs, done: Sequence[Performance]) -> str:
        changed = done[0].changed
        return f"it changed its input {', '.join(changed)} in place: work on a copy" if changed else ""


@dataclass(frozen=True)
class NoAlias:
    """The result shares no memory with an input, so changing one later cannot change the other."""

    def calls(self, inputs: Inputs) -> list[Inputs]:
        return [inputs]

    def violated(self, inputs: Inputs, done: Sequence[Performance]) -> str:
        aliases = done[0].aliases
        return f"the result is a view of its input {', '.join(aliases)}: return a copy" if aliases else ""


@dataclass(frozen=True)
class NoState:
    """The same call gives the same result again: nothing is kept from one call to the next."""

    def calls(self, inputs: Inputs) -> list[Inputs]:
        return [inputs, inputs]

    def violated(self, inputs: Inputs, done: Sequence[Performance]) -> str:
        first, second = done
        if first.happened != "returned" or second.happened != "returned":
            return ""
        if _near(first.value, second.value):
            return ""
        return "the same call twice gives two different results: something is kept from one call to the next"


@dataclass(frozen=True)
class RowsIndependent:
    """Row 0 of the batch gives the same result alone as in company. `inputs` names those with a leading batch axis."""

    batched: tuple[str, ...]

    def calls(self, inputs: Inputs) -> list[Inputs]:
        if any(len(inputs[name]) < 2 for name in self.batched):
            return []
        alone = {name: value[:1] if name in self.batched else value for name, value in copied(inputs).items()}
        return [inputs, alone]

    def violated(self, inputs: Inputs, done: Sequence[Performance]) -> str:
        if not done:
            return ""
        together, single = done
        if together.happened != "returned" or single.happened != "returned":
            return ""
        if _near(_rows(together.value, 1), _rows(single.value, 1)):
            return ""
        return "the result for the first row of the batch depends on the other rows: every row is a sequence of its own"


@dataclass(frozen=True)
class Causal:
    """Outputs up to time t do not move when the input `sequence` (B, T, ...) changes after t."""

    sequence: str

    def calls(self, inputs: Inputs) -> list[Inputs]:
        length = inputs[self.sequence].shape[1]
        changed = copied(inputs)
        changed[self.sequence][:, -1] += 1.0
        return [inputs, changed] if length >= 2 else []

    def violated(self, inputs: Inputs, done: Sequence[Performance]) -> str:
        if any(one.happened != "returned" for one in done) or not done:
            return ""
        left, right = (_first_array(one.value) for one in done)
        if left is None or right is None or left.shape != right.shape or left.ndim < 2:
            return ""
        if left.shape[1] != inputs[self.sequence].shape[1]:
            return ""
        if np.allclose(left[:, :-1], right[:, :-1], rtol=1e-4, atol=1e-6, equal_nan=True):
            return ""
        return "changing the last input changes outputs before it: output t may depend on inputs up to t only"


PROPERTIES = {kind.__name__: kind for kind in (InputsUnchanged, NoAlias, NoState, RowsIndependent, Causal)}


def property_to_json(item: Any) -> dict[str, Any]:
    """`{"name": "Causal", "sequence": "x"}`, as checks.json stores it."""
    return {"name": type(item).__name__, **dataclasses.asdict(item)}


def property_from_json(tree: dict[str, Any]) -> Property:
    """The property that `property_to_json` wrote."""
    parameters: dict[str, Any] = {
        key: tuple(v) if isinstance(v, list) else v for key, v in tree.items() if key != "name"
    }
    made: Property = PROPERTIES[tree["name"]](**parameters)
    return made


def _first_array(value: Plain) -> np.ndarray[Any, Any] | None:
    if isinstance(value, (tuple, list)) and value:
        value = value[0]
    return value if isinstance(value, np.ndarray) and value.dtype.kind in "fiu" else None


def _rows(value: Plain, count: int) -> Plain:
    """The first rows of a result; a list may be a list of rows or hold several results."""
    if isinstance(value, list):
        try:
            value = np.asarray(value) if only_numbers(value) else tuple(value)
        except ValueError:
            value = tuple(value)
    if isinstance(value, tuple):
        return tuple(_rows(item, count) for item in value)
    return value[:count] if isinstance(value, np.ndarray) and value.ndim else value


def _near(left: Plain, right: Plain) -> bool:
    from course_utils.comparing import Close

    # Where the shapes differ, nothing can be told: that is the comparison's business, not a property's.
    return not any(difference.kind in ("value", "nan") for difference in Close().differences(left, right))
