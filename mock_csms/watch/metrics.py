"""Counts events for /metrics. Messages are counted when records are written, after the answers were sent."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from copy import copy
from typing import Any

from mock_csms.protocol.messages import Call, Error, Malformed, Message, Result
from mock_csms.protocol.records import Mutable, field, json_text
from mock_csms.protocol.sends import ResultError, SendMessage
from mock_csms.protocol.versions import actions, versions
from mock_csms.runtime.bus import Bus
from mock_csms.twin.descriptions import END_REASONS
from mock_csms.twin.events import Connected, Disconnected, Event, Finding, Received, Refused, Sent, Spoiled
from mock_csms.watch.frames import Exchange, Frame, Frames

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""The upper bounds of the buckets of histograms, in seconds."""
OTHER = "other"
"""The label for names that stations have made up, so that they cannot create any number of series."""
_MOST_REASONS = 50
"""How many different reasons for the end of transactions are counted."""
_MOST_OPEN = 100_000
"""How many open calls are remembered for the histograms."""
_ENDS = {json_text(action): reason_of for action, reason_of in END_REASONS.items()}
_TYPES: Mapping[type[Message | Malformed], str] = {
    Call: "call",
    Result: "result",
    Error: "error",
    Malformed: "malformed",
    SendMessage: "send",
    ResultError: "resulterror",
}
_ERRORS = (Error, ResultError)


class Histogram(Mutable):
    """A histogram of times."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS) + 1))
    """The number of values in each bucket; the last one is for values greater than all bounds."""
    total: float = 0.0
    """The sum of all values, in seconds."""

    def add(self, seconds: float) -> None:
        """Count a value."""
        self.counts[bisect_left(BUCKETS, seconds)] += 1
        self.total += seconds


class Metrics:
    """The counts of a run."""

    def __init__(self, bus: Bus, frames: Frames) -> None:
        self._messages: dict[tuple[type[Event], type[Message | Malformed], bytes], int] = {}
        """The number of messages by kind of event, message type, and action as JSON text (empty if not known)."""
        self.call_errors: Counter[tuple[str, str]] = Counter()
        """By direction and code."""
        self.invalid: Counter[str] = Counter()
        """By action: messages of stations that break their schema."""
        self.answers: dict[str, Histogram] = {}
        """By action: the time from a call of a station to the mock's answer."""
        self.commands: dict[str, Histogram] = {}
        """By action: the time from a command to the station's answer."""
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
        self._actions = {json_text(action): action for action in actions()}
        self._codes = frozenset(code for version in versions() for code in version.framing.codes)
        self._theirs: dict[tuple[str, bytes], float] = {}
        """By station and message id: the time of each open call of a station."""
        self._ours: dict[tuple[str, bytes], float] = {}
        """By station and message id: the time of each open command."""
        frames.subscribe(self._count_message, self._count_exchange)
        bus.subscribe(self._count_other, Connected, Disconnected, Refused, Finding, Spoiled)

    @property
    def messages(self) -> Counter[tuple[str, str, str]]:
        """The number of messages by direction (`in` from stations, `out` to stations), type and action."""
        counts: Counter[tuple[str, str, str]] = Counter()
        for (kind, type_, action), count in self._messages.items():
            direction = "out" if kind is Sent else "in"
            counts[direction, _TYPES[type_], self._action(action)] += count
        return counts

    def _action(self, action: bytes) -> str:
        return self._actions.get(action, OTHER)

    def copied(self) -> "Metrics":
        """Return a copy of the counts, so that another thread can read it."""
        made = copy(self)
        for name, value in vars(self).items():
            if isinstance(value, dict) and name not in ("_ours", "_theirs"):
                setattr(made, name, value.copy())
        return made

    def _count_message(self, event: Received | Sent, frame: Frame) -> None:
        """Count a message. It runs for every message, so it is short."""
        kind, type_, counts = type(event), frame.type, self._messages
        action = frame.action if frame.action in self._actions else b""
        counts[kind, type_, action] = counts.get((kind, type_, action), 0) + 1
        if type_ is Call:
            begun = self._ours if kind is Sent else self._theirs
            begun[event.station, frame.id] = event.at
            if len(begun) > _MOST_OPEN:
                del begun[next(iter(begun))]
        elif event.answers is not None:
            begun, histograms = (self._theirs, self.answers) if kind is Sent else (self._ours, self.commands)
            began = begun.pop((event.station, frame.id), None)
            if began is not None:
                histogram = histograms.get(self._action(action)) or self._histogram(histograms, action)
                histogram.add(event.at - began)
        if type_ in _ERRORS or (kind is Received and (event.violations or action in _ENDS)):
            self._count_detail(event, frame)

    def _count_exchange(self, called: Received, answered: Sent, exchange: Exchange) -> None:
        """Count an ordinary call of a station and its result."""
        action, counts = exchange.action if exchange.action in self._actions else b"", self._messages
        counts[Received, Call, action] = counts.get((Received, Call, action), 0) + 1
        counts[Sent, Result, action] = counts.get((Sent, Result, action), 0) + 1
        histogram = self.answers.get(self._action(action)) or self._histogram(self.answers, action)
        histogram.add(answered.at - called.at)
        if action in _ENDS and isinstance(called.message, Call):
            self._count_end(_ENDS[action](called.message.payload))

    def _histogram(self, histograms: dict[str, Histogram], action: bytes) -> Histogram:
        made = histograms[self._action(action)] = Histogram()
        return made

    def _count_detail(self, event: Received | Sent, frame: Frame) -> None:
        """Count what only few messages have: an error code, violations, the end of a transaction."""
        message, direction = event.message, "out" if isinstance(event, Sent) else "in"
        if isinstance(message, Error):
            self.call_errors[direction, message.code if message.code in self._codes else OTHER] += 1
        elif event.violations:
            self.invalid[self._action(frame.action)] += 1
        elif isinstance(message, Call):
            self._count_end(_ENDS[frame.action](message.payload))

    def _count_end(self, reason: str | None) -> None:
        """Count the end of a transaction; None is ignored. Stations may make up reasons, so their number is limited."""
        if reason is not None:
            self.ended[reason if reason in self.ended or len(self.ended) < _MOST_REASONS else OTHER] += 1

    def _count_other(self, event: Event) -> None:
        seen: Any = event
        match event:
            case Connected():
                self.connections += 1
            case Disconnected():
                self.disconnections[seen.code] += 1
            case Refused() if seen.is_handshake:
                self.refused[str(seen.status or "none")] += 1
            case Finding():
                self.findings[seen.check, str(seen.severity)] += 1
            case Spoiled():
                self.faults.update(seen.fault.split("; "))
