"""Counts events for /metrics. Messages are counted when records are written, after the answers were sent."""

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
from mock_csms.watch.digest import Digest, Digested

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""The upper bounds of the buckets of histograms, in seconds."""
OTHER = "other"
"""The label for names that stations have made up, so that they cannot create any number of series."""
_MOST_REASONS = 50
"""How many different reasons for the end of transactions are counted."""
_MOST_OPEN = 100_000
"""How many calls without an answer are remembered, for histograms."""
_MOST_TIMES = 1000
"""How many times of answers to one action may wait to be counted."""

_TYPES: Mapping[type[Message | Malformed], str] = {
    Call: "call",
    Result: "result",
    Error: "error",
    Malformed: "malformed",
    SendMessage: "send",
    ResultError: "resulterror",
}


class Histogram(Mutable):
    """A histogram of times."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS) + 1))
    """The number of values in each bucket; the last one is for values greater than all bounds."""
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
    """The counts of a run, of the events of a `digest`.

    Nearly all messages are calls that are answered at once. Such an exchange costs one value in a list, the time that
    the answer took; everything else about it is counted from that list later.
    """

    def __init__(self, digest: Digest) -> None:
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
        self._actions = frozenset(actions())
        self._codes = frozenset(code for version in versions() for code in version.framing.codes)
        self._theirs: Bounded[tuple[str, str], float] = Bounded(_MOST_OPEN)
        """When each open call of a station began, by station and message id."""
        self._ours: Bounded[tuple[str, str], float] = Bounded(_MOST_OPEN)
        """The same of our commands."""
        digest.subscribe(self._take)

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

    def _take(self, digested: Sequence[Digested]) -> None:
        """Count events. This is fast for a usual exchange, because it calls nothing."""
        times, theirs = self._times, self._theirs
        for each in digested:
            if type(each) is tuple:
                action = each[6]
                if theirs:  # an earlier call with its id that was never answered is forgotten
                    theirs.pop((each[2], each[5]), None)
                (times[action] if action in times else self._times_of(action)).append(each[1] - each[0])
            else:
                self._count(each)
        if any(len(each) > _MOST_TIMES for each in times.values()):
            self._settle()

    def _add(
        self, kind: type[Event], type_: type[Message | Malformed], at: float, key: tuple[str, str], action: str
    ) -> None:
        """Count a message with a call, or an answer to one; `key` is the station and the id."""
        self._messages[kind, type_, action] += 1
        if type_ is Call:
            (self._ours if kind is Sent else self._theirs)[key] = at
            return
        begun, histograms = (self._theirs, self._answers) if kind is Sent else (self._ours, self.commands)
        began = begun.pop(key, None)
        if began is not None:
            histograms.setdefault(action, Histogram()).add([at - began])

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

    def _count(self, event: Any) -> None:
        """Count any event."""
        if not isinstance(event, (Received, Sent)):
            self._count_other(event)
            return
        message = event.message
        call = message if isinstance(message, Call) else event.answers
        action = self._action(call.action) if call else OTHER
        self._add(type(event), type(message), event.at, (event.station, message.id), action)
        self._count_detail(event, action)

    def _count_detail(self, event: Received | Sent, action: str) -> None:
        """Count the parts that only some messages have: an error code, violations, the end of a transaction."""
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
