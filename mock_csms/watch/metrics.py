"""Counts what happens, for /metrics. Messages are counted together with the writing of records, behind the answers."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from copy import copy
from itertools import pairwise
from typing import Any

from mock_csms.protocol.messages import Call, Error, Malformed, Message, Result
from mock_csms.protocol.records import Bounded, Mutable, field
from mock_csms.protocol.sends import ResultError, SendMessage
from mock_csms.protocol.versions import actions, versions
from mock_csms.twin.descriptions import END_REASONS
from mock_csms.twin.events import Connected, Disconnected, Event, Finding, Received, Refused, Sent, Spoiled
from mock_csms.watch.batch import Batch

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""The upper bounds of the buckets of histograms, in seconds."""
OTHER = "other"
"""The label for names that stations have made up: they must not make more and more series."""
_MOST_REASONS = 50
"""How many reasons for ends of transactions are counted apart."""
_MOST_OPEN = 100_000
"""How many calls without an answer are remembered, for histograms."""
_MOST_TIMES = 1000
"""How many times of answers to one action may wait to be counted."""
_OTHERS = (Connected, Disconnected, Refused, Finding, Spoiled)
"""The kinds of events without a message that are counted."""
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

    def add(self, times: list[float]) -> None:
        """Count values, and sort them."""
        times.sort()
        ends = [bisect_right(times, bound) for bound in BUCKETS]
        for number, (begin, end) in enumerate(pairwise((0, *ends, len(times)))):
            self.counts[number] += end - begin
        self.total += sum(times)


class Metrics:
    """The counts of a run, of the events that come in a `batch`.

    Nearly all messages are calls that are answered at once. They cost one value in a list, the time that the answer
    took; everything else about them is counted from that list later.
    """

    def __init__(self, batch: Batch) -> None:
        self._messages: Counter[tuple[type[Event], type[Message | Malformed], str]] = Counter()
        """How many messages there were, by the kind of event, the type and the action."""
        self._times: dict[str, list[float]] = {}
        """How long the answers to calls took that are not counted yet, by action."""
        self.call_errors: Counter[tuple[str, str]] = Counter()
        """By direction and code."""
        self.invalid: Counter[str] = Counter()
        """Messages of stations that break their schema, by action."""
        self._answers: dict[str, Histogram] = {}
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
        self._theirs: Bounded[tuple[str, str], float] = Bounded(_MOST_OPEN)
        """When each open call of a station began, by station and message id."""
        self._ours: Bounded[tuple[str, str], float] = Bounded(_MOST_OPEN)
        """The same of our commands."""
        batch.subscribe_whole(self._take, Received, Sent, *_OTHERS)

    @property
    def messages(self) -> Counter[tuple[str, str, str]]:
        """How many messages there were, by direction (`in` from stations, `out`), type and action."""
        self._settle()
        counts: Counter[tuple[str, str, str]] = Counter()
        for (kind, type_, action), count in self._messages.items():
            counts["out" if kind is Sent else "in", _TYPES[type_], action] += count
        return counts

    @property
    def answers(self) -> Mapping[str, Histogram]:
        """From a call of a station to the mock's answer, by action."""
        self._settle()
        return self._answers

    def copied(self) -> "Metrics":
        """Return the counts as they are now, so that another thread can read them."""
        self._settle()
        made = copy(self)
        for name, value in vars(self).items():
            if isinstance(value, dict) and name not in ("_ours", "_theirs"):
                setattr(made, name, value.copy())
        return made

    def _take(self, happened: Sequence[Any]) -> None:
        """Count events. This runs for every message, so the most frequent ones come first and call little else."""
        called: Any = None
        """The last event, if it is a call whose answer may follow at once."""
        times = self._times
        for event in happened:
            kind = type(event)
            if called is not None:
                call = called.message
                if kind is Sent and event.answers is call and type(event.message) is Result:
                    action = call.action
                    (times[action] if action in times else self._times_of(action)).append(event.at - called.at)
                    if action in END_REASONS:
                        self._count_end(END_REASONS[action](call))
                    called = None
                    continue
                self._count_message(called)
                called = None
            if kind is Received and type(event.message) is Call and not event.violations:
                called = event
            elif kind is Received or kind is Sent:
                self._count_message(event)
            else:
                self._count_other(event)
        if called is not None:
            self._count_message(called)
        if any(len(each) > _MOST_TIMES for each in times.values()):
            self._settle()

    def _times_of(self, action: str) -> list[float]:
        return self._times.setdefault(self._action(action), [])

    def _action(self, action: str) -> str:
        return action if action in self._actions else OTHER

    def _settle(self) -> None:
        """Count the calls that were answered at once."""
        for action, times in self._times.items():
            self._messages[Received, Call, action] += len(times)
            self._messages[Sent, Result, action] += len(times)
            self._answers.setdefault(action, Histogram()).add(times)
        self._times.clear()

    def _count_message(self, event: Received | Sent) -> None:
        """Count any message."""
        kind, message = type(event), event.message
        type_ = type(message)
        call = message if isinstance(message, Call) else event.answers
        action = self._action(call.action) if call else OTHER
        self._messages[kind, type_, action] += 1
        if type_ is Call:
            (self._ours if kind is Sent else self._theirs)[event.station, message.id] = event.at
        elif event.answers is not None:
            begun, histograms = (self._theirs, self._answers) if kind is Sent else (self._ours, self.commands)
            began = begun.pop((event.station, message.id), None)
            if began is not None:
                histograms.setdefault(action, Histogram()).add([event.at - began])
        self._count_detail(event, action)

    def _count_detail(self, event: Received | Sent, action: str) -> None:
        """Count what only some messages have: an error code, violations, the end of a transaction."""
        message, direction = event.message, "out" if isinstance(event, Sent) else "in"
        if isinstance(message, Error):
            self.call_errors[direction, message.code if message.code in self._codes else OTHER] += 1
        elif direction == "out":
            return
        elif event.violations:
            self.invalid[action] += 1
        elif isinstance(message, Call) and action in END_REASONS:
            self._count_end(END_REASONS[action](message))

    def _count_end(self, reason: str | None) -> None:
        """Count the end of a transaction, if there is a reason of one; stations may make up reasons."""
        if reason is not None:
            self.ended[reason if reason in self.ended or len(self.ended) < _MOST_REASONS else OTHER] += 1

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
