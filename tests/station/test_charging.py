"""Charging profiles are set, reported, cleared, kept over a reboot, and followed (K01, K08, K09, K10)."""

from typing import Any

import pytest

from mock_csms.behavior.templates import rfc3339
from mock_csms.protocol.actions import Json
from mock_csms.station.cues import Plugged, Unplugged
from mock_csms.station.v2.device import POWER
from mock_csms.station.v2.machine import MACHINE
from mock_csms.station.v2.model import MOST_PROFILES
from mock_csms.station.v2.variables import (
    RATE_UNIT,
    SMART_CHARGING,
    STACK_LEVEL,
    TX_START_POINT,
    TX_STOP_POINT,
    TX_UPDATED_INTERVAL,
)
from tests.station.driven import MIDNIGHT, TOKEN, Driven

NOON = MIDNIGHT + 43_200
DEFAULT, MAX, TX = "TxDefaultProfile", "ChargingStationMaxProfile", "TxProfile"
QUIET = {TX_UPDATED_INTERVAL: "0"}


def profile(number: int = 1, purpose: str = DEFAULT, limit: float = 16, **given: Any) -> Json:
    """Return a profile that is valid since midnight; `periods` and `unit` are of its schedule."""
    periods = given.pop("periods", [{"startPeriod": 0, "limit": limit}])
    schedule = {
        "id": 1,
        "startSchedule": rfc3339(MIDNIGHT),
        "chargingRateUnit": given.pop("unit", "A"),
        "chargingSchedulePeriod": periods,
    } | given.pop("schedule", {})
    if given.get("chargingProfileKind") == "Relative":
        del schedule["startSchedule"]
    whole = {"id": number, "stackLevel": 0, "chargingProfilePurpose": purpose, "chargingProfileKind": "Absolute"}
    return {**whole, "chargingSchedule": [schedule], **given}


def put(station: Driven, given: Json, evse: int = 1) -> str:
    """Set a profile; return the status, or the reasonCode if it is rejected."""
    answer = station.command("SetChargingProfile", {"evseId": evse, "chargingProfile": given})
    reason: str = answer.get("statusInfo", {}).get("reasonCode", answer["status"])
    return reason


def reported(station: Driven, evse: int | None = None, **criteria: Any) -> list[tuple[int, int]]:
    """Request profiles; return the EVSE and the id of each reported profile."""
    station.sent.clear()
    place = {} if evse is None else {"evseId": evse}
    answer = station.command("GetChargingProfiles", {"requestId": 77, "chargingProfile": criteria, **place})
    reports = station.payloads("ReportChargingProfiles")
    assert answer["status"] == ("Accepted" if reports else "NoProfiles")
    assert [report["tbc"] for report in reports] == [*[True] * (len(reports) - 1), *[False] * bool(reports)]
    assert {report["requestId"] for report in reports} <= {77}
    return [(report["evseId"], each["id"]) for report in reports for each in report["chargingProfile"]]


def composed(station: Driven, evse: int = 1, duration: int = 3600, unit: str = "A") -> list[tuple[int, float]]:
    """Return the composite schedule in the answer of the station."""
    asked = {"evseId": evse, "duration": duration, "chargingRateUnit": unit}
    schedule = station.command("GetCompositeSchedule", asked)["schedule"]
    assert {key: schedule[key] for key in asked} == asked
    assert schedule["scheduleStart"] == rfc3339(station.now // 1)
    return [(period["startPeriod"], period["limit"]) for period in schedule["chargingSchedulePeriod"]]


TWICE = [{"startPeriod": 0, "limit": 16}, {"startPeriod": 0, "limit": 6}]
MANY = [{"startPeriod": start, "limit": 16} for start in range(25)]
LATE = [{"startPeriod": 1, "limit": 16}]


@pytest.mark.parametrize(
    ("evse", "given", "reason"),
    [
        (7, profile(), "UnknownEvse"),
        (-1, profile(), "UnknownEvse"),
        (0, profile(purpose=TX, transactionId="tx"), "InvalidProfile"),
        (1, profile(purpose=TX), "MissingParam"),
        (1, profile(purpose=TX, transactionId="other"), "TxNotFound"),
        (1, profile(purpose=MAX), "InvalidProfile"),
        (0, profile(purpose=MAX, chargingProfileKind="Relative"), "InvalidProfile"),
        (1, profile(purpose="ChargingStationExternalConstraints"), "InvalidProfile"),
        (1, profile(stackLevel=-1), "InvalidStackLevel"),
        (1, profile(stackLevel=101), "InvalidStackLevel"),
        (1, profile(unit="W"), "UnsupportedRateUnit"),
        (1, profile(validFrom="soon"), "InvalidValue"),
        (1, profile(validTo=rfc3339(0), validFrom=rfc3339(1)), "InvalidValue"),
        (1, profile(schedule={"startSchedule": "2025-13-01T00:00:00Z"}), "InvalidValue"),
        (1, profile(chargingProfileKind="Recurring"), "InvalidSchedule"),
        (1, profile(periods=LATE), "InvalidSchedule"),
        (1, profile(periods=MANY), "InvalidSchedule"),
        (1, profile(periods=TWICE), "InvalidSchedule"),
        (1, profile(limit=-1), "InvalidSchedule"),
        (1, profile(schedule={"duration": 0}), "InvalidSchedule"),
        (1, profile(chargingSchedule=profile()["chargingSchedule"] * 2), "InvalidSchedule"),
        (1, profile(periods=[{"startPeriod": 0, "limit": 6, "numberPhases": 4}]), "UnsupportedParam"),
        (1, profile(periods=[{"startPeriod": 0, "limit": 6, "numberPhases": 1, "phaseToUse": 2}]), "UnsupportedParam"),
        (1, profile(2), "DuplicateProfile"),
        (0, profile(2), "DuplicateProfile"),
    ],
)
def test_an_invalid_profile_is_rejected(evse: int, given: Json, reason: str) -> None:
    """An invalid profile is Rejected with a reason, and earlier profiles stay (K01)."""
    station = Driven({RATE_UNIT: "A", STACK_LEVEL: "100"}, evses=2)
    station.charge()
    assert put(station, profile(9)) == "Accepted"
    assert put(station, given, evse) == reason
    assert reported(station) == [(1, 9)]


def test_the_transaction_of_a_profile_runs_at_its_evse() -> None:
    """A TxProfile is accepted only at the EVSE of its transaction (K01.FR.34)."""
    station = Driven(evses=2)
    mine = profile(purpose=TX, transactionId=station.charge())
    assert [put(station, mine, evse) for evse in (2, 1)] == ["TxNotFound", "Accepted"]


def test_a_profile_replaces_the_one_with_its_id() -> None:
    """A profile replaces the earlier one with the same id (K01.FR.05)."""
    station = Driven()
    assert [put(station, profile(limit=limit)) for limit in (16, 10)] == ["Accepted", "Accepted"]
    assert reported(station) == [(1, 1)]
    assert station.payloads("ReportChargingProfiles")[0]["chargingProfile"] == [profile(limit=10)]


def test_the_number_of_profiles_is_bounded() -> None:
    """The station accepts MOST_PROFILES profiles; replacing one is always possible."""
    station = Driven()
    hours = [profile(n, validFrom=rfc3339(NOON + n), validTo=rfc3339(NOON + n + 1)) for n in range(MOST_PROFILES + 1)]
    assert {put(station, each) for each in hours[:-1]} == {"Accepted"}
    assert [put(station, hours[-1]), put(station, hours[0])] == ["OutOfStorage", "Accepted"]


def test_profiles_of_one_stack_level_may_not_overlap() -> None:
    """Two profiles may have the same stack level if their validity does not overlap (K01.FR.06)."""
    station = Driven()
    assert put(station, profile(1, validTo=rfc3339(NOON))) == "Accepted"
    assert put(station, profile(2, validFrom=rfc3339(NOON))) == "Accepted"
    assert put(station, profile(3, validFrom=rfc3339(NOON - 1))) == "DuplicateProfile"


def stocked() -> Driven:
    """Return a station with profiles of several kinds."""
    station = Driven(evses=2)
    put(station, profile(1, MAX), 0)
    put(station, profile(2), 1)
    put(station, profile(3), 2)
    put(station, profile(4, stackLevel=1), 2)
    return station


@pytest.mark.parametrize(
    ("evse", "criteria", "found"),
    [
        (None, {}, [(0, 1), (1, 2), (2, 3), (2, 4)]),
        (0, {}, [(0, 1)]),
        (2, {}, [(2, 3), (2, 4)]),
        (9, {}, []),
        (None, {"chargingProfilePurpose": DEFAULT}, [(1, 2), (2, 3), (2, 4)]),
        (None, {"chargingProfilePurpose": DEFAULT, "stackLevel": 0}, [(1, 2), (2, 3)]),
        (2, {"stackLevel": 1}, [(2, 4)]),
        (None, {"chargingProfileId": [4, 1, 99]}, [(0, 1), (2, 4)]),
        (None, {"chargingLimitSource": ["CSO", "EMS"]}, [(0, 1), (1, 2), (2, 3), (2, 4)]),
        (None, {"chargingLimitSource": ["EMS"]}, []),
    ],
)
def test_profiles_are_reported_by_criteria(evse: int | None, criteria: Json, found: list[tuple[int, int]]) -> None:
    """Matching profiles are reported after the answer, by EVSE; only the last part has tbc false (K09)."""
    assert reported(stocked(), evse, **criteria) == found


def test_many_profiles_are_reported_in_parts() -> None:
    """One ReportChargingProfiles has at most ten profiles of an EVSE."""
    station = Driven({STACK_LEVEL: "100"})
    for number in range(23):
        put(station, profile(number, stackLevel=number))
    assert reported(station) == [(1, number) for number in range(23)]
    assert [len(part["chargingProfile"]) for part in station.payloads("ReportChargingProfiles")] == [10, 10, 3]


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        ({"chargingProfileId": 3}, [1, 2, 4]),
        ({"chargingProfileId": 99}, None),
        ({"chargingProfileCriteria": {"evseId": 2}}, [1, 2]),
        ({"chargingProfileCriteria": {"chargingProfilePurpose": DEFAULT, "stackLevel": 0}}, [1, 4]),
        ({"chargingProfileCriteria": {"chargingProfilePurpose": TX}}, None),
        ({}, []),
    ],
)
def test_profiles_are_cleared_by_id_or_criteria(asked: Json, left: list[int] | None) -> None:
    """Only matching profiles are cleared; the answer is Unknown if none match (K10)."""
    station = stocked()
    status = station.command("ClearChargingProfile", asked)["status"]
    assert status == ("Unknown" if left is None else "Accepted")
    assert [number for _, number in reported(station)] == ([1, 2, 3, 4] if left is None else left)


def test_profiles_survive_a_reboot() -> None:
    """All profiles survive a reboot, except TxProfiles (K01)."""
    station = stocked()
    put(station, profile(5, TX, transactionId=station.charge()), 1)
    assert (1, 5) in reported(station)
    station.command("Reset", {"type": "Immediate"})
    assert [number for _, number in reported(station)] == [1, 2, 3, 4]


def test_a_tx_profile_ends_with_its_transaction() -> None:
    """A TxProfile is removed when its transaction ends."""
    station = Driven({TX_STOP_POINT: "Authorized"})
    put(station, profile(5, TX, transactionId=station.charge()))
    station.stop()
    assert reported(station) == []


# Remote starts.


def started(station: Driven, given: Json, evse: int = 1) -> str:
    """Start remotely with a profile; return the status, or the reasonCode if it is rejected."""
    payload = {"idToken": TOKEN, "remoteStartId": 5, "evseId": evse, "chargingProfile": given}
    answer = station.command("RequestStartTransaction", payload)
    reason: str = answer.get("statusInfo", {}).get("reasonCode", answer["status"])
    return reason


@pytest.mark.parametrize("start_point", ["EVConnected", "Authorized", "PowerPathClosed"])
def test_a_remote_start_with_a_profile(start_point: str) -> None:
    """The profile of a remote start applies to the transaction that it starts, and ends with it (TC_K_37)."""
    station = Driven({TX_START_POINT: start_point})
    assert started(station, profile(3, TX, 8, chargingProfileKind="Relative")) == "Accepted"
    station.tell(Plugged(1))
    assert reported(station) == [(1, 3)]
    assert station.device.evses[1].drawn == 5520
    station.tell(Unplugged(1))
    assert reported(station) == []


def test_a_remote_start_without_a_driver() -> None:
    """If the driver does not come, the profile is dropped and does not apply to the next driver."""
    station = Driven()
    assert started(station, profile(3, TX)) == "Accepted"
    station.wait(61)
    station.charge()
    assert reported(station) == []


def test_a_remote_start_with_a_wrong_profile() -> None:
    """A remote start is rejected if its profile is not a TxProfile or is invalid (F01)."""
    station = Driven()
    assert started(station, profile(3, DEFAULT)) == "InvalidProfile"
    assert started(station, profile(3, TX, stackLevel=99)) == "InvalidStackLevel"
    assert station.device.evses[1].authorized is None


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("SetChargingProfile", {"evseId": 1, "chargingProfile": profile()}),
        ("GetChargingProfiles", {"requestId": 77, "chargingProfile": {}}),
        ("ClearChargingProfile", {"chargingProfileId": 1}),
        ("GetCompositeSchedule", {"evseId": 1, "duration": 60}),
    ],
)
def test_without_smart_charging_commands_about_profiles_are_not_supported(action: str, payload: Json) -> None:
    """If SmartChargingCtrlr.Available is false, these commands get the CALLERROR NotSupported."""
    station = Driven({SMART_CHARGING: "false"})
    answer = MACHINE.command(station.device, action, payload, station.moment).answer
    assert answer == ("NotSupported", "the station has no smart charging")


def test_without_smart_charging_the_profile_of_a_remote_start_is_ignored() -> None:
    """The remote start is accepted, also with a profile that is not valid; the vehicle takes all it can (TC_K_38)."""
    station = Driven({SMART_CHARGING: "false"})
    assert started(station, profile(3, DEFAULT, 8)) == "Accepted"
    station.tell(Plugged(1))
    assert (station.device.evses[1].drawn, station.device.storage.profiles) == (POWER, {})
