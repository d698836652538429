"""The expectations of a run: counts the happenings that meet each of them, for each station, and judges the counts."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from mock_csms.behavior.happenings import NO_MESSAGES, REFUSED, Happening, happening, names_of
from mock_csms.behavior.matching import Condition, Difference, differences
from mock_csms.behavior.rules import ANY
from mock_csms.protocol.identifiers import matches
from mock_csms.protocol.records import Mutable, Record
from mock_csms.protocol.versions import Version
from mock_csms.twin.events import Connected, Event


class Expectation(Record):
    """How often something must happen at each station."""

    name: str
    """An action (a call of the station), `ACTION.response` or `ACTION.error` (its answer to a command), `connect`,
    `disconnect` or `refused` (a handshake). `*` in place of the action stands for every action."""
    conditions: tuple[Condition, ...] = ()
    """The conditions that its payload must meet."""
    stations: str = "*"
    """The pattern of the identities that the expectation is about."""
    least: int = 1
    most: int | None = None
    """None for no upper limit."""
    text: str = ""
    """How the user wrote it."""
    version: str = ""
    """The name of the version of OCPP that the expectation is about; empty for every version."""

    def concerns(self, identity: str, version: Version | None = None) -> bool:
        """Return whether the expectation applies to a station. `version` is its OCPP version; None if not known yet."""
        return matches(identity, self.stations) and (version is None or self.is_in(version))

    def is_in(self, version: Version) -> bool:
        """Whether the expected happening exists in a version of OCPP."""
        action = self.name.partition(".")[0]
        is_there = action in version.actions or action in (*NO_MESSAGES, ANY)
        return is_there and self.version in ("", version.name)

    @property
    def bounds(self) -> str:
        """The limits of the count, for people."""
        if self.most is None:
            return f"at least {self.least}"
        return f"exactly {self.least}" if self.least == self.most else f"{self.least} to {self.most}"


class Tally(Mutable):
    """The state of one expectation at one station."""

    count: int = 0
    """How often it happened."""
    early: int = 0
    """How often it happened too early, if the order matters."""
    miss: Sequence[Difference] | None = None
    """The differences of the nearest payload; None if there was no other payload."""


class News(NamedTuple):
    """The outcome of an expectation. Each outcome is reported once."""

    expectation: str
    """The expectation as the user wrote it."""
    outcome: str
    """`met`, `exceeded`, `forbidden`, or at the end of the run `missed` or `not reached`.

    An expectation with an upper limit can be met only at the end of the run.
    """


class Judge:
    """Counts happenings for each station, and compares them with what is expected and what is forbidden.

    At least `stations` stations must meet all expectations about them, and at least one must meet each expectation.
    With `in_order` a happening counts for one expectation only, so that a sequence such as A, B, A can be expected.
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
        self._versions: dict[str, Version] = {}
        """By identity: the version of OCPP on the last connection of a station."""
        self._in_order = in_order
        self._stations = stations
        self._met_by = [0] * len(expected)
        self._complete = 0
        self._exceeded = False
        self._counts_refused = any(each.name == REFUSED for each in (*expected, *forbidden))
        self.has_seen_any = False
        """Whether a station has tried to connect, even if it was refused."""

    def look_at(self, event: Event) -> Sequence[News]:
        """Count an event, and return the outcomes that are decided by it."""
        happened = happening(event)
        news = self._greet(event, happened)
        return news if happened is None else [*news, *self._taken(event.station, happened)]

    def take(self, identity: str, happened: Happening) -> Sequence[News]:
        """Count a happening that is no event of a station, and return the outcomes that are decided by it."""
        self.has_seen_any = True
        return [*self._begin(identity), *self._taken(identity, happened)]

    def _taken(self, identity: str, happened: Happening) -> Sequence[News]:
        """Count a happening of a station for which counting has begun."""
        if identity not in self.tallies:
            return []
        news: list[News] = []
        name, payload = happened
        names = names_of(name)
        for number, forbidden in enumerate(self.forbidden):
            if (
                forbidden.name in names
                and self.concerns(forbidden, identity)
                and not differences(forbidden.conditions, payload)
            ):
                self.broken.setdefault(number, identity)
                news.append(News(forbidden.text, "forbidden"))
        concerned = [
            n for n, known in enumerate(self.expected) if known.name in names and self.concerns(known, identity)
        ]
        matched = [number for number in concerned if self._matches(number, identity, payload)]
        return news + [each for number in self._claimants(identity, matched) for each in self._count(number, identity)]

    def _greet(self, event: Event, happened: Happening | None) -> list[News]:
        """Start to count for a station that connects (or is refused, if refusals count); return the outcomes so far."""
        is_connected, is_refused = isinstance(event, Connected), happened is not None and happened[0] == REFUSED
        self.has_seen_any |= is_connected or is_refused
        if isinstance(event, Connected):
            self._versions[event.station] = event.version
        return self._begin(event.station) if is_connected or (is_refused and self._counts_refused) else []

    def start_counting(self, identity: str, version: Version) -> list[News]:
        """Start to count for a station that is connected already and speaks `version`; return the outcomes so far."""
        self._versions[identity] = version
        self.has_seen_any = True
        return self._begin(identity)

    def _begin(self, identity: str) -> list[News]:
        """Start to count for a station, unless that was done before; return the outcomes so far."""
        if identity in self.tallies:
            return []
        self.tallies[identity] = [Tally() for _ in self.expected]
        concerned = [n for n, each in enumerate(self.expected) if self.concerns(each, identity)]
        met = [n for n in concerned if not self.expected[n].least]  # nothing has happened yet
        for number in met:
            self._met_by[number] += 1
        self._complete += len(met) == len(concerned)
        return [News(self.expected[n].text, "met") for n in met if self.expected[n].most is None]

    def concerns(self, expectation: Expectation, identity: str) -> bool:
        """Whether an expectation is about a station, by its identity and the version of OCPP that it speaks."""
        return expectation.concerns(identity, self._versions.get(identity))

    def _matches(self, number: int, identity: str, payload: Any) -> bool:
        """Whether a payload is as expected. Of other payloads the nearest one is stored."""
        tally, found = self.tallies[identity][number], differences(self.expected[number].conditions, payload)
        if found and (tally.miss is None or len(found) <= len(tally.miss)):
            tally.miss = found
        return not found

    def _claimants(self, identity: str, matched: list[int]) -> list[int]:
        """Return the expectations that a happening counts for, out of those that it `matched`.

        With `in_order` only one is returned: the first that is not met yet, or else the one before it.
        """
        if not self._in_order:
            return matched
        row = self.tallies[identity]
        lacking = len(row)
        for number, expectation in enumerate(self.expected):
            if self.concerns(expectation, identity) and row[number].count < expectation.least:
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
        """Yield the outcomes that are decided only at the end of the run, each with its station (empty for none).

        An expectation is missed if too few stations have met it. It was not reached if the run ended earlier, because
        something forbidden happened, or something happened too often.
        """
        lacking = "not reached" if self.is_hopeless else "missed"
        for number, expectation in enumerate(self.expected):
            outcomes = {
                identity: "met" if self.is_met(number, identity) else lacking
                for identity, row in self.tallies.items()
                if self.concerns(expectation, identity) and not _is_exceeded(expectation, row[number])
            } or ({} if self.is_exceeded(number) else {"": lacking})
            for identity, outcome in outcomes.items():
                was_told = outcome == "met" and expectation.most is None
                if not was_told and (outcome == "met" or not self.is_met_by_enough(number)):
                    yield identity, News(expectation.text, outcome)

    def is_met(self, number: int, identity: str) -> bool:
        """Whether a station meets an expectation, or the expectation is not about it."""
        expectation = self.expected[number]
        if not self.concerns(expectation, identity):
            return True
        count = self.tallies[identity][number].count
        return expectation.least <= count and (expectation.most is None or count <= expectation.most)

    def _meets_all(self, identity: str) -> bool:
        return all(self.is_met(number, identity) for number in range(len(self.expected)))

    def is_met_by_enough(self, number: int) -> bool:
        """Whether enough stations meet an expectation; one station is enough if the expectation has a pattern."""
        return self._met_by[number] >= (self._stations if self.expected[number].stations == "*" else 1)

    def is_exceeded(self, number: int) -> bool:
        """Whether an expectation was exceeded at any station."""
        expectation = self.expected[number]
        return expectation.most is not None and any(
            _is_exceeded(expectation, row[number]) for row in self.tallies.values()
        )

    @property
    def stations_missing(self) -> int:
        """How many more stations must meet all expectations."""
        return max(0, self._stations - self._complete)

    @property
    def is_hopeless(self) -> bool:
        """Whether the run can only fail now: something forbidden happened, or something happened too often."""
        return bool(self.broken) or self._exceeded

    @property
    def is_satisfied(self) -> bool:
        """Whether everything expected has happened, and nothing forbidden."""
        enough = all(map(self.is_met_by_enough, range(len(self.expected)))) and not self.stations_missing
        return enough and not self.is_hopeless

    @property
    def can_end_early(self) -> bool:
        """Whether the verdict can no longer change: nothing is forbidden, and nothing has an upper limit."""
        return not self.forbidden and all(expectation.most is None for expectation in self.expected)


def _is_exceeded(expectation: Expectation, tally: Tally) -> bool:
    return expectation.most is not None and tally.count > expectation.most
