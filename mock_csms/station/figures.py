"""The measurements of a load test: what it counts and times, in total and second by second."""

from collections import Counter
from collections.abc import Mapping
from itertools import chain, takewhile

from mock_csms.protocol.records import Mutable, Record, field
from mock_csms.station.link import CLOSE, CONNECT, Site, is_csms_fault, is_wrong
from mock_csms.station.times import Times, merged, times_of
from mock_csms.twin.events import Connected, Disconnected, Event, Failed, Received, Sent, Unanswered

BOOT = "BootNotification"
"""Every version has this action."""
FIRST = (CONNECT, BOOT, CLOSE)
"""The names that every run times, in this order; the actions of calls follow."""
CALLS = ""
"""Stands for the calls of all actions."""
FAILED, INVALID, UNANSWERED = "failed", "invalid", "unanswered"
"""The kinds of problems: a station could not do something, a message was invalid or a CALLERROR, no answer came."""

_MOST_PROBLEMS = 50
"""How many different texts of problems are counted; a server can send any text."""
_MOST_SAMPLES = 600
"""How many parts of the run are kept; when there are more, each two neighbours are joined."""


class Sample(Record):
    """A part of a run."""

    at: float
    """When it ended, in seconds after the beginning of the run."""
    wanted: float
    """How many stations had to run then."""
    connected: int
    """How many stations were connected then."""
    connections: int
    messages: int
    errors: int
    """The numbers of this part."""
    times: Mapping[str, Times]
    """How long connecting, closing and calls took in this part."""


class Figures(Mutable):
    """The measurements of a run. The first key of each table is the name of the version of OCPP."""

    fresh: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    """By name: the durations of connecting, of closing, and of the calls of each action that are not counted yet."""
    counted: dict[tuple[str, str], Times] = field(default_factory=dict)
    """The same durations, after they were counted."""
    messages: Counter[str] = field(default_factory=Counter)
    """The number of messages sent and received."""
    connected: Counter[str] = field(default_factory=Counter)
    """How many stations are connected now."""
    errors: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """How often each problem occurred: its kind and its text."""
    seconds: float = 0.0
    """How long the whole run took; 0 while it goes on."""
    samples: list[Sample] = field(default_factory=list)
    recent: dict[str, Times] = field(default_factory=dict)
    """The durations since the last sample."""
    period: float = 1.0
    """How long parts of the run are at least, in seconds."""

    def note(self, version: str, what: str, seconds: float) -> None:
        """Add the duration of a connection, a call or a close."""
        if not self.seconds:
            self.fresh.setdefault((version, what), []).append(seconds)

    def note_problem(self, version: str, kind: str, text: str) -> None:
        """Count a problem."""
        if not self.seconds:
            is_new = (version, kind, text) not in self.errors
            shown = "other problems" if is_new and len(self.errors) >= _MOST_PROBLEMS else text
            self.errors[version, kind, shown] += 1

    @property
    def times(self) -> Mapping[tuple[str, str], Times]:
        """How long connecting, closing, and the calls of each action took."""
        for key, seconds in self.fresh.items():
            several = times_of(seconds)
            self.counted.setdefault(key, Times()).add(several)
            self.recent.setdefault(key[1], Times()).add(several)
        self.fresh.clear()
        return self.counted

    def took(self, what: str) -> Times:
        """Return how long connecting, closing or the calls of an action took, in all versions."""
        return merged(times for (_, name), times in self.times.items() if name == what)

    def names(self) -> list[str]:
        """Return the names of everything that was timed."""
        return [*FIRST, *sorted({name for _, name in self.times} - {*FIRST})]

    @property
    def connections(self) -> int:
        """How many connections were opened."""
        return sum(times.count for (_, name), times in self.times.items() if name == CONNECT)

    def sample(self, at: float, wanted: float) -> None:
        """End a part of the run, unless it is still too short; a short last part joins the previous one."""
        length = at - (self.samples[-1].at if self.samples else 0.0)
        if self.seconds or length >= 0.9 * self.period:  # the clock of the loop is not exact
            self._add_sample(at, wanted)
        if self.seconds and len(self.samples) > 1 and length < self.period / 2:
            last = self.samples.pop()
            self.samples.append(joined(self.samples.pop(), last))

    def _add_sample(self, at: float, wanted: float) -> None:
        now = (self.connections, self.messages.total(), self.errors.total())
        parts = zip(*((each.connections, each.messages, each.errors) for each in self.samples), strict=True)
        connections, messages, errors = map(int.__sub__, now, map(sum, parts) if self.samples else (0, 0, 0))
        number = self.connected.total()
        self.samples.append(Sample(at, wanted, number, connections, messages, errors, self.recent))
        self.recent = {}
        if len(self.samples) > _MOST_SAMPLES:
            self.period = 2 * at / len(self.samples)
            pairs = zip(self.samples[::2], self.samples[1::2], strict=False)
            rest = self.samples[len(self.samples) // 2 * 2 :]
            self.samples = [*(joined(*pair) for pair in pairs), *rest]

    def lately(self, what: str, seconds: float) -> Times:
        """Return how long connecting, closing, an action or CALLS took in the parts of the last `seconds`."""
        end = self.samples[-1].at if self.samples else 0.0
        parts = takewhile(lambda sample: sample.at > end - seconds, reversed(self.samples))
        return merged(times for sample in parts for name, times in sample.times.items() if is_about(name, what))


def is_about(name: str, what: str) -> bool:
    """Return whether the times with a name are of `what`, which may be CALLS."""
    return name not in (CONNECT, CLOSE) if what == CALLS else name == what


def joined(first: Sample, second: Sample) -> Sample:
    """Return two parts of a run as one."""
    names = dict.fromkeys(chain(first.times, second.times))
    return Sample(
        second.at,
        second.wanted,
        second.connected,
        first.connections + second.connections,
        first.messages + second.messages,
        first.errors + second.errors,
        {name: merged(part.times[name] for part in (first, second) if name in part.times) for name in names},
    )


def watch(site: Site, version: str, figures: Figures) -> None:
    """Measure everything that happens at a site, where only stations of one version are."""

    def message(_: Event) -> None:
        figures.messages[version] += not figures.seconds

    def received(event: Event) -> None:
        message(event)
        if isinstance(event, Received) and is_wrong(event):
            figures.note_problem(version, INVALID, "invalid message or CALLERROR")

    def failed(event: Event) -> None:
        if isinstance(event, Failed):
            figures.note_problem(version, FAILED, event.problem)

    def unanswered(event: Event) -> None:
        if isinstance(event, Unanswered) and is_csms_fault(event):
            figures.note_problem(version, UNANSWERED, event.reason)

    def connected(event: Event) -> None:
        figures.connected[version] += 1 if isinstance(event, Connected) else -1

    site.took = lambda what, seconds: figures.note(version, what, seconds)
    site.bus.subscribe(message, Sent)
    site.bus.subscribe(received, Received)
    site.bus.subscribe(failed, Failed)
    site.bus.subscribe(unanswered, Unanswered)
    site.bus.subscribe(connected, Connected, Disconnected)
