"""Checks of firmware updates, in ways that the reference station cannot be wrong, or right."""

from typing import Any

import pytest

from tests.conformance.tale import Tale
from tests.station.commanding import SIGNATURE, SIGNER

STATUS, EVENT = "FirmwareStatusNotification", "SecurityEventNotification"
TAKEN = {"status": "Accepted"}


def update(tale: Tale, number: int = 1, answer: str = "Accepted", **firmware: Any) -> Tale:
    """Ask for an update, at once where nothing else is said."""
    request = {"requestId": number, "firmware": {"location": "http://x", "retrieveDateTime": tale.at(0)} | firmware}
    return tale.command("UpdateFirmware", request, {"status": answer})


def signed(tale: Tale, number: int = 1, answer: str = "Accepted", **firmware: Any) -> Tale:
    """Ask for a secure update."""
    return update(tale, number, answer, **{"signingCertificate": SIGNER, "signature": SIGNATURE} | firmware)


def tell(tale: Tale, *statuses: str, number: int | None = 1, pace: float = 2.0) -> Tale:
    """Tell one status after another; ⚡ before one makes it a security event, and … is a lost connection."""
    for status in statuses:
        if status == "…":
            tale.lose()
        elif status.startswith("⚡"):
            tale.call(EVENT, {"type": status[1:], "timestamp": tale.at(0)})
        else:
            tale.call(STATUS, {"status": status} | ({} if number is None else {"requestId": number}))
        tale.wait(pace)
    return tale


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
    """Each step is one of the figure; what a lost connection may have swallowed is not missed."""
    assert tell(update(Tale()), *statuses.split()).wait(100).found("L") == found


def test_a_signature_is_verified_before_the_installation() -> None:
    """Of a signed image; an unsigned one has none."""
    assert tell(signed(Tale()), *f"{FETCHED} Installing".split()).found("L") == ["L02"]


@pytest.mark.parametrize(
    ("number", "found"), [(1, []), (None, ["L01"]), (2, ["L01"])], ids=["right", "without", "another"]
)
def test_statuses_name_their_request(number: int | None, found: list[str]) -> None:
    """The one that runs."""
    assert tell(update(Tale()), "Downloading", number=number).found("L") == found


def test_a_replaced_update_may_still_be_told_of_for_a_while() -> None:
    """What was on its way; not half a minute later."""
    tale = update(tell(update(Tale()), "Downloading"), 2, "AcceptedCanceled")
    assert tell(tale, "Downloaded").found("L") == []
    assert tell(tale.wait(40), "Downloaded").found("L") == ["L01"]


def test_what_began_before_the_mock_did_is_not_judged() -> None:
    """Neither its number nor its first status."""
    assert tell(Tale(boots=False), "Installing", "Installed", number=77).found("L") == []


def test_an_update_that_is_over_may_be_told_of_without_its_number_when_asked() -> None:
    """A trigger asks for the last status (L01.FR.26), and no update runs then."""
    tale = tell(update(Tale()), "Downloading", "DownloadFailed")
    tale.command("TriggerMessage", {"requestedMessage": STATUS}, TAKEN)
    assert tell(tale, "DownloadFailed", number=None).found("L") == []


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
    """It is told, and not begun too soon; each dot is 20 s."""
    tale = Tale()
    update(tale, retrieveDateTime=tale.at(20))
    for status in statuses.split():
        tale.wait(20) if status == "." else tell(tale, status, pace=0)
    assert tale.found("L") == found


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
    """It is told, and not begun too soon; each dot is 20 s."""
    tale = Tale()
    tell(update(tale, installDateTime=tale.at(40)), *FETCHED.split(), pace=0)
    for status in statuses.split():
        tale.wait(20) if status == "." else tell(tale, status, pace=0)
    assert tale.found("L") == found


def test_times_that_are_none_are_not_judged() -> None:
    """Any text fits the schema."""
    tale = update(Tale(), retrieveDateTime="soon", installDateTime="later")
    assert tell(tale, *FETCHED.split(), "Installing", "Installed").wait(100).found("L") == []


def test_the_answer_may_come_after_the_first_status() -> None:
    """Then that counts too."""
    tale = Tale()
    firmware = {"location": "http://x", "retrieveDateTime": tale.at(20)}
    first = (STATUS, {"status": "DownloadScheduled", "requestId": 1})
    tale.command("UpdateFirmware", {"requestId": 1, "firmware": firmware}, TAKEN, first).wait(20)
    assert tell(tale, "Downloading").found("L") == []


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
def test_what_is_no_certificate_is_refused(certificate: str, answer: str, found: list[str]) -> None:
    """Who issued it, only the station can tell."""
    assert signed(Tale(), answer=answer, signingCertificate=certificate).found("L") == found


def test_a_signature_that_is_none_is_not_verified() -> None:
    """Its form at least can be seen."""
    statuses = f"{FETCHED} SignatureVerified".split()
    assert tell(signed(Tale(), signature="-"), *statuses).found("L") == ["L04"]
    assert tell(signed(Tale()), *statuses).found("L") == []


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
def test_security_events_and_what_is_done(statuses: str, found: list[str]) -> None:
    """An event belongs to each refusal and to the end, before or after it; none comes of what is taken."""
    assert tell(signed(Tale()), *statuses.split()).wait(40).found("L") == found


def test_a_refused_certificate_is_told_of_and_nothing_else_is_meant() -> None:
    """The event belongs to the refusal, also when the next update is taken already."""
    refused = signed(Tale(), answer="InvalidCertificate")
    assert signed(refused, 2).found("L") == []
    assert tell(refused, "⚡InvalidFirmwareSigningCertificate").wait(40).found("L") == []
    assert signed(Tale(), answer="InvalidCertificate").wait(40).found("L") == ["L05"]


def waiting(allowed: str | None) -> Tale:
    """Return a station with two free EVSEs and one transaction, whose installation waits for that."""
    tale = Tale().status(1, "Occupied").status(2, "Available").event("Started")
    if allowed:
        tale.know("ChargingStation", "AllowNewSessionsPendingFirmwareUpdate", allowed)
    return tell(update(tale.wait(40)), *FETCHED.split(), "InstallScheduled")


def test_free_evses_are_closed_while_an_update_waits() -> None:
    """Unless new sessions are allowed, or that is not known, or nothing runs."""
    assert waiting("false").wait(40).found("L") == ["L06"]
    assert waiting("false").status(2, "Unavailable").wait(40).found("L") == []
    assert waiting("true").wait(40).found("L") == []
    assert waiting(None).wait(40).found("L") == []
    assert waiting("false").event("Ended", 1).wait(40).found("L") == []


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
    """It replaces the first, or is refused, as long as that runs."""
    assert update(tell(update(Tale()), *statuses.split()), 2, answer).found("L") == found
