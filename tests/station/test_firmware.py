"""Firmware updates: commands, and the statuses, events and reboots that follow."""

from typing import Any

import pytest

from mock_csms.protocol.records import replace
from mock_csms.station import cues
from mock_csms.station.v2.features import INSTALLS_UNSIGNED, INSTALLS_WHILE_CHARGING
from mock_csms.station.v2.variables import NEW_SESSIONS_BEFORE_UPDATE, TX_START_POINT
from tests.station.authority import Authority, ec_key, rsa_key, signature
from tests.station.bench import TOKEN, Bench

STATUS, EVENT, BOOT = "FirmwareStatusNotification", "SecurityEventNotification", "BootNotification"
URL = "https://firmware.invalid/2.0"
MAKER, OTHER = Authority("Maker"), Authority("Other")
SIGNER = MAKER.issue("Signer", ec_key("Signer").public_key())
GOOD = signature(ec_key("Signer"), URL.encode())

FETCHED = ["Downloading", "Downloaded"]
INSTALLED = ["Installing", "InstallRebooting", "FirmwareUpdate", "FirmwareUpdated", "Installed"]
"""Statuses, security events and the boot reason of an installation, in order."""


def update(bench: Bench, number: int = 7, **firmware: Any) -> Any:
    """Send an UpdateFirmware, and return the status."""
    firmware = {"location": URL, "retrieveDateTime": bench.at(0)} | firmware
    return bench.status("UpdateFirmware", {"requestId": number, "firmware": firmware})


def reported(bench: Bench, number: int = 7) -> list[str]:
    """Return the sent statuses, types of security events and boot reasons; all statuses must have this requestId."""
    messages = [(action, about) for action, about in bench.take(STATUS, EVENT, BOOT)]
    assert {about["requestId"] for action, about in messages if action == STATUS} <= {number}
    named = [about.get("status") or about.get("type") or about["reason"] for _, about in messages]
    return [name for name in named if name != "ResetOrReboot"]


def triggered(bench: Bench) -> Any:
    """Trigger FirmwareStatusNotification, and return what the station sends."""
    bench.take()
    bench.ask("TriggerMessage", {"requestedMessage": STATUS})
    ((_, payload),) = bench.take()
    return payload


def charge(bench: Bench, evse: int = 1) -> None:
    """Let a driver start charging, or stop."""
    bench.tell(cues.Plugged(evse))
    bench.tell(cues.Presented(TOKEN, evse))


def leave(bench: Bench, evse: int = 1) -> None:
    """Let the driver stop and leave."""
    bench.tell(cues.Presented(TOKEN, evse))
    bench.tell(cues.Unplugged(evse))


def connectors(bench: Bench) -> dict[int, str]:
    """Return the last reported status of each connector."""
    return {evse: status for (evse, _), status in bench.device.reported.items()}


def with_maker() -> Bench:
    """Return a station with the root certificate of its manufacturer."""
    bench = Bench()
    bench.ask("InstallCertificate", {"certificateType": "ManufacturerRootCertificate", "certificate": MAKER.root})
    return bench


def test_the_statuses_of_an_update_in_order() -> None:
    """The station reports every status in order, and reboots before the last (L01.FR.01, L01.FR.10, L01.FR.31)."""
    bench = Bench()
    assert (update(bench), reported(bench)) == ("Accepted", ["Downloading"])
    bench.wait(1.5)
    assert (reported(bench), set(connectors(bench).values())) == (["Downloaded"], {"Available"})
    bench.wait(1.5)
    assert (reported(bench), set(connectors(bench).values())) == (["Installing"], {"Unavailable"})
    bench.wait(1.5)
    assert reported(bench) == ["InstallRebooting", "FirmwareUpdate"]
    bench.wait(60)
    assert reported(bench)[-2:] == ["FirmwareUpdated", "Installed"]
    assert set(connectors(bench).values()) == {"Available"}
    assert update(bench) == "Accepted"


@pytest.mark.parametrize("is_rsa", [False, True])
def test_a_good_signature_is_verified(is_rsa: bool) -> None:
    """A signature by a signer of the manufacturer is reported as verified (L01.FR.04, L01.FR.21)."""
    bench, key = with_maker(), rsa_key() if is_rsa else ec_key("Signer")
    signer = MAKER.issue("Signer", key.public_key())
    assert update(bench, signingCertificate=signer, signature=signature(key, URL.encode())) == "Accepted"
    bench.wait(60)
    assert reported(bench) == [*FETCHED, "SignatureVerified", *INSTALLED]


@pytest.mark.parametrize(
    "given",
    [
        {"signature": signature(ec_key("other"), URL.encode())},
        {"signature": signature(ec_key("Signer"), b"other")},
        {"signature": GOOD, "location": URL + "1"},
        {"signature": "no base64"},
        {"signature": ""},
        {},
    ],
    ids=["other key", "other image", "other location", "no base64", "empty", "none"],
)
def test_a_wrong_signature_ends_an_update(given: Any) -> None:
    """A wrong signature gets a status and a security event (L01.FR.03), and ends the update."""
    bench = with_maker()
    assert update(bench, signingCertificate=SIGNER, **given) == "Accepted"
    bench.wait(60)
    assert reported(bench) == [*FETCHED, "InvalidSignature", "InvalidFirmwareSignature"]


@pytest.mark.parametrize(
    "given",
    [
        {"signingCertificate": OTHER.issue("Signer", ec_key("Signer").public_key())},
        {"signingCertificate": MAKER.issue("Signer", ec_key("Signer").public_key(), days=-1)},
        {"signingCertificate": "none"},
        {"signingCertificate": SIGNER + MAKER.root},
        {},
    ],
    ids=["other issuer", "expired", "broken", "two", "none"],
)
def test_a_wrong_signing_certificate(given: Any) -> None:
    """A wrong signing certificate gets InvalidCertificate and a security event (L01.FR.02, .22), and no download."""
    bench = with_maker()
    update(bench)
    bench.take()
    assert update(bench, 8, signature=GOOD, **given) == "InvalidCertificate"
    assert reported(bench) == ["InvalidFirmwareSigningCertificate"]
    bench.wait(60)
    assert reported(bench) == ["Downloaded", *INSTALLED]


def test_no_signer_without_a_manufacturer_root() -> None:
    """Without an installed manufacturer root the station accepts no signing certificate (L01.FR.21)."""
    assert update(Bench(), signingCertificate=SIGNER, signature=GOOD) == "InvalidCertificate"


def test_a_failed_download() -> None:
    """A failed download is reported; a trigger repeats its status, also after a reboot (L01.FR.26)."""
    bench = Bench()
    update(bench, location="https://firmware.invalid/fail")
    bench.wait(60)
    assert reported(bench) == ["Downloading", "DownloadFailed"]
    bench.restart()
    assert triggered(bench) == {"status": "DownloadFailed", "requestId": 7}


def test_the_times_of_an_update() -> None:
    """An update is downloaded and installed at its times; before that it is reported as scheduled (L01.FR.13, .16)."""
    bench = Bench()
    update(bench, retrieveDateTime=bench.at(100), installDateTime=bench.at(200))
    bench.wait(99)
    assert reported(bench) == ["DownloadScheduled"]
    bench.wait(50)
    assert reported(bench) == [*FETCHED, "InstallScheduled"]
    bench.wait(50)
    assert (reported(bench), set(connectors(bench).values())) == ([], {"Available"})
    bench.wait(60)
    assert reported(bench) == INSTALLED


def test_a_scheduled_update_survives_a_reboot() -> None:
    """A scheduled update is downloaded at its time, also after a reboot."""
    bench = Bench()
    update(bench, retrieveDateTime=bench.at(100))
    bench.restart()
    bench.wait(99)
    assert reported(bench) == ["DownloadScheduled", "PowerUp", "StartupOfTheDevice"]
    bench.wait(60)
    assert reported(bench) == [*FETCHED, *INSTALLED]


def test_an_update_waits_for_transactions() -> None:
    """While an update waits for a transaction, free connectors are Unavailable (L01.FR.07)."""
    bench = Bench(evses=3)
    bench.tell(cues.Plugged(3))
    charge(bench)
    update(bench)
    bench.wait(60)
    assert reported(bench) == [*FETCHED, "InstallScheduled"]
    assert connectors(bench) == {1: "Occupied", 2: "Unavailable", 3: "Occupied"}
    charge(bench, 2)
    bench.tell(cues.Presented({"idToken": "ANOTHER", "type": "ISO14443"}, 3))
    start = {"idToken": TOKEN, "remoteStartId": 1, "evseId": 2}
    assert bench.status("RequestStartTransaction", start) == "Rejected"
    assert [evse.id for evse in bench.device.evses.values() if evse.transaction] == [1]
    leave(bench)
    assert connectors(bench)[1] == "Unavailable"
    bench.wait(60)
    assert reported(bench) == INSTALLED
    assert connectors(bench) == {1: "Available", 2: "Available", 3: "Occupied"}


def test_an_update_waits_for_a_vehicle() -> None:
    """A connector whose transaction waits for the vehicle stays usable while an update waits (L01.FR.07)."""
    bench = Bench({TX_START_POINT: "Authorized"})
    bench.tell(cues.Presented(TOKEN, 1))
    update(bench)
    bench.wait(10)
    assert connectors(bench) == {1: "Available", 2: "Unavailable"}
    bench.tell(cues.Plugged(1))
    assert bench.device.evses[1].is_charging


def test_new_transactions_may_begin_before_an_update() -> None:
    """With AllowNewSessionsPendingFirmwareUpdate the update waits for new transactions too."""
    bench = Bench({NEW_SESSIONS_BEFORE_UPDATE: "true"})
    charge(bench)
    update(bench)
    bench.wait(60)
    assert connectors(bench) == {1: "Occupied", 2: "Available"}
    charge(bench, 2)
    leave(bench)
    bench.wait(60)
    assert reported(bench) == [*FETCHED, "InstallScheduled"]
    leave(bench, 2)
    bench.wait(60)
    assert reported(bench) == INSTALLED


def test_inoperative_connectors_after_an_update() -> None:
    """After the update, a connector that the CSMS has set Inoperative stays Unavailable."""
    bench = Bench()
    charge(bench)
    update(bench)
    bench.wait(10)
    bench.ask("ChangeAvailability", {"operationalStatus": "Inoperative", "evse": {"id": 2}})
    leave(bench)
    bench.wait(60)
    assert connectors(bench) == {1: "Available", 2: "Unavailable"}


def test_a_second_update_replaces_a_scheduled_one() -> None:
    """A second update replaces a scheduled one (L01.FR.24), whose connectors become Available again."""
    bench = Bench()
    charge(bench)
    update(bench)
    bench.wait(60)
    reported(bench)
    assert update(bench, 8, retrieveDateTime=bench.at(100)) == "AcceptedCanceled"
    assert (reported(bench, 8), connectors(bench)) == (["DownloadScheduled"], {1: "Occupied", 2: "Available"})
    leave(bench)
    bench.wait(160)
    assert reported(bench, 8) == [*FETCHED, *INSTALLED]


def test_an_installation_is_not_cancelled() -> None:
    """During an installation a second update is rejected, and the first one finishes (L01.FR.27)."""
    bench = Bench()
    update(bench)
    bench.wait(3.5)
    assert (reported(bench)[-1], update(bench, 8)) == ("Installing", "Rejected")
    bench.wait(1)
    assert (reported(bench)[-1], update(bench, 8)) == ("FirmwareUpdate", "Rejected")
    bench.wait(60)
    assert reported(bench)[-1] == "Installed"


def test_the_status_of_an_update_can_be_triggered() -> None:
    """A triggered status is the last reported one; Idle without an update or after Installed (F06, L01.FR.25, .26)."""
    bench = Bench()
    assert triggered(bench) == {"status": "Idle"}
    update(bench, installDateTime=bench.at(100))
    assert triggered(bench) == {"status": "Downloading", "requestId": 7}
    bench.wait(60)
    assert triggered(bench) == {"status": "InstallScheduled", "requestId": 7}
    bench.wait(60)
    assert triggered(bench) == {"status": "Idle"}


@pytest.mark.parametrize("given", [{"retrieveDateTime": "soon"}, {"installDateTime": "9" * 30}], ids=str)
def test_a_time_that_does_not_parse_is_rejected(given: Any) -> None:
    """An update with a time that does not parse is rejected, although the schema allows it."""
    bench = Bench()
    assert (update(bench, **given), reported(bench)) == ("Rejected", [])


def test_a_station_that_downloads_no_firmware_while_charging() -> None:
    """Without AQ-7 the download waits for the end of the transaction, and free connectors are Unavailable."""
    bench = Bench()
    bench.device = replace(bench.device, features=frozenset({INSTALLS_UNSIGNED}))
    charge(bench)
    update(bench)
    bench.wait(60)
    assert (reported(bench), connectors(bench)) == (["DownloadScheduled"], {1: "Occupied", 2: "Unavailable"})
    leave(bench)
    bench.wait(60)
    assert reported(bench) == [*FETCHED, *INSTALLED]


def test_a_station_that_installs_firmware_while_charging() -> None:
    """With C-43 firmware is installed during a transaction, without a reboot, and the transaction goes on."""
    bench = Bench()
    bench.device = replace(bench.device, features=frozenset({INSTALLS_UNSIGNED, INSTALLS_WHILE_CHARGING}))
    charge(bench)
    update(bench)
    bench.wait(60)
    assert reported(bench) == [*FETCHED, "Installing", "FirmwareUpdated", "Installed"]
    assert connectors(bench) == {1: "Occupied", 2: "Available"}
    assert bench.device.evses[1].transaction


def test_a_station_that_cannot_cancel_an_update() -> None:
    """Without C-60 a second update is rejected, and the first one is installed (L01.FR.27)."""
    bench = Bench()
    bench.device = replace(bench.device, features=frozenset({INSTALLS_UNSIGNED}))
    assert [update(bench), update(bench, 8)] == ["Accepted", "Rejected"]
    bench.wait(60)
    assert reported(bench) == [*FETCHED, *INSTALLED]


def test_a_station_that_requires_a_signature() -> None:
    """Without L02 an update without a signature is rejected, and nothing is downloaded."""
    bench = Bench()
    bench.device = replace(bench.device, features=frozenset())
    assert (update(bench), reported(bench)) == ("Rejected", [])
