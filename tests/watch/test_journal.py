"""The journal and the metrics of usual messages are the same as those of the events, in bounded memory."""

import gc
import tracemalloc
from collections.abc import Sequence

import orjson
import pytest
from hypothesis import given

from mock_csms.protocol.decoding import decode
from mock_csms.protocol.long_way import force_long_way
from mock_csms.protocol.messages import Call, Result
from mock_csms.protocol.records import replace
from mock_csms.runtime.bus import Bus
from mock_csms.twin.answered import AnsweredCall
from mock_csms.twin.events import Event, Received, Sent
from mock_csms.watch.blocks import Logged
from mock_csms.watch.digest import Digest
from mock_csms.watch.eventlog import EventLog
from mock_csms.watch.frames import Frames
from mock_csms.watch.journal import Journal
from mock_csms.watch.metrics import Metrics
from tests.watch.test_quick_records import FORCED, Tape, runs

MOST = 1024 * 1024


def exchange(number: int, size: int) -> tuple[Received, Sent]:
    """Return a call of about so many bytes and its result."""
    id_, station = f"{number:036}", f"CS-{number % 50}"
    text = orjson.dumps([2, id_, "DataTransfer", {"vendorId": "V", "data": ["x" * 50] * (size // 53)}])
    call, result = decode(text), Result(id_, {"status": "Accepted"})
    assert isinstance(call, Call)
    at = 1.79e9 + number
    came = Received(at, station, text, call)
    answer = Result(call.id, result.payload)
    went = Sent(at + 0.002, station, b'[3,"%b",{"status":"Accepted"}]' % id_.encode(), answer, (), call, "", "")
    return came, went


def publish(bus: Bus, events: Sequence[Event]) -> None:
    """Publish events; a call without violations and its plain answer become one event, as on the short way."""
    place = 0
    while place < len(events):
        came, went = events[place], events[place + 1] if place + 1 < len(events) else None
        if isinstance(came, Received) and isinstance(went, Sent) and is_plain(came, went):
            assert isinstance(came.message, Call)
            assert isinstance(went.message, Result)
            call = replace(came.message, text=came.text)
            said = went.message.payload, went.violations, went.version
            bus.publish_answered(AnsweredCall(came.at, came.station, call, went.at, went.text, *said))
            place += 2
        else:
            bus.publish(came)
            place += 1


def is_plain(came: Received, went: Sent) -> bool:
    """Whether the short way could have published a call and its answer together."""
    is_pair = isinstance(came.message, Call) and isinstance(went.message, Result) and went.answers is came.message
    is_odd = came.violations or came.binary or came.is_refused or went.rule or went.fault
    return is_pair and not is_odd and went.message.id == came.message.id and came.station == went.station


def kept(events: Sequence[Event], *, is_long: bool, is_short: bool = False) -> tuple[Journal, Metrics]:
    """Return the journal and the metrics of a run."""
    force_long_way(is_forced=is_long)
    try:
        bus = Bus()
        digest = Digest(bus)
        journal, metrics = Journal(MOST, digest), Metrics(digest)
    finally:
        force_long_way(is_forced=FORCED)
    if is_short:
        publish(bus, events)
    else:
        for event in events:
            bus.publish(event)
    digest.flush()
    return journal, metrics


def shown(logged: Logged) -> tuple[object, ...]:
    """Return everything that readers see of an event."""
    return logged.seq, logged.kind, logged.at, logged.station, logged.type, logged.id, logged.about, logged.line


@given(runs())
async def test_the_journal_says_what_the_event_log_says(events: Sequence[Event]) -> None:
    """Each event has the line of the event log, and the same number, with and without shortcuts."""
    bus, log = Bus(), Tape()
    EventLog(bus, Frames(bus), [log])
    for event in events:
        bus.publish(event)
    quick, _ = kept(events, is_long=False)
    short, _ = kept(events, is_long=False, is_short=True)
    long, _ = kept(events, is_long=True)
    found = [shown(each) for each in quick.between(0, 10**9)]
    assert found == [shown(each) for each in long.between(0, 10**9)]
    assert found == [shown(each) for each in short.between(0, 10**9)]
    assert [each[0] for each in found] == [*range(1, len(events) + 1)]
    assert b"".join(each[-1] for each in found if isinstance(each[-1], bytes)) == log.data
    assert [shown(each) for each in quick.backwards(0, 10**9)] == found[::-1]


@given(runs())
async def test_the_metrics_are_those_of_the_long_way(events: Sequence[Event]) -> None:
    """Messages, errors, ends and times of answers are counted alike, with and without shortcuts."""

    def counts(metrics: Metrics) -> Sequence[object]:
        answers = {action: (each.counts, round(each.total, 6)) for action, each in metrics.answers.items()}
        return [metrics.messages, answers, metrics.call_errors, metrics.invalid, metrics.ended, metrics.findings]

    long = counts(kept(events, is_long=True)[1])
    assert counts(kept(events, is_long=False)[1]) == long
    assert counts(kept(events, is_long=False, is_short=True)[1]) == long


@pytest.mark.parametrize("size", [60, 1000, 100_000])
async def test_the_journal_takes_as_much_memory_as_it_may(size: int) -> None:
    """The journal stays within its memory with short, usual and long messages, before and after it was read."""
    bus = Bus()
    digest = Digest(bus)
    journal = Journal(MOST, digest)
    tracemalloc.start()
    try:
        for number in range(max(20, 3 * MOST // (size + 400))):
            for event in exchange(number, size):
                bus.publish(event)
        del event  # with its call, the last one takes a fifth of what the journal may take
        digest.flush()
        gc.collect()
        assert MOST * 0.7 < journal.size <= MOST
        assert MOST * 0.7 < tracemalloc.get_traced_memory()[0] < MOST * 1.2
        assert sum(len(each.line) for each in journal.between(0, journal.last + 1)) > MOST // 2
        assert tracemalloc.get_traced_memory()[0] < MOST * 1.6
    finally:
        tracemalloc.stop()
    assert [each.seq for each in journal.between(0, 10**9)] == [*range(journal.first, journal.last + 1)]
    assert journal.lost(0) == journal.first - 1


async def test_readers_go_on_where_events_were_dropped() -> None:
    """A slow reader gets the events that are still kept; after `clear` there are none, and the numbers continue."""
    bus = Bus()
    digest = Digest(bus)
    journal = Journal(64 * 1024, digest)
    events = [event for number in range(60) for event in exchange(number, 2000)]
    for event in events[:20]:
        bus.publish(event)
    digest.flush()
    reader = journal.between(0, 10**9)
    assert next(reader).seq == 1
    for event in events[20:]:
        bus.publish(event)
    digest.flush()
    assert journal.first > 20
    assert all(each.seq < 21 for each in reader)
    assert [each.seq for each in journal.backwards(journal.last - 3, 10**9)] == [120, 119, 118]
    journal.clear()
    assert ([*journal.between(0, 10**9)], journal.first, journal.last) == ([], 121, 120)
