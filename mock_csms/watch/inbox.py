"""The inbox of each station: the calls that no test has taken yet, and the last events, to explain a failure."""

import asyncio
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mock_csms.behavior.matching import PRESENT, Condition, Difference, Path, Predicate, differences, shown
from mock_csms.behavior.secrets import Secrets
from mock_csms.behavior.templates import rfc3339
from mock_csms.protocol.actions import Json
from mock_csms.protocol.identifiers import folded
from mock_csms.protocol.messages import Call
from mock_csms.protocol.printable import printable
from mock_csms.protocol.records import Mutable, Record, field
from mock_csms.runtime.bus import Bus
from mock_csms.twin.events import Connected, Disconnected, Event, Received, Refused
from mock_csms.watch.gist import as_json
from mock_csms.watch.lines import as_text, describe
from mock_csms.watch.waiting import wait_for

MOST_CALLS = 10_000
"""How many calls of a station are kept; the oldest are dropped first."""
MOST_BYTES, _LONG = 4 * 1024 * 1024, 64 * 1024
"""The most bytes of text of those calls. Of longer calls only the last is kept, to explain a failure."""
_MOST_GONE = 1000
"""How many stations without a connection the inbox remembers."""
_MOST_LINES, _WIDTH = 50, 300
"""How many of a station's last events an explanation lists, and how many characters of each."""


class Wanted(Record):
    """A call to wait for: its action, and the conditions for its payload."""

    action: str
    conditions: Sequence[Condition] = ()

    def suits(self, call: Call) -> bool:
        """Whether a call is a wanted one."""
        return call.action == self.action and all(condition.holds(call.payload) for condition in self.conditions)

    def differences(self, call: Call) -> Sequence[Difference]:
        """Return the differences of a call with the right action."""
        return differences(self.conditions, call.payload)

    def __or__(self, other: "Wanted | Either") -> "Either":
        return Either((self,)) | other

    def __str__(self) -> str:
        """Write it like a rule or an expectation."""
        conditions = ",".join(f"{'.'.join(each.path)}={shown(each.value)}" for each in self.conditions)
        return f"{self.action}[{conditions}]" if conditions else self.action


class Either(Record):
    """Several calls to wait for; the first call that suits one of them is taken."""

    options: Sequence[Wanted]

    def suits(self, call: Call) -> bool:
        """Whether a call is a wanted one."""
        return any(option.suits(call) for option in self.options)

    def __or__(self, other: "Wanted | Either") -> "Either":
        return Either((*self.options, *(other.options if isinstance(other, Either) else (other,))))

    def __str__(self) -> str:
        """Write all of them, with `or` between."""
        return " or ".join(map(str, self.options))


class Taken(Record):
    """A call that was taken."""

    number: int
    """Its number among all events of the station."""
    at: float
    """When it came, in seconds since 1970."""
    call: Call

    @property
    def payload(self) -> Json:
        """The payload of the call."""
        payload: Json = self.call.payload
        return payload


def wanted(action: str, part: Mapping[str, Any] | None) -> Wanted:
    """Return the call to wait for by a part of its payload: every value of the part must be in the payload.

    A list must begin with the items given, and an empty list must be empty. `{}` and `...` stand for any value.
    """
    return Wanted(action, tuple(_conditions((), part or {})))


def _conditions(path: Path, part: Any) -> Iterator[Condition]:
    if isinstance(part, Predicate):
        yield Condition(path, part)
    elif isinstance(part, Mapping) and part:
        for name, value in part.items():
            yield from _conditions((*path, name), value)
    elif isinstance(part, list | tuple) and part:
        for index, value in enumerate(part):
            yield from _conditions((*path, str(index)), value)
    elif path:
        yield Condition(path, PRESENT if part is ... or part == {} else [] if part == () else part)


class _Seen(Mutable, eq=False):
    """An event, and whether a test has taken it."""

    event: Event
    is_taken: bool = False

    @property
    def size(self) -> int:
        """The length of its text in bytes."""
        return len(self.event.text) if isinstance(self.event, Received) else 0


class _Box(Mutable):
    """The inbox of one station."""

    station: str
    calls: dict[int, _Seen] = field(default_factory=dict)
    """The calls that are not taken yet, by number."""
    size: int = 0
    """The length of the texts of these calls in bytes."""
    waiting: "dict[asyncio.Future[Taken], Either]" = field(default_factory=dict)
    """The futures of those who wait, each with the wanted calls."""
    last: deque[_Seen] = field(default_factory=lambda: deque(maxlen=_MOST_LINES))
    count: int = 0
    forgotten: int = 0
    opened: int = 0

    def put(self, event: Event) -> None:
        """Keep an event; a call goes to the first one waiting for it."""
        seen = _Seen(event)
        if seen.size > _LONG:
            self.last = deque((each for each in self.last if each.size <= _LONG), _MOST_LINES)
        self.last.append(seen)
        self.count += 1
        if isinstance(event, Connected):
            self.opened = self.count
        call = _call(event)
        if call is None:
            return
        for future, wanted_ in self.waiting.items():
            if not future.done() and wanted_.suits(call):
                seen.is_taken = True
                future.set_result(Taken(self.count, event.at, call))
                return
        self.calls[self.count] = seen
        self.size += seen.size
        while len(self.calls) > MOST_CALLS or (self.size > MOST_BYTES and len(self.calls) > 1):
            self._pop(next(iter(self.calls)))

    def _pop(self, number: int) -> _Seen:
        """Remove a call, and return it."""
        self.size -= self.calls[number].size
        return self.calls.pop(number)

    def find(self, wanted_: Either, after: int, before: int | None = None) -> Taken | None:
        """Return the first wanted call between two numbers that is not taken yet."""
        for number, seen in self.calls.items():
            call = _call(seen.event)
            if after < number and (before is None or number < before) and call is not None and wanted_.suits(call):
                return Taken(number, seen.event.at, call)
        return None

    def take(self, wanted_: Either, after: int) -> Taken | None:
        """Take the first wanted call that is not taken yet, and return it."""
        taken = self.find(wanted_, after)
        if taken is not None:
            self._pop(taken.number).is_taken = True
        return taken


def _call(event: Event) -> Call | None:
    """Return the call in an event; None for any other event, and for a call that was refused."""
    is_call = isinstance(event, Received) and isinstance(event.message, Call) and not event.is_refused
    return event.message if is_call else None  # type: ignore[attr-defined] # the line before has looked


class Inbox:
    """Everything that comes from stations, for tests that wait for calls; `secrets` masks explanations."""

    def __init__(self, bus: Bus, secrets: Secrets | None = None) -> None:
        self._boxes: dict[str, _Box] = {}
        self._gone: dict[str, None] = {}
        """The keys of the stations that are not connected, the one that left first in front."""
        self._secrets = secrets or Secrets()
        bus.subscribe(self._put, Connected, Refused, Disconnected, Received)

    def _put(self, event: Event) -> None:
        box = self._box(event.station)
        box.put(event)
        if not isinstance(event, Received):
            key = folded(event.station)
            self._gone.pop(key, None)
            if not isinstance(event, Connected):
                self._gone[key] = None
                self._drop_oldest()

    def _drop_oldest(self) -> None:
        """Drop the station that left first if there are too many, unless a test waits for it."""
        if len(self._gone) > _MOST_GONE:
            oldest = next(iter(self._gone))
            del self._gone[oldest]
            if not self._boxes[oldest].waiting:
                del self._boxes[oldest]

    def _box(self, identity: str) -> _Box:
        return self._boxes.setdefault(folded(identity), _Box(identity))

    def count(self, identity: str) -> int:
        """Return the number of the last event of a station so far."""
        return self._box(identity).count

    def opened(self, identity: str) -> int:
        """Return the number of the event with which the last connection of a station opened."""
        return self._box(identity).opened

    def forget(self, identity: str) -> None:
        """Drop the calls that a station has sent so far."""
        box = self._box(identity)
        box.calls, box.size = {}, 0
        box.last.clear()
        box.forgotten = box.count

    def find(self, identity: str, wanted_: Either, after: int = 0, before: int | None = None) -> Taken | None:
        """Return the first wanted call of a station, between two event numbers, that is not taken yet."""
        return self._box(identity).find(wanted_, after, before)

    async def take(self, identity: str, wanted_: Wanted | Either, within: float, after: int = 0) -> Taken:
        """Take the first wanted call of a station that is not taken yet, or wait for it, and return it.

        Only calls after the event number `after` count. Raises AssertionError, with the messages that came instead, if
        none comes within `within` seconds.
        """
        __tracebackhide__ = True  # for pytest, because the message of the error is enough
        either = wanted_ if isinstance(wanted_, Either) else Either((wanted_,))
        taken = await self.look_for(identity, either, within, after)
        if taken is None:
            raise AssertionError(self.explain(identity, either, within))
        return taken

    async def look_for(self, identity: str, wanted_: Either, within: float, after: int = 0) -> Taken | None:
        """Wait in the same way, but return None if no such call comes."""
        box = self._box(identity)
        taken = box.take(wanted_, after)
        if taken is not None or within <= 0:
            return taken
        return await wait_for(box.waiting, wanted_, within)

    def explain(self, identity: str, wanted_: Either, within: float) -> str:
        """Return why a wait of so many seconds for a call of a station failed."""
        return "\n".join(map(self._secrets.words, self._missing(identity, wanted_, within)))

    def _missing(self, identity: str, either: Either, within: float) -> Iterator[str]:
        """Yield the lines about a wanted call that has not come: the nearest call, and what came instead."""
        box = self._box(identity)
        yield f"{identity} sent no {Either([self._hidden(option) for option in either.options])} within {within:g} s"
        for wanted_ in either.options:
            yield from self._nearest(box, wanted_)
        if box.last:
            earlier = box.count - box.forgotten - len(box.last)
            yield f"came instead{f' ({earlier} more before)' if earlier else ''}:"
            yield from (_line(seen, self._secrets.event(seen.event)) for seen in box.last)
        else:
            others = ", ".join(sorted(box.station for box in self._boxes.values() if box.last)) or "nobody"
            yield f"came instead: nothing, {identity} has not connected ({others} has)"

    def _nearest(self, box: _Box, wanted_: Wanted) -> Iterator[str]:
        """Yield the nearest call to a wanted one, and its differences."""
        calls = [call for seen in box.calls.values() if (call := _call(seen.event)) and call.action == wanted_.action]
        if not calls:
            return
        nearest = min(reversed(calls), key=lambda call: len(wanted_.differences(call)))
        yield f"nearest: {_cut(f'{nearest.action} {as_json(self._secrets.value(nearest.payload))}')}"
        found = [f"{self._secrets.difference(each)}" for each in wanted_.differences(nearest)]
        for line in found or ["no difference, but it came too early: before the wait for it began"]:
            yield f"  {line}"

    def _hidden(self, wanted_: Wanted) -> Wanted:
        masked = [Condition(each.path, self._secrets.at(each.path, each.value)) for each in wanted_.conditions]
        return Wanted(wanted_.action, masked)


def _line(seen: _Seen, event: Event) -> str:
    """Return a line about an event, with secrets masked."""
    is_refused = isinstance(event, Received) and event.is_refused
    note = " (refused)" if is_refused else " (returned before)" if seen.is_taken else ""
    return f"  {rfc3339(event.at)[11:23]} {_cut(as_text(describe(event)))}{note}"


def _cut(text: str) -> str:
    """Return a text as one line of bounded length, with control characters made visible."""
    return printable(text if len(text) <= _WIDTH else text[: _WIDTH - 1] + "…")
