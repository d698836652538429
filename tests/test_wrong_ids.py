"""Ids of reservations and firmware updates that the mock did not give, over a real WebSocket."""

from collections.abc import Mapping

import pytest

from mock_csms.protocol.actions import Json
from tests.real_station import BOB, TOKEN, Early, Real, findings, now

ACCEPTED = {"status": "Accepted"}

FIRMWARE, PUBLISHING = "FirmwareStatusNotification", "PublishFirmwareStatusNotification"
UPDATE = "ReservationStatusUpdate"


def over(id_: int, status: str = "Expired") -> Early:
    """Return a ReservationStatusUpdate."""
    return UPDATE, {"reservationId": id_, "reservationUpdateStatus": status}


def reserve(id_: int) -> Json:
    """Return a reservation of the next hour."""
    return {"id": id_, "idToken": TOKEN, "evseId": 1, "expiryDateTime": now(3600)}


async def test_the_end_of_an_unknown_reservation() -> None:
    """H03 reports each end of an unknown reservation."""

    async def play(station: Real) -> None:
        await station.begin()
        await station.call(*over(9))

    assert await findings(play, checks="H") == [f"H03: {UPDATE} has the reservationId 9, which was never given"]


@pytest.mark.parametrize("status", ["Accepted", "Rejected"])
async def test_the_end_of_a_requested_reservation(status: str) -> None:
    """H03 is silent about the end of a requested reservation, whatever the answer to the request was."""

    async def play(station: Real) -> None:
        await station.begin()
        await station.command("ReserveNow", reserve(9), {"status": status})
        await station.call(*over(9))

    assert await findings(play, checks="H03") == []


async def test_a_reservation_older_than_the_boot() -> None:
    """H03 is silent if a connector was Reserved before any ReserveNow: that reservation is older than the boot."""

    async def play(station: Real) -> None:
        await station.boot()
        await station.tell("Reserved")
        await station.call(*over(9))
        await station.event("Started", "Authorized", idToken=TOKEN, reservationId=9)

    assert await findings(play, checks="H03") == []


async def test_a_second_end_of_a_reservation() -> None:
    """H03 reports a second end of a reservation whose first end was answered."""

    async def play(station: Real) -> None:
        await station.begin()
        await station.command("ReserveNow", reserve(9), ACCEPTED)
        await station.call(*over(9))
        await station.call(*over(9, "Removed"))
        await station.command("ReserveNow", reserve(9), ACCEPTED)
        await station.call(*over(9))

    assert await findings(play, checks="H03") == ["H03: reservation 9 is Removed, and its end was reported before"]


async def test_the_end_of_a_reservation_on_another_connection() -> None:
    """H03 allows the end of a reservation again on another connection, as the answer may be lost."""

    async def play(station: Real) -> None:
        await station.begin()
        await station.command("ReserveNow", reserve(9), ACCEPTED)
        await station.call(*over(9))

    async def again(station: Real) -> None:
        await station.call(*over(9))

    assert await findings(play, again, checks="H03") == []


USED: Mapping[str, tuple[Json, bool]] = {
    "one of nobody": ({}, True),
    "one of nobody, as it was offline": ({"offline": True}, False),
    "one of nobody, from before the boot": ({"after": -600.0}, False),
    "none": ({"reservationId": None}, False),
}


@pytest.mark.parametrize("case", USED)
async def test_a_reservation_that_is_used(case: str) -> None:
    """H03 reports once an unknown reservation in a transaction, unless the transaction is older than the boot."""
    more, is_wrong = USED[case]

    async def play(station: Real) -> None:
        await station.begin()
        payload: Json = {"idToken": BOB, "reservationId": 9} | more
        payload = {key: value for key, value in payload.items() if value is not None}
        await station.event("Started", "Authorized", **payload)
        await station.event("Updated", "ChargingStateChanged", 1, **payload)

    found = await findings(play, checks="H03")
    assert found == (["H03: TransactionEvent has the reservationId 9, which was never given"] if is_wrong else [])


@pytest.mark.parametrize(
    ("reason", "status", "is_wrong"),
    [
        ("PowerUp", "Downloading", True),
        ("PowerUp", "DownloadScheduled", True),
        ("PowerUp", "Installed", False),
        ("FirmwareUpdate", "Installed", False),
        ("FirmwareUpdate", "Downloading", False),
        ("PowerUp", "Idle", False),
    ],
)
async def test_unrequested_firmware(reason: str, status: str, is_wrong: bool) -> None:
    """L01 reports an unknown requestId, unless the update may be older than the boot."""

    async def play(station: Real) -> None:
        await station.boot(reason)
        await station.tell()
        await station.call(FIRMWARE, {"status": status} | ({} if status == "Idle" else {"requestId": 5}))

    wrong = [f"L01: {status} has the requestId 5, which was never given"]
    assert await findings(play, checks="L01") == (wrong if is_wrong else [])


PUBLISHED: Mapping[str, tuple[Json, str]] = {
    "right": ({"status": "Published", "requestId": 5, "location": ["http://station.invalid/"]}, ""),
    "nowhere": ({"status": "Published", "requestId": 5}, "Published without a location"),
    "of no request": ({"status": "Downloading"}, "Downloading without a requestId"),
    "published for no request": (
        {"status": "Published", "location": ["http://station.invalid/"]},
        "Published without a requestId",
    ),
    "of nobody": (
        {"status": "Downloading", "requestId": 6},
        "Downloading has the requestId 6, which was never given",
    ),
    "idle": ({"status": "Idle"}, ""),
}


@pytest.mark.parametrize("case", PUBLISHED)
async def test_statuses_of_published_firmware(case: str) -> None:
    """L09 reports a status of published firmware without a location or with an unknown requestId."""
    payload, wrong = PUBLISHED[case]

    async def play(station: Real) -> None:
        await station.begin()
        await station.command("PublishFirmware", {"requestId": 5}, ACCEPTED)
        await station.call(PUBLISHING, payload)

    assert await findings(play, checks="L") == ([f"L09: {wrong}"] if wrong else [])


async def test_a_triggered_status_of_published_firmware() -> None:
    """L09 allows a triggered status of an update that has ended."""

    async def play(station: Real) -> None:
        await station.begin()
        await station.command("TriggerMessage", {"requestedMessage": PUBLISHING}, ACCEPTED)
        await station.call(PUBLISHING, {"status": "Published", "location": ["http://station.invalid/"]})

    assert await findings(play, checks="L09") == []
