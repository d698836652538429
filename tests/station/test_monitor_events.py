"""Events of monitors (N07): when the station sends them, and what they contain."""

from typing import Any

import pytest

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.station.cues import Closed, Opened, Rang
from tests.station.commanded import Bench, Sent, payloads
from tests.station.test_monitoring import POWER, THRESHOLD, assign, setting

CONNECTOR: Json = {
    "component": {"name": "Connector", "evse": {"id": 1, "connectorId": 1}},
    "variable": {"name": "AvailabilityState"},
}
ENERGY: Json = {
    "component": {"name": "FiscalMetering", "evse": {"id": 1}},
    "variable": {"name": "EnergyImportRegister"},
}


def watched(about: Json, kind: str, value: float, severity: int = 5, **more: Any) -> Bench:
    """Return a station with one monitor."""
    bench = Bench()
    assert assign(bench, setting(about, kind, value, severity, **more))[0]["status"] == "Accepted"
    return bench


def events(sent: Sent) -> list[tuple[str, str, bool]]:
    """Return the trigger and the value of each event, and whether it is cleared; each message starts at seqNo 0."""
    result = []
    for message in payloads(sent, "NotifyEvent"):
        assert (message["seqNo"], message["tbc"]) == (0, False)
        for event in message["eventData"]:
            assert (event["variableMonitoringId"], event["eventNotificationType"]) == (1, "CustomMonitor")
            result.append((event["trigger"], event["actualValue"], event.get("cleared", False)))
    return result


def assigned(bench: Bench, value: int) -> Sent:
    """Set OfflineThreshold, and return the calls that the station sends after that."""
    item = {**THRESHOLD, "attributeValue": str(value)}
    return bench.command("SetVariables", {"setVariableData": [item]})[1]


@pytest.mark.parametrize(("kind", "over", "back"), [("UpperThreshold", 101, 100), ("LowerThreshold", 99, 100)])
def test_a_threshold_is_reported_once_each_way(kind: str, over: int, back: int) -> None:
    """Exceeding a threshold is reported once, and clearing it once; a value at the threshold does not exceed it."""
    bench = Bench()
    assigned(bench, 100)
    assign(bench, setting(THRESHOLD, kind, 100))
    assert events(assigned(bench, over)) == [("Alerting", str(over), False)]
    assert events(assigned(bench, over)) == []
    assert events(assigned(bench, back)) == [("Alerting", str(back), True)]
    assert events(assigned(bench, back)) == []


def test_a_threshold_that_is_already_exceeded() -> None:
    """If a threshold is already exceeded, its event comes right after the answer to SetVariableMonitoring."""
    bench = Bench()
    bench.charge()
    item = setting(POWER, "UpperThreshold", 5000)
    answer, sent = bench.command("SetVariableMonitoring", {"setMonitoringData": [item]})
    assert answer["setMonitoringResult"][0]["status"] == "Accepted"
    assert events(sent) == [("Alerting", "11000", False)]


def test_charging_exceeds_a_power_threshold() -> None:
    """A vehicle that takes power causes an event with the id of its transaction, and another event when it stops."""
    bench = watched(POWER, "UpperThreshold", 5000)
    sent = bench.charge()
    assert events(sent) == [("Alerting", "11000", False)]
    transaction = payloads(sent, "TransactionEvent")[0]["transactionInfo"]["transactionId"]
    assert payloads(sent, "NotifyEvent")[0]["eventData"][0]["transactionId"] == transaction
    assert events(bench.leave()) == [("Alerting", "0", True)]


def test_a_delta_counts_from_the_last_report() -> None:
    """A Delta event comes when the value differs by more than the delta from the last reported one (N07.FR.15)."""
    bench = watched(THRESHOLD, "Delta", 10)
    values = [70, 71, 65, 75, 64]
    assert [events(assigned(bench, value)) for value in values] == [
        [],
        [("Delta", "71", False)],
        [],
        [],
        [],
    ]
    assert events(assigned(bench, 60)) == [("Delta", "60", False)]


def test_every_change_of_a_state_is_a_delta() -> None:
    """A Delta monitor reports every change of a connector's AvailabilityState (G07)."""
    bench = watched(CONNECTOR, "Delta", 0)
    sent = bench.charge()
    assert events(sent) == [("Delta", "Occupied", False)]
    event = payloads(sent, "NotifyEvent")[0]["eventData"][0]
    assert {key: event[key] for key in CONNECTOR} == CONNECTOR
    assert events(bench.leave()) == [("Delta", "Available", False)]


def test_a_periodic_monitor() -> None:
    """A Periodic monitor reports the value after each period, also after a reboot."""
    bench = watched(THRESHOLD, "Periodic", 60)
    assert events(bench.wait(59)) == []
    assert events(bench.wait(1)) == [("Periodic", "60", False)]
    assert len(events(bench.wait(180))) == 3
    bench.reboot()
    assert len(events(bench.wait(120))) == 2


def test_a_clock_aligned_monitor() -> None:
    """A clock-aligned period ends at multiples of its length since midnight, not since it was set."""
    bench = Bench()
    bench.now += 600
    assign(bench, setting(THRESHOLD, "PeriodicClockAligned", 900))
    assert events(bench.wait(299)) == []
    sent = bench.wait(901)
    assert [message["generatedAt"][11:19] for message in payloads(sent, "NotifyEvent")] == ["08:15:00", "08:30:00"]


def test_a_clock_aligned_period_starts_at_midnight() -> None:
    """The last period of a day ends at midnight, like the intervals of clock-aligned meter values."""
    bench = Bench()
    assign(bench, setting(THRESHOLD, "PeriodicClockAligned", 7 * 3600))
    sent = bench.wait(24 * 3600)
    times = [message["generatedAt"][11:16] for message in payloads(sent, "NotifyEvent")]
    assert times == ["14:00", "21:00", "00:00", "07:00"]


def test_a_register_is_watched_while_it_rises() -> None:
    """An exceeded threshold of the register is reported within a second, without any other event."""
    bench = watched(ENERGY, "UpperThreshold", 5500)
    bench.charge()
    assert events(bench.wait(1799)) == []
    assert [value for _, value, _ in events(bench.wait(3))] == ["5503.056"]
    bench.leave()
    assert events(bench.wait(10)) == []
    assert ("look",) not in bench.alarms


def test_only_severe_events_are_reported() -> None:
    """An event whose severity is above the level is not reported (N05; 0 is the most severe)."""
    bench = watched(THRESHOLD, "Delta", 1, severity=6)
    bench.command("SetMonitoringLevel", {"severity": 5})
    assert events(assigned(bench, 100)) == []
    bench.command("SetMonitoringLevel", {"severity": 6})
    assert events(assigned(bench, 200)) == [("Delta", "200", False)]


@pytest.mark.parametrize("kind", ["Periodic", "UpperThreshold", "Delta"])
def test_no_events_while_monitoring_is_off(kind: str) -> None:
    """MonitoringCtrlr.Enabled switches all events off."""
    bench = watched(THRESHOLD, kind, 60)
    bench.assign("MonitoringCtrlr.Enabled", "false")
    assert events(bench.wait(200) + assigned(bench, 1000)) == []


def test_no_events_before_the_station_is_accepted() -> None:
    """Events while the station is Pending are sent once it is Accepted (B02.FR.02)."""
    bench = watched(THRESHOLD, "UpperThreshold", 60)
    bench.device = replace(bench.device, boot_status="Pending")
    assert events(assigned(bench, 100)) == []
    bench.device = replace(bench.device, boot_status="Accepted")
    assert events(bench.wait(1000)) == [("Alerting", "100", False)]


def test_an_early_alarm_reports_once() -> None:
    """If the alarm rings a little early, the value is still reported only once."""
    bench = watched(THRESHOLD, "PeriodicClockAligned", 900)
    bench.now += 899.9
    assert len(events(bench.tell(Rang(("monitor", 1))))) == 1
    assert events(bench.wait(800)) == []


@pytest.mark.parametrize(("queued", "expected"), [("5", 2), ("4", 0)])
def test_severe_events_wait_for_the_connection(queued: str, expected: int) -> None:
    """OfflineQueuingSeverity decides which events are queued while offline, with their times (N07.FR.04, FR.05)."""
    bench = watched(POWER, "UpperThreshold", 5000, severity=5)
    bench.assign("MonitoringCtrlr.OfflineQueuingSeverity", queued)
    bench.tell(Closed())
    bench.charge()
    bench.wait(10)
    bench.leave()
    sent = bench.tell(Opened())
    assert len(events(sent)) == expected
    assert [message["generatedAt"][11:19] for message in payloads(sent, "NotifyEvent")] == ["08:00:00", "08:00:10"][
        :expected
    ]


def test_monitors_of_transactions() -> None:
    """A monitor with `transaction` sends events only during transactions."""
    bench = watched(ENERGY, "Periodic", 60, transaction=True)
    assert events(bench.wait(120)) == []
    bench.charge()
    assert [trigger for trigger, _, _ in events(bench.wait(60))] == ["Periodic"]
    other = watched(THRESHOLD, "UpperThreshold", 100, transaction=True)
    assert events(assigned(other, 101)) == []
    assert events(other.charge()) == [("Alerting", "101", False)]
