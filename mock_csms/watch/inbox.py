"""What came from each station: the calls that nobody has taken yet, and the last events, to explain what is missing."""

import asyncio
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from mock_csms.behavior.matching import ABSENT, PRESENT, Condition, Difference, Path, Predicate, value_at
from mock_csms.behavior.redaction import Redactor
from mock_csms.behavior.templates import rfc3339
from mock_csms.protocol.actions import Json
from mock_csms.protocol.messages import Call
from mock_csms.protocol.records import Bounded, Mutable, Record, bounded, field
from mock_csms.protocol.v2.identifiers import folded
from mock_csms.runtime.bus import Bus
from mock_csms.twin.events import Connected, Disconnected, Event, Received, Refused
from mock_csms.watch.lines import as_text, describe, printable

MOST_CALLS = 10_000
"""How many calls of a station wait to be taken; of more, the oldest are forgotten."""
_MOST_LINES = 50
"""How many of the last events of a station an explanation lists."""
_WIDTH = 300
"""How many characters of an event it shows."""


class Wanted(Record):
    """A call that somebody waits for: its action, and what must be in its payload."""

    action: str
    conditions: Sequence[Condition] = ()

    def suits(self, call: Call) -> bool:
        """Whether a call is one that is wanted."""
        return call.action == self.action and all(condition.holds(call.payload) for condition in self.conditions)

    def differences(self, call: Call) -> Sequence[Difference]:
        """Return in what a call of the right action differs."""
        return [
            Difference(condition.path, condition.value, value_at(call.payload, condition.path))
            for condition in self.conditions
            if not condition.holds(call.payload)
        ]

    def __or__(self, other: "Wanted | Either") -> "Either":
        return Either((self,)) | other

    def __str__(self) -> str:
        """Write it as rules and expectations are written."""
        conditions = ",".join(f"{'.'.join(each.path)}={_shown(each.value)}" for each in self.conditions)
        return f"{self.action}[{conditions}]" if conditions else self.action


class Either(Record):
    """A call that is one of several: whoever waits for it takes the first that suits any of them."""

    options: Sequence[Wanted]

    def suits(self, call: Call) -> bool:
        """Whether a call is one that is wanted."""
        return any(option.suits(call) for option in self.options)

    def __or__(self, other: "Wanted | Either") -> "Either":
        return Either((*self.options, *(other.options if isinstance(other, Either) else (other,))))

    def __str__(self) -> str:
        """Write all of them."""
        return " or ".join(map(str, self.options))


class Taken(Record):
    """A call that was taken: its number among all that came from the station, when it came, and what it is."""

    number: int
    at: float
    call: Call

    @property
    def payload(self) -> Json:
        """What it says."""
        payload: Json = self.call.payload
        return payload


def wanted(action: str, part: Mapping[str, Any] | None) -> Wanted:
    """Return what is wanted by somebody who writes a part of the payload: every value in it must be there.

    Of a list its items from the first on must be there, of `{}` and `...` anything; an empty list must be empty.
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


def _told(difference: Difference) -> str:
    """Write a difference in a line."""
    path, expected, found = difference
    texts = _shown(expected), _shown(found)
    if texts[0] == texts[1] and expected != found:  # 1 and "1"
        texts = _json(expected), _json(found)
    return f"{'.'.join(path)}: expected {texts[0]}, got {texts[1]}"


def _shown(value: Any) -> str:
    if value is PRESENT or value is ABSENT:
        return "something" if value is PRESENT else "nothing"
    if isinstance(value, Predicate):
        return value.text
    return value if isinstance(value, str) else _json(value)


def _json(value: Any) -> str:
    return orjson.dumps(value, default=repr).decode()


class _Seen(Mutable, eq=False):
    """An event, and whether somebody took it."""

    event: Event
    is_taken: bool = False


class _Box(Mutable):
    """What is kept of one `station`: the calls that wait by number, who waits for others, and the last events."""

    station: str
    calls: Bounded[int, _Seen] = bounded(MOST_CALLS)
    waiting: "dict[asyncio.Future[Taken], Either]" = field(default_factory=dict)
    last: deque[_Seen] = field(default_factory=lambda: deque(maxlen=_MOST_LINES))
    count: int = 0
    forgotten: int = 0
    opened: int = 0

    def put(self, event: Event) -> None:
        """Keep an event; a call goes to the first who waits for it."""
        seen = _Seen(event)
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

    def find(self, wanted_: Either, after: int, before: int | None = None) -> Taken | None:
        """Return the first wanted call of those that wait between two numbers."""
        for number, seen in self.calls.items():
            call = _call(seen.event)
            if after < number and (before is None or number < before) and call is not None and wanted_.suits(call):
                return Taken(number, seen.event.at, call)
        return None

    def take(self, wanted_: Either, after: int) -> Taken | None:
        """Return the first wanted call of those that wait, which then waits no more."""
        taken = self.find(wanted_, after)
        if taken is not None:
            self.calls.pop(taken.number).is_taken = True
        return taken


def _call(event: Event) -> Call | None:
    """Return the call that an event brought; those that were refused do not count."""
    is_call = isinstance(event, Received) and isinstance(event.message, Call) and not event.is_refused
    return event.message if is_call else None  # type: ignore[attr-defined] # the line before has looked


class Inbox:
    """All that comes from stations, for those who wait for something; `redactor` masks what is told of it."""

    def __init__(self, bus: Bus, redactor: Redactor | None = None) -> None:
        self._boxes: dict[str, _Box] = {}
        self._redactor = redactor
        bus.subscribe(lambda event: self._box(event.station).put(event), Connected, Refused, Disconnected, Received)

    def _box(self, identity: str) -> _Box:
        return self._boxes.setdefault(folded(identity), _Box(identity))

    def count(self, identity: str) -> int:
        """Return the number of the last event of a station, `after` which the next ones come."""
        return self._box(identity).count

    def opened(self, identity: str) -> int:
        """Return the number of the event with which the last connection of a station opened."""
        return self._box(identity).opened

    def forget(self, identity: str) -> None:
        """Let nothing wait that a station has sent so far."""
        box = self._box(identity)
        box.calls.clear()
        box.last.clear()
        box.forgotten = box.count

    def find(self, identity: str, wanted_: Either, after: int = 0, before: int | None = None) -> Taken | None:
        """Return the first wanted call of a station that waits to be taken, between the events of those numbers."""
        return self._box(identity).find(wanted_, after, before)

    async def take(self, identity: str, wanted_: Wanted | Either, within: float, after: int = 0) -> Taken:
        """Return the first wanted call of a station that nobody has taken, also one still to come.

        Only those `after` the event of that number. Raises AssertionError, with what came instead, where none comes
        within so many seconds.
        """
        __tracebackhide__ = True  # in pytest's reports, where the text says all
        either = wanted_ if isinstance(wanted_, Either) else Either((wanted_,))
        taken = await self.look_for(identity, either, within, after)
        if taken is None:
            raise AssertionError(self.explain(identity, either, within))
        return taken

    async def look_for(self, identity: str, wanted_: Either, within: float, after: int = 0) -> Taken | None:
        """Return the same, or None where none comes."""
        box = self._box(identity)
        taken = box.take(wanted_, after)
        if taken is not None or within <= 0:
            return taken
        future: asyncio.Future[Taken] = asyncio.get_running_loop().create_future()
        box.waiting[future] = wanted_
        try:
            await asyncio.wait([future], timeout=within)
        finally:
            del box.waiting[future]
        return future.result() if future.done() else None

    def explain(self, identity: str, wanted_: Either, within: float) -> str:
        """Return why somebody is disappointed who has waited so long for a call of a station."""
        text = "\n".join(self._missing(identity, wanted_, within))
        return self._redactor.words(text) if self._redactor else text

    def _missing(self, identity: str, either: Either, within: float) -> Iterator[str]:
        """Tell that a wanted call has not come, which one was nearest, and what came instead."""
        box = self._box(identity)
        yield f"{identity} sent no {Either([self._hidden(option) for option in either.options])} within {within:g} s"
        for wanted_ in either.options:
            yield from self._nearest(box, wanted_)
        if box.last:
            earlier = box.count - box.forgotten - len(box.last)
            yield f"came instead{f' ({earlier} more before)' if earlier else ''}:"
            yield from (
                _line(seen, self._redactor.event(seen.event) if self._redactor else seen.event) for seen in box.last
            )
        else:
            others = ", ".join(sorted(box.station for box in self._boxes.values() if box.last)) or "nobody"
            yield f"came instead: nothing, {identity} has not connected ({others} has)"

    def _nearest(self, box: _Box, wanted_: Wanted) -> Iterator[str]:
        """Tell which call was nearest to a wanted one, and in what it differs."""
        calls = [call for seen in box.calls.values() if (call := _call(seen.event)) and call.action == wanted_.action]
        if not calls:
            return
        nearest = min(reversed(calls), key=lambda call: len(wanted_.differences(call)))
        payload = self._redactor.value(nearest.payload) if self._redactor else nearest.payload
        yield f"nearest: {_cut(f'{nearest.action} {_json(payload)}')}"
        for difference in wanted_.differences(nearest):
            yield f"  {_told(self._redactor.difference(difference) if self._redactor else difference)}"

    def _hidden(self, wanted_: Wanted) -> Wanted:
        if self._redactor is None:
            return wanted_
        masked = [Condition(each.path, self._redactor.at(each.path, each.value)) for each in wanted_.conditions]
        return Wanted(wanted_.action, masked)


def _line(seen: _Seen, event: Event) -> str:
    """Tell of what was seen, with the event as it may be shown."""
    is_refused = isinstance(event, Received) and event.is_refused
    note = " (refused)" if is_refused else " (returned before)" if seen.is_taken else ""
    return f"  {rfc3339(event.at)[11:23]} {_cut(as_text(describe(event)))}{note}"


def _cut(text: str) -> str:
    """Return a text in one line of bounded length, in which what came over the wire does no harm."""
    short = text if len(text) <= _WIDTH else text[: _WIDTH - 1] + "…"
    return printable(short)
