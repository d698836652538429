"""Calls that are decoded by types: they are equal to the results of the usual decoding, and have no violations."""

import re
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_csms.behavior.templates import compile_template, sample_of
from mock_csms.protocol.actions import Sender
from mock_csms.protocol.decoding import decode
from mock_csms.protocol.messages import Call
from mock_csms.protocol.typed import call_reader
from mock_csms.protocol.versions import V16, Version, versions

ROWS = [
    (version, action)
    for version in versions()
    for action, row in version.actions.items()
    if row.sent_by(Sender.STATION)
]
OF_THE_CSMS = [
    (version, action) for version in versions() for action, row in version.actions.items() if row.sent_by(Sender.CSMS)
]
NASTY = rb"""1.0 -0 0.0 1e2 1E400 01 NaN 9223372036854775807 9223372036854775808 -9223372036854775809 true
18446744073709551616 null "" "a" "\u0041" [] {} [{}] { , ] {"customData":{"vendorId":"x"}}""".split()
NASTY += ['"ä"'.encode(), b'"' + b"x" * 600 + b'"', b"  ", b"\n", b"\x00"]
"""The texts that replace pieces of a message in these tests."""
_PIECE = re.compile(rb'"[^"]*"|-?[0-9][0-9.eE+-]*|true|false|null|[][{}:,]')


def text_of(version: Version, action: str) -> bytes:
    """Return the text of a valid call."""
    payload = compile_template(version.actions[action].request)(sample_of(version))
    return orjson.dumps([2, "id-1", action, payload])


def usual(version: Version, sender: Sender, text: bytes) -> tuple[Any, Any]:
    """Return the message in a text and its violations by the usual decoding."""
    message = decode(text, version.framing)
    return version.read_call(message, sender) if type(message) is Call else (message, None)


def is_same(version: Version, sender: Sender, text: bytes) -> bool:
    """Whether the type gives the same result as the usual decoding, or does not decode the text."""
    call = call_reader(version, sender).read(text)
    if call is None:
        return True
    other, violations = usual(version, sender, text)
    assert violations == ()
    assert (call.id, call.action) == (other.id, other.action)
    assert orjson.dumps(call.payload) == orjson.dumps(other.payload)
    return bool(call == other)


def mutations(text: bytes) -> Iterator[bytes]:
    """Yield texts in which one piece is replaced by each of NASTY, removed, or doubled."""
    for found in _PIECE.finditer(text):
        for piece in [*NASTY, b"", found[0] * 2]:
            yield text[: found.start()] + piece + text[found.end() :]


@pytest.mark.parametrize(("version", "action"), ROWS, ids=lambda each: getattr(each, "name", each))
def test_a_valid_call_is_read_by_its_type(version: Version, action: str) -> None:
    """The type of each action decodes the default call, unless that contains an escape or data of any type."""
    text, row = text_of(version, action), version.actions[action]
    call = call_reader(version, Sender.STATION).read(text)
    if row.is_send or b"\\" in text or (action == "DataTransfer" and version is not V16):
        assert call is None
        return
    assert call is not None
    assert call.typed is not None
    assert is_same(version, Sender.STATION, text)


@pytest.mark.parametrize(("version", "action"), ROWS, ids=lambda each: getattr(each, "name", each))
def test_changed_calls_are_decoded_as_usual_or_not_at_all(version: Version, action: str) -> None:
    """A type never accepts a changed call that violates the schema, and decodes others like the usual decoding."""
    for text in mutations(text_of(version, action)):
        assert is_same(version, Sender.STATION, text), text


@given(st.sampled_from(OF_THE_CSMS), st.data())
def test_changed_commands_are_decoded_as_usual_or_not_at_all(row: tuple[Version, str], data: st.DataObject) -> None:
    """Commands of a CSMS with several changes are decoded like the usual decoding, or not by the type."""
    version, action = row
    text = text_of(version, action)
    for _ in range(data.draw(st.integers(0, 3))):
        found = data.draw(st.sampled_from([*_PIECE.finditer(text)]))
        text = text[: found.start()] + data.draw(st.sampled_from(NASTY)) + text[found.end() :]
    assert is_same(version, Sender.CSMS, text)


@pytest.mark.parametrize(
    "text",
    [
        b'[2,"a","Heartbeat",{}]',
        b'[2, "a", "Heartbeat", {}]',
        b'[2,"\xc3\xa4","Heartbeat", { } ] ',
    ],
)
def test_the_usual_spaces_are_read(text: bytes) -> None:
    """A call without spaces, or with spaces as most programs write them, is decoded by its type."""
    call = call_reader(versions()[0], Sender.STATION).read(text)
    assert call is not None
    assert call.payload == {}


@pytest.mark.parametrize(
    "text",
    [
        b' [2,"a","Heartbeat",{}]',
        b'[ 2,"a","Heartbeat",{}]',
        b'[2,"a" ,"Heartbeat",{}]',
        b'[2,"a","\\u0048eartbeat",{}]',
        b'[2,"\\u0061","Heartbeat",{}]',
        b'[2,"","Heartbeat",{}]',
        b'[2,"' + b"a" * 37 + b'","Heartbeat",{}]',
        b'[3,"a","Heartbeat",{}]',
        b'[2,"a","Heartbeat",{},{}]',
        b'[2,"a","Heartbeat"]',
        b'[2,"a","Nonsense",{}]',
        b'[2,"a","Reset",{"type":"Immediate"}]',
        b'[2,"a","Heartbeat",{"customData":{"vendorId":"x"}}]',
        b'{"2":"a","Heartbeat":{}}',
        b"",
        b'"""""',
    ],
)
def test_unusual_texts_are_left_to_the_usual_decoding(text: bytes) -> None:
    """A text that is unusual in any way is not decoded by a type."""
    assert call_reader(versions()[0], Sender.STATION).read(text) is None
