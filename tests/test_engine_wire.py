"""The wire brings plain values across unharmed, and survives whatever a student's process may send."""

from __future__ import annotations

import json
import math
import socket
import struct
import threading
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.values import Opaque, same
from grader.engine import claims
from grader.engine.wire import (
    HEADER,
    MAGIC,
    MAX_JSON,
    Frame,
    FrameBuffer,
    Wire,
    WireClosed,
    WireError,
    WireTimeout,
    decode,
    frame,
)

DTYPES = ["?", "i1", "i8", "u2", "f2", "f4", "f8", "c8", "c16", ">f8"]
arrays = st.builds(
    lambda dtype, shape, seed: np.random.default_rng(seed).normal(size=shape).astype(dtype),
    st.sampled_from(DTYPES),
    st.lists(st.integers(0, 3), max_size=3),
    st.integers(0, 9),
)
leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.complex_numbers()
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
    | arrays
)
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)


def _across(value: Any) -> Any:
    return frame(b"x", value).value()


@given(values)
def test_a_plain_value_arrives_as_it_was_sent(value: Any) -> None:
    arrived = _across(value)
    expected = value
    if isinstance(value, complex):
        assert str(arrived) == str(value)
        return
    assert same(_native(arrived), _native(expected))


def _native(value: Any) -> Any:
    """Byte order and complex NaNs aside."""
    if isinstance(value, np.ndarray):
        return value.astype(value.dtype.newbyteorder("="))
    if isinstance(value, complex):
        return repr(value)
    if isinstance(value, (list, tuple)):
        return type(value)(map(_native, value))
    if isinstance(value, dict):
        return {key: _native(item) for key, item in value.items()}
    return value


@settings(max_examples=400)
@given(st.binary(max_size=200), st.binary(max_size=64))
def test_any_bytes_give_a_value_or_a_wire_error(text: bytes, raw: bytes) -> None:
    _decode_or_refuse(text, raw)


tags = st.sampled_from(["a", "b", "c", "d", "f", "i", "o", "t", "x"])
odd = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(tags, inner, max_size=2),
    max_leaves=15,
)


@settings(max_examples=600)
@given(odd, st.binary(max_size=64))
def test_any_tree_of_tags_gives_a_value_or_a_wire_error(tree: Any, raw: bytes) -> None:
    _decode_or_refuse(json.dumps(tree).encode(), raw)


@settings(max_examples=300)
@given(values, st.integers(0, 10_000), st.integers(0, 255))
def test_a_frame_with_one_byte_changed_gives_a_value_or_a_wire_error(value: Any, place: int, byte: int) -> None:
    packed = bytearray(frame(b"x", value).packed())
    packed[place % len(packed)] = byte
    buffer = FrameBuffer(1 << 20)
    buffer.feed(bytes(packed))
    try:
        found = buffer.next()
    except WireError:
        return
    if found is not None:
        _decode_or_refuse(found.text, found.raw)


def _decode_or_refuse(text: bytes, raw: bytes) -> None:
    try:
        value = decode(text, raw)
    except WireError:
        return
    frame(b"x", value)
    claims.performance(value)
    claims.output(value)


@given(st.binary(max_size=200) | odd.map(lambda tree: json.dumps(tree).encode()))
def test_any_line_of_results_gives_a_performance(line: bytes) -> None:
    claims.performance_from_json(line)
    claims.performance_from_json(b'{"happened": "returned", "value": ' + line + b"}")


@pytest.mark.parametrize(
    "text",
    [
        b"[" * 100_000,
        b'{"t":[' * 50_000,
        b'{"a":[12,[99999999999]]}',
        b'{"a":[12,[2,-1]]}',
        b'{"a":[12,[true]]}',
        b'{"a":[99,[1]]}',
        b'{"a":[0,[' + b"0," * 40 + b"0]]}",
        b'{"d":[[[1],2]]}',
        b'{"d":[[{"d":[]},2]]}',
        b'{"i":"' + b"f" * 100_000 + b'"}',
        b"1" * 100_000,
        b"NaN",
        b"1e999",
        b'{"f":"1e5"}',
        b'"\xff"',
    ],
)
def test_a_forged_message_is_refused(text: bytes) -> None:
    with pytest.raises(WireError):
        decode(text, b"")


def test_a_header_that_announces_too_much_is_refused_before_anything_is_kept() -> None:
    for text, raw in ((MAX_JSON + 1, 0), (0, 1 << 31)):
        buffer = FrameBuffer(1 << 30)
        buffer.feed(HEADER.pack(MAGIC, b"x", text, raw))
        with pytest.raises(WireError):
            buffer.next()


def test_a_byte_that_is_no_boolean_becomes_one() -> None:
    found = decode(b'{"a":[0,[3]]}', bytes([0, 1, 255]))
    assert found.tolist() == [False, True, True]


def test_a_lone_surrogate_is_replaced() -> None:
    assert decode(b'"a\\ud800b"', b"") == "a?b"


def test_what_is_no_plain_value_travels_as_its_type() -> None:
    assert isinstance(_across(object()), Opaque)
    assert isinstance(_across(1 << 100_000), Opaque)
    assert isinstance(_across(np.array([object()])), Opaque)


def test_an_array_from_the_wire_can_be_written_to_and_shares_nothing() -> None:
    found = _across([np.ones(2), np.ones(2)])
    found[0][0] = 5
    assert found[1][0] == 1


def test_a_silent_side_is_a_timeout_and_a_gone_one_an_end() -> None:
    ours, theirs = socket.socketpair()
    wire = Wire(ours)
    theirs.sendall(HEADER.pack(MAGIC, b"x", 4, 0) + b"nu")
    with pytest.raises(WireTimeout):
        wire.receive(0.05)
    theirs.close()
    with pytest.raises(WireClosed):
        wire.receive(1.0)
    wire.close()


def test_a_large_array_crosses_in_pieces() -> None:
    ours, theirs = socket.socketpair()
    sent = np.arange(300_000.0)
    thread = threading.Thread(target=lambda: Wire(theirs).send(frame(b"x", sent)))
    thread.start()
    assert np.array_equal(Wire(ours).receive(10.0).value(), sent)
    thread.join()
    ours.close()
    theirs.close()


def test_frames_come_out_whole_however_they_are_cut() -> None:
    packed = frame(b"a", [1]).packed() + frame(b"b", np.ones(3)).packed()
    buffer, found = FrameBuffer(), []
    for byte in packed:
        buffer.feed(bytes([byte]))
        while (one := buffer.next()) is not None:
            found.append(one)
    assert [one.kind for one in found] == [b"a", b"b"]
    assert isinstance(found[0], Frame)
    assert struct.calcsize("<3scII") == HEADER.size
    assert not math.isnan(found[1].value()[0])
