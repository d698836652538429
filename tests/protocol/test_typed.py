"""Calls that are read by types: they are the calls that the usual way reads, and have no violation."""

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
"""What pieces of a text are replaced by."""
_PIECE = re.compile(rb'"[^"]*"|-?[0-9][0-9.eE+-]*|true|false|null|[][{}:,]')


def text_of(version: Version, action: str) -> bytes:
    """Return the text of a valid call."""
    payload = compile_template(version.actions[action].request)(sample_of(version))
    return orjson.dumps([2, "id-1", action, payload])


def usual(version: Version, sender: Sender, text: bytes) -> tuple[Any, Any]:
    """Return the message in a text and its violations, as the usual way reads it."""
    message = decode(text, version.framing)
    return version.read_call(message, sender) if type(message) is Call else (message, None)


def is_same(version: Version, sender: Sender, text: bytes) -> bool:
    """Whether a text is not read by its type, or with the same result as in the usual way."""
    call = call_reader(version, sender).read(text)
    if call is None:
        return True
    other, violations = usual(version, sender, text)
    assert violations == ()
    assert (call.id, call.action) == (other.id, other.action)
    assert orjson.dumps(call.payload) == orjson.dumps(other.payload)
    return bool(call == other)


def mutations(text: bytes) -> Iterator[bytes]:
    """Yield a text with each piece of it replaced by each nasty one, removed, or doubled."""
    for found in _PIECE.finditer(text):
        for piece in [*NASTY, b"", found[0] * 2]:
            yield text[: found.start()] + piece + text[found.end() :]


@pytest.mark.parametrize(("version", "action"), ROWS, ids=lambda each: getattr(each, "name", each))
def test_a_valid_call_is_read_by_its_type(version: Version, action: str) -> None:
    """The type of each action reads the call that the table has as an example, unless it has an escape or free data."""
    text, row = text_of(version, action), version.actions[action]
    call = call_reader(version, Sender.STATION).read(text)
    if row.is_send or b"\\" in text or (action == "DataTransfer" and version is not V16):
        assert call is None
        return
    assert call is not None
    assert call.typed is not None
    assert is_same(version, Sender.STATION, text)


@pytest.mark.parametrize(("version", "action"), ROWS, ids=lambda each: getattr(each, "name", each))
def test_a_changed_call_is_read_as_usual_or_not_at_all(version: Version, action: str) -> None:
    """Whatever is changed in a valid call, its type never accepts what the schema refuses, nor reads it otherwise."""
    for text in mutations(text_of(version, action)):
        assert is_same(version, Sender.STATION, text), text


@given(st.sampled_from(OF_THE_CSMS), st.data())
def test_commands_are_read_as_usual_or_not_at_all(row: tuple[Version, str], data: st.DataObject) -> None:
    """The same holds for the commands of a CSMS, with several changes at once."""
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
    """A text without spaces, or with those that programs write, is read by its type."""
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
def test_all_else_is_left_to_the_usual_way(text: bytes) -> None:
    """A text that is unusual in any way is not read by a type."""
    assert call_reader(versions()[0], Sender.STATION).read(text) is None
