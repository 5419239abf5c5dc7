"""What a student's process claims about a probe, rebuilt in the judge as a plain `Performance`, or refused.

Nothing here trusts its argument: whatever it is, the result is a Performance of plain fields, and nothing is raised.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from typing import Any, get_args

import numpy as np

from course_utils.calling import Happened, Performance
from course_utils.values import MAX_ITEMS, Opaque, Plain, decode

DTYPES = frozenset(
    np.dtype(code).name for code in ("?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16")
)
MAX_TEXT = 2_000
MAX_NAMES = 32
MAX_COUNT = 1 << 53
MAX_DEPTH = 16


class ClaimError(Exception):
    """A claim that has no meaning."""


def performance(fields: Any) -> Performance:
    """The claim as a Performance. `fields` is what was received, already in plain values."""
    if not isinstance(fields, Mapping) or fields.get("happened") not in get_args(Happened):
        return malformed()
    return Performance(
        fields["happened"],
        fields.get("value") if fields["happened"] == "returned" else None,
        error=_text(fields.get("error")),
        message=_text(fields.get("message")),
        line=_text(fields.get("line")),
        changed=_names(fields.get("changed")),
        aliases=_names(fields.get("aliases")),
        printed=_text(fields.get("printed")),
    )


def malformed() -> Performance:
    """What stands for an answer that is none."""
    return Performance("died", message="the process gave no readable answer")


def performance_from_json(line: bytes) -> Performance:
    """The claim in one line that `course_utils.remote` wrote."""
    try:
        fields = json.loads(line)
        if isinstance(fields, dict):
            fields["value"] = _checked_decode(fields.get("value"))
        return performance(fields)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError, ClaimError):
        return malformed()


def _checked_decode(tree: Any) -> Plain:
    _check(tree, MAX_DEPTH, [MAX_ITEMS])
    value = decode(tree)
    hash_free = (dict, list, tuple, np.ndarray, str, int, float, bool, complex, Opaque, type(None))
    if not isinstance(value, hash_free):
        raise ClaimError("no plain value")
    return value


def _check(tree: Any, depth: int, left: list[int]) -> None:
    """Refuse trees that are too deep or large, and arrays that `decode` must not see."""
    left[0] -= 1
    if depth < 0 or left[0] < 0:
        raise ClaimError("too deep or too large")
    if isinstance(tree, str):
        tree.encode()  # a lone surrogate would break whoever writes it to a file: UnicodeEncodeError is a ValueError
    elif isinstance(tree, dict):
        if "array" in tree:
            _check_array(tree, left)
            return
        for item in tree.values():
            _check(item, depth - 1, left)
    elif isinstance(tree, list):
        for item in tree:
            _check(item, depth - 1, left)


def _check_array(tree: dict[str, Any], left: list[int]) -> None:
    flat, shape, dtype = tree["array"], tree.get("shape"), tree.get("dtype")
    if not isinstance(dtype, str) or dtype not in DTYPES or not isinstance(flat, list) or not isinstance(shape, list):
        raise ClaimError("no array")
    if len(shape) > 32 or not all(type(size) is int and size >= 0 for size in shape) or math.prod(shape) != len(flat):
        raise ClaimError("the shape does not fit")
    left[0] -= len(flat)
    if left[0] < 0:
        raise ClaimError("too large")


def output(fields: Any) -> tuple[str, dict[str, Any]] | None:
    """One claimed message of a kernel's iopub channel with the content that its kind has; None when it has not."""
    if not isinstance(fields, dict) or not isinstance(fields.get("content"), dict):
        return None
    kind, content = fields.get("kind"), fields["content"]
    if not isinstance(kind, str) or kind not in _CONTENTS:
        return None
    checks = _CONTENTS[kind]
    if not all(check(content.get(name)) for name, check in checks.items()):
        return None
    kept: dict[str, Any] = {name: content[name] for name in checks}
    transient = content.get("transient")
    display_id = transient.get("display_id") if isinstance(transient, dict) else None
    if isinstance(display_id, str):
        kept["transient"] = {"display_id": display_id}
    return kind, kept


def _is_bundle(claim: Any) -> bool:
    return (
        isinstance(claim, dict)
        and all(isinstance(name, str) and len(name) <= 200 for name in claim)
        and _is_json(claim)
    )


def _is_json(claim: Any) -> bool:
    if isinstance(claim, dict):
        return all(isinstance(name, str) and _is_json(item) for name, item in claim.items())
    if isinstance(claim, list):
        return all(map(_is_json, claim))
    return claim is None or isinstance(claim, (bool, float, str)) or (type(claim) is int and is_count(abs(claim)))


def is_count(claim: Any) -> bool:
    """Whether it is a number that may be written down: Python refuses to print an integer of very many digits."""
    return type(claim) is int and 0 <= claim < MAX_COUNT


def _is_lines(claim: Any) -> bool:
    return isinstance(claim, list) and all(isinstance(line, str) for line in claim)


def _is_text(claim: Any) -> bool:
    return isinstance(claim, str)


_BUNDLES: dict[str, Callable[[Any], bool]] = {"data": _is_bundle, "metadata": _is_bundle}
_CONTENTS: dict[str, dict[str, Callable[[Any], bool]]] = {
    "stream": {"name": lambda claim: claim in ("stdout", "stderr"), "text": _is_text},
    "display_data": _BUNDLES,
    "update_display_data": _BUNDLES,
    "execute_result": {**_BUNDLES, "execution_count": is_count},
    "error": {"ename": _is_text, "evalue": _is_text, "traceback": _is_lines},
    "clear_output": {"wait": lambda claim: isinstance(claim, bool)},
}


def _text(claim: Any) -> str:
    # Encoded and decoded once: a lone surrogate would break whoever writes it to a file.
    return claim[:MAX_TEXT].encode("utf-8", "replace").decode() if isinstance(claim, str) else ""


def _names(claim: Any) -> tuple[str, ...]:
    return tuple(_text(name) for name in claim[:MAX_NAMES]) if isinstance(claim, (list, tuple)) else ()
