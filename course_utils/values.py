"""Plain values: what a case holds, what a probe returns, what is compared and stored.

A plain value is None, a bool, int, float, str, a NumPy array of kind b, i, u, f or c, or a list, tuple or dict of
plain values. `plain` reduces anything a student's code returns to such a value and copies it on the way; whatever it
does not know becomes `Opaque`, which is equal to nothing.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

Plain = Any
Inputs = dict[str, Plain]

ARRAY_KINDS = "biufc"
MAX_DEPTH = 12
MAX_ITEMS = 2_000_000
LONG_INT_BITS = 1_000


@dataclass(frozen=True, eq=False)
class Opaque:
    """Something that is no plain value; remembers only the name of its type."""

    type_name: str


def plain(value: Any) -> Plain:
    """Reduce `value` to plain data, copied. Subclasses lose their class, tensors become arrays."""
    return _plain(value, MAX_DEPTH)


def _plain(value: Any, depth: int) -> Plain:
    kind = type(value)
    if value is None or kind in (bool, int, float, str):
        return value
    if isinstance(value, np.ndarray):
        return _plain_array(np.array(value.view(np.ndarray), copy=True), kind.__name__)
    if isinstance(value, np.generic):
        return _plain_array(np.array(value), kind.__name__, scalar=True)
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(value, torch.Tensor):
        return _plain_tensor(value, torch)
    if depth == 0:
        return Opaque("a structure nested too deeply")
    return _plain_container(value, depth)


def _plain_array(array: np.ndarray[Any, Any], type_name: str, scalar: bool = False) -> Plain:
    if array.dtype.kind == "U":
        return array.tolist()
    if array.dtype.kind not in ARRAY_KINDS:
        return Opaque(f"{type_name} of dtype {array.dtype}")
    if array.size > MAX_ITEMS:
        return Opaque(f"{type_name} of {array.size} numbers")
    return array.item() if scalar else array


def _plain_tensor(tensor: Any, torch: Any) -> Plain:
    if tensor.numel() > MAX_ITEMS:
        return Opaque(f"Tensor of {tensor.numel()} numbers")
    dense = tensor.detach().cpu().to_dense() if tensor.layout != torch.strided else tensor.detach().cpu()
    if dense.dtype in (torch.bfloat16, torch.float16):
        dense = dense.float()
    return np.array(dense.resolve_conj().resolve_neg().numpy(), copy=True)


def _plain_container(value: Any, depth: int) -> Plain:
    if isinstance(value, (list, tuple)):
        if len(value) > MAX_ITEMS:
            return Opaque(f"{type(value).__name__} of {len(value)} items")
        items = [_plain(item, depth - 1) for item in value]
        return tuple(items) if isinstance(value, tuple) else items
    if isinstance(value, Mapping):
        return {_plain_key(key): _plain(item, depth - 1) for key, item in value.items()}
    for base in (bool, int, float, str):
        if isinstance(value, base):
            return base(value)
    return Opaque(type(value).__name__)


def _plain_key(key: Any) -> Any:
    reduced = _plain(key, 2)
    try:
        hash(reduced)
    except TypeError:
        return f"<{type(key).__name__}>"
    return reduced


def copied(inputs: Mapping[str, Plain]) -> Inputs:
    """A deep copy of a case's inputs, so that a student's code can only change the copy."""
    return {name: plain(value) for name, value in inputs.items()}


def same(left: Plain, right: Plain) -> bool:
    """Whether two plain values are equal to the last bit, NaN equal to NaN."""
    if isinstance(left, np.ndarray) or isinstance(right, np.ndarray):
        return (
            isinstance(left, np.ndarray)
            and isinstance(right, np.ndarray)
            and left.dtype == right.dtype
            and left.shape == right.shape
            and left.tobytes() == right.tobytes()
        )
    if type(left) is not type(right):
        return False
    if isinstance(left, (list, tuple)):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, float) and math.isnan(left):
        return math.isnan(right)
    return bool(left == right)


def only_numbers(value: Plain) -> bool:
    """Whether it is a number, or lists of them: `np.asarray` of one long text among many numbers takes terabytes."""
    if isinstance(value, (list, tuple)):
        return all(map(only_numbers, value))
    return isinstance(value, (bool, int, float, complex, np.ndarray))


def encode(value: Plain, digits: int | None = None) -> Any:
    """A plain value as a tree for `json.dumps(allow_nan=False)`; `digits` rounds floats to that many significant ones."""
    if isinstance(value, np.ndarray):
        flat = [_encode_number(item, digits) for item in value.ravel().tolist()]
        return {"array": flat, "shape": list(value.shape), "dtype": value.dtype.name}
    if isinstance(value, float):
        number = _encode_number(value, digits)
        return {"float": number} if isinstance(number, str) else number
    if isinstance(value, complex):
        return {"complex": _encode_number(value, digits)}
    if isinstance(value, tuple):
        return {"tuple": [encode(item, digits) for item in value]}
    if isinstance(value, list):
        return [encode(item, digits) for item in value]
    if isinstance(value, dict):
        return {"dict": [[encode(key, digits), encode(item, digits)] for key, item in value.items()]}
    if isinstance(value, Opaque):
        return {"opaque": value.type_name}
    return value


def _encode_number(number: Any, digits: int | None) -> Any:
    if isinstance(number, complex):
        return [_encode_number(number.real, digits), _encode_number(number.imag, digits)]
    if not isinstance(number, float):
        return number
    if not math.isfinite(number):
        return repr(number)
    return number if digits is None else float(f"{number:.{digits}g}")


def decode(tree: Any) -> Plain:
    """The plain value that `encode` made `tree` from."""
    if isinstance(tree, list):
        return [decode(item) for item in tree]
    if not isinstance(tree, dict):
        return tree
    if "array" in tree:
        return _decode_array(tree)
    if "float" in tree:
        return float(tree["float"])
    if "complex" in tree:
        return complex(*map(float, tree["complex"]))
    if "tuple" in tree:
        return tuple(decode(item) for item in tree["tuple"])
    if "dict" in tree:
        return {decode(key): decode(item) for key, item in tree["dict"]}
    return Opaque(str(tree.get("opaque")))


def _decode_array(tree: dict[str, Any]) -> np.ndarray[Any, Any]:
    dtype = np.dtype(tree["dtype"])
    numbers: list[Any] = tree["array"]
    if dtype.kind == "c":
        numbers = [complex(float(re), float(im)) for re, im in numbers]
    if dtype.kind == "f":
        numbers = [float(number) for number in numbers]
    return np.array(numbers, dtype=dtype).reshape(tree["shape"])


def describe(value: Plain) -> str:
    """Type and shape in a student's words: "array of shape (2, 5)", "None", "tuple of 3"."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape} and dtype {value.dtype}"
    if isinstance(value, (list, tuple)):
        return f"a {type(value).__name__} of {len(value)}"
    if isinstance(value, dict):
        return f"a dict of {len(value)}"
    if isinstance(value, Opaque):
        return f"a {value.type_name}"
    if value is None:
        return "None"
    if type(value) is int and value.bit_length() > LONG_INT_BITS:  # Python refuses to print what is much longer
        return "an integer of very many digits"
    return f"the {type(value).__name__} {value!r}"[:200]
