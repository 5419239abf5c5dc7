"""The wire between judge and box: length-prefixed frames of plain values, with caps and deadlines, and never pickle.

A frame is a header (magic, kind, length of the JSON text, length of the raw bytes), a JSON tree, and the raw buffers of
the tree's arrays one after another. Every JSON object has one key, which is a tag. Whatever bytes arrive, `decode` gives
a value or raises WireError, and nothing is allocated before its size was compared with the cap.
"""

from __future__ import annotations

import json
import math
import socket
import struct
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from course_utils.values import ARRAY_KINDS, Opaque, Plain

MAGIC = b"gr1"
HEADER = struct.Struct("<3scII")
MAX_JSON = 32 << 20
MAX_FRAME = 256 << 20
MAX_DEPTH = 32
MAX_DIMENSIONS = 32
MAX_INT_BITS = 65_536
CHUNK = 1 << 20

CODES = ("|b1", "|i1", "<i2", "<i4", "<i8", "|u1", "<u2", "<u4", "<u8", "<f2", "<f4", "<f8", "<c8", "<c16")


class WireError(Exception):
    """What arrived is no frame of ours, or none arrived in time."""


class WireClosed(WireError):
    """The other side is gone."""


class WireTimeout(WireError):
    """Nothing complete arrived before the deadline."""


@dataclass(frozen=True)
class Frame:
    """One message as it travels: its kind (one byte) and its undecoded body."""

    kind: bytes
    text: bytes
    raw: bytes

    @property
    def size(self) -> int:
        return HEADER.size + len(self.text) + len(self.raw)

    def packed(self) -> bytes:
        """The bytes to send."""
        return HEADER.pack(MAGIC, self.kind, len(self.text), len(self.raw)) + self.text + self.raw

    def value(self) -> Plain:
        """The plain value in the frame, or WireError."""
        return decode(self.text, self.raw)


def frame(kind: bytes, value: Plain) -> Frame:
    """A frame of `kind` that carries `value`. What is no plain value travels as an `Opaque`."""
    buffers: list[bytes] = []
    text = json.dumps(_tree(value, buffers, MAX_DEPTH), allow_nan=False, separators=(",", ":")).encode("ascii")
    return Frame(kind, text, b"".join(buffers))


def _tree(value: Plain, buffers: list[bytes], depth: int) -> Any:
    kind = type(value)
    if value is None or kind is bool:
        return value
    if depth <= 0:
        return {"o": "a structure nested too deeply"}
    encoder = _ENCODERS.get(kind)
    return encoder(value, buffers, depth - 1) if encoder is not None else {"o": kind.__name__}


def _int_tree(value: int, _buffers: list[bytes], _depth: int) -> Any:
    if value.bit_length() <= 63:
        return value
    return {"i": hex(value)} if value.bit_length() <= MAX_INT_BITS else {"o": "an integer of very many digits"}


def _float_tree(value: float, _buffers: list[bytes], _depth: int) -> Any:
    return value if math.isfinite(value) else {"f": repr(value)}


def _bytes_tree(value: bytes, buffers: list[bytes], _depth: int) -> Any:
    buffers.append(value)
    return {"b": len(value)}


def _array_tree(value: np.ndarray[Any, Any], buffers: list[bytes], _depth: int) -> Any:
    if value.dtype.kind not in ARRAY_KINDS:
        return {"o": f"array of dtype {value.dtype}"}
    code = value.dtype.newbyteorder("<").str
    if code not in CODES:  # long doubles, whose layout differs between machines
        code = "<c16" if value.dtype.kind == "c" else "<f8"
    with np.errstate(all="ignore"):
        buffers.append(np.ascontiguousarray(value, dtype=np.dtype(code)).tobytes())
    return {"a": [CODES.index(code), list(value.shape)]}


_ENCODERS: dict[type, Callable[[Any, list[bytes], int], Any]] = {
    int: _int_tree,
    float: _float_tree,
    str: lambda value, buffers, depth: value,
    complex: lambda value, buffers, depth: {"c": [_float_tree(x, buffers, depth) for x in (value.real, value.imag)]},
    bytes: _bytes_tree,
    np.ndarray: _array_tree,
    list: lambda value, buffers, depth: [_tree(item, buffers, depth) for item in value],
    tuple: lambda value, buffers, depth: {"t": [_tree(item, buffers, depth) for item in value]},
    dict: lambda value, buffers, depth: {
        "d": [[_tree(key, buffers, depth), _tree(item, buffers, depth)] for key, item in value.items()]
    },
    Opaque: lambda value, buffers, depth: {"o": str(value.type_name)[:200]},
}


def decode(text: bytes, raw: bytes) -> Plain:
    """The plain value of a frame's body, built afresh. Raises WireError for anything that `frame` does not make."""
    reader = _Reader(raw)
    try:
        tree = json.loads(text, parse_constant=_refuse)
        value = reader.value(tree, MAX_DEPTH + 1)
    except WireError:
        raise
    except (ValueError, TypeError, KeyError, IndexError, OverflowError, RecursionError, MemoryError) as problem:
        raise WireError(f"unreadable message: {type(problem).__name__}") from None
    if reader.place != len(raw):
        raise WireError("bytes left over after the message")
    return value


def _refuse(constant: str) -> Any:
    raise WireError(f"{constant} is no number here")


class _Reader:
    """Turns a tree back into a value and takes the raw buffers in order."""

    def __init__(self, raw: bytes) -> None:
        self.raw = memoryview(raw)
        self.place = 0

    def take(self, size: int) -> memoryview:
        if size < 0 or self.place + size > len(self.raw):
            raise WireError("a buffer is longer than what was sent")
        self.place += size
        return self.raw[self.place - size : self.place]

    def value(self, tree: Any, depth: int) -> Plain:
        if depth <= 0:
            raise WireError("nested too deeply")
        if isinstance(tree, list):
            return [self.value(item, depth - 1) for item in tree]
        if isinstance(tree, dict):
            return self.tagged(tree, depth - 1)
        if isinstance(tree, str):
            # A lone surrogate would break whoever writes the text to a file.
            return tree.encode("utf-8", "replace").decode()
        if isinstance(tree, float) and not math.isfinite(tree):
            raise WireError("a number out of range")
        return tree

    def tagged(self, tree: dict[str, Any], depth: int) -> Plain:
        if len(tree) != 1:
            raise WireError("an object has one tag")
        [(tag, body)] = tree.items()
        if tag == "d":
            return {self.value(key, depth): self.value(item, depth) for key, item in body}
        if tag == "t":
            return tuple(self.value(item, depth) for item in body)
        if tag == "a":
            return self.array(*body)
        if tag == "b":
            return bytes(self.take(_size(body)))
        return _scalar(tag, body)

    def array(self, code: Any, shape: Any) -> np.ndarray[Any, Any]:
        if not isinstance(shape, list) or len(shape) > MAX_DIMENSIONS:
            raise WireError("no shape")
        dtype = np.dtype(CODES[_size(code)])
        count = math.prod(_size(length) for length in shape)
        buffer = self.take(count * dtype.itemsize)
        if dtype.kind == "b":  # a byte other than 0 and 1 is no boolean, whatever it claims
            return np.array(np.frombuffer(buffer, np.uint8) != 0).reshape(shape)
        return np.frombuffer(buffer, dtype).reshape(shape).astype(dtype.newbyteorder("="), copy=True)


def _size(claim: Any) -> int:
    if type(claim) is not int or not 0 <= claim <= MAX_FRAME:
        raise WireError("no size")
    return claim


def _scalar(tag: str, body: Any) -> Plain:
    if tag == "f" and body in ("nan", "inf", "-inf"):
        return float(body)
    if tag == "c" and isinstance(body, list) and len(body) == 2:
        parts = [_scalar("f", part["f"]) if isinstance(part, dict) else float(part) for part in body]
        return complex(*parts)
    if tag == "i" and isinstance(body, str) and len(body) <= MAX_INT_BITS:
        return int(body, 16)
    if tag == "o" and isinstance(body, str):
        return Opaque(body[:200].encode("utf-8", "replace").decode())
    raise WireError("an unknown tag")


class FrameBuffer:
    """Bytes in, frames out: for a reader that must not wait for the rest of a frame."""

    def __init__(self, cap: int = MAX_FRAME) -> None:
        self._cap = cap
        self._bytes = bytearray()

    def feed(self, data: bytes) -> None:
        self._bytes += data

    def next(self) -> Frame | None:
        """The next complete frame, or None. Raises WireError as soon as a header is seen that is wrong or too large."""
        if len(self._bytes) < HEADER.size:
            return None
        magic, kind, text, raw = HEADER.unpack_from(self._bytes)
        if magic != MAGIC or text > MAX_JSON or text + raw > self._cap:
            raise WireError("no frame of ours, or one that is too large")
        end = HEADER.size + text + raw
        if len(self._bytes) < end:
            return None
        body = bytes(self._bytes[HEADER.size : end])
        del self._bytes[:end]
        return Frame(kind, body[:text], body[text:])


class Wire:
    """One connection to the other side."""

    def __init__(self, connection: socket.socket, cap: int = MAX_FRAME) -> None:
        self.connection = connection
        self._buffer = FrameBuffer(cap)

    def fileno(self) -> int:
        return self.connection.fileno()

    def close(self) -> None:
        self.connection.close()

    def send(self, message: Frame, seconds: float | None = None) -> None:
        """Send a frame. Raises WireClosed or WireTimeout."""
        self.send_all([message], seconds)

    def send_all(self, messages: Iterable[Frame], seconds: float | None = None) -> None:
        """Send frames at once, so that the other side is woken once. Raises WireClosed or WireTimeout."""
        self.connection.settimeout(seconds)
        try:
            self.connection.sendall(b"".join(message.packed() for message in messages))
        except TimeoutError:
            raise WireTimeout("the other side does not read") from None
        except OSError as problem:
            raise WireClosed(str(problem)) from None

    def receive(self, seconds: float | None = None) -> Frame:
        """The next frame, waiting at most `seconds` for all of it. Raises WireError."""
        deadline = None if seconds is None else time.monotonic() + seconds
        while (found := self._buffer.next()) is None:
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                raise WireTimeout("no answer in time")
            self.read(left)
        return found

    def read(self, seconds: float | None) -> None:
        """Take in what has arrived, at least one byte."""
        self.connection.settimeout(seconds)
        try:
            data = self.connection.recv(CHUNK)
        except (TimeoutError, BlockingIOError):
            raise WireTimeout("no answer in time") from None
        except OSError as problem:
            raise WireClosed(str(problem)) from None
        if not data:
            raise WireClosed("the other side closed the connection")
        self._buffer.feed(data)

    def pending(self) -> Frame | None:
        """A frame that has already arrived, or None."""
        return self._buffer.next()
