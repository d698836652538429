"""Check R20: an object has the same key twice. Parsers use different values then, or reject the message."""

import re
from collections.abc import Iterator, Mapping
from itertools import islice

import orjson

from mock_csms.conformance.common.rpc import RPC
from mock_csms.conformance.facts.station import StationFacts
from mock_csms.conformance.subject import WARNING, CheckResult
from mock_csms.protocol.messages import Call, Error, Result
from mock_csms.twin.events import Received
from mock_csms.twin.seen import Seen, call, when

_TOKENS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{}:]')
_MOST_TOKENS = 50_000
"""The number of tokens that the check searches for keys: at least 50 kB of text, mostly half a megabyte."""
_SHOWN, _LONGEST = 3, 300
"""How many duplicate keys a finding names, and how many bytes of each key are read for that."""
_AROUND: Mapping[type, int] = {Call: 4, Result: 2, Error: 6}
"""How many quotes a message has outside its payload, or outside its details."""


@RPC.check(
    "R20",
    "RFC 8259 4",
    WARNING,
    "the keys of a JSON object are unique",
    call(),
    when("result", "error", "stray", "malformed", "send", "resulterror"),
    any_payload=True,
)
def has_each_key_once(seen: Seen, _: StationFacts) -> CheckResult:
    """Report a key that an object has twice, at any depth, even if escapes in one of them hide it."""
    event = seen.event
    if not isinstance(event, Received) or not has_twins(event.text, event.message):
        return None
    is_certain = type(event.message) in _AROUND  # objects that are nested too deep were not counted
    found = list(islice(_twins_in(event.text, is_certain=is_certain), _SHOWN))
    return "; ".join(found) or None


def has_twins(text: bytes, message: object) -> bool:
    """Return whether an object in a message has the same key twice.

    The parser keeps only one of them, so the parsed message has fewer quotes than its text. Most texts are exactly what
    the mock would write, or have the same number of quotes: then no key was dropped. Only a malformed text with several
    keys has to be parsed again for that.
    """
    kind = type(message)
    try:
        if kind in _AROUND:
            payload = message.details if kind is Error else message.payload  # type: ignore[attr-defined] # only calls, results and errors come here
            written = orjson.dumps(payload) if payload else b""
            if not written or text.endswith(written + b"]"):
                return False
            if kind is not Error and message.huge:  # type: ignore[attr-defined] # most readers of JSON cannot read it anyway
                return False
            return _quotes(text) != _quotes(written) + _AROUND[kind]
        return text.count(b":") > 1 and _quotes(text) != _quotes(orjson.dumps(orjson.loads(text)))
    except orjson.JSONDecodeError:
        return False
    except (TypeError, ValueError):  # the message cannot be written as JSON again
        return True


def _quotes(text: bytes) -> int:
    """Return how many quotes stand around strings. Quotes inside of strings do not count."""
    if b"\\" in text:
        text = text.replace(b"\\\\", b"").replace(b'\\"', b"")
    return text.count(b'"')


def _twins_in(text: bytes, *, is_certain: bool) -> Iterator[str]:
    """Yield a text for each key that an object has twice, among the first `_MOST_TOKENS` tokens of JSON text.

    is_certain: some object certainly has a key twice. If it is not among these tokens, the only text says so.
    """
    objects: list[dict[str, bytes]] = [{}]
    last = b""
    is_found = False
    for number, found in enumerate(_TOKENS.finditer(text)):
        if number >= _MOST_TOKENS:
            if is_certain and not is_found:
                yield f"an object has a key twice, somewhere after the first {found.start():,} bytes"
            return
        token = found[0]
        if token in b"{[":
            objects.append({})
        elif token in b"]}":
            objects.pop()
        elif token == b":":
            name = orjson.loads(last)
            first = objects[-1].setdefault(name, last)
            if first is not last:
                is_found = True
                yield _told(first, last)
        last = token


def _told(first: bytes, second: bytes) -> str:
    one, other = (key[:_LONGEST].decode(errors="ignore")[:60] for key in (first, second))
    if first == second:
        return f"an object has the key {one} twice"
    return f"an object has the keys {one} and {other}, which are the same"
