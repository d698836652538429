"""Mistakes of stations that earlier versions did not report, over a real WebSocket, and similar correct behaviour.

Each case has the actions of the station, and the findings of some checks.
"""

from collections.abc import Mapping
from typing import Any

import pytest

from mock_csms.behavior.templates import PEM
from mock_csms.protocol.actions import Json
from mock_csms.protocol.x509 import self_signed
from mock_csms.runtime import clock
from tests.pace import turns
from tests.real_station import BOB, TOKEN, Play, Real, findings
from tests.station.authority import spoilt

START = {"evseId": 1, "remoteStartId": 7, "idToken": TOKEN}
ACCEPTED = {"status": "Accepted"}


async def started(station: Real, request: Json = START) -> None:
    """Boot, and accept a remote start."""
    await station.begin()
    await station.command("RequestStartTransaction", request, ACCEPTED)


# C1 and C6: remote starts.

REMOTE: Mapping[str, tuple[str, str, dict[str, Any], str]] = {
    "reported as a card": (
        "Started",
        "Authorized",
        {"idToken": TOKEN},
        "remote start 7 was reported as Authorized without its remoteStartId",
    ),
    "reported as a cable": (
        "Started",
        "CablePluggedIn",
        {"idToken": TOKEN},
        "remote start 7 was reported as CablePluggedIn without its remoteStartId",
    ),
    "in another case": (
        "Started",
        "Authorized",
        {"idToken": TOKEN | {"idToken": "ALICE"}},
        "remote start 7 was reported as Authorized without its remoteStartId",
    ),
    "without its id": ("Started", "RemoteStart", {"idToken": TOKEN}, "RemoteStart without a remoteStartId"),
    "right": ("Started", "RemoteStart", {"idToken": TOKEN, "info": {"remoteStartId": 7}}, ""),
    "somebody else": ("Started", "Authorized", {"idToken": BOB}, ""),
    "another EVSE": ("Started", "Authorized", {"idToken": TOKEN, "evse": {"id": 2, "connectorId": 1}}, ""),
    "long ago": ("Started", "Authorized", {"idToken": TOKEN, "after": -60.0}, ""),
    "offline": ("Started", "Authorized", {"idToken": TOKEN, "offline": True}, ""),
    "only a cable": ("Started", "CablePluggedIn", {}, ""),
    "of nobody": (
        "Started",
        "RemoteStart",
        {"idToken": BOB, "info": {"remoteStartId": 8}},
        "remoteStartId 8 was never given",
    ),
    "of nobody, as a card": (
        "Started",
        "Authorized",
        {"idToken": BOB, "info": {"remoteStartId": 8}},
        "remoteStartId 8 was never given",
    ),
    "of nobody, from before the boot": (
        "Started",
        "RemoteStart",
        {"idToken": BOB, "info": {"remoteStartId": 8}, "after": -600.0},
        "",
    ),
    "of nobody, in a transaction from before": (
        "Updated",
        "RemoteStart",
        {"idToken": BOB, "info": {"remoteStartId": 8}},
        "",
    ),
}


@pytest.mark.parametrize("case", REMOTE)
async def test_the_event_of_a_remote_start(case: str) -> None:
    """X10 reports a missing or unknown remoteStartId in the event of a remote start."""
    kind, trigger, more, wrong = REMOTE[case]

    async def play(station: Real) -> None:
        await started(station)
        await station.event(kind, trigger, **more)

    assert await findings(play, checks="X09 X10 X11") == ([f"X10: {wrong}"] if wrong else [])


async def test_a_remote_start_is_reported_once() -> None:
    """X10 reports a mistake once, not for each further event; a second card is not a remote start."""

    async def play(station: Real) -> None:
        await started(station)
        for number, kind in enumerate(("Started", "Updated", "Ended")):
            await station.event(kind, "Authorized" if number < 2 else "StopAuthorized", number, idToken=TOKEN)

    assert len(await findings(play, checks="X10")) == 1


async def test_an_id_of_a_station_that_did_not_boot_here() -> None:
    """X10, H03 and L01 are silent about ids of a station without a boot, which may be older than the mock."""

    async def play(station: Real) -> None:
        await station.event("Started", "RemoteStart", idToken=TOKEN, info={"remoteStartId": 8}, reservationId=9)
        await station.call("FirmwareStatusNotification", {"status": "Downloading", "requestId": 5})
        await station.call("ReservationStatusUpdate", {"reservationId": 9, "reservationUpdateStatus": "Expired"})

    assert await findings(play, checks="X10 H03 L01 L09") == []


async def know_the_start_point(station: Real, points: str) -> None:
    """Let the mock read the TxStartPoint."""
    await station.begin()
    await station.get("TxCtrlr", "TxStartPoint", attributeValue=points)
    await station.get("TxCtrlr", "EVConnectionTimeOut", attributeValue="0")


NEVER_TOLD = {
    "with the authorization": ("Authorized", None, True),
    "with either": ("EVConnected,Authorized", None, True),
    "with the cable": ("EVConnected", None, False),
    "with the power": ("PowerPathClosed", None, False),
    "reported": ("Authorized", {"triggerReason": "RemoteStart"}, False),
}


@pytest.mark.parametrize("case", NEVER_TOLD)
async def test_a_remote_start_without_an_event(case: str) -> None:
    """X10 reports a remote start without an event if the transaction starts at once by its TxStartPoint."""
    points, result, is_wrong = NEVER_TOLD[case]

    async def play(station: Real) -> None:
        await know_the_start_point(station, points)
        await station.command("RequestStartTransaction", START, ACCEPTED)
        if result:
            await station.event("Started", "RemoteStart", idToken=TOKEN, info={"remoteStartId": 7})
        await station.pause(3 * patience)

    wrong = ["X10: remote start 7 was accepted, but no event has its remoteStartId"] if is_wrong else []
    for turn in turns():
        with turn as pace:
            patience = 0.5 * pace
            assert await findings(play, checks="X10", call_timeout=patience) == wrong


async def test_a_remote_start_with_an_unknown_start_point() -> None:
    """X10 is silent about a missing event if the TxStartPoint is not known."""

    async def play(station: Real) -> None:
        await started(station)
        await station.pause(1.0)

    assert await findings(play, checks="X10", call_timeout=0.3) == []


async def test_impossible_transactions() -> None:
    """X25 reports an answer to a remote start with an ended transaction, X20 an unknown one that is ongoing."""

    async def play(station: Real) -> None:
        await station.begin()
        await station.event("Started", "Authorized", idToken=TOKEN)
        await station.event("Ended", "StopAuthorized", 1, idToken=TOKEN)
        await station.command("RequestStartTransaction", START, ACCEPTED | {"transactionId": "T"})
        for id_, is_ongoing in (("T", False), ("U", False), ("U", True)):
            answer = {"ongoingIndicator": is_ongoing, "messagesInQueue": False}
            await station.command("GetTransactionStatus", {"transactionId": id_}, answer)

    assert await findings(play, checks="X20 X25") == [
        "X25: the answer names T, which has ended",
        "X20: ongoingIndicator is True for U, which never ran",
    ]


# C2: boots.


async def test_a_boot_that_is_refused() -> None:
    """B02 reports each call after a refused boot, whether the boot was valid or not."""

    async def goes_on(station: Real) -> None:
        assert await station.boot() == "InternalError"
        await station.call("Heartbeat")

    async def was_unsound(station: Real) -> None:
        assert isinstance(await station.call("BootNotification", {"reason": "PowerUp"}), str)
        await station.call("Heartbeat")

    wrong = ["B02: Heartbeat comes while the last BootNotification is refused"]
    assert await findings(goes_on, checks="B0", error=("BootNotification", "InternalError")) == wrong
    assert await findings(was_unsound, checks="B0") == wrong


async def test_a_boot_that_is_refused_and_then_accepted() -> None:
    """B02 is silent about a station that waits after a refused boot and boots again."""

    async def play(station: Real) -> None:
        await station.boot()
        await station.begin()
        await station.call("Heartbeat")

    assert await findings(play, checks="B01 B02 B21", error=("BootNotification*1", "InternalError")) == []


async def again(station: Real) -> None:
    """Boot, and boot once more."""
    await station.begin()
    await station.boot()


async def of_another_version(station: Real) -> None:
    """Boot again with a new firmware version."""
    await station.begin()
    await station.boot(firmwareVersion="2")


async def after_a_reset(station: Real) -> None:
    """Boot again because of a reset."""
    await station.begin()
    await station.command("Reset", {"type": "Immediate"}, ACCEPTED)
    await station.boot("RemoteReset")


async def after_a_trigger(station: Real) -> None:
    """Boot again because of a trigger."""
    await station.begin()
    await station.command("TriggerMessage", {"requestedMessage": "BootNotification"}, ACCEPTED)
    await station.boot("Triggered")


async def after_new_firmware(station: Real) -> None:
    """Boot again after an accepted firmware update."""
    await station.begin()
    await station.command("UpdateFirmware", {"requestId": 3}, ACCEPTED)
    await station.boot("FirmwareUpdate")


@pytest.mark.parametrize(
    ("play", "is_wrong"),
    [
        (again, True),
        (of_another_version, False),
        (after_a_reset, False),
        (after_a_trigger, False),
        (after_new_firmware, False),
    ],
)
async def test_a_second_boot(play: Play, is_wrong: bool) -> None:
    """B21 reports a second boot on one connection, unless a reset, a trigger or new firmware explains it."""
    assert bool(await findings(play, checks="B21")) is is_wrong


async def test_a_boot_over_each_connection() -> None:
    """B21 is silent about a boot on a new connection, as the station may have been off."""

    async def play(station: Real) -> None:
        await station.begin()

    assert await findings(play, play, checks="B21") == []


# C3: idTokens.


BOTH_GROUPS = {"token": ["Alice=Accepted,group=G", "Bob=Accepted,group=H"]}
STOPS: Mapping[str, tuple[dict[str, Any], str, Json, bool]] = {
    "the same": ({}, "", TOKEN, False),
    "the same in another case": ({}, "", TOKEN | {"idToken": "aLICE"}, False),
    "a foreign one": ({}, "", BOB, True),
    "one of its group": ({"token": ["Alice=Accepted,group=G", "Bob=Accepted,group=g"]}, "", BOB, False),
    "one of another group": (BOTH_GROUPS, "MASTER", BOB, True),
    "a master pass": (BOTH_GROUPS, "h", BOB, False),
    "one that may be a master pass": (BOTH_GROUPS, "", BOB, False),
    "the parent of its group": ({"token": "Alice=Accepted,group=BOB"}, "", BOB, False),
    "a start button": ({}, "", {"idToken": "", "type": "NoAuthorization"}, False),
    "one of which nothing is said": ({"reply": [("TransactionEvent", {"idTokenInfo": None})]}, "", BOB, False),
}


@pytest.mark.parametrize("case", STOPS)
async def test_tokens_that_stop_a_transaction(case: str) -> None:
    """A08 reports a stop by a token other than the starting one, its group or a master pass, if that is certain."""
    settings, master, token, is_wrong = STOPS[case]

    async def play(station: Real) -> None:
        await station.begin()
        if master:
            await station.get("AuthCtrlr", "MasterPassGroupId", attributeValue=master)
        await station.call("Authorize", {"idToken": TOKEN})
        await station.event("Started", "Authorized", idToken=TOKEN)
        await station.event("Ended", "StopAuthorized", 1, idToken=token)

    found = await findings(play, checks="A08", **settings)
    assert found == ([f"A08: T was started by Alice and stopped by {token['idToken']}"] if is_wrong else [])


async def test_a_second_token_may_stop() -> None:
    """A08 allows a second token that was authorized in the transaction to stop it."""

    async def play(station: Real) -> None:
        await station.begin()
        await station.event("Started", "Authorized", idToken=TOKEN)
        await station.event("Updated", "StopAuthorized", 1, idToken=TOKEN)
        await station.event("Updated", "Authorized", 2, idToken=BOB)
        await station.event("Ended", "StopAuthorized", 3, idToken=BOB)

    assert await findings(play, checks="A08") == []


async def test_any_token_may_stop_without_authorization() -> None:
    """A08 allows any token to stop a transaction if AuthCtrlr.Enabled is false."""

    async def play(station: Real) -> None:
        await station.begin()
        await station.get("AuthCtrlr", "Enabled", attributeValue="false")
        await station.event("Started", "Authorized", idToken=TOKEN)
        await station.event("Ended", "StopAuthorized", 1, idToken=BOB)

    assert await findings(play, checks="A08") == []


# C4: certificates.

ROOT = self_signed("Root", 5, (clock.now() - 1e6, clock.now() + 1e6))
BODY = "".join(ROOT.splitlines()[1:-1])
CERTIFICATES = {
    "a real one": (ROOT, False),
    "a form alone": (PEM, True),
    "a text": ("no certificate", True),
    "one that was cut": (ROOT[:200] + "\n-----END CERTIFICATE-----\n", True),
    "one that ends early": (f"-----BEGIN CERTIFICATE-----\n{BODY[:200]}\n-----END CERTIFICATE-----\n", True),
    "base64 of something": ("-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n", True),
    "one of another version": (spoilt(ROOT, b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x07"), False),
}


@pytest.mark.parametrize("case", CERTIFICATES)
async def test_accepted_texts_that_are_no_certificates(case: str) -> None:
    """C04, S07 and L04 report Accepted for a text that is clearly not a certificate."""
    pem, is_wrong = CERTIFICATES[case]
    update = {"requestId": 5, "firmware": {"signingCertificate": pem, "signature": "AAAA"}}

    async def play(station: Real) -> None:
        await station.begin()
        await station.command("InstallCertificate", {"certificate": pem}, ACCEPTED)
        await station.command("CertificateSigned", {"certificateChain": pem}, ACCEPTED)
        await station.command("UpdateFirmware", update, ACCEPTED)

    found = [line.partition(":")[0] for line in await findings(play, checks="C04 S07 L04")]
    assert found == (["C04", "S07", "L04"] if is_wrong else [])


@pytest.mark.parametrize("action", ["InstallCertificate", "CertificateSigned"])
async def test_the_certificates_of_the_mock_may_be_accepted(action: str) -> None:
    """C04 and S07 allow a station to accept the default certificates of the mock."""

    async def play(station: Real) -> None:
        await station.begin()
        await station.command(action, {}, ACCEPTED)

    assert await findings(play, checks="C04 S07") == []
