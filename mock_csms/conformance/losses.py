"""Drops findings that the mock itself may have caused, because it lost messages of the station.

The checks do not see a lost message. So they may blame a station for its consequences: a gap in the seqNos, a command
without an answer. Therefore a second inspector, which also gets the lost messages, looks at the station from its first
loss on. A finding counts only if both inspectors report it. A station whose call got no answer must not send another
call (Part 4, 4.1.1), so the second inspector has no deadlines for it until the next call comes.
"""

from collections import Counter, deque
from collections.abc import Collection, Iterable, Sequence
from copy import deepcopy
from typing import Any

from mock_csms.conformance.facts.station import NEVER, Terms
from mock_csms.conformance.inspector import Inspector
from mock_csms.conformance.subject import Check
from mock_csms.protocol.messages import Call
from mock_csms.twin.events import Disconnected, Event, Finding, Lost, Received, Spoiled, Unanswered, is_loss

_MOST = 1000
"""How many findings of one inspector are kept while they wait for the other one."""


class Losses:
    """Runs a second inspector beside the first one, and drops findings that only follow from a lost message."""

    def __init__(self, inspector: Inspector, checks: Collection[Check], terms: Terms) -> None:
        self._inspector = inspector
        self._aware = Inspector(checks, terms)
        self._answered: deque[str] = deque(maxlen=_MOST)
        """The ids of the mock's commands whose answer was lost."""
        self._blocked: set[str] = set()
        """The identities of stations whose last call never gets an answer."""
        self._waiting: deque[Finding] = deque(maxlen=_MOST)
        """The findings that only the first inspector has reported so far."""
        self._granted: Counter[Any] = Counter()
        """By key: the number of findings that only the second inspector has reported so far."""

    def judge_by(self, checks: Collection[Check], terms: Terms) -> None:
        """Use these checks and terms from now on. The caller does the same with the first inspector."""
        self._aware.judge_by(checks, terms)

    def forget(self, station: str) -> None:
        """Drop everything about a station. The caller does the same with the first inspector."""
        self._aware.forget(station)
        self._blocked.discard(station)
        self._granted = Counter({key: count for key, count in self._granted.items() if count and key[0] != station})

    def look_at(self, event: Event) -> Sequence[Finding]:
        """Return the findings of an event that count."""
        if is_loss(event):
            self._meet(event.station)
        if event.station not in self._aware.stations:
            return self._inspector.look_at(event)
        found = self._both(() if isinstance(event, Lost) else self._inspector.look_at(event), self._look(event))
        self._wait(event)
        return found

    def tick(self, now: float) -> Sequence[Finding]:
        """Return the findings of the deadlines that have expired by now, if both inspectors report them."""
        return self._both(self._inspector.tick(now), self._aware.tick(now))

    def _meet(self, identity: str) -> None:
        """Give the second inspector a copy of all that the first one knows about a station."""
        station = self._inspector.stations.get(identity)
        if station is not None and identity not in self._aware.stations:
            self._aware.stations[identity] = deepcopy(station)

    def _look(self, event: Event) -> Sequence[Finding]:
        """Return the findings of the second inspector, which gets lost messages too."""
        if isinstance(event, Lost):
            if event.received.answers is not None:
                self._answered.append(event.received.answers.id)
            event = event.received
        elif isinstance(event, Unanswered) and event.call.id in self._answered:
            return ()
        return self._aware.look_at(event)

    def _wait(self, event: Event) -> None:
        """Drop the deadlines of a station whose call never gets an answer."""
        is_next_call = isinstance(event, Received) and isinstance(event.message, Call)
        if is_next_call or isinstance(event, Disconnected):
            self._blocked.discard(event.station)
        elif _leaves_a_call_unanswered(event):
            self._blocked.add(event.station)
        station = self._aware.stations[event.station]
        if event.station in self._blocked and station.deadlines:
            station.deadlines = {}
            station.next_due = NEVER

    def _both(self, found: Iterable[Finding], aware: Iterable[Finding]) -> Sequence[Finding]:
        """Return the findings that both inspectors have reported by now.

        Store the others until both have reported them.
        """
        self._granted.update(map(_key, aware))
        candidates = [*self._waiting, *found]
        self._waiting.clear()
        standing = []
        for finding in candidates:
            if finding.station in self._aware.stations and not self._granted[_key(finding)]:
                self._waiting.append(finding)
                continue
            self._granted[_key(finding)] -= finding.station in self._aware.stations
            standing.append(finding)
        return standing


def _leaves_a_call_unanswered(event: Event) -> bool:
    """Return whether a call of the station, or the mock's answer to one, was lost."""
    if isinstance(event, Lost):
        return not event.received.message.is_answer
    return is_loss(event) and isinstance(event, Spoiled) and not isinstance(event.message, Call)


def _key(finding: Finding) -> Any:
    """Return the parts of a finding that both inspectors agree on: the station, the check and the last message."""
    return finding.station, finding.check, finding.messages[-1:]
