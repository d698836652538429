"""Tests of what the transaction checks remember and what they allow."""

from collections.abc import Sequence

import pytest

from mock_csms.conformance.catalogue import CHECKS
from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.inspector import Inspector
from mock_csms.protocol.messages import Call
from mock_csms.protocol.records import replace
from mock_csms.twin.events import Event
from tests.conformance.mutations import dropped, is_event, message_id, payload_of
from tests.conformance.sessions import EVENT, Move, Street, Terms
from tests.conformance.story import got
from tests.conformance.witness import STATION, TERMS, inspect

OUTAGE: list[Move] = [("plug", 1, 5), ("present", 1, 10), ("lose", 1, 400), ("return", 1, 100), ("present", 1, 5)]
CHARGE: list[Move] = [("plug", 1, 5), ("present", 1, 130), ("present", 1, 5)]


def found(street: Street, seen: Sequence[Event]) -> set[str]:
    """Return the checks that report something."""
    return {each.check for each in inspect(seen, street.now)}


def offline(seen: Sequence[Event]) -> list[int]:
    """Return the positions of the events that were made offline."""
    return [number for number, each in enumerate(seen) if is_event(each) and payload_of(each).get("offline")]


def test_ids_of_earlier_runs_are_known() -> None:
    """X02 reports a transactionId that the mock remembers from an earlier run."""
    inspector = Inspector(CHECKS.values(), TERMS)
    known = inspector.stations[STATION] = KnownStation(identity=STATION, terms=TERMS)
    seen = Street(Terms()).play(CHARGE)
    (id_,) = {payload_of(each)["transactionInfo"]["transactionId"] for each in seen if is_event(each)}
    known.transactions.ids[id_] = "2025-01-01T00:00:00.000Z"
    assert {finding.check for event in seen for finding in inspector.look_at(event)} == {"X02"}


def test_every_other_event_may_be_dropped_offline() -> None:
    """X03 allows a station to drop every second offline event (E11.FR.04)."""
    street = Street(Terms())
    seen = street.play(OUTAGE)
    places = offline(seen)
    assert found(street, dropped([*seen], places[1])) == set()
    assert found(street, seen) == set()


def test_events_of_an_outage_may_come_after_newer_ones() -> None:
    """X01, X03, X05 and X15 allow the station to send the first online event before the queued ones."""
    street = Street(Terms())
    seen = street.play(OUTAGE)
    places = offline(seen)
    new = next(number for number in range(places[-1] + 1, len(seen)) if is_event(seen[number]))
    ids = [message_id(seen[new]), *(message_id(seen[each]) for each in places)]
    at = seen[places[0]].at
    moved = [replace(each, at=at) for id_ in ids for each in seen if message_id(each) == id_]
    rest = [each for each in seen if message_id(each) not in ids]
    number = next(number for number, each in enumerate(rest) if each.at > at)
    assert not {"X01", "X03", "X05", "X15"} & found(street, [*rest[:number], *moved, *rest[number:]])


@pytest.mark.parametrize(("seconds", "expected"), [(1.0, {"X18"}), (12.0, set())])
def test_a_repeat_of_an_unanswered_event_waits(seconds: float, expected: set[str]) -> None:
    """X18 reports a repeat after 1 s and allows one after 12 s, if MessageAttemptInterval is 10 s."""
    street = Street(Terms())
    street.play([("plug", 1, 5)])
    silent = {
        "eventType": "Started",
        "timestamp": "2026-01-01T12:04:00.000Z",
        "triggerReason": "EVDetected",
        "seqNo": 0,
    }
    event = silent | {"transactionInfo": {"transactionId": "t"}}
    calls = [got(street.now + each, Call(f"try-{each}", EVENT, event)) for each in (0.0, seconds)]
    assert found(street, [*street.seen, *calls]) & {"X18"} == expected


def test_no_findings_about_unknown_variables() -> None:
    """Without known variables no check reports an interval, a start or stop point, or a number of attempts."""
    street = Street(Terms("EVConnected", "EVConnected", is_known=False))
    seen = street.play(CHARGE)
    values = [each for each in seen if is_event(each) and payload_of(each)["triggerReason"] == "MeterValuePeriodic"]
    without = [each for each in seen if each not in values[-1:]]
    assert found(street, without) <= {"X03"}
