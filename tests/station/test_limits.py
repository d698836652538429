"""Composite schedules, and vehicles that charge within the limits of profiles (K01, K08)."""

import pytest

from mock_csms.behavior.templates import rfc3339
from mock_csms.protocol.actions import Json
from mock_csms.station.cues import Rang
from mock_csms.station.v2.variables import RATE_UNIT, TX_UPDATED_INTERVAL
from tests.station.driven import MIDNIGHT, Driven
from tests.station.test_charging import DEFAULT, MAX, QUIET, TX, composed, profile, put

STEPS = [{"startPeriod": 0, "limit": 16}, {"startPeriod": 600, "limit": 0}, {"startPeriod": 1200, "limit": 8}]
RELATIVE: Json = {"chargingProfileKind": "Relative"}


def test_a_schedule_without_profiles() -> None:
    """Without profiles the composite schedule is the capacity of the EVSE, or of all EVSEs together."""
    station = Driven(evses=2)
    assert composed(station) == [(0, 32.0)]
    assert composed(station, unit="W") == [(0, 22080.0)]
    assert composed(station, 0, unit="W") == [(0, 44160.0)]


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"evseId": 3, "duration": 60}, "UnknownEvse"),
        ({"evseId": -1, "duration": 60}, "UnknownEvse"),
        ({"evseId": 1, "duration": 60, "chargingRateUnit": "W"}, "UnsupportedRateUnit"),
        ({"evseId": 1, "duration": -1}, "ValuePositiveOnly"),
    ],
)
def test_impossible_composite_schedules(asked: Json, reason: str) -> None:
    """An unknown EVSE, an unsupported unit, and a negative duration are Rejected (K08.FR.05, FR.07)."""
    answer = Driven({RATE_UNIT: "A"}).command("GetCompositeSchedule", asked)
    assert answer == {"status": "Rejected", "statusInfo": {"reasonCode": reason}}


def test_the_lowest_limit_applies() -> None:
    """The composite schedule has the lowest of the default and the station's limit at each time, in order (K03)."""
    station = Driven(at=MIDNIGHT + 300.25)
    put(station, profile(1, periods=STEPS))
    assert composed(station) == [(0, 16), (300, 0), (900, 8)]
    daily = {"chargingProfileKind": "Recurring", "recurrencyKind": "Daily", "schedule": {"duration": 400}}
    put(station, profile(2, MAX, limit=6900, unit="W", **daily), 0)
    assert composed(station) == [(0, 10), (100, 16), (300, 0), (900, 8)]
    assert composed(station, unit="W") == [(0, 6900), (100, 11040), (300, 0), (900, 5520)]
    assert composed(station, 0) == [(0, 10), (100, 16), (300, 0), (900, 8)]
    assert composed(station, duration=100) == [(0, 10)]


def test_a_tx_profile_overrides_the_default() -> None:
    """The TxProfile overrides the default where it has a limit; a Relative profile starts with charging (K01)."""
    station = Driven()
    put(station, profile(1, limit=10))
    transaction = station.charge()
    station.wait(100)
    put(station, profile(2, TX, limit=20, transactionId=transaction, schedule={"duration": 600}, **RELATIVE))
    assert composed(station) == [(0, 20), (500, 10)]
    put(
        station,
        profile(3, TX, limit=12, stackLevel=1, transactionId=transaction, schedule={"duration": 300}, **RELATIVE),
    )
    assert composed(station) == [(0, 12), (200, 20), (500, 10)]


def test_a_tx_profile_may_begin_later() -> None:
    """Until the TxProfile starts, the default profile applies (K01)."""
    station = Driven()
    transaction = station.charge()
    put(station, profile(1, limit=10))
    late = {"startSchedule": rfc3339(station.now + 600)}
    put(station, profile(2, TX, limit=20, transactionId=transaction, schedule=late))
    assert composed(station) == [(0, 10), (600, 20)]


def test_a_default_of_the_station_is_for_each_evse() -> None:
    """A default profile for all EVSEs applies to each EVSE, unless that has one with a higher stack level."""
    station = Driven(evses=2)
    put(station, profile(1, limit=10), 0)
    put(station, profile(2, limit=6, stackLevel=1), 2)
    assert [composed(station, evse) for evse in (1, 2, 0)] == [[(0, 10)], [(0, 6)], [(0, 16)]]


def test_a_schedule_that_never_ends_is_cut_off() -> None:
    """A composite schedule with too many periods is cut off, and its duration ends there."""
    station = Driven()
    put(station, profile(1, periods=STEPS, chargingProfileKind="Recurring", recurrencyKind="Daily"))
    asked = {"evseId": 1, "duration": 2_000_000_000}
    schedule = station.command("GetCompositeSchedule", asked)["schedule"]
    starts = [period["startPeriod"] for period in schedule["chargingSchedulePeriod"]]
    assert starts == sorted(set(starts))
    assert starts[-1] < schedule["duration"] < 2_000_000_000


def energy(station: Driven) -> float:
    """Return the energy register of EVSE 1."""
    return round(station.device.evses[1].register(station.now), 3)


def states(station: Driven) -> list[tuple[str, str]]:
    """Return the triggerReason and the chargingState of each event."""
    events = station.payloads("TransactionEvent")
    assert [event["seqNo"] for event in events] == list(range(len(events)))
    return [(event["triggerReason"], event["transactionInfo"]["chargingState"]) for event in events]


def test_a_vehicle_follows_the_schedule() -> None:
    """A limit of 0 suspends charging and the next limit resumes it, each at its time, and the register agrees (K01)."""
    station = Driven(QUIET)
    station.charge()
    put(station, profile(1, TX, periods=STEPS, transactionId="tx-1", **RELATIVE))
    station.wait(599)
    assert energy(station) == round(11000 * 599 / 3600, 3)
    station.wait(601)
    assert energy(station) == round(11000 * 600 / 3600, 3)
    station.wait(3600)
    assert energy(station) == round(11000 * 600 / 3600 + 5520, 3)
    changed = "ChargingStateChanged"
    assert states(station) == [("Authorized", "Charging"), (changed, "SuspendedEVSE"), (changed, "Charging")]
    stamps = [event["timestamp"] for event in station.payloads("TransactionEvent")]
    assert stamps[1:] == [rfc3339(MIDNIGHT + 36_000 + seconds) for seconds in (600, 1200)]


def test_a_limit_takes_effect_at_once() -> None:
    """A profile that is set, changed or cleared takes effect at once, and is reported after the answer."""
    station = Driven(QUIET)
    station.charge()
    for limit in (8, 0):
        put(station, profile(limit=limit))
    station.command("ClearChargingProfile", {"chargingProfileId": 1})
    changed, other = "ChargingStateChanged", "ChargingRateChanged"
    seen = [(other, "Charging"), (changed, "SuspendedEVSE"), (changed, "Charging")]
    assert states(station) == [("Authorized", "Charging"), *seen]
    assert station.device.evses[1].power == 11000


def test_a_limit_of_0_from_the_start() -> None:
    """A transaction that starts under a limit of 0 starts suspended, and its register does not rise."""
    station = Driven({TX_UPDATED_INTERVAL: "60"})
    put(station, profile(limit=0))
    station.charge()
    station.wait(120)
    values = [value for event in station.payloads("TransactionEvent") for value in event["meterValue"]]
    readings = [sample["value"] for value in values for sample in value["sampledValue"]]
    assert readings == [0, 0, 0, 0, 0]
    assert {state for _, state in states(station)} == {"SuspendedEVSE"}


def test_the_limit_of_the_station_is_shared() -> None:
    """Vehicles share the limit of the station; when one stops, the other takes all of it."""
    station = Driven(QUIET, evses=2)
    put(station, profile(purpose=MAX, limit=8000, unit="W"), 0)
    station.charge(1)
    assert station.device.evses[1].drawn == 8000
    station.charge(2)
    assert [evse.drawn for evse in station.device.evses.values()] == [4000, 4000]
    station.stop(2)
    assert [evse.drawn for evse in station.device.evses.values()] == [8000, 0]


def test_limits_are_followed_after_a_reboot() -> None:
    """Limits also apply at their times after a reboot."""
    station = Driven(QUIET)
    put(station, profile(purpose=DEFAULT, periods=STEPS, **RELATIVE))
    station.charge()
    station.command("Reset", {"type": "Immediate"})
    station.sent.clear()
    station.stop()
    station.wait(700)
    assert states(station)[-1] == ("ChargingStateChanged", "SuspendedEVSE")


def test_an_alarm_that_rings_early_is_set_again() -> None:
    """If the alarm rings too early, the limit still changes at its time."""
    station = Driven(QUIET)
    put(station, profile(periods=STEPS, **RELATIVE))
    station.charge()
    station.wait(599.5)
    del station.alarms["limit",]
    station.tell(Rang(("limit",)))
    assert station.alarms["limit",] == station.now + 0.5
    assert states(station)[-1][1] == "Charging"
    station.wait(0.5)
    assert states(station)[-1][1] == "SuspendedEVSE"


def test_no_alarm_when_nobody_charges() -> None:
    """A schedule sets an alarm only while a vehicle charges."""
    station = Driven(QUIET)
    put(station, profile(periods=STEPS, chargingProfileKind="Recurring", recurrencyKind="Daily"))
    assert ("limit",) not in station.alarms
    station.charge()
    assert ("limit",) in station.alarms
    station.stop()
    assert ("limit",) not in station.alarms
