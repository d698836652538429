"""Clock-aligned meter values (J01), and values for the end of a transaction (J02)."""

import pytest

from mock_csms.behavior.templates import rfc3339
from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.station.cues import Closed, Rang, Unplugged
from mock_csms.station.v2.aligned import next_boundary
from mock_csms.station.v2.variables import (
    ALIGNED_ENDED_INTERVAL,
    ALIGNED_ENDED_MEASURANDS,
    ALIGNED_INTERVAL,
    ALIGNED_MEASURANDS,
    ENDED_INTERVAL,
    SEND_DURING_IDLE,
    TX_ENDED_MEASURANDS,
    TX_UPDATED_INTERVAL,
    Name,
)
from tests.station.driven import MIDNIGHT, Driven

TEN = MIDNIGHT + 36_000
ALIGNED = {ALIGNED_INTERVAL: "900", TX_UPDATED_INTERVAL: "0"}


def driven(variables: dict[Name, str], evses: int = 1) -> Driven:
    """Return a station that was switched on at 10:00:07."""
    return Driven(variables, evses, at=TEN + 7)


def values_of(payloads: list[Json], context: str) -> list[tuple[float, set[str]]]:
    """Return the seconds after 10:00, and the measurands, of all meter values of a context."""
    values = [value for payload in payloads for value in payload.get("meterValue", [])]
    wanted = [value for value in values if {sample["context"] for sample in value["sampledValue"]} == {context}]
    times = {rfc3339(TEN + seconds): seconds for seconds in range(7300)}
    return [(times[value["timestamp"]], {sample["measurand"] for sample in value["sampledValue"]}) for value in wanted]


def times(payloads: list[Json], context: str = "Sample.Clock") -> list[float]:
    """Return only the seconds after 10:00."""
    return [seconds for seconds, _ in values_of(payloads, context)]


@pytest.mark.parametrize(
    ("interval", "now", "then"),
    [
        (900, 0, 900),
        (900, 899.999, 900),
        (900, 900, 1800),
        (900, 85_500, 86_400),
        (1000, 86_000, 86_400),  # a new day
        (86_400, 1, 86_400),
        (1, 0.5, 1),
    ],
)
def test_boundaries_are_counted_from_midnight(interval: int, now: float, then: float) -> None:
    """The next boundary is the first multiple of the interval after 00:00 UTC, or midnight itself."""
    assert next_boundary(interval, MIDNIGHT + now) == MIDNIGHT + then


def test_an_idle_evse_sends_meter_values() -> None:
    """Each EVSE sends the configured measurands at each boundary, with its id (J01.FR.14; M04, M06, M12)."""
    station = driven({**ALIGNED, ALIGNED_MEASURANDS: "Voltage,SoC"}, evses=2)
    station.wait(3600)
    sent = station.payloads("MeterValues")
    assert values_of(sent[::2], "Sample.Clock") == [(at, {"Voltage", "SoC"}) for at in (900, 1800, 2700, 3600)]
    assert [payload["evseId"] for payload in sent] == [1, 2] * 4
    assert not station.payloads("TransactionEvent")


def test_no_aligned_values_without_settings() -> None:
    """Without an interval or without measurands, the station sends no clock-aligned values."""
    for variables in ({}, {**ALIGNED, ALIGNED_MEASURANDS: ""}):
        station = driven(variables)
        station.charge()
        station.wait(3600)
        assert times([payload for _, payload in station.sent]) == []


def test_aligned_values_of_a_transaction() -> None:
    """During a transaction the values are in MeterValueClock events; other EVSEs send MeterValues (M04)."""
    station = driven(ALIGNED, evses=2)
    station.charge()
    station.wait(2000)
    station.stop()
    station.wait(1000)
    events = station.payloads("TransactionEvent", lambda event: event["triggerReason"] == "MeterValueClock")
    assert times(events) == [900, 1800]
    assert {event["eventType"] for event in events} == {"Updated"}
    assert times(station.payloads("MeterValues", lambda sent: sent["evseId"] == 1)) == [2700]
    assert times(station.payloads("MeterValues", lambda sent: sent["evseId"] == 2)) == [900, 1800, 2700]


def test_aligned_values_during_idle_only() -> None:
    """With SendDuringIdle values are sent before and after, but not during any transaction (J01.FR.20; M05)."""
    station = driven({**ALIGNED, SEND_DURING_IDLE: "true"}, evses=2)
    station.wait(900)
    station.charge()
    station.wait(1800)
    station.stop()
    station.wait(900)
    assert times([payload for _, payload in station.sent]) == [900, 900, 3600, 3600]


def test_the_csms_may_change_the_interval() -> None:
    """A new interval takes effect with its command; 0 switches the values off."""
    station = driven({TX_UPDATED_INTERVAL: "0"})
    for interval in ("600", "1000", "0"):
        item = {"component": {"name": "AlignedDataCtrlr"}, "variable": {"name": "Interval"}, "attributeValue": interval}
        station.command("SetVariables", {"setVariableData": [item]})
        assert (("clock",) in station.alarms) is (interval != "0")
        station.wait(1300)
    assert times(station.payloads("MeterValues")) == [600, 1200, 2000]


def test_aligned_values_come_after_a_reboot_too() -> None:
    """After a reboot the station sends clock-aligned values as before."""
    station = driven(ALIGNED)
    station.wait(1000)
    station.reboot()
    assert station.alarms["clock",] == TEN + 1800
    station.wait(900)
    assert times(station.payloads("MeterValues")) == [900, 1800]


def test_a_late_alarm_and_a_trigger() -> None:
    """If the alarm is late, the station sends the register at the boundary before the current one (M07, X04)."""
    station = driven(ALIGNED)
    station.charge()
    station.now = TEN + 903.5
    station.command("TriggerMessage", {"requestedMessage": "TransactionEvent"})
    clock, triggered = station.payloads("TransactionEvent")[1:]
    readings = [event["meterValue"][0]["sampledValue"][0]["value"] for event in (clock, triggered)]
    assert readings == [pytest.approx(11000 * seconds / 3600, abs=0.001) for seconds in (893, 896.5)]
    assert clock["meterValue"][0]["timestamp"] == rfc3339(TEN + 900)
    assert clock["timestamp"] == triggered["timestamp"] == rfc3339(TEN + 903.5)
    station.wait(10)
    assert times(station.payloads("TransactionEvent")) == [900]


def test_a_late_alarm_and_the_end_of_a_transaction() -> None:
    """If a driver acts before a late alarm, the values of the boundary have a lower seqNo and register."""
    station = driven({**ALIGNED, ALIGNED_ENDED_INTERVAL: "900"})
    station.charge()
    station.now = TEN + 903.5
    station.tell(Unplugged(1))
    events = station.payloads("TransactionEvent")
    assert [event["seqNo"] for event in events] == [0, 1, 2]
    assert times(events) == [900, 900]
    kept, last = [value["sampledValue"][0]["value"] for value in events[-1]["meterValue"]]
    assert (kept, last) == (
        pytest.approx(11000 * 893 / 3600, abs=0.001),
        pytest.approx(11000 * 896.5 / 3600, abs=0.001),
    )


def test_an_alarm_that_rings_early_is_set_again() -> None:
    """If the alarm rings early, the values of the boundary are still sent at the boundary."""
    station = driven(ALIGNED)
    station.wait(892)
    del station.alarms["clock",]
    station.tell(Rang(("clock",)))
    assert times(station.payloads("MeterValues")) == []
    station.wait(1)
    assert times(station.payloads("MeterValues")) == [900]


def test_no_aligned_values_before_the_accepted_boot() -> None:
    """Values from before the station was accepted are never sent (B02.FR.02)."""
    station = driven(ALIGNED)
    station.device = replace(station.device, boot_status="Pending")
    station.wait(1000)
    assert "MeterValues" not in {message.action for message in station.device.outbox.waiting}


def test_aligned_values_while_offline() -> None:
    """While offline, the station keeps TransactionEvents, with `offline` true, and drops MeterValues."""
    station = driven(ALIGNED, evses=2)
    station.charge()
    station.sent.clear()
    station.tell(Closed())
    station.wait(1000)
    waiting = [message.payload for message in station.device.outbox.waiting]
    assert times(waiting) == [900]
    assert waiting[0]["offline"] is True


def test_samples_are_collected_for_the_end() -> None:
    """Ended has the values of both intervals in order of time, and one Transaction.End (J02; M02)."""
    wanted = {ALIGNED_ENDED_MEASURANDS: "Voltage", TX_ENDED_MEASURANDS: "SoC"}
    intervals = {ALIGNED_ENDED_INTERVAL: "900", ENDED_INTERVAL: "700", TX_UPDATED_INTERVAL: "0"}
    station = driven({**wanted, **intervals})
    station.wait(1000)
    for began in (1007, 3107):
        station.charge()
        station.wait(2000)
        station.tell(Unplugged(1))
        assert ("collect", 1) not in station.alarms
        station.wait(100)
        ended = station.payloads("TransactionEvent")[-1]
        assert ended["eventType"] == "Ended"
        assert values_of([ended], "Sample.Clock") == [
            (at, {"Voltage"}) for at in (began // 900 * 900 + 900, began // 900 * 900 + 1800)
        ]
        assert values_of([ended], "Sample.Periodic") == [(began + after, {"SoC"}) for after in (700, 1400)]
        assert values_of([ended], "Transaction.End") == [(began + 2000, {"SoC"})]
        stamps = [value["timestamp"] for value in ended["meterValue"]]
        assert stamps == sorted(stamps)
    kinds = [event["eventType"] for event in station.payloads("TransactionEvent")]
    assert kinds == ["Started", "Ended"] * 2


def test_the_number_of_samples_is_bounded() -> None:
    """A transaction that never ends keeps a limited number of values."""
    station = driven({ENDED_INTERVAL: "1", TX_UPDATED_INTERVAL: "0"})
    station.charge()
    station.wait(2000)
    station.stop()
    found = times(station.payloads("TransactionEvent")[-1:], "Sample.Periodic")
    assert 200 < len(found) <= 500
    assert found == sorted(found)
    assert found[0] == 8


@pytest.mark.parametrize(
    ("controller", "left"),
    [
        ("SampledDataCtrlr", {"Sample.Clock"}),
        ("AlignedDataCtrlr", {"Transaction.Begin", "Sample.Periodic", "Transaction.End"}),
    ],
)
def test_a_controller_that_is_off(controller: str, left: set[str]) -> None:
    """With Enabled false the station sends no values of that kind, but those of the other kind."""
    station = driven({(controller, "Enabled"): "false", ALIGNED_INTERVAL: "900"})
    station.charge()
    station.wait(1000)
    station.stop()
    values = [value for payload in station.payloads("TransactionEvent") for value in payload.get("meterValue", [])]
    assert {sample["context"] for value in values for sample in value["sampledValue"]} == left


@pytest.mark.parametrize(("before", "after", "samples"), [("0", "10", 6), ("60", "10", 6), ("10", "0", 0)])
def test_the_csms_may_change_the_interval_of_samples(before: str, after: str, samples: int) -> None:
    """A new TxUpdatedInterval takes effect in a running transaction at once."""
    station = driven({TX_UPDATED_INTERVAL: before})
    station.charge()
    variable = {"component": {"name": "SampledDataCtrlr"}, "variable": {"name": "TxUpdatedInterval"}}
    station.command("SetVariables", {"setVariableData": [{**variable, "attributeValue": after}]})
    station.wait(60)
    periodic = station.payloads("TransactionEvent", lambda event: event["triggerReason"] == "MeterValuePeriodic")
    assert len(periodic) == samples


def test_triggered_values_are_the_aligned_ones() -> None:
    """Triggered MeterValues have the measurands of AlignedDataCtrlr and the context Trigger (F06.FR.06; M10)."""
    station = driven({ALIGNED_MEASURANDS: "Voltage"})
    station.command("TriggerMessage", {"requestedMessage": "MeterValues"})
    assert values_of(station.payloads("MeterValues"), "Trigger") == [(7, {"Voltage"})]
