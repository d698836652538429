"""Tests of the firmware checks that the misbehaviours of the reference station do not cover."""

from typing import Any

import pytest

from tests.conformance.story import Story, accepted
from tests.station.commanding import SIGNATURE, SIGNER

STATUS, EVENT = "FirmwareStatusNotification", "SecurityEventNotification"
TAKEN = {"status": "Accepted"}


def update(story: Story, number: int = 1, answer: str = "Accepted", **firmware: Any) -> Story:
    """Request a firmware update, to start at once unless `firmware` says otherwise."""
    request = {"requestId": number, "firmware": {"location": "http://x", "retrieveDateTime": story.at()} | firmware}
    return story.command("UpdateFirmware", request, {"status": answer})


def signed(story: Story, number: int = 1, answer: str = "Accepted", **firmware: Any) -> Story:
    """Request a secure firmware update."""
    return update(story, number, answer, **{"signingCertificate": SIGNER, "signature": SIGNATURE} | firmware)


def tell(story: Story, *statuses: str, number: int | None = 1, pace: float = 2.0) -> Story:
    """Send one status after another; ⚡ marks a security event, and … loses the connection."""
    for status in statuses:
        if status == "…":
            story.reconnect()
        elif status.startswith("⚡"):
            story.call(EVENT, {"type": status[1:], "timestamp": story.at()})
        else:
            story.call(STATUS, {"status": status} | ({} if number is None else {"requestId": number}))
        story.wait(pace)
    return story


FETCHED = "Downloading Downloaded"
UPDATED = "⚡FirmwareUpdated"


@pytest.mark.parametrize(
    ("statuses", "found"),
    [
        (f"{FETCHED} Installing Installed", []),
        (f"{FETCHED} SignatureVerified InstallRebooting Installing Installed", []),
        (f"{FETCHED} SignatureVerified InstallRebooting Installed", []),
        ("Downloading DownloadPaused Downloading DownloadScheduled Downloading Downloaded Installing Installed", []),
        ("Downloading DownloadPaused Downloading DownloadFailed", []),
        ("DownloadFailed", []),
        (f"{FETCHED} Installing InstallVerificationFailed", []),
        (f"{FETCHED} {FETCHED}", ["L02"]),
        (f"{FETCHED} Downloaded Downloaded Installing Installed Idle Installed", []),
        ("Downloaded", ["L02"]),
        ("Downloading Installing", ["L02"]),
        (f"{FETCHED} InvalidSignature Installing", ["L02"]),
        (f"{FETCHED} Installing Installed Installing", ["L02"]),
        ("Downloading … Installed", []),
        (f"{FETCHED} InvalidSignature … Installing", ["L02"]),
    ],
)
def test_the_order_of_statuses(statuses: str, found: list[str]) -> None:
    """L02 reports a status that the state diagram does not allow, unless statuses may be lost with a connection."""
    assert tell(update(accepted()), *statuses.split()).wait(100).checks("L") == found


def test_a_signature_is_verified_before_the_installation() -> None:
    """L02 reports a signed update that is installed without SignatureVerified."""
    assert tell(signed(accepted()), *f"{FETCHED} Installing".split()).checks("L") == ["L02"]


@pytest.mark.parametrize(
    ("number", "found"), [(1, []), (None, ["L01"]), (2, ["L01"])], ids=["right", "without", "another"]
)
def test_statuses_name_their_request(number: int | None, found: list[str]) -> None:
    """L01 reports a status with no requestId, or with another one than that of the running update."""
    assert tell(update(accepted()), "Downloading", number=number).checks("L") == found


def test_a_late_status_of_a_replaced_update() -> None:
    """L01 allows a status of a replaced update right after its replacement, but not half a minute later."""
    story = update(tell(update(accepted()), "Downloading"), 2, "AcceptedCanceled")
    assert tell(story, "Downloaded").checks("L") == []
    assert tell(story.wait(40), "Downloaded").checks("L") == ["L01"]


def test_an_update_older_than_the_mock() -> None:
    """L01 and L02 are silent about an update that is older than the mock."""
    assert tell(Story().connect(), "Installing", "Installed", number=77).checks("L") == []


def test_a_triggered_status_after_an_update() -> None:
    """L01 allows a triggered status without requestId after the end of the update (L01.FR.26)."""
    story = tell(update(accepted()), "Downloading", "DownloadFailed")
    story.command("TriggerMessage", {"requestedMessage": STATUS}, TAKEN)
    assert tell(story, "DownloadFailed", number=None).checks("L") == []


@pytest.mark.parametrize(
    ("statuses", "found"),
    [
        ("DownloadScheduled . Downloading", []),
        (". Downloading", ["L03"]),
        ("Downloading", ["L03"]),
        ("… . Downloading", []),
        (". .", ["L03"]),
    ],
)
def test_a_download_that_has_to_wait(statuses: str, found: list[str]) -> None:
    """L03 reports a download that starts too early, or waits without DownloadScheduled. Each dot is 20 s."""
    story = accepted()
    update(story, retrieveDateTime=story.at(20))
    for status in statuses.split():
        story.wait(20) if status == "." else tell(story, status, pace=0)
    assert story.checks("L") == found


@pytest.mark.parametrize(
    ("statuses", "found"),
    [
        ("InstallScheduled . . Installing", []),
        (". Installing", ["L03"]),
        (". . Installing", ["L03"]),
        ("InstallScheduled . Installing", ["L03"]),
        ("… . . Installing", []),
    ],
)
def test_an_installation_that_has_to_wait(statuses: str, found: list[str]) -> None:
    """L03 reports an installation that starts too early, or waits without InstallScheduled. Each dot is 20 s."""
    story = accepted()
    tell(update(story, installDateTime=story.at(40)), *FETCHED.split(), pace=0)
    for status in statuses.split():
        story.wait(20) if status == "." else tell(story, status, pace=0)
    assert story.checks("L") == found


def test_times_that_do_not_parse() -> None:
    """L03 is silent about timestamps that do not parse; the schema allows any text."""
    story = update(accepted(), retrieveDateTime="soon", installDateTime="later")
    assert tell(story, *FETCHED.split(), "Installing", "Installed").wait(100).checks("L") == []


def test_the_answer_may_come_after_the_first_status() -> None:
    """L03 counts a DownloadScheduled that comes before the answer to UpdateFirmware."""
    story = accepted()
    firmware = {"location": "http://x", "retrieveDateTime": story.at(20)}
    first = (STATUS, {"status": "DownloadScheduled", "requestId": 1})
    story.command("UpdateFirmware", {"requestId": 1, "firmware": firmware}, TAKEN, first).wait(20)
    assert tell(story, "Downloading").checks("L") == []


@pytest.mark.parametrize(
    ("certificate", "answer", "found"),
    [
        ("nonsense", "Accepted", ["L04"]),
        (SIGNER[:80] + "!" + SIGNER[81:], "Accepted", ["L04"]),
        ("nonsense", "InvalidCertificate", []),
        (SIGNER, "Accepted", []),
        (SIGNER + SIGNER, "Accepted", []),
    ],
)
def test_an_invalid_certificate_is_refused(certificate: str, answer: str, found: list[str]) -> None:
    """L04 reports Accepted for a text that is not a certificate; it does not check the issuer."""
    assert signed(accepted(), answer=answer, signingCertificate=certificate).checks("L") == found


def test_an_invalid_signature_is_not_verified() -> None:
    """L04 reports SignatureVerified for a text that cannot be a signature."""
    statuses = f"{FETCHED} SignatureVerified".split()
    assert tell(signed(accepted(), signature="-"), *statuses).checks("L") == ["L04"]
    assert tell(signed(accepted()), *statuses).checks("L") == []


@pytest.mark.parametrize(
    ("statuses", "found"),
    [
        ("⚡InvalidFirmwareSigningCertificate", ["L04"]),
        (f"{FETCHED} SignatureVerified ⚡InvalidFirmwareSignature", ["L04"]),
        (f"{FETCHED} InvalidSignature ⚡InvalidFirmwareSignature", []),
        (f"{FETCHED} ⚡InvalidFirmwareSignature InvalidSignature", []),
        (f"{FETCHED} InvalidSignature", ["L05"]),
        (f"{FETCHED} InvalidSignature …", []),
        (f"{FETCHED} SignatureVerified Installing Installed", ["L05"]),
        (f"{FETCHED} SignatureVerified Installing Installed {UPDATED}", []),
        (f"{FETCHED} SignatureVerified Installing {UPDATED} Installed", []),
    ],
)
def test_security_events_of_an_update(statuses: str, found: list[str]) -> None:
    """L05 reports a missing security event after a failure or Installed; L04 reports one if the update continues."""
    assert tell(signed(accepted()), *statuses.split()).wait(40).checks("L") == found


def test_a_late_security_event() -> None:
    """A late security event counts for the refused update, even if the next update was accepted before it."""
    refused = signed(accepted(), answer="InvalidCertificate")
    assert signed(refused, 2).checks("L") == []
    assert tell(refused, "⚡InvalidFirmwareSigningCertificate").wait(40).checks("L") == []
    assert signed(accepted(), answer="InvalidCertificate").wait(40).checks("L") == ["L05"]


def waiting(allowed: str | None) -> Story:
    """Return a station with an installation that waits for one transaction; the other EVSE is free."""
    story = accepted().tell(1, 1, "Occupied").tell(2, 1).event("Started")
    if allowed:
        story.know(ChargingStation_AllowNewSessionsPendingFirmwareUpdate=allowed)
    return tell(update(story.wait(40)), *FETCHED.split(), "InstallScheduled")


def test_free_evses_are_closed_while_an_update_waits() -> None:
    """L06 reports an EVSE that stays Available, unless new sessions may be allowed or no transaction runs."""
    assert waiting("false").wait(40).checks("L") == ["L06"]
    assert waiting("false").tell(2, 1, "Unavailable").wait(40).checks("L") == []
    assert waiting("true").wait(40).checks("L") == []
    assert waiting(None).wait(40).checks("L") == []
    assert waiting("false").event("Ended", number=1).wait(40).checks("L") == []


@pytest.mark.parametrize(
    ("statuses", "answer", "found"),
    [
        ("Downloading", "Accepted", ["L07"]),
        ("", "Accepted", ["L07"]),
        ("Downloading", "AcceptedCanceled", []),
        ("Downloading", "Rejected", []),
        ("Downloading DownloadFailed", "Accepted", []),
        ("Downloading …", "Accepted", []),
    ],
)
def test_a_second_update(statuses: str, answer: str, found: list[str]) -> None:
    """L07 reports Accepted instead of AcceptedCanceled while the first update still runs."""
    assert update(tell(update(accepted()), *statuses.split()), 2, answer).checks("L") == found
