"""The work for a hostile message grows linearly with its size: counted in function calls, not in seconds."""

import sys
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from mock_csms.behavior.validation import Validation
from mock_csms.conformance.catalogue import CHECKS
from mock_csms.conformance.facts.station import Terms
from mock_csms.conformance.inspector import Inspector
from mock_csms.protocol.actions import Sender
from mock_csms.protocol.conversation import Conversation
from mock_csms.protocol.decoding import decode
from mock_csms.protocol.messages import Malformed
from mock_csms.protocol.versions import V201
from mock_csms.twin.events import Connected, Received
from mock_csms.watch.lines import describe
from mock_csms.watch.repeats import Repeats

SMALL = 50_000
MOST_CALLS_PER_BYTE = 0.9
"""How many Python and C calls a byte may cost: conversation, all checks and the console line together."""


def many(unit: bytes, size: int) -> bytes:
    """Return about `size` bytes of repeated units with commas between them."""
    return b",".join([unit] * (size // (len(unit) + 1)))


def nested(size: int) -> bytes:
    """Return about `size` bytes of deeply nested objects."""
    return many(b'{"a":' * 200 + b"1" + b"}" * 200, size)


HOSTILE: dict[str, Callable[[int], bytes]] = {
    "no message": lambda size: b"[%b]" % many(b"[]", size),
    "an id of arrays": lambda size: b'[2,[%b],"A",{}]' % many(b"[]", size),
    "an unknown type": lambda size: b'[7,"1",[%b]]' % many(b"{}", size),
    "nested too deep": lambda size: b'[2,"1","DataTransfer",[%b]]' % many(b"[" * 300 + b"]" * 300, size),
    "deep objects": lambda size: b'[2,"1","BootNotification",{"a":[%b]}]' % nested(size),
    "wrong items": lambda size: b'[2,"1","MeterValues",{"evseId":1,"meterValue":[%b]}]' % many(b"1", size),
    "empty items": lambda size: b'[2,"1","MeterValues",{"evseId":1,"meterValue":[%b]}]' % many(b"{}", size),
    "a wrong report": lambda size: b'[2,"1","NotifyReport",{"reportData":[%b]}]' % many(b"{}", size),
    "numbers beyond a double": lambda size: (
        b'[2,"1","DataTransfer",{"vendorId":"v","data":[%b]}]' % many(b"1e999", size)
    ),
    "keys that come twice": lambda size: b'[2,"1","DataTransfer",{"vendorId":"v","data":{%b}}]' % many(b'"a":1', size),
    "a key that comes twice": lambda size: (
        b'[2,"1","DataTransfer",{"vendorId":"v","data":[%b,{"a":1,"a":1}]}]' % many(b'{"a":1}', size)
    ),
    "an unknown action": lambda size: b'[2,"1","Unknown",{"a":[%b],"b":"\xc3\xa4"}]' % many(b"[]", size),
    "a long action": lambda size: b'[2,"1","%b",{}]' % (b"F" * size),
    "escapes": lambda size: b'[2,"1","DataTransfer",{"vendorId":"v","data":"%b"}]' % (b"\\u0041" * (size // 6)),
    "a stray answer": lambda size: b'[3,"1",{"a":[%b]}]' % many(b"[]", size),
    "not closed": lambda size: b"[%b" % many(b"[]", size),
}
"""Messages of about this many bytes that cause much work for their size."""


def calls_for(text: bytes) -> int:
    """Return how many calls it takes to decode, check and describe a message."""
    inspector = Inspector(list(CHECKS.values()), Terms())
    talk = Conversation(V201, Sender.STATION)
    inspector.look_at(Connected(1.0, "CS", "ocpp2.0.1", ("ocpp2.0.1",)))

    def take(data: bytes) -> None:
        came = talk.receive(data, Validation())
        event = Received(2.0, "CS", data, came.message, came.violations, came.answers, False, came.is_refused)
        inspector.look_at(event)
        describe(event)

    take(text)  # does not count what is loaded or compiled only once
    calls = 0

    def count(_: Any, event: str, __: Any) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        take(text)
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize("kind", HOSTILE)
def test_work_grows_linearly_with_the_message(kind: str) -> None:
    """A message of twice the size takes at most twice as many calls, and few calls per byte."""
    small, large = (calls_for(HOSTILE[kind](size)) for size in (SMALL, 2 * SMALL))
    assert large <= 2 * small + 100
    assert large <= MOST_CALLS_PER_BYTE * 2 * SMALL


def test_a_malformed_message_is_parsed_once() -> None:
    """The checks use the decoded array of a malformed message, and do not parse its text again."""
    text = HOSTILE["no message"](SMALL).replace(b"[", b"[5,", 1)
    message = decode(text)
    assert isinstance(message, Malformed)
    assert message.array is not None
    assert message.array.length == len(orjson.loads(text))
    inspector = Inspector(list(CHECKS.values()), Terms())
    inspector.look_at(Connected(1.0, "CS", "ocpp2.0.1", ("ocpp2.0.1",)))
    counterfeit = Received(2.0, "CS", b"not this text", message, (), None, False, True)
    assert [finding.check for finding in inspector.look_at(counterfeit)] == ["R02"]


@pytest.mark.parametrize("value", ["[[[[1,2],[3]],4]]", '{"a":[{},{},[]]}', "[" * 70 + "]" * 70, f"[{'1,' * 100}1]"])
def test_a_long_wrong_item_is_shown_correctly(value: str) -> None:
    """The kept part of a long item is as long as a finding can show."""
    message = decode(f'[2,{value},"A",{{}}]'.encode())
    assert isinstance(message, Malformed)
    assert message.array is not None
    assert repr(message.array.items[1])[:60] == repr(orjson.loads(value))[:60]


def test_long_lines_are_compared_by_their_beginning() -> None:
    """Lines that differ only after the shown part count as equal, so that a station cannot fill the memory."""
    repeats = Repeats()
    shown = [repeats.is_shown(1.0, "CS", 2, "R09", "x" * 1000 + end) for end in ("a", "b", "c", "d")]
    assert shown == [True, True, True, False]


def test_the_limit_of_the_search_for_duplicate_keys() -> None:
    """If R20 reaches its limit before it finds the duplicate keys, the finding says how far it searched."""
    text = b'[2,"1","DataTransfer",{"vendorId":"v","data":[%b,{"a":1,"a":1}]}]' % many(b"{}", 200_000)
    inspector = Inspector([CHECKS["R20"]], Terms())
    message = decode(text)
    found = inspector.look_at(Received(2.0, "CS", text, message, (), None, False, False))
    assert [finding.problem.partition(" after")[0] for finding in found] == ["an object has a key twice, somewhere"]


def test_the_limit_of_the_search_for_empty_fields() -> None:
    """If R11 reaches its limit, the finding says that it searched no further."""
    text = b'[2,"1","MeterValues",{"evseId":null,"meterValue":[%b]}]' % many(b"1", 100_000)
    came = Conversation(V201, Sender.STATION).receive(text, Validation())
    event = Received(2.0, "CS", text, came.message, came.violations, came.answers, False, came.is_refused)
    found = Inspector([CHECKS["R11"]], Terms()).look_at(event)
    assert [finding.problem for finding in found] == [
        "MeterValues: evseId is null, and only the first 10,000 values of the payload were searched"
    ]
