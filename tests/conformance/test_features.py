"""Tests of checks (D, H, K, P) that the misbehaviours of the reference station do not cover."""

from typing import Any

import pytest

from mock_csms.protocol.actions import Json
from tests.conformance.story import Story, accepted

TOKEN = {"idToken": "Alice", "type": "ISO14443"}
ACCEPTED = {"status": "Accepted"}


# Local lists.


def send_list(
    story: Story, version: int, kind: str = "Full", answer: str = "Accepted", *, is_empty: bool = False
) -> Story:
    """Send a local list."""
    request: Json = {"versionNumber": version, "updateType": kind}
    if not is_empty:
        request["localAuthorizationList"] = [{"idToken": TOKEN, "idTokenInfo": ACCEPTED}]
    return story.command("SendLocalList", request, {"status": answer})


def version(story: Story, number: int) -> Story:
    """Ask for the version of the local list."""
    return story.command("GetLocalListVersion", {}, {"versionNumber": number})


@pytest.mark.parametrize(
    ("number", "kind", "answer", "found"),
    [
        (4, "Differential", "Accepted", ["D01"]),
        (5, "Differential", "Accepted", ["D01"]),
        (4, "Differential", "Failed", ["D01"]),
        (4, "Differential", "VersionMismatch", []),
        (6, "Differential", "Accepted", []),
        (4, "Full", "Accepted", []),
    ],
)
def test_an_update_to_an_old_version(number: int, kind: str, answer: str, found: list[str]) -> None:
    """D01 reports a Differential update to an old version that is not answered with VersionMismatch."""
    assert send_list(send_list(accepted(), 5), number, kind, answer).checks("D") == found
    assert send_list(accepted(), number, kind, answer).checks("D") == []
    assert send_list(send_list(accepted(), 5).reconnect(), number, kind, answer).checks("D") == found
    off = send_list(accepted(), 5).know(LocalAuthListCtrlr_Enabled="false")
    assert send_list(off, number, kind, answer).checks("D") == []


@pytest.mark.parametrize(("expected", "found"), [(5, []), (4, ["D02"]), (0, ["D02"])])
def test_the_reported_version_of_the_list(expected: int, found: list[str]) -> None:
    """D02 reports a version other than the last accepted one, unless the mock no longer knows it."""
    assert version(send_list(accepted(), 5), expected).checks("D") == found
    assert version(version(accepted(), 5), expected).checks("D") == found
    assert version(version(send_list(accepted(), 5, answer="Failed"), expected), expected).checks("D") == []
    assert version(send_list(accepted(), 5, is_empty=True), expected).checks("D") == []


def test_an_accepted_old_version_is_reported_once() -> None:
    """After D01 the version of the list is not known, so D02 is silent."""
    assert version(send_list(send_list(accepted(), 5), 4, "Differential"), 5).checks("D") == ["D01"]


# Charging profiles.


def schedule(*starts: int, unit: str = "A") -> Json:
    """Return a schedule with periods that start at these seconds."""
    return {
        "id": 1,
        "chargingRateUnit": unit,
        "chargingSchedulePeriod": [{"startPeriod": n, "limit": 6} for n in starts],
    }


def set_profile(story: Story, answer: str, evse: int = 1, unit: str = "A", **more: Any) -> Story:
    """Set a TxProfile for transaction T, unless `more` says otherwise."""
    profile = {"id": 1, "stackLevel": 0, "chargingProfilePurpose": "TxProfile", "chargingProfileKind": "Relative"}
    profile |= {"transactionId": "T", "chargingSchedule": [schedule(0, unit=unit)]} | more
    return story.command("SetChargingProfile", {"evseId": evse, "chargingProfile": profile}, {"status": answer})


def charging() -> Story:
    """Return a station with two EVSEs and the transaction T."""
    return accepted().tell(1, 1).tell(2, 1).event("Started").wait(40)


@pytest.mark.parametrize(
    ("wrong", "found"),
    [
        ({}, []),
        ({"evse": 2}, ["K04"]),
        ({"evse": 9}, ["K04"]),
        ({"evse": 0}, ["K04"]),
        ({"transactionId": "other"}, ["K04"]),
        ({"unit": "W"}, ["K04"]),
        ({"evse": 0, "chargingProfilePurpose": "TxDefaultProfile"}, []),
    ],
)
def test_a_profile_that_cannot_be_followed(wrong: dict[str, Any], found: list[str]) -> None:
    """K04 reports an accepted profile that cannot apply, judged by the state when it was sent."""
    assert set_profile(charging().know(SmartChargingCtrlr_RateUnit="A"), "Accepted", **wrong).checks("K") == found
    assert set_profile(charging().know(SmartChargingCtrlr_RateUnit="A"), "Rejected", **wrong).checks("K") == []


def test_a_profile_of_a_transaction_that_ends_or_is_older_than_the_mock() -> None:
    """K04 reports a profile for an ended transaction, but not for one that may be older than the mock."""
    assert set_profile(charging().event("Ended", number=1), "Accepted").checks("K") == ["K04"]
    assert set_profile(Story().connect(), "Accepted").checks("K") == []


@pytest.mark.parametrize(
    ("asked", "answer", "found"),
    [
        ({}, {"schedule": schedule(0, 60)}, []),
        ({}, {}, ["K02"]),
        ({"evseId": 9}, {"schedule": schedule(0)}, ["K02"]),
        ({"evseId": 0}, {"schedule": schedule(0)}, []),
        ({"chargingRateUnit": "W"}, {"schedule": schedule(0)}, ["K02"]),
        ({"chargingRateUnit": "A"}, {"schedule": schedule(0)}, []),
        ({}, {"schedule": schedule(10)}, ["K03"]),
        ({}, {"schedule": schedule(0, 60, 60)}, ["K03"]),
        ({"evseId": 9}, {"status": "Rejected"}, []),
    ],
)
def test_composite_schedules(asked: Json, answer: Json, found: list[str]) -> None:
    """K02 reports Accepted without a valid schedule, K03 periods that do not start at 0 and increase."""
    if "schedule" in answer:
        more = {"evseId": 1, "duration": 600, "scheduleStart": Story().at()}
        answer = answer | {"schedule": {k: v for k, v in answer["schedule"].items() if k != "id"} | more}
    story = charging().know(SmartChargingCtrlr_RateUnit="A")
    story.command("GetCompositeSchedule", {"evseId": 1, "duration": 600} | asked, ACCEPTED | answer)
    assert story.checks("K") == found


def test_right_after_a_boot_a_station_may_have_anything() -> None:
    """K04 is silent right after a boot: the station may have unreported EVSEs, and support any unit."""
    story = accepted().tell(1, 1)
    set_profile(story, "Accepted", 9, "W", chargingProfilePurpose="TxDefaultProfile")
    assert story.checks("K") == []


def report(story: Story, number: int, *, tbc: bool = False) -> Story:
    """Report a charging profile."""
    profile = {
        "id": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Relative",
    }
    profile["chargingSchedule"] = [schedule(0)]
    payload = {"requestId": number, "chargingLimitSource": "CSO", "chargingProfile": [profile], "evseId": 1, "tbc": tbc}
    return story.call("ReportChargingProfiles", payload)


def ask(story: Story, number: int, status: str = "Accepted") -> Story:
    """Ask for all charging profiles."""
    return story.command("GetChargingProfiles", {"requestId": number, "chargingProfile": {}}, {"status": status})


def test_parts_of_a_report() -> None:
    """K01 reports a last part that does not come in time, a part after it, and a wrong requestId."""
    assert report(report(ask(accepted(), 1), 1, tbc=True).wait(20), 1).wait(100).checks("K") == []
    assert ask(accepted(), 1, "NoProfiles").wait(100).checks("K") == []
    assert ask(accepted(), 1).wait(100).checks("K") == ["K01"]
    assert report(ask(accepted(), 1), 1, tbc=True).wait(100).checks("K") == ["K01"]
    assert report(report(ask(accepted(), 1), 1), 1).checks("K") == ["K01"]
    assert report(report(ask(accepted(), 1), 1), 2).checks("K") == ["K01"]
    assert report(ask(accepted(), 1, "NoProfiles"), 1).checks("K") == ["K01"]
    assert report(accepted(), 2).checks("K") == ["K01"]
    assert report(Story().connect(), 2).checks("K") == []
    assert ask(accepted(), 1).reconnect().wait(100).checks("K") == []


# Reservations.


def reserve(
    story: Story, seconds: float = 100.0, id_: int = 1, evse: int | None = 1, answer: str = "Accepted"
) -> Story:
    """Reserve an EVSE for this many seconds."""
    request = {"id": id_, "expiryDateTime": story.at(seconds), "idToken": TOKEN}
    return story.command("ReserveNow", request | ({"evseId": evse} if evse else {}), {"status": answer})


def free() -> Story:
    """Return a station with a free EVSE."""
    return accepted().tell(1, 1).wait(40)


def expired(story: Story) -> Story:
    """Report that the reservation has expired."""
    return story.call("ReservationStatusUpdate", {"reservationId": 1, "reservationUpdateStatus": "Expired"})


def test_a_reserved_evse_is_reported() -> None:
    """H02 reports a connector that is not Reserved in time, unless it is in use or the command names no EVSE."""
    assert reserve(free()).wait(50).checks("H") == ["H02"]
    assert reserve(free()).tell(1, 1, "Reserved").wait(50).checks("H") == []
    assert reserve(free(), answer="Occupied").wait(50).checks("H") == []
    assert reserve(free(), evse=None).wait(50).checks("H") == []
    assert reserve(free().tell(1, 1, "Unavailable")).wait(50).checks("H") == []
    assert reserve(free()).call("Authorize", {"idToken": TOKEN}).wait(50).checks("H") == []
    assert reserve(free()).command("CancelReservation", {"reservationId": 1}, ACCEPTED).wait(50).checks("H") == []
    assert reserve(accepted()).wait(50).checks("H") == []


def test_a_reserved_evse_stays_reserved() -> None:
    """H02 reports a connector that becomes Available again before the reservation ends."""
    assert reserve(free()).tell(1, 1, "Reserved").wait(5).tell(1, 1).wait(50).checks("H") == ["H02"]
    assert reserve(free(), 20).tell(1, 1, "Reserved").wait(5).tell(1, 1).wait(16).checks("H") == []


def test_the_end_of_a_reservation_is_reported() -> None:
    """H01 reports a missing Expired, and connectors that stay Reserved after it.

    It is silent if the reservation was used or replaced, or the station was offline when it ended.
    """
    kept = [reserve(free()).tell(1, 1, "Reserved").wait(90) for _ in range(7)]
    assert kept[0].wait(100).checks("H") == ["H01"]
    assert expired(kept[1].wait(12)).tell(1, 1).wait(100).checks("H") == []
    assert expired(kept[2].wait(12)).wait(100).checks("H") == ["H01"]
    assert kept[3].call("Authorize", {"idToken": TOKEN | {"idToken": "ALICE"}}).wait(100).checks("H") == []
    assert kept[4].event("Started", reservationId=1).wait(100).checks("H") == []
    assert kept[5].wait(20).reconnect().wait(100).checks("H") == []
    assert reserve(kept[6], 500).wait(100).checks("H") == []


def test_another_token_does_not_use_the_reservation() -> None:
    """An Authorize with another idToken does not use up the reservation (H01)."""
    stranger = {"idToken": {"idToken": "Bob", "type": "ISO14443"}}
    assert reserve(free()).tell(1, 1, "Reserved").call("Authorize", stranger).wait(150).checks("H") == ["H01"]


def test_any_token_may_use_a_group_reservation() -> None:
    """Any idToken may use a reservation for a group (H01, H02)."""
    request = {"id": 1, "expiryDateTime": Story().at(100), "idToken": TOKEN, "groupIdToken": TOKEN, "evseId": 1}
    story = accepted().tell(1, 1, "Occupied").command("ReserveNow", request, ACCEPTED)
    assert story.wait(10).event("Started", idToken={"idToken": "Bob", "type": "ISO14443"}).wait(200).checks("H") == []


# Vendors.


@pytest.mark.parametrize(
    ("vendor", "answer", "found"),
    [
        ("invalid.nobody", "Accepted", ["P01"]),
        ("com.example", "Accepted", ["P01"]),
        ("Org.Example.x", "Accepted", ["P01"]),
        ("com.examples", "Accepted", []),
        ("TestVendor", "Accepted", []),
        ("invalid.nobody", "UnknownVendorId", []),
        ("invalid.nobody", "Rejected", []),
    ],
)
def test_vendors(vendor: str, answer: str, found: list[str]) -> None:
    """P01 reports Accepted for reserved vendor names; a station may know any other vendor."""
    assert accepted().command("DataTransfer", {"vendorId": vendor}, {"status": answer}).checks("P") == found
