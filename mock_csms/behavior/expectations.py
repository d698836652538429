"""What a run must show: expectations, counted for each station out of the events, and the verdict on them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from mock_csms.behavior.matching import Condition, Difference, value_at
from mock_csms.behavior.rules import ANY
from mock_csms.protocol.actions import Json
from mock_csms.protocol.identifiers import matches
from mock_csms.protocol.messages import Call, Error, Result
from mock_csms.protocol.records import Mutable, Record
from mock_csms.twin.events import Connected, Disconnected, Event, Received, Refused

CONNECT = "connect"
DISCONNECT = "disconnect"
REFUSED = "refused"
NO_MESSAGES = (CONNECT, DISCONNECT, REFUSED)
"""What happens besides messages."""
RESPONSE = ".response"
ERROR = ".error"


class Expectation(Record):
    """That so many happenings of this name with these conditions come from each of the stations (a pattern).

    The name is an action (a call of the station), `ACTION.response` or `ACTION.error` (its answer to a command),
    `connect`, `disconnect` or `refused` (a handshake); `*` stands for every action. `most` is None where more do no
    harm; `text` is how it was
    written.
    """

    name: str
    conditions: tuple[Condition, ...] = ()
    stations: str = "*"
    least: int = 1
    most: int | None = None
    text: str = ""

    def concerns(self, identity: str) -> bool:
        """Whether it is about that station."""
        return matches(identity, self.stations)

    @property
    def bounds(self) -> str:
        """How often it must happen, for people."""
        if self.most is None:
            return f"at least {self.least}"
        return f"exactly {self.least}" if self.least == self.most else f"{self.least} to {self.most}"


_TEXT: Json = {"type": "string"}
SHAPES: Mapping[str, Json] = {
    CONNECT: {"properties": {"subprotocol": _TEXT}, "additionalProperties": False},
    REFUSED: {"properties": {"status": {"type": "integer"}, "reason": _TEXT}, "additionalProperties": False},
    DISCONNECT: {"properties": {"code": {"type": "integer"}, "reason": _TEXT}, "additionalProperties": False},
    ERROR: {
        "properties": {"code": _TEXT, "description": _TEXT, "details": {"type": "object"}},
        "additionalProperties": False,
    },
}
"""What can be asked of the happenings that are no payloads of OCPP, written as its schemas are."""

Happening: TypeAlias = tuple[str, Any]
"""What expectations look at: a name and a payload."""


def happening(event: Event) -> Happening | None:
    """Return what `event` is to expectations, if it is anything: messages that are refused do not count."""
    match event:
        case Connected(subprotocol=subprotocol):
            return CONNECT, {"subprotocol": subprotocol}
        case Disconnected(code=code, reason=reason):
            return DISCONNECT, {"code": code, "reason": reason}
        case Refused(is_handshake=True, status=status, reason=reason):
            return REFUSED, {"reason": reason} if status is None else {"status": status, "reason": reason}
        case Received(is_refused=True):
            return None
        case Received(message=Call(action=action, payload=payload)):
            return action, payload
        case Received(message=Result(payload=payload), answers=Call(action=action)):
            return action + RESPONSE, payload
        case Received(message=Error(code=code, description=description, details=details), answers=Call(action=action)):
            return action + ERROR, {"code": code, "description": description, "details": details}
    return None


class Tally(Mutable):
    """How one expectation stands with one station: how often it happened, and what came nearest to it besides."""

    count: int = 0
    early: int = 0
    miss: Sequence[Difference] | None = None


class News(NamedTuple):
    """That an expectation was met, exceeded or, in the end, missed or not reached, or that a forbidden thing came.

    Each is told once. One with an upper bound is met only when nothing can happen any more: in the end.
    """

    expectation: str
    outcome: str


class Judge:
    """Counts happenings for each station against what is expected and what is forbidden.

    As many as `stations` must meet all expectations that are about them, and every expectation must be met by one.
    `in_order` each happening counts for one expectation only, so that a sequence such as A, B, A can be expected.
    """

    def __init__(
        self,
        expected: Sequence[Expectation],
        forbidden: Sequence[Expectation] = (),
        *,
        in_order: bool = False,
        stations: int = 1,
    ) -> None:
        self.expected = expected
        self.forbidden = forbidden
        self.tallies: dict[str, list[Tally]] = {}
        self.broken: dict[int, str] = {}
        self._in_order = in_order
        self._stations = stations
        self._met_by = [0] * len(expected)
        self._complete = 0
        self._exceeded = False
        self._counts_refused = any(each.name == REFUSED for each in (*expected, *forbidden))
        self.has_seen_any = False
        """Whether a station has tried to connect, also one that was refused."""

    def look_at(self, event: Event) -> Sequence[News]:
        """Count what happened, and return what that decides, if anything."""
        happened = happening(event)
        news = self._greet(event, happened)
        identity = event.station
        if happened is None or identity not in self.tallies:
            return news
        name, payload = happened
        names = _names(name)
        for number, forbidden in enumerate(self.forbidden):
            if forbidden.name in names and forbidden.concerns(identity) and not _differences(forbidden, payload):
                self.broken.setdefault(number, identity)
                news.append(News(forbidden.text, "forbidden"))
        concerned = [n for n, known in enumerate(self.expected) if known.name in names and known.concerns(identity)]
        matched = [number for number in concerned if self._matches(number, identity, payload)]
        return news + [told for number in self._claimants(identity, matched) for told in self._count(number, identity)]

    def _greet(self, event: Event, happened: Happening | None) -> list[News]:
        """Begin to count for a station that connects, or is refused where that is counted; return what that decides."""
        is_connected, is_refused = isinstance(event, Connected), happened is not None and happened[0] == REFUSED
        self.has_seen_any |= is_connected or is_refused
        identity = event.station
        if not (is_connected or (is_refused and self._counts_refused)) or identity in self.tallies:
            return []
        self.tallies[identity] = [Tally() for _ in self.expected]
        met = [n for n, each in enumerate(self.expected) if each.concerns(identity) and self.is_met(n, identity)]
        for number in met:
            self._met_by[number] += 1
        self._complete += self._meets_all(identity)
        return [News(self.expected[n].text, "met") for n in met if self.expected[n].most is None]

    def _matches(self, number: int, identity: str, payload: Any) -> bool:
        """Whether a payload is as expected; the one that was nearest to it is remembered."""
        tally, differences = self.tallies[identity][number], _differences(self.expected[number], payload)
        if differences and (tally.miss is None or len(differences) <= len(tally.miss)):
            tally.miss = differences
        return not differences

    def _claimants(self, identity: str, matched: list[int]) -> list[int]:
        """Return for which of the expectations that it matched a happening counts.

        In order it is one: the first that still lacks it, or else the last before that, which then has one more.
        """
        if not self._in_order:
            return matched
        row = self.tallies[identity]
        lacking = len(row)
        for number, expectation in enumerate(self.expected):
            if expectation.concerns(identity) and row[number].count < expectation.least:
                lacking = number
                break
        if lacking not in matched:
            for number in matched:
                row[number].early += number > lacking
        return [number for number in matched if number <= lacking][-1:]

    def _count(self, number: int, identity: str) -> Sequence[News]:
        tally, expectation = self.tallies[identity][number], self.expected[number]
        was_met, was_complete = self.is_met(number, identity), self._meets_all(identity)
        tally.count += 1
        is_met = self.is_met(number, identity)
        self._met_by[number] += is_met - was_met
        self._complete += self._meets_all(identity) - was_complete
        if expectation.most is None:
            return [News(expectation.text, "met")] if is_met and not was_met else []
        if tally.count != expectation.most + 1:
            return []
        self._exceeded = True
        return [News(expectation.text, "exceeded")]

    def conclude(self) -> Iterator[tuple[str, News]]:
        """Yield what each station has met or missed, where only the end could tell; missed is what too few have met.

        Where something forbidden or too frequent has ended the run before, it was not reached.
        """
        lacking = "not reached" if self.is_hopeless else "missed"
        for number, expectation in enumerate(self.expected):
            outcomes = {
                identity: "met" if self.is_met(number, identity) else lacking
                for identity, row in self.tallies.items()
                if expectation.concerns(identity) and not _is_exceeded(expectation, row[number])
            } or ({} if self.is_exceeded(number) else {"": lacking})
            for identity, outcome in outcomes.items():
                was_told = outcome == "met" and expectation.most is None
                if not was_told and (outcome == "met" or not self.is_met_by_enough(number)):
                    yield identity, News(expectation.text, outcome)

    def is_met(self, number: int, identity: str) -> bool:
        """Whether a station meets an expectation, or need not."""
        expectation = self.expected[number]
        if not expectation.concerns(identity):
            return True
        count = self.tallies[identity][number].count
        return expectation.least <= count and (expectation.most is None or count <= expectation.most)

    def _meets_all(self, identity: str) -> bool:
        return all(self.is_met(number, identity) for number in range(len(self.expected)))

    def is_met_by_enough(self, number: int) -> bool:
        """Whether as many stations meet an expectation as must; one that names its stations, at least one of them."""
        return self._met_by[number] >= (self._stations if self.expected[number].stations == "*" else 1)

    def is_exceeded(self, number: int) -> bool:
        """Whether an expectation happened too often with some station."""
        return any(_is_exceeded(self.expected[number], row[number]) for row in self.tallies.values())

    @property
    def stations_missing(self) -> int:
        """How many more stations must meet all expectations."""
        return max(0, self._stations - self._complete)

    @property
    def is_hopeless(self) -> bool:
        """Whether something happened that nothing can mend: a forbidden thing, or one too many."""
        return bool(self.broken) or self._exceeded

    @property
    def is_satisfied(self) -> bool:
        """Whether all that was expected has happened, and nothing that must not."""
        enough = all(map(self.is_met_by_enough, range(len(self.expected)))) and not self.stations_missing
        return enough and not self.is_hopeless

    @property
    def can_end_early(self) -> bool:
        """Whether a satisfied judge stays so: nothing is forbidden, and nothing can happen too often."""
        return not self.forbidden and all(expectation.most is None for expectation in self.expected)


def _names(name: str) -> tuple[str, ...]:
    """Return the names of the expectations that a happening of that name counts for."""
    _, dot, kind = name.partition(".")
    return (name,) if name in NO_MESSAGES else (name, ANY + dot + kind)


def _is_exceeded(expectation: Expectation, tally: Tally) -> bool:
    return expectation.most is not None and tally.count > expectation.most


def _differences(expectation: Expectation, payload: Any) -> Sequence[Difference]:
    """Return in what a payload differs from what is expected."""
    return [
        Difference(condition.path, condition.value, value_at(payload, condition.path))
        for condition in expectation.conditions
        if not condition.holds(payload)
    ]
