"""Unknown ids, messages that come too early, and charging at Inoperative EVSEs, over a real WebSocket."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from mock_csms.protocol.actions import Json
from tests.pace import turns
from tests.real_station import BOB, TOKEN, Early, Play, Real, findings, now

ACCEPTED = {"status": "Accepted"}
FIRMWARE, PUBLISHING = "FirmwareStatusNotification", "PublishFirmwareStatusNotification"
UPDATE = "ReservationStatusUpdate"

# C6: unknown ids.


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


# C5: messages before the answer.


def status(value: str = "Available") -> Early:
    """Return the status of connector 1.1."""
    payload = {"timestamp": now(), "connectorStatus": value, "evseId": 1, "connectorId": 1}
    return "StatusNotification", payload


async def trigger(station: Real, message: str, *early: Early, answer: str = "Accepted") -> None:
    """Let the mock trigger a message, and send calls before the answer."""
    await station.command("TriggerMessage", {"requestedMessage": message}, {"status": answer}, *early)


EARLY: Mapping[str, tuple[str, Callable[[], Early], str, bool]] = {
    "a heartbeat": ("Heartbeat", lambda: ("Heartbeat", {}), "Accepted", True),
    "a heartbeat that was not accepted": ("Heartbeat", lambda: ("Heartbeat", {}), "Rejected", False),
    "another message": ("Heartbeat", status, "Accepted", False),
    "a status that is no new one": ("StatusNotification", status, "Accepted", True),
    "a new status": ("StatusNotification", lambda: status("Occupied"), "Accepted", False),
    "a request for a certificate": (
        "SignChargingStationCertificate",
        lambda: ("SignCertificate", {"csr": "none"}),
        "Accepted",
        True,
    ),
}


@pytest.mark.parametrize("case", EARLY)
async def test_messages_before_the_answer_to_their_trigger(case: str) -> None:
    """F01 reports a triggered message before the answer, unless there is another reason for the message."""
    message, early, answer, is_wrong = EARLY[case]

    async def play(station: Real) -> None:
        await station.begin()
        await station.call("Heartbeat")
        await trigger(station, message, early(), answer=answer)

    wrong = [f"F01: {message} came before the answer to its TriggerMessage"]
    assert await findings(play, checks="F01", boot_interval=300) == (wrong if is_wrong else [])


async def test_an_early_heartbeat_before_a_disconnect() -> None:
    """F01 reports an early heartbeat at once if the station disconnects and no heartbeat followed the answer."""

    async def play(station: Real) -> None:
        await station.begin()
        await trigger(station, "Heartbeat", ("Heartbeat", {}))

    assert len(await findings(play, checks="F01", boot_interval=300)) == 1


@pytest.mark.parametrize(
    ("interval", "is_again", "is_wrong"), [(300, False, True), (300, True, False), (1, False, False)]
)
async def test_a_heartbeat_that_may_be_its_own(interval: int, is_again: bool, is_wrong: bool) -> None:
    """F01 allows a heartbeat before the answer if another follows it, or if the interval was over."""

    async def play(station: Real) -> None:
        await station.begin()
        await trigger(station, "Heartbeat", ("Heartbeat", {}))
        if is_again:
            await station.call("Heartbeat")
        await station.pause(1.5)

    for turn in turns():
        with turn:
            assert bool(await findings(play, checks="F01", boot_interval=interval)) is is_wrong


# C7: charging where it is not allowed, and required variables.


async def close(station: Real, answer: str = "Accepted", evse: int | None = 1, state: str = "Inoperative") -> None:
    """Let the mock set an EVSE or the whole station Inoperative or Operative."""
    place = {"id": evse} if evse else None
    await station.command("ChangeAvailability", {"operationalStatus": state, "evse": place}, {"status": answer})


async def charge(station: Real, id_: str = "T", evse: int = 1, **more: Any) -> None:
    """Start a transaction."""
    place = {"id": evse, "connectorId": 1}
    info = {"transactionId": id_, "chargingState": "Charging"}
    await station.event("Started", "Authorized", idToken=TOKEN, evse=place, info=info, **more)


async def closed(station: Real) -> None:
    """Charge at an EVSE that was set Inoperative."""
    await close(station)
    await station.tell("Unavailable")
    await charge(station)


async def closed_without_a_word(station: Real) -> None:
    """Charge at an EVSE that was set Inoperative, but not reported as Unavailable."""
    await close(station)
    await charge(station)


async def all_closed(station: Real) -> None:
    """Charge at a station that was set Inoperative as a whole."""
    await close(station, evse=None)
    await charge(station)


async def another_connector(station: Real) -> None:
    """Charge at another connector of the EVSE than the one that was set Inoperative."""
    request = {"operationalStatus": "Inoperative", "evse": {"id": 1, "connectorId": 2}}
    await station.command("ChangeAvailability", request, ACCEPTED)
    await charge(station)


async def another_evse(station: Real) -> None:
    """Charge at an EVSE that was not set Inoperative."""
    await close(station)
    await charge(station, evse=2)


async def opened_again(station: Real) -> None:
    """Charge at an EVSE that was set Operative again."""
    await close(station)
    await close(station, state="Operative")
    await charge(station)


async def perhaps_opened(station: Real) -> None:
    """Charge where the mock does not know whether the EVSE is Operative again."""
    await close(station)
    await close(station, "Rejected", state="Operative")
    await charge(station)


async def another_was_opened(station: Real) -> None:
    """Charge at an Inoperative EVSE after another one was set Operative."""
    await close(station)
    await close(station, evse=2, state="Operative")
    await charge(station)


async def refused(station: Real) -> None:
    """Charge at an EVSE for which the station rejected the change."""
    await close(station, "Rejected")
    await charge(station)


async def goes_on(station: Real) -> None:
    """Continue a transaction at an EVSE that is scheduled to become Inoperative."""
    await charge(station)
    await close(station, "Scheduled")
    await station.event("Updated", "ChargingStateChanged", 1, info={"chargingState": "SuspendedEV"})
    await station.event("Updated", "ChargingStateChanged", 2, info={"chargingState": "Charging"})
    await station.event("Ended", "StopAuthorized", 3, idToken=TOKEN)


async def after_the_end(station: Real) -> None:
    """Start another transaction after the end of one has made the EVSE Inoperative."""
    await goes_on(station)
    await station.tell("Unavailable")
    await charge(station, "T2")


async def told_late(station: Real) -> None:
    """Report a transaction late that began before the change."""
    await close(station)
    await charge(station, after=-60.0)


async def was_offline(station: Real) -> None:
    """Report a transaction that happened offline."""
    await close(station)
    await charge(station, offline=True)


async def only_plugged_in(station: Real) -> None:
    """Start a transaction by plugging in."""
    await close(station)
    await station.event("Started", "CablePluggedIn", info={"chargingState": "EVConnected"})


async def plugged_in_before(station: Real) -> None:
    """Start a transaction by plugging in, and continue it after the EVSE was set Inoperative."""
    await station.event("Started", "CablePluggedIn", info={"chargingState": "EVConnected"})
    await close(station, "Scheduled")
    await station.event("Updated", "CablePluggedIn", 1, info={"chargingState": "EVConnected"})


async def after_a_boot(station: Real) -> None:
    """Charge after a boot, while the station still reports Unavailable."""
    await close(station)
    await station.command("Reset", {"type": "Immediate"}, ACCEPTED)
    await station.boot("RemoteReset")
    await station.tell("Unavailable")
    await charge(station)


async def opened_by_a_boot(station: Real) -> None:
    """Charge after a boot that made the EVSE Operative, which is another mistake (B12)."""
    await close(station)
    await station.command("Reset", {"type": "Immediate"}, ACCEPTED)
    await station.boot("RemoteReset")
    await station.tell("Available")
    await charge(station)


PLAYS: Mapping[Play, str] = {
    closed: "T",
    closed_without_a_word: "T",
    all_closed: "T",
    another_was_opened: "T",
    perhaps_opened: "",
    after_the_end: "T2",
    after_a_boot: "T",
    another_connector: "",
    another_evse: "",
    opened_again: "",
    refused: "",
    goes_on: "",
    told_late: "",
    was_offline: "",
    only_plugged_in: "T",
    plugged_in_before: "",
    opened_by_a_boot: "",
}


@pytest.mark.parametrize("play", PLAYS)
async def test_charging_at_inoperative_evses(play: Play) -> None:
    """G09 reports a transaction that starts at an Inoperative EVSE, connector or station."""
    id_ = PLAYS[play]

    async def whole(station: Real) -> None:
        await station.begin((1, 1), (2, 1))
        await play(station)

    wrong = [f"G09: {id_} started on connector 1.1, which is Inoperative"] if id_ else []
    assert [each.partition(" (")[0] for each in await findings(whole, checks="G09")] == wrong


@pytest.mark.parametrize(
    ("component", "variable", "answer", "is_wrong"),
    [
        ("OCPPCommCtrlr", "OfflineThreshold", "UnknownVariable", True),
        ("TxCtrlr", "txstartpoint", "UnknownComponent", True),
        ("OCPPCommCtrlr", "OfflineThreshold", "Rejected", False),
        ("OCPPCommCtrlr", "HeartbeatInterval", "UnknownVariable", False),
        ("EVSE", "Power", "UnknownVariable", False),
    ],
)
async def test_required_variables(component: str, variable: str, answer: str, is_wrong: bool) -> None:
    """V16 reports a required variable that GetVariables says is unknown, also without an inventory."""

    async def play(station: Real) -> None:
        await station.begin()
        await station.get(component, variable, answer)

    wrong = [f"V16: {component}.{variable} is answered with {answer}".lower()] if is_wrong else []
    assert [each.lower() for each in await findings(play, checks="V16")] == wrong


def unknown(request: Json) -> Json:
    """Answer UnknownVariable for every requested variable."""
    told = {"attributeType": "Actual", "attributeStatus": "UnknownVariable"}
    items = request["getVariableData"]
    return {"getVariableResult": [{"component": i["component"], "variable": i["variable"]} | told for i in items]}


async def test_required_variables_that_are_learned() -> None:
    """With --learn V16 reports each required variable that a station without reports does not have."""

    async def play(station: Real) -> None:
        await station.boot()
        await station.obey("GetBaseReport", lambda _: {"status": "NotSupported"})
        for _ in range(2):
            await station.obey("GetVariables", unknown)

    found = await findings(play, checks="V16", learn=True)
    assert found
    assert all("is answered with UnknownVariable" in line for line in found)
