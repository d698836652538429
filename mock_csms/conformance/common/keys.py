"""Check R20: keys that come twice in one object. Parsers differ in which value they use, or reject the message."""

import re
from collections.abc import Iterator, Mapping

import orjson

from mock_csms.conformance.common.rpc import RPC
from mock_csms.conformance.facts.station import KnownStation
from mock_csms.conformance.subject import WARNING, Said
from mock_csms.protocol.messages import Call, Result
from mock_csms.twin.events import Received
from mock_csms.twin.seen import Seen, call, when

_TOKENS = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}:]')
_SHOWN = 3
_AROUND: Mapping[type, int] = {Call: 4, Result: 2}
"""How many quotes a message has outside its payload."""


@RPC.check(
    "R20",
    "RFC 8259 4",
    WARNING,
    "the keys of a JSON object are unique",
    call(),
    when("result", "error", "stray", "malformed"),
    any_payload=True,
)
def has_each_key_once(seen: Seen, _: KnownStation) -> Said:
    """The same key twice in one object, at any depth, also if one of them is written with escapes."""
    event = seen.event
    if not isinstance(event, Received) or not has_twins(event.text, event.message):
        return None
    found = [words for words, _ in zip(_twins_in(event.text), range(_SHOWN), strict=False)]
    return "; ".join(found) or None


def has_twins(text: bytes, message: object) -> bool:
    """Return whether keys of a message come twice.

    The parser keeps one of them, so the message that was read has fewer quotes than the text. Most texts are exactly
    what the mock would write, or have the same number of quotes: then no key was dropped.
    """
    kind = type(message)
    try:
        if kind in _AROUND:
            payload = message.payload  # type: ignore[attr-defined] # of those two kinds
            written = orjson.dumps(payload) if payload else b""
            if not written or text.endswith(written + b"]"):
                return False
            if b"\\" not in text:
                return text.count(b'"') != written.count(b'"') + _AROUND[kind]
        return _quotes(text) != _quotes(orjson.dumps(orjson.loads(text)))
    except (TypeError, ValueError):  # not JSON, or it cannot be written as JSON again
        return True


def _quotes(text: bytes) -> int:
    """Return how many quotes stand around strings. Quotes inside of strings do not count."""
    if b"\\" in text:
        text = text.replace(b"\\\\", b"").replace(b'\\"', b"")
    return text.count(b'"')


def _twins_in(text: bytes) -> Iterator[str]:
    """Yield a text for each key that its object has already. A text that is not JSON has none."""
    try:
        orjson.loads(text)
    except ValueError:
        return
    objects: list[dict[str, bytes]] = [{}]
    last = b""
    for token in _TOKENS.findall(text):
        if token in b"{[":
            objects.append({})
        elif token in b"]}":
            objects.pop()
        elif token == b":":
            name = orjson.loads(last)
            first = objects[-1].setdefault(name, last)
            if first is not last:
                yield _told(first.decode(), last.decode())
        last = token


def _told(first: str, second: str) -> str:
    if first == second:
        return f"an object has the key {first[:60]} twice"
    return f"an object has the keys {first[:60]} and {second[:60]}, which are the same"
