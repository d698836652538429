"""Repeated values: messages that skip the checks; `witness.inspect` asserts that no check would report them."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from mock_csms.conformance.catalogue import CHECKS
from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.inspector import Inspector
from mock_csms.conformance.lessons.heartbeats import MANY_BEATS
from mock_csms.conformance.lessons.v2.acknowledgements import is_acknowledged
from mock_csms.conformance.lessons.v2.repeated_values import is_expected
from mock_csms.protocol.actions import Json
from mock_csms.protocol.long_way import is_long_way_forced
from mock_csms.protocol.messages import Call, Result
from mock_csms.protocol.records import replace
from mock_csms.protocol.versions import V201
from mock_csms.twin.events import Received, Sent
from tests.conformance.story import Story, accepted
from tests.conformance.witness import STATION, TERMS, inspect

NEEDS_SHORTCUTS = pytest.mark.skipif(is_long_way_forced(), reason="the suite runs without shortcuts")

CHARGING: Json = {"transactionId": "T", "chargingState": "Charging"}
PERIODIC = "Sample.Periodic"
REGISTER = "Energy.Active.Import.Register"
WIDE: Json = {"id": 1, "connectorId": 1}


def values(stamp: str, value: float = 2000.0, context: str = PERIODIC, **more: Any) -> list[Json]:
    """Return the values of a meter."""
    current = {"value": 16.0, "context": context, "measurand": "Current.Import"}
    return [{"timestamp": stamp, "sampledValue": [{"value": value, "context": context, **more}, current]}]


def charging(*also: Callable[[Story], object]) -> Story:
    """Return a station that charges, has sent periodic values once, and then has the events of `also`."""
    story = accepted()
    story.know(SampledDataCtrlr_TxUpdatedMeasurands=f"{REGISTER},Current.Import")
    story.know(SampledDataCtrlr_TxUpdatedInterval="60")
    goes_on(
        story, 0, eventType="Started", triggerReason="ChargingStateChanged", meterValue=values(story.at(), 1000.0)
    ).wait(60)
    goes_on(story, 1, meterValue=values(story.at(), 1500.0))
    for happens in also:
        happens(story)
    return story.wait(60)


def goes_on(story: Story, number: int = 2, *, answer: Any = (), **more: Any) -> Story:
    """Let the station send periodic values."""
    usual: Json = {
        "eventType": "Updated",
        "timestamp": story.at(),
        "seqNo": number,
        "triggerReason": "MeterValuePeriodic",
        "transactionInfo": CHARGING,
        "evse": WIDE,
        "meterValue": values(story.at()),
    }
    return story.call(
        "TransactionEvent", {key: value for key, value in (usual | more).items() if value is not None}, answer
    )


def known_in(inspector: Inspector) -> KnownStation:
    """Return what an inspector knows about the station."""
    station = inspector.stations[STATION]
    assert isinstance(station, KnownStation)
    return station


def is_followed(story: Story) -> bool:
    """Whether the last call of a story counts as a repeated value."""
    inspect(story.events, story.now)
    inspector = Inspector(CHECKS.values(), TERMS)
    for event in story.events[:-2]:
        inspector.look_at(event)
    event = story.events[-2]
    if not isinstance(event, Received) or type(event.message) is not Call or event.violations:
        return False
    return is_expected(event.message, event.at, known_in(inspector), {})


@NEEDS_SHORTCUTS
def test_ordinary_values_count_as_repeated() -> None:
    """Periodic values after the first ones count as repeated, with or without their EVSE."""
    assert is_followed(goes_on(charging()))
    assert is_followed(goes_on(charging(), evse={"id": 1}, transactionInfo={"transactionId": "T"}))
    assert is_followed(goes_on(goes_on(charging()).wait(60), 3))


@NEEDS_SHORTCUTS
def test_the_usual_answer_counts_as_acknowledgement() -> None:
    """The default answer, which has a cost, needs no check either, and the cost is learned."""
    story = goes_on(charging())
    call, event = story.events[-2:]
    assert isinstance(call, Received)
    assert isinstance(call.message, Call)
    assert isinstance(event, Sent)
    answer = replace(event, answers=call.message, message=Result(call.message.id, {"totalCost": 12.5}))
    inspector = Inspector(CHECKS.values(), TERMS)
    for each in story.events[:-1]:
        inspector.look_at(each)
    station = known_in(inspector)
    assert is_acknowledged(answer, station)
    assert station.transactions.by_id["T"].cost == 12.5


@NEEDS_SHORTCUTS
def test_an_answer_that_breaks_its_schema_is_no_acknowledgement() -> None:
    """An invalid answer that a user's setting has caused is checked: later messages with its id must not be blamed."""
    story = goes_on(charging())
    call, event = story.events[-2:]
    assert isinstance(call, Received)
    assert isinstance(call.message, Call)
    assert isinstance(event, Sent)
    inspector = Inspector(CHECKS.values(), TERMS)
    for each in story.events[:-1]:
        inspector.look_at(each)
    answer = replace(event, answers=call.message, message=Result(call.message.id, {"customData": []}))
    wrong = replace(answer, violations=V201.read_result(call.message, Result(call.message.id, {"customData": []}))[1])
    assert not is_acknowledged(wrong, known_in(inspector))
    assert wrong.violations


OTHERS: Mapping[str, Callable[[Story], Json]] = {
    "number": lambda _: {"seqNo": 3},
    "transaction": lambda _: {"transactionInfo": CHARGING | {"transactionId": "U"}},
    "time before": lambda story: {"timestamp": story.at(-61), "meterValue": values(story.at(-61))},
    "time long ago": lambda story: {"timestamp": story.at(-10), "meterValue": values(story.at(-10))},
    "no time": lambda _: {"timestamp": "2026-01-01 at twelve", "meterValue": values("2026-01-01 at twelve")},
    "time of the values": lambda story: {"meterValue": values(story.at(-1))},
    "values of two times": lambda story: {"meterValue": values(story.at()) + values(story.at())},
    "no values": lambda _: {"meterValue": None},
    "offline": lambda _: {"offline": True},
    "EVSE": lambda _: {"evse": {"id": 2, "connectorId": 1}},
    "connector": lambda _: {"evse": {"id": 1, "connectorId": 2}},
    "state": lambda _: {"transactionInfo": CHARGING | {"chargingState": "SuspendedEV"}},
    "reason": lambda _: {"transactionInfo": CHARGING | {"stoppedReason": "Local"}},
    "remote start": lambda _: {"transactionInfo": CHARGING | {"remoteStartId": 7}},
    "reservation": lambda _: {"reservationId": 7},
    "phases": lambda _: {"numberOfPhasesUsed": 3},
    "token": lambda _: {"idToken": {"idToken": "T", "type": "ISO14443"}},
    "trigger": lambda _: {"triggerReason": "Trigger"},
    "fall": lambda story: {"meterValue": values(story.at(), 900.0)},
    "context": lambda story: {"meterValue": values(story.at(), context="Sample.Clock")},
    "measurand": lambda story: {"meterValue": values(story.at(), measurand="Voltage")},
    "new register": lambda story: {"meterValue": values(story.at(), location="Inlet")},
    "empty object": lambda story: {"meterValue": values(story.at(), unitOfMeasure={})},
    "letters": lambda _: {"customData": {"vendorId": "Ä"}},
    "escapes": lambda _: {"customData": {"vendorId": '"'}},
}
"""Changes that make values not count as repeated."""


@pytest.mark.parametrize("name", list(OTHERS))
def test_changed_values_are_checked(name: str) -> None:
    """Values with any of these changes go to the checks."""
    story = charging()
    assert not is_followed(goes_on(story, **OTHERS[name](story)))


EVENTS_BEFORE_VALUES: Mapping[str, Callable[[Story], object]] = {
    "interval": lambda story: story.wait(10),
    "lost line": lambda story: story.wait(60).reconnect().wait(-61),
    "signed values": lambda story: story.know(SampledDataCtrlr_SignReadings="true"),
    "other measurands": lambda story: story.know(SampledDataCtrlr_TxUpdatedMeasurands="Voltage"),
    "trigger": lambda story: story.command("TriggerMessage", {"requestedMessage": "Heartbeat"}, {"status": "Accepted"}),
    "end": lambda story: goes_on(story, 2, eventType="Ended"),
}
"""Events directly before the values, after which the values do not count as repeated."""


@pytest.mark.parametrize("name", list(EVENTS_BEFORE_VALUES))
def test_values_after_other_events_are_checked(name: str) -> None:
    """After one of these events even ordinary values go to the checks, as they may be wrong now."""
    story = charging(EVENTS_BEFORE_VALUES[name])
    assert not is_followed(goes_on(story, 3 if name == "end" else 2))


def test_an_open_call_and_a_used_id_are_checked() -> None:
    """Values go to the checks if the last call is not answered yet, or their message id was used before."""
    hasty = goes_on(charging())
    del hasty.events[-3]
    assert not is_followed(hasty)
    again = goes_on(goes_on(charging()).wait(60), 3)
    again.events[-2:] = again.events[-4:-2]
    assert not is_followed(again)


DIGITS: Mapping[str, tuple[Json, Json]] = {
    "phase": ({"phase": "L1"}, {"phase": "L2"}),
    "multiplier": (
        {"unitOfMeasure": {"unit": "Wh", "multiplier": 3}},
        {"unitOfMeasure": {"unit": "Wh", "multiplier": 0}},
    ),
}
"""The first values and changed values that differ in one digit of the phase or the multiplier."""


@NEEDS_SHORTCUTS
@pytest.mark.parametrize("name", list(DIGITS))
def test_digits_that_mean_another_register(name: str) -> None:
    """Values that differ only in digits go to the checks if the phase or the multiplier has changed."""
    before, after = DIGITS[name]

    def story(then: Json) -> Story:
        shown = charging()
        goes_on(shown, 2, meterValue=values(shown.at(0), 3000.0, **before)).wait(60)
        goes_on(shown, 3, meterValue=values(shown.at(0), 4000.0, **before)).wait(60)
        return goes_on(shown, 4, meterValue=values(shown.at(0), 5000.0, **then))

    assert is_followed(story(before))
    assert not is_followed(story(after))


@NEEDS_SHORTCUTS
def test_values_of_two_transactions() -> None:
    """Values of two transactions at one station both count as repeated, although their samples differ in order."""
    story = charging()
    other: Json = {"transactionInfo": {"transactionId": "U", "chargingState": "Charging"}}
    place: Json = {"evse": {"id": 2, "connectorId": 1}}
    start: Json = {"eventType": "Started", "triggerReason": "ChargingStateChanged"}
    goes_on(story, 0, **start, **other, **place, meterValue=values(story.at(0), 1.0))
    for number in range(2, 5):
        story.wait(60)
        goes_on(story, number, meterValue=values(story.at(0), 1000.0 * number))
        shown = values(story.at(0), 10.0 * number)
        shown[0]["sampledValue"].reverse()
        goes_on(story, number - 1, **other, **place, meterValue=shown)
    assert is_followed(story)


def beats(story: Story) -> Story:
    """Let the station send a heartbeat that the mock answers."""
    return story.call("Heartbeat", {}, {"currentTime": story.at()})


@NEEDS_SHORTCUTS
def test_heartbeats_count_as_repeated() -> None:
    """Heartbeats of an accepted station count as repeated until there are MANY_BEATS, which is too often."""
    assert is_followed(beats(accepted().wait(60)))
    assert is_followed(beats(beats(accepted().wait(60)).wait(60)))
    hasty = Story().connect().boot(interval=300)
    expected = [is_followed(beats(hasty.wait(1))) for _ in range(2 * MANY_BEATS)]
    assert expected.count(False) == 1, "the one that makes them many is looked at"


EVENTS_BEFORE_HEARTBEAT: Mapping[str, Callable[[Story], object]] = {
    "pending": lambda story: story.boot(status="Pending", interval=60),
    "trigger": lambda story: story.command("TriggerMessage", {"requestedMessage": "Heartbeat"}, None),
    "open call": lambda story: story.call("Authorize", {"idToken": {"idToken": "T", "type": "ISO14443"}}, None),
    "lost line and no boot": lambda story: (
        story.command("Reset", {"type": "Immediate"}, {"status": "Accepted"}).wait(1).reconnect()
    ),
}
"""Events before a heartbeat, after which it does not count as repeated."""


@pytest.mark.parametrize("name", list(EVENTS_BEFORE_HEARTBEAT))
def test_a_heartbeat_that_may_be_wrong_is_checked(name: str) -> None:
    """After one of these events a heartbeat goes to the checks."""
    story = accepted()
    EVENTS_BEFORE_HEARTBEAT[name](story)
    assert not is_followed(beats(story.wait(5)))


def test_an_unusual_heartbeat_is_checked() -> None:
    """A heartbeat goes to the checks if it has a payload, or its message id was used before."""
    story = accepted().wait(60)
    assert not is_followed(story.call("Heartbeat", {"customData": {"vendorId": "V"}}, {"currentTime": story.at()}))
    again = beats(beats(accepted().wait(60)).wait(60))
    again.events[-2:] = again.events[-4:-2]
    assert not is_followed(again)
