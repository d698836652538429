"""Finds events in the journal, and waits for new ones; several readers may get the same event."""

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
from mock_csms.watch.blocks import Logged
from mock_csms.watch.eventlog import MessageKind
from mock_csms.watch.inbox import Wanted, wanted
from mock_csms.watch.journal import Journal

SLICE = 500
"""How many events are looked at before the loop may do something else."""
_KINDS = {kind.__name__: kind for kind in events.ALL}
_TYPES: Mapping[str, MessageKind] = {
    "Call": Call,
    "Result": Result,
    "Error": Error,
    "Malformed": Malformed,
    "Send": SendMessage,
    "ResultError": ResultError,
}
"""The types of messages, as the event log names them."""
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
_MOST_TOLD, _WIDTH = 20, 300
"""How many events an explanation lists, and how many characters of each."""


class Criteria(Record):
    """Which events are sought; an empty collection stands for all."""

    station: str = "*"
    kinds: frozenset[type[events.Event]] = frozenset()
    types: frozenset[MessageKind] = frozenset()
    about: frozenset[bytes] = frozenset()
    """The actions, or the ids of checks, as JSON text."""
    conditions: tuple[Condition, ...] = ()
    """What the payload must have."""
    is_happening: bool = False
    """Whether messages that were refused do not count, nor requests that were no handshakes, as for --expect."""
    text: str = "event"
    """What is sought, for people."""

    @property
    def is_all(self) -> bool:
        """Whether every event is sought."""
        return self.station == "*" and not (self.kinds or self.types or self.about or self.conditions)

    def suits(self, logged: Logged) -> bool:
        """Whether an event is sought."""
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
    """Return the message in the line of an event about one, as it was on the wire."""
    is_of_21 = _TYPES[content["messageType"]] in (SendMessage, ResultError)
    return decode(content["text"].encode(errors="surrogatepass"), FRAMING_OF_21 if is_of_21 else FRAMING)


def payload_in(content: Mapping[str, Any]) -> Any:
    """Return the payload of a message, what an error says, or all that another event says."""
    if "messageType" not in content:
        return content
    message = message_in(content)
    if isinstance(message, Error):
        return {"code": message.code, "description": message.description, "details": message.details}
    return ABSENT if isinstance(message, Malformed) else message.payload


def criteria(
    texts: Mapping[str, str], match: Expectation | None = None, part: Mapping[str, Any] | None = None
) -> Criteria:
    """Return what is sought by `texts` for `station`, `kind`, `type`, `action` and `finding`, with commas for several.

    `match` is as in --expect; `part` is what the payload must contain. Raises ValueError for an unknown name.
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
    """Return what is sought by both."""
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


# Reading and waiting.


async def found_in(found: Iterable[Logged], what: Criteria, most: int) -> tuple[Sequence[Logged], int | None]:
    """Return up to `most` of the events that are sought, and the number of the last event that was looked at.

    The number is None if all were looked at. The loop may do something else in between.
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
    """What a wait has brought."""

    is_met: bool
    cursor: int
    events: Sequence[Logged]


async def wait_for_events(journal: Journal, what: Criteria, after: int, count: int, within: float) -> WaitResult:
    """Wait until `count` of the events that are sought came after a number, or for so many seconds."""
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
    """Return what did not come, which message came nearest, and what came instead."""
    events_ = islice(journal.backwards(after, journal.last + 1), SLICE)
    came = [each for each in events_ if matches(each.station, what.station)]
    count = f" ({len(waited.events)} came)" if waited.events else ""
    whom = "" if what.station == "*" else f" of {what.station}"
    lines = [f"no {what.text}{whom} came within {within:g} s{count}"]
    near = [each for each in came if each.type and _is_near(each, what)]
    if near and what.conditions:
        lines += _nearest(near, what)
    late = came[:_MOST_TOLD]
    lines += ["came instead:" if late else "came instead: nothing"]
    lines += [f"  {_cut(line_of(each))}" for each in reversed(late)]
    return "\n".join(lines)


def _is_near(logged: Logged, what: Criteria) -> bool:
    same = (not what.about or logged.about in what.about) and (not what.kinds or logged.kind in what.kinds)
    return same and (not what.types or logged.type in what.types)


def _nearest(near: Sequence[Logged], what: Criteria) -> Iterator[str]:
    """Yield which message came nearest, and how it differs."""
    payloads = [payload_in(content_of(each)) for each in near[:_MOST_TOLD]]
    payload = min(payloads, key=lambda each: len(differences(what.conditions, each)))
    if payload is not ABSENT:
        yield f"nearest: {_cut(orjson.dumps(payload).decode())}"
        yield from (f"  {difference}" for difference in differences(what.conditions, payload))


def _cut(text: str) -> str:
    return printable(text if len(text) <= _WIDTH else text[: _WIDTH - 1] + "…")
