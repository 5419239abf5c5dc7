"""Comparing what came back with what was expected. Every comparison works on plain values and raises nothing.

A comparison is a frozen dataclass with `differences(expected, returned)`, empty when the answer is right, and
`alike(expected, mistaken, returned)`, true when a wrong answer is the one a known misconception gives. The judge, the
student's check and the audit use the same ones.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np

from course_utils.values import Opaque, Plain, describe, only_numbers

MAX_COUNT = 1 << 40

Kind = str  # "none", "type", "shape", "dtype", "length", "keys", "nan", "value", "statistics", "threshold"


@dataclass(frozen=True)
class Difference:
    """Where and how a returned value differs. `path` is "" for the whole value, else a key or index such as "[1]"."""

    path: str
    kind: Kind
    text: str


@runtime_checkable
class Comparison(Protocol):
    """What the judge asks of a comparison."""

    def differences(self, expected: Plain, returned: Plain) -> list[Difference]: ...

    def alike(self, expected: Plain, mistaken: Plain, returned: Plain) -> bool: ...


@dataclass(frozen=True)
class Close:
    """Numbers within `rtol * max(|expected|) + atol`; structure, shapes and NaN positions exactly.

    The scale is that of the whole array, so that an honest float32 answer passes beside a float64 oracle. A list is
    accepted for an array and a float for an int where the numbers are right.
    """

    rtol: float = 1e-4
    atol: float = 1e-6

    def differences(self, expected: Plain, returned: Plain) -> list[Difference]:
        return _walk("", expected, returned, self)

    def alike(self, expected: Plain, mistaken: Plain, returned: Plain) -> bool:
        return not self.differences(mistaken, returned)


@dataclass(frozen=True)
class Gradients(Close):
    """`Close`, and a sentence on what the wrong parts mean together: "only dW_hh is wrong" says more than one number.

    `parts` names the parts of the result in order; `patterns` holds pairs of the wrong parts' names, joined by spaces in
    that order, and the sentence. A pattern that is not listed adds nothing.
    """

    parts: tuple[str, ...] = ()
    patterns: tuple[tuple[str, str], ...] = ()

    def differences(self, expected: Plain, returned: Plain) -> list[Difference]:
        found = super().differences(expected, returned)
        paths = {f"[{name!r}]" if isinstance(expected, dict) else f"[{i}]": name for i, name in enumerate(self.parts)}
        wrong = [name for path, name in paths.items() if any(item.path.startswith(path) for item in found)]
        sentence = dict(self.patterns).get(" ".join(wrong), "") if wrong else ""
        if not sentence:
            return found
        last = min(2, len(found) - 1)
        found[last] = dataclasses.replace(found[last], text=f"{found[last].text}. Read together: {sentence}")
        return found


@dataclass(frozen=True)
class Counts:
    """Chi-square: do returned counts of outcomes follow the expected probabilities?

    Expected is `{"probabilities": {outcome: p}}`, returned `{"counts": {outcome: n}}` as a sampling probe makes them. A right
    sampler is refused with probability below `false_alarm` per case; an outcome of probability 0 is refused at once.
    """

    false_alarm: float = 1e-7

    def differences(self, expected: Plain, returned: Plain) -> list[Difference]:
        counts = _counts(returned)
        if counts is None:
            return [Difference("", "type", f"expected samples to count, got {describe(returned)}")]
        probabilities = expected["probabilities"]
        impossible = [outcome for outcome in counts if probabilities.get(outcome, 0.0) <= 0.0]
        if impossible:
            shown = ", ".join(map(_named, impossible[:3]))
            return [Difference("", "statistics", f"drew {shown}, which cannot be drawn here")]
        p_value = chi_square_p(counts, probabilities)
        if p_value >= self.false_alarm:
            return []
        return [Difference("", "statistics", _worst_outcome(counts, probabilities))]

    def alike(self, expected: Plain, mistaken: Plain, returned: Plain) -> bool:
        wrong, counts = _counts(mistaken), _counts(returned)
        if wrong is None or counts is None:
            return False
        return homogeneity_p(wrong, counts) > 1e-4


@dataclass(frozen=True)
class AtLeast:
    """A trained model's predictions against labels: the share that is right must reach `threshold`.

    Expected is an array of labels, returned an array of predictions of the same shape. Labels below 0 are not counted. A
    misconception is recognised when both accuracies lie within `band` of each other and below the threshold.

    Both may be tuples of such arrays: the first is what the threshold is about, and the others are tests that tell one
    misconception from another. Then the accuracies of every array must lie within `band`.
    """

    threshold: float
    band: float = 0.04

    def differences(self, expected: Plain, returned: Plain) -> list[Difference]:
        expected, returned = _rows(expected)[0], _rows(returned)[0]
        accuracy = self._accuracy(expected, returned)
        if accuracy is None:
            text = f"expected {describe(np.asarray(expected))} of predicted labels, got {describe(returned)}"
            return [Difference("", "none" if returned is None else "shape", text)]
        if accuracy >= self.threshold:
            return []
        return [Difference("", "threshold", f"{accuracy:.1%} right on held-out data, {self.threshold:.1%} needed")]

    def alike(self, expected: Plain, mistaken: Plain, returned: Plain) -> bool:
        rows = [_rows(value) for value in (expected, mistaken, returned)]
        return len({len(row) for row in rows}) == 1 and all(self._near(*row) for row in zip(*rows, strict=True))

    def _near(self, expected: Plain, mistaken: Plain, returned: Plain) -> bool:
        wrong, accuracy = self._accuracy(expected, mistaken), self._accuracy(expected, returned)
        return wrong is not None and accuracy is not None and abs(wrong - accuracy) <= self.band

    @staticmethod
    def _accuracy(labels: Plain, predictions: Plain) -> float | None:
        known, guessed = np.asarray(labels), _as_array(predictions)
        if guessed is None or guessed.shape != known.shape or known.size == 0:
            return None
        counted = known >= 0
        return float((guessed == known)[counted].mean())


def _rows(value: Plain) -> tuple[Plain, ...]:
    return value if isinstance(value, tuple) else (value,)


COMPARISONS = {kind.__name__: kind for kind in (Close, Gradients, Counts, AtLeast)}


def comparison_to_json(comparison: Any) -> dict[str, Any]:
    """`{"name": "Close", "rtol": ...}`, as checks.json stores it."""
    return {"name": type(comparison).__name__, **dataclasses.asdict(comparison)}


def comparison_from_json(tree: dict[str, Any]) -> Comparison:
    """The comparison that `comparison_to_json` wrote."""
    parameters = {key: value for key, value in tree.items() if key != "name"}
    made: Comparison = COMPARISONS[tree["name"]](**parameters)
    return made


def _walk(path: str, expected: Plain, returned: Plain, close: Close) -> list[Difference]:
    if isinstance(expected, (tuple, list)) and not _is_numbers(expected):
        return _walk_sequence(path, expected, returned, close)
    if isinstance(expected, dict):
        return _walk_dict(path, expected, returned, close)
    if returned is None and expected is not None:
        return [Difference(path, "none", f"expected {describe(expected)}, got None: is a `return` missing?")]
    if expected is None or isinstance(expected, (str, bool)):
        return _compare_exactly(path, expected, returned)
    return _compare_numbers(path, expected, returned, close)


def _is_numbers(value: list[Plain] | tuple[Plain, ...]) -> bool:
    return isinstance(value, list) and bool(value) and all(type(item) in (int, float) for item in value)


def _walk_sequence(path: str, expected: Any, returned: Plain, close: Close) -> list[Difference]:
    if returned is None:
        return [Difference(path, "none", f"expected {describe(expected)}, got None: is a `return` missing?")]
    items = returned
    if isinstance(returned, np.ndarray) and returned.ndim > 0:
        items = returned.tolist() if returned.ndim == 1 else list(returned)
    if not isinstance(items, (list, tuple)):
        return [Difference(path, "type", f"expected {describe(expected)}, got {describe(returned)}")]
    if len(expected) != len(items):
        return [Difference(path, "length", f"expected {len(expected)} items, got {len(items)}: {describe(returned)}")]
    pairs = zip(expected, items, strict=True)
    return [found for i, (left, right) in enumerate(pairs) for found in _walk(f"{path}[{i}]", left, right, close)]


def _walk_dict(path: str, expected: dict[Any, Plain], returned: Plain, close: Close) -> list[Difference]:
    if returned is None:
        return [Difference(path, "none", f"expected {describe(expected)}, got None: is a `return` missing?")]
    if not isinstance(returned, dict):
        return [Difference(path, "type", f"expected a dict, got {describe(returned)}")]
    missing = [_named(key) for key in expected if key not in returned]
    extra = [_named(key) for key in returned if key not in expected]
    if missing or extra:
        told = [
            f"missing {', '.join(missing[:4])}" if missing else "",
            f"not expected {', '.join(extra[:4])}" if extra else "",
        ]
        return [Difference(path, "keys", "keys differ: " + "; ".join(filter(None, told)))]
    return [found for key in expected for found in _walk(f"{path}[{_named(key)}]", expected[key], returned[key], close)]


def _compare_exactly(path: str, expected: Plain, returned: Plain) -> list[Difference]:
    if isinstance(returned, np.ndarray) and returned.size == 1:
        returned = returned.item()
    if type(expected) is type(returned) and expected == returned:
        return []
    if isinstance(expected, bool) and type(returned) in (int, float) and expected == returned:
        return []
    return [Difference(path, "value", f"expected {expected!r}, got {describe(returned)}")]


def _as_array(value: Plain) -> np.ndarray[Any, Any] | None:
    if isinstance(value, np.ndarray):
        return value
    if not only_numbers(value):
        return None
    try:
        array = np.asarray(value)
    except (ValueError, OverflowError):
        return None
    return array if array.dtype.kind in "biufc" else None


def _compare_numbers(path: str, expected: Plain, returned: Plain, close: Close) -> list[Difference]:
    wanted, got = _as_array(expected), _as_array(returned)
    if wanted is None or got is None:  # of a property, both are what a student's code returned
        kind = "dtype" if isinstance(returned, Opaque) and "dtype" in returned.type_name else "type"
        return [Difference(path, kind, f"expected {describe(expected)}, got {describe(returned)}")]
    if wanted.shape != got.shape:
        return [Difference(path, "shape", f"expected shape {wanted.shape}, got {got.shape}")]
    if got.dtype.kind == "c" and wanted.dtype.kind != "c":
        return [Difference(path, "dtype", f"expected {wanted.dtype} numbers, got {got.dtype}")]
    if got.dtype.kind == "b" and wanted.dtype.kind in "iuf" and not np.array_equal(got, wanted):
        return [Difference(path, "dtype", f"expected {wanted.dtype} numbers, got True and False")]
    wrong = _wrong_entries(wanted, got, close)
    if not wrong.any():
        return []
    return [_numeric_difference(path, wanted, got, wrong)]


def _wrong_entries(wanted: np.ndarray[Any, Any], got: np.ndarray[Any, Any], close: Close) -> np.ndarray[Any, Any]:
    if wanted.dtype.kind in "bui" and got.dtype.kind in "bui":
        return np.asarray(wanted != got)
    with np.errstate(all="ignore"):
        left, right = wanted.astype(np.complex128), got.astype(np.complex128)
        finite = np.isfinite(left)
        scale = float(np.abs(left[finite]).max()) if finite.any() else 0.0
        near = np.abs(left - right) <= close.rtol * scale + close.atol
        both_nan = np.isnan(left) & np.isnan(right)
        return np.asarray(~(np.where(finite, near, left == right) | both_nan))


def _numeric_difference(
    path: str, wanted: np.ndarray[Any, Any], got: np.ndarray[Any, Any], wrong: np.ndarray[Any, Any]
) -> Difference:
    unexpected = wrong & ~np.isfinite(got) & np.isfinite(wanted)
    if unexpected.any():
        where = tuple(int(i) for i in np.argwhere(unexpected)[0])
        at = f" at {where}" if where else ""
        return Difference(path, "nan", f"{int(unexpected.sum())} of {got.size} numbers are NaN or infinite, first{at}")
    if wanted.dtype.kind == "f" and got.dtype.kind in "iu" and np.array_equal(got, np.trunc(wanted)):
        return Difference(path, "dtype", f"the numbers were cut to integers ({got.dtype}), expected {wanted.dtype}")
    where = tuple(int(i) for i in np.argwhere(wrong)[0])
    count = f"{int(wrong.sum())} of {got.size} numbers differ, first at {where}: " if where else ""
    return Difference(path, "value", f"{count}expected {_short(wanted[where])}, got {_short(got[where])}")


def _short(number: Any) -> str:
    value = number.item()
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _counts(returned: Plain) -> dict[Any, int] | None:
    if not isinstance(returned, dict) or not isinstance(returned.get("counts"), dict):
        return None
    counts = returned["counts"]
    if not all(type(n) is int and 0 <= n <= MAX_COUNT for n in counts.values()):
        return None
    return counts if any(counts.values()) else None


def _named(outcome: Any) -> str:
    """A key as a message shows it, shortened: it may be anything that a student's code returned."""
    if isinstance(outcome, str):
        return repr(outcome[:60])
    if isinstance(outcome, tuple) and len(outcome) <= 8:
        return f"({', '.join(map(_named, outcome))}{',' * (len(outcome) == 1)})"
    short = outcome is None or isinstance(outcome, float) or (isinstance(outcome, int) and abs(outcome) < MAX_COUNT)
    return repr(outcome) if short else describe(outcome)


def chi_square_p(counts: dict[Any, int], probabilities: dict[Any, float]) -> float:
    """P-value of Pearson's chi-square test; outcomes expected fewer than 5 times are pooled into one."""
    total = sum(counts.values())
    expected = {outcome: total * p for outcome, p in probabilities.items() if p > 0}
    cells = [(counts.get(outcome, 0), mean) for outcome, mean in expected.items() if mean >= 5]
    rare = [(counts.get(outcome, 0), mean) for outcome, mean in expected.items() if mean < 5]
    if rare:
        cells.append((sum(n for n, _ in rare), sum(mean for _, mean in rare)))
    statistic = sum((n - mean) ** 2 / mean for n, mean in cells)
    return chi_square_tail(statistic, len(cells) - 1)


def homogeneity_p(left: dict[Any, int], right: dict[Any, int]) -> float:
    """P-value of the chi-square test that two tables of counts come from one distribution."""
    n_left, n_right = sum(left.values()), sum(right.values())
    statistic, outcomes = 0.0, set(left) | set(right)
    for outcome in outcomes:
        both = left.get(outcome, 0) + right.get(outcome, 0)
        for n, total in ((left.get(outcome, 0), n_left), (right.get(outcome, 0), n_right)):
            mean = both * total / (n_left + n_right)
            statistic += (n - mean) ** 2 / mean
    return chi_square_tail(statistic, len(outcomes) - 1)


def chi_square_tail(statistic: float, degrees: int) -> float:
    """P(X >= statistic) for chi-square with `degrees` degrees of freedom, by the regularised incomplete gamma function."""
    if degrees <= 0:
        return 1.0 if statistic < 1e-9 else 0.0
    import torch

    upper = torch.special.gammaincc(
        torch.tensor(degrees / 2, dtype=torch.float64), torch.tensor(statistic / 2, dtype=torch.float64)
    )
    return float(upper) if math.isfinite(statistic) else 0.0


def _worst_outcome(counts: dict[Any, int], probabilities: dict[Any, float]) -> str:
    total = sum(counts.values())
    worst = max(probabilities, key=lambda outcome: abs(counts.get(outcome, 0) - total * probabilities[outcome]))
    share, wanted = counts.get(worst, 0) / total, probabilities[worst]
    return f"{worst!r} was drawn {share:.1%} of {total} times, its probability is {wanted:.1%}"
