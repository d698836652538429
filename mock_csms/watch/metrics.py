"""Counts what happens, for /metrics. Messages are counted together with the writing of records, behind the answers."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from typing import Any

from mock_csms.protocol.messages import Call, Error, Malformed, Message, Result
from mock_csms.protocol.records import Bounded, Mutable, field
from mock_csms.protocol.sends import ResultError, SendMessage
from mock_csms.protocol.versions import actions, versions
from mock_csms.runtime.bus import Bus
from mock_csms.twin.events import Connected, Disconnected, Event, Finding, Received, Refused, Sent, Spoiled
from mock_csms.twin.v2.transactions import reason_of_end
from mock_csms.twin.v16.transactions import reason_of_stop
from mock_csms.watch.frames import Exchange, Frame, Frames

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""The upper bounds of the buckets of histograms, in seconds."""
OTHER = "other"
"""The label for names that stations have made up: they must not make more and more series."""
_MOST_OPEN = 100_000
"""How many calls without an answer are remembered, for histograms."""
_TYPES: Mapping[type[Message | Malformed], str] = {
    Call: "call",
    Result: "result",
    Error: "error",
    Malformed: "malformed",
    SendMessage: "send",
    ResultError: "resulterror",
}


class Histogram(Mutable):
    """How often something took how long."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS) + 1))
    """How many values are in each bucket; the last one is for all that are greater than the bounds."""
    total: float = 0.0
    """The sum of all values, in seconds."""

    def add(self, seconds: float) -> None:
        """Count a value."""
        self.counts[bisect_left(BUCKETS, seconds)] += 1
        self.total += seconds


class Metrics:
    """The counts of a run."""

    def __init__(self, bus: Bus, frames: Frames) -> None:
        self.messages: Counter[tuple[str, str, str]] = Counter()
        """By direction (`in` from stations, `out`), type and action."""
        self.call_errors: Counter[tuple[str, str]] = Counter()
        """By direction and code."""
        self.invalid: Counter[str] = Counter()
        """Messages of stations that break their schema, by action."""
        self.answers: dict[str, Histogram] = {}
        """From a call of a station to the mock's answer, by action."""
        self.commands: dict[str, Histogram] = {}
        """From a command to the station's answer, by action."""
        self.connections = 0
        self.disconnections: Counter[int] = Counter()
        """By close code."""
        self.refused: Counter[str] = Counter()
        """Refused handshakes, by HTTP status."""
        self.ended: Counter[str] = Counter()
        """Transactions that have ended, by reason."""
        self.findings: Counter[tuple[str, str]] = Counter()
        """By check and severity."""
        self.faults: Counter[str] = Counter()
        """By the text of the rule."""
        self._actions = frozenset(actions())
        self._codes = frozenset(code for version in versions() for code in version.framing.codes)
        self._open: Bounded[tuple[bool, str, str], float] = Bounded(_MOST_OPEN)
        """When each open call began: by whether it is ours, station and message id."""
        frames.subscribe(self._count_message, self._count_exchange)
        bus.subscribe(self._count_other, Connected, Disconnected, Refused, Finding, Spoiled)

    def _count_message(self, event: Received | Sent, _: Frame) -> None:
        self._count(event)

    def _count_exchange(self, called: Received, answered: Sent, _: Exchange) -> None:
        self._count(called)
        self._count(answered)

    def _count(self, event: Received | Sent) -> None:
        message, is_ours = event.message, type(event) is Sent
        call = message if isinstance(message, Call) else event.answers
        action = call.action if call is not None and call.action in self._actions else OTHER
        direction = "out" if is_ours else "in"
        self.messages[direction, _TYPES[type(message)], action] += 1
        if isinstance(message, Error | ResultError):
            self.call_errors[direction, message.code if message.code in self._codes else OTHER] += 1
        if event.violations and not is_ours:
            self.invalid[action] += 1
        if call is message:
            self._open[is_ours, event.station, message.id] = event.at
            if not is_ours and (reason := reason_of_end(message) or reason_of_stop(message)) is not None:
                self.ended[reason] += 1
        elif call is not None:
            began = self._open.pop((not is_ours, event.station, call.id), None)
            if began is not None:
                histograms = self.answers if is_ours else self.commands
                if action not in histograms:
                    histograms[action] = Histogram()
                histograms[action].add(max(0.0, event.at - began))

    def _count_other(self, event: Event) -> None:
        told: Any = event
        match event:
            case Connected():
                self.connections += 1
            case Disconnected():
                self.disconnections[told.code] += 1
            case Refused() if told.is_handshake:
                self.refused[str(told.status or "none")] += 1
            case Finding():
                self.findings[told.check, str(told.severity)] += 1
            case Spoiled():
                self.faults.update(told.fault.split("; "))
