"""Searches events in the journal, and waits for new ones. Several readers may get the same event."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import orjson

from mock_csms.behavior.expectations import Expectation
from mock_csms.behavior.happenings import CONNECT, DISCONNECT, ERROR, REFUSED, RESPONSE
from mock_csms.behavior.matching import ABSENT, Condition, differences
from mock_csms.behavior.rules import ANY
from mock_csms.protocol.decoding import decode
from mock_csms.protocol.identifiers import matches
from mock_csms.protocol.messages import FRAMING, Call, Error, Malformed, Message, Result
from mock_csms.protocol.names import did_you_mean
from mock_csms.protocol.printable import printable
from mock_csms.protocol.records import Record, json_text
from mock_csms.protocol.sends import ResultError, SendMessage
from mock_csms.protocol.v2.framing import FRAMING_OF_21
from mock_csms.twin import events
from mock_csms.twin.every_event import ALL
from mock_csms.watch.blocks import Logged
from mock_csms.watch.eventlog import MessageKind
from mock_csms.watch.inbox import Wanted, wanted
from mock_csms.watch.journal import Journal

SLICE = 500
"""How many events are examined before other tasks may run."""
_KINDS = {kind.__name__: kind for kind in ALL}
_TYPES: Mapping[str, MessageKind] = {
    "Call": Call,
    "Result": Result,
    "Error": Error,
    "Malformed": Malformed,
    "Send": SendMessage,
    "ResultError": ResultError,
}
"""The message types, by their names in the event log."""
_HAPPENINGS: Mapping[str, type[events.Event]] = {
    CONNECT: events.Connected,
    DISCONNECT: events.Disconnected,
    REFUSED: events.Refused,
}
_OF_MATCHES: Mapping[str, frozenset[MessageKind]] = {
    "": frozenset((Call, SendMessage)),
    RESPONSE: frozenset((Result,)),
    ERROR: frozenset((Error,)),
}
_MOST_LISTED, _WIDTH = 20, 300
"""How many events an explanation lists, and how many characters of each."""


class Criteria(Record):
    """Selects events; an empty field matches every event."""

    station: str = "*"
    kinds: frozenset[type[events.Event]] = frozenset()
    types: frozenset[MessageKind] = frozenset()
    about: frozenset[bytes] = frozenset()
    """The actions of messages, or the ids of checks, as JSON text."""
    conditions: tuple[Condition, ...] = ()
    """The conditions for the payload."""
    is_happening: bool = False
    """Whether refused messages and invalid requests are left out, as in --expect."""
    text: str = "event"
    """A text for people that says which events are selected."""

    @property
    def is_all(self) -> bool:
        """Whether every event is selected."""
        return self.station == "*" and not (self.kinds or self.types or self.about or self.conditions)

    def suits(self, logged: Logged) -> bool:
        """Whether an event is selected."""
        if (
            (self.about and logged.about not in self.about)
            or (self.kinds and logged.kind not in self.kinds)
            or (self.types and logged.type not in self.types)
            or (self.station != "*" and not matches(logged.station, self.station))
        ):
            return False
        return not (self.conditions or self.is_happening) or self._has(content_of(logged))

    def _has(self, content: Mapping[str, Any]) -> bool:
        if self.is_happening and (content.get("is_refused") or content.get("is_handshake") is False):
            return False
        return not self.conditions or not differences(self.conditions, payload_in(content))


def content_of(logged: Logged) -> Mapping[str, Any]:
    """Return the line of an event as JSON values."""
    content: Mapping[str, Any] = orjson.loads(logged.line)
    return content


def message_in(content: Mapping[str, Any]) -> Message | Malformed:
    """Return the message in the line of an event, as it was sent."""
    is_of_21 = _TYPES[content["messageType"]] in (SendMessage, ResultError)
    return decode(content["text"].encode(errors="surrogatepass"), FRAMING_OF_21 if is_of_21 else FRAMING)


def payload_in(content: Mapping[str, Any]) -> Any:
    """Return the payload of a message, the content of an error, or all fields of another event."""
    if "messageType" not in content:
        return content
    message = message_in(content)
    if isinstance(message, Error):
        return {"code": message.code, "description": message.description, "details": message.details}
    return ABSENT if isinstance(message, Malformed) else message.payload


def criteria(
    texts: Mapping[str, str], match: Expectation | None = None, part: Mapping[str, Any] | None = None
) -> Criteria:
    """Return the criteria for `texts`.

    texts: by `station`, `kind`, `type`, `action` and `finding`; commas separate several values. match: an expectation
    as in --expect. part: JSON that the payload must contain. Raises ValueError for an unknown name.
    """
    kinds = frozenset(_named("kind of event", name, _KINDS) for name in _several(texts.get("kind", "")))
    types = frozenset(_named("type of message", name, _TYPES) for name in _several(texts.get("type", "")))
    actions, checks = _several(texts.get("action", "")), _several(texts.get("finding", ""))
    conditions = tuple(wanted("", part).conditions) if part else ()
    shown = ",".join(actions) or (",".join(kind.__name__ for kind in kinds) or "event")
    found = Criteria(
        texts.get("station") or "*",
        kinds or (frozenset([events.Finding]) if checks else frozenset()),
        types,
        frozenset(map(json_text, (*actions, *checks))),
        conditions,
        text=str(Wanted(shown, conditions)),
    )
    return found if match is None else _happening(found, match)


def _happening(found: Criteria, match: Expectation) -> Criteria:
    """Return criteria that also require the happening of an expectation."""
    action, dot, kind = match.name.partition(".")
    is_message = action not in _HAPPENINGS
    kind_: type[events.Event] = events.Received if is_message else _HAPPENINGS[action]
    return Criteria(
        match.stations if found.station == "*" else found.station,
        found.kinds or frozenset((kind_,)),
        found.types or (_OF_MATCHES[dot + kind] if is_message else frozenset()),
        found.about or (frozenset([json_text(action)]) if is_message and action != ANY else frozenset()),
        (*found.conditions, *match.conditions),
        is_happening=True,
        text=match.text,
    )


def _several(text: str) -> Sequence[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _named(what: str, name: str, known: Mapping[str, Any]) -> Any:
    found = next((known[each] for each in known if each.lower() == name.lower()), None)
    if found is None:
        raise ValueError(f"{name!r} is not a {what}{did_you_mean(name, known)}")
    return found


# Searching and waiting.


async def found_in(found: Iterable[Logged], what: Criteria, most: int) -> tuple[Sequence[Logged], int | None]:
    """Return up to `most` selected events, and the number of the last examined event; None if all were examined.

    Other tasks may run in between.
    """
    hits: list[Logged] = []
    rest: Iterator[Logged] = iter(found)
    while chunk := list(islice(rest, SLICE)):
        for logged in chunk:
            if what.suits(logged):
                hits.append(logged)
                if len(hits) >= most:
                    return hits, logged.seq
        await asyncio.sleep(0)
    return hits, None


class WaitResult(Record):
    """The result of a wait."""

    is_met: bool
    cursor: int
    events: Sequence[Logged]


async def wait_for_events(journal: Journal, what: Criteria, after: int, count: int, within: float) -> WaitResult:
    """Wait until `count` selected events came after the number `after`, for at most `within` seconds."""
    loop = asyncio.get_running_loop()
    end, hits, cursor = loop.time() + within, list[Logged](), after
    while True:
        last = journal.cursor
        more, at = await found_in(journal.between(cursor, last + 1), what, count - len(hits))
        hits += more
        cursor = max(cursor, last) if at is None else at
        left = end - loop.time()
        is_met = len(hits) >= count
        if is_met or left <= 0 or journal.is_closed:
            return WaitResult(is_met, cursor, hits)
        await journal.news(cursor, left)


def explain(
    journal: Journal, what: Criteria, waited: WaitResult, after: int, within: float, line_of: Callable[[Logged], str]
) -> str:
    """Return the lines that explain a failed wait: what did not come, the nearest message, and what came instead."""
    events_ = islice(journal.backwards(after, journal.last + 1), SLICE)
    came = [each for each in events_ if matches(each.station, what.station)]
    count = f" ({len(waited.events)} came)" if waited.events else ""
    whom = "" if what.station == "*" else f" of {what.station}"
    lines = [f"no {what.text}{whom} came within {within:g} s{count}"]
    near = [each for each in came if each.type and _is_near(each, what)]
    if near and what.conditions:
        lines += _nearest(near, what)
    late = came[:_MOST_LISTED]
    lines += ["came instead:" if late else "came instead: nothing"]
    lines += [f"  {_cut(line_of(each))}" for each in reversed(late)]
    return "\n".join(lines)


def _is_near(logged: Logged, what: Criteria) -> bool:
    same = (not what.about or logged.about in what.about) and (not what.kinds or logged.kind in what.kinds)
    return same and (not what.types or logged.type in what.types)


def _nearest(near: Sequence[Logged], what: Criteria) -> Iterator[str]:
    """Yield the nearest message and its differences."""
    payloads = [payload_in(content_of(each)) for each in near[:_MOST_LISTED]]
    payload = min(payloads, key=lambda each: len(differences(what.conditions, each)))
    if payload is not ABSENT:
        yield f"nearest: {_cut(orjson.dumps(payload).decode())}"
        yield from (f"  {difference}" for difference in differences(what.conditions, payload))


def _cut(text: str) -> str:
    return printable(text if len(text) <= _WIDTH else text[: _WIDTH - 1] + "…")
