"""What a run must show: expectations, counted for each station out of the events, and the verdict on them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, TypeAlias

from mock_csms.behavior.events import Connected, Disconnected, Event, Received
from mock_csms.behavior.matching import ABSENT, PRESENT, Condition, value_at
from mock_csms.protocol.messages import Call, Error, Result

CONNECT = "connect"
DISCONNECT = "disconnect"
RESPONSE = ".response"
ERROR = ".error"


@dataclass(frozen=True, slots=True)
class Expectation:
    """That so many happenings of this name with these conditions come from each of the stations (a pattern).

    The name is an action (a call of the station), `ACTION.response` or `ACTION.error` (its answer to a command),
    `connect` or `disconnect`. `most` is None where more do no harm; `text` is how it was written.
    """

    name: str
    conditions: tuple[Condition, ...] = ()
    stations: str = "*"
    least: int = 1
    most: int | None = None
    text: str = ""

    def concerns(self, identity: str) -> bool:
        """Whether it is about that station."""
        return fnmatchcase(identity, self.stations)

    @property
    def bounds(self) -> str:
        """How often it must happen, for people."""
        if self.most is None:
            return f"at least {self.least}"
        return f"exactly {self.least}" if self.least == self.most else f"{self.least} to {self.most}"


Happening: TypeAlias = tuple[str, Any]
"""What expectations look at: a name and a payload."""


def happening(event: Event) -> Happening | None:
    """Return what `event` is to expectations, if it is anything: messages that are refused do not count."""
    match event:
        case Connected(subprotocol=subprotocol):
            return CONNECT, {"subprotocol": subprotocol}
        case Disconnected(code=code, reason=reason):
            return DISCONNECT, {"code": code, "reason": reason}
        case Received(is_refused=True):
            return None
        case Received(message=Call(action=action, payload=payload)):
            return action, payload
        case Received(message=Result(payload=payload), answers=Call(action=action)):
            return action + RESPONSE, payload
        case Received(message=Error(code=code, description=description, details=details), answers=Call(action=action)):
            return action + ERROR, {"code": code, "description": description, "details": details}
    return None


@dataclass(slots=True)
class Tally:
    """How one expectation stands with one station: how often it happened, and what came nearest to it besides."""

    count: int = 0
    early: int = 0
    miss: Sequence[str] | None = None


@dataclass(slots=True)
class Judge:
    """Counts happenings against expectations and forbidden things; `stations` is how many must meet all of them."""

    expected: Sequence[Expectation]
    forbidden: Sequence[Expectation] = ()
    in_order: bool = False
    stations: int = 1
    tallies: dict[str, list[Tally]] = field(default_factory=dict)
    violations: dict[int, str] = field(default_factory=dict)

    def look_at(self, event: Event) -> None:
        """Count what happened."""
        if isinstance(event, Connected) and event.station not in self.tallies:
            self.tallies[event.station] = [Tally() for _ in self.expected]
        happened = happening(event)
        if happened is None or event.station not in self.tallies:
            return
        name, payload = happened
        for number, forbidden in enumerate(self.forbidden):
            if forbidden.name == name and forbidden.concerns(event.station) and not _differences(forbidden, payload):
                self.violations.setdefault(number, event.station)
        row = self.tallies[event.station]
        for number, expectation in enumerate(self.expected):
            if expectation.name == name and expectation.concerns(event.station):
                self._count(number, event.station, row[number], payload)

    def _count(self, number: int, identity: str, tally: Tally, payload: Any) -> None:
        differences = _differences(self.expected[number], payload)
        if differences:
            if tally.miss is None or len(differences) <= len(tally.miss):
                tally.miss = differences
        elif self.in_order and not all(self.is_met(earlier, identity) for earlier in range(number)):
            tally.early += 1
        else:
            tally.count += 1

    def is_met(self, number: int, identity: str) -> bool:
        """Whether a station meets an expectation, or need not."""
        expectation = self.expected[number]
        if not expectation.concerns(identity):
            return True
        count = self.tallies[identity][number].count
        return expectation.least <= count and (expectation.most is None or count <= expectation.most)

    def meets_all(self, identity: str) -> bool:
        """Whether a station meets every expectation that is about it."""
        return all(self.is_met(number, identity) for number in range(len(self.expected)))

    def stations_missing(self, number: int) -> int:
        """Return how many stations are still to meet an expectation."""
        met = sum(
            1 for identity in self.tallies if self.expected[number].concerns(identity) and self.is_met(number, identity)
        )
        wanted = self.stations if self.expected[number].stations == "*" else 1
        return max(0, wanted - met)

    @property
    def is_hopeless(self) -> bool:
        """Whether something happened that nothing can mend: a forbidden thing, or one too many."""
        too_many = any(
            expectation.most is not None and row[number].count > expectation.most
            for row in self.tallies.values()
            for number, expectation in enumerate(self.expected)
        )
        return bool(self.violations) or too_many

    @property
    def is_satisfied(self) -> bool:
        """Whether all that was expected has happened, and nothing else that counts."""
        enough = sum(map(self.meets_all, self.tallies)) >= self.stations
        return enough and not self.is_hopeless and not any(map(self.stations_missing, range(len(self.expected))))

    @property
    def can_end_early(self) -> bool:
        """Whether a satisfied judge stays so: nothing is forbidden, and nothing may not happen again."""
        return not self.forbidden and all(expectation.most is None for expectation in self.expected)


def _differences(expectation: Expectation, payload: Any) -> Sequence[str]:
    """Return in what a payload differs from what is expected, a line for each path."""
    return [_difference(condition, payload) for condition in expectation.conditions if not condition.holds(payload)]


def _difference(condition: Condition, payload: Any) -> str:
    found = value_at(payload, condition.path)
    wanted = "something" if condition.value is PRESENT else condition.value
    return f"{'.'.join(condition.path)}: expected {wanted}, got {'nothing' if found is ABSENT else found}"
