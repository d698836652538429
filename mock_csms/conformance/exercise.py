"""The conditions under which an occasion exercises a check. The tables (`occasions.py`) of each folder use them."""

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from mock_csms.conformance.facts.exchanges import BREAKS_ITS_SCHEMA
from mock_csms.conformance.facts.station import StationFacts
from mock_csms.conformance.subject import Check, Wrong
from mock_csms.protocol.messages import Error
from mock_csms.protocol.records import Record, replace
from mock_csms.twin.events import Received
from mock_csms.twin.seen import Occasion, Seen

Holds: TypeAlias = Callable[[Seen, Any, Check], Any]
"""Judges an occasion: a true value means that it exercises the check."""


def always(_: Seen, __: Any, ___: Check) -> bool:
    """Accept every occasion."""
    return True


class Exercise(Record):
    """The occasions that exercise a check, and the condition that they must meet."""

    on: tuple[Occasion, ...] | None = None
    """The occasions; None means all occasions of the check."""
    holds: Holds = always
    """The condition at such an occasion."""
    any_payload: bool = False
    """Whether messages count that violate their schema, or that answer such a message."""
    due: Callable[[Any], Any] = lambda _: True
    """The condition under which an expired deadline of the check counts."""


def where(holds: Callable[[Seen, Any], Any], *on: tuple[Occasion, ...]) -> Exercise:
    occasions = tuple(occasion for some in on for occasion in some) or None
    return Exercise(occasions, lambda seen, station, _: holds(seen, station))


def at(*on: tuple[Occasion, ...]) -> Exercise:
    return Exercise(tuple(occasion for some in on for occasion in some))


def in_text(pattern: bytes, *on: tuple[Occasion, ...]) -> Exercise:
    """Accept the occasions where the text of the message matches the pattern."""
    search = re.compile(pattern).search
    return where(lambda seen, _: search(seen.event_as(Received).text), *on)


def would_speak(seen: Seen, station: Any, check: Check) -> bool:
    """Whether the check would report another status in the same answer. If so, this answer exercises it."""
    if seen.kind != "result":
        return False
    others = seen.version.schemas.values(f"{seen.action}Response", "status")
    return any(
        _speaks(check.judge(replace(seen, payload={**seen.payload, "status": each}), station)) for each in others
    )


def would_miss(*path: str) -> Exercise:
    """Accept the occasions where the check would report the payload if this part were missing."""

    def holds(seen: Seen, station: Any, check: Check) -> bool:
        return _speaks(check.judge(replace(seen, payload=_without(seen.payload, path)), station))

    return Exercise(None, holds)


def would_mind(value: str, *path: str) -> Exercise:
    """Accept the occasions where the check would report the payload if this part had that value."""

    def holds(seen: Seen, station: Any, check: Check) -> bool:
        bare = _without(seen.payload, path)
        inside = bare[path[0]] | {path[1]: value}
        return _speaks(check.judge(replace(seen, payload=bare | {path[0]: inside}), station))

    return Exercise(None, holds)


def _without(payload: Any, path: Sequence[str]) -> Any:
    """Return a payload without one part; the part may be absent."""
    key, *inner = path
    rest = {name: value for name, value in payload.items() if name != key}
    return rest | {key: _without(payload[key], inner)} if inner and key in payload else rest


def _speaks(said: Any) -> bool:
    words = [said] if isinstance(said, str | Record) else said or ()
    return any(isinstance(word, str | Wrong) for word in words)


def is_error(seen: Seen, _: StationFacts, __: Check) -> bool:
    """Whether the message is a CALLERROR."""
    return isinstance(seen.message, Error)


def is_wrong_payload(seen: Seen, station: StationFacts, _: Check) -> bool:
    """Whether the mock sent a command with a deliberate error that a station must notice."""
    return station.exchanges.wrong.get(seen.id) in ("invalid", BREAKS_ITS_SCHEMA)


def is_unknown_type(seen: Seen, station: StationFacts, _: Check) -> bool:
    """Whether the mock sent a command with a message type that OCPP does not have."""
    return station.exchanges.wrong.get(seen.id) == "unknown-type"
