"""Cases about firmware and logs: they accept both behaviours that the requirements allow, and look at the files."""

from pathlib import Path
from typing import Any

import pytest

from tests.plans.scripted import STATUS, Say, outcome
from tests.plans.scripted import Scripted as Peer
from tests.plans.test_both_ways import TIME, Device
from tests.wire import BOOT, PATIENCE

ACCEPTED = {"status": "Accepted"}
VERIFIED = ("Downloading", "Downloaded", "SignatureVerified")


async def verdict(folder: Path, case: str, station: Peer, *flags: str) -> tuple[str, str]:
    """Return the verdict of a case of e2e-plans on a station, and the output."""
    found = await outcome(folder, station, "", "--case", case, *flags, boot=PATIENCE / 10)
    return next(iter(found.verdicts.values()), "not run"), found.out


def event(kind: str) -> Say:
    """Return a security event."""
    return Say("SecurityEventNotification", {"type": kind, "timestamp": TIME})


def updates(*statuses: str | Say) -> Any:
    """Return an answer to UpdateFirmware that accepts it, and sends these statuses and other calls."""

    def answer(asked: Any) -> Any:
        number = {"requestId": asked["requestId"]}
        said = [
            each if isinstance(each, Say) else Say("FirmwareStatusNotification", {"status": each, **number})
            for each in statuses
        ]
        return [ACCEPTED, *said]

    return answer


def logs(asked: Any) -> Any:
    """Accept a GetLog, and report an upload that never happens."""
    told = [{"status": status, "requestId": asked["requestId"]} for status in ("Uploading", "Uploaded")]
    return [{"status": "Accepted", "filename": "log"}, *[Say("LogStatusNotification", each) for each in told]]


UPDATED = event("FirmwareUpdated")
AFTER_A_REBOOT = Say("BootNotification", BOOT | {"reason": "FirmwareUpdate"}), Say("StatusNotification", STATUS)
PASSED: dict[str, tuple[str, Any]] = {
    "installs without a reboot, and reports that late": ("TC_L_01_CS", updates(*VERIFIED, "Installed", UPDATED)),
    "reports the event first": ("TC_L_01_CS", updates(*VERIFIED, "Installing", UPDATED, "Installed")),
    "reboots after its last status": (
        "TC_L_01_CS",
        updates(*VERIFIED, "InstallRebooting", UPDATED, "Installed", *AFTER_A_REBOOT),
    ),
    "pauses its download": (
        "TC_L_01_CS",
        updates("Downloading", "DownloadPaused", *VERIFIED, "Installing", "Installed", UPDATED),
    ),
    "knows that the certificate is revoked": (
        "TC_L_05_CS",
        [event("InvalidFirmwareSigningCertificate"), {"status": "RevokedCertificate"}],
    ),
    "reports the wrong signature first as an event": (
        "TC_L_06_CS",
        updates("Downloading", "Downloaded", event("InvalidFirmwareSignature"), "InvalidSignature"),
    ),
    "finds out before the download that it fails": ("TC_L_07_CS", updates("DownloadFailed")),
    "cannot report that it installs": ("TC_L_08_CS", updates(*VERIFIED, "InstallationFailed")),
    "rejects a certificate that is not there": ("TC_L_18_CS", {"status": "InvalidCertificate"}),
}
FAILED: dict[str, tuple[str, str, Any, str]] = {
    "installs a broken image": (
        "TC_L_08_CS",
        "UpdateFirmware",
        updates(*VERIFIED, "Installing", "Installed", UPDATED),
        "status: expected InstallVerificationFailed or InstallationFailed, got Installed",
    ),
    "goes on after a failed download": (
        "TC_L_07_CS",
        "UpdateFirmware",
        updates("Downloading", "DownloadFailed", "Downloaded"),
        "sent FirmwareStatusNotification, which must not come",
    ),
    "announces a reboot that does not come": (
        "TC_L_01_CS",
        "UpdateFirmware",
        updates(*VERIFIED, "InstallRebooting", UPDATED, "Installed"),
        "InstallRebooting without a BootNotification",
    ),
    "uploads nothing": ("TC_N_25_CS", "GetLog", logs, "Uploaded, but no file came"),
    "gives up at once": ("TC_N_26_CS", "GetLog", logs, "tried 0 times, expected 4"),
}


@pytest.fixture
def files(tmp_path: Path) -> str:
    """A directory with firmware, good and broken."""
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "firmware.bin").write_text("firmware")
    (folder / "broken.bin").touch()
    return f"{folder}"


@pytest.mark.parametrize("way", PASSED)
async def test_the_other_behaviour_passes(tmp_path: Path, files: str, way: str) -> None:
    """The case passes with the other behaviour that the requirements allow."""
    case, answer = PASSED[way]
    is_passed, out = await verdict(tmp_path, case, Peer(Device(UpdateFirmware=answer)), "--files", files)
    assert is_passed == "passed", out


@pytest.mark.parametrize("way", FAILED)
async def test_a_wrong_behaviour_fails(tmp_path: Path, files: str, way: str) -> None:
    """The case fails, for this reason."""
    case, action, answer, reason = FAILED[way]
    found, out = await verdict(tmp_path, case, Peer(Device(**{action: answer})), "--files", files)
    assert found == "failure", out
    assert reason in out


async def test_without_files_the_cases_are_skipped(tmp_path: Path) -> None:
    """Without --files a case that needs the file server is skipped."""
    found, out = await verdict(tmp_path, "TC_N_25_CS", Peer(Device()), "-rs")
    assert (found, "needs a file server; see --files" in out) == ("skipped", True), out


async def test_every_status_after_an_update(tmp_path: Path, files: str) -> None:
    """TC-ERR-04 leads to no L05, although the station has accepted an update with the same requestId before.

    The check waits for the security events until the next case, which waits for a download in vain.
    """
    station = Peer(Device(UpdateFirmware=updates()), acts={"send": []}.get)
    cases = [word for case in ("TC_F_19_CS", "TC-ERR-04", "TC_L_02_CS") for word in ("--case", case)]
    found = await outcome(tmp_path, station, "", "robot", "--files", files, *cases, features='"C-29.4"', boot=3)
    assert [*found.verdicts.values()] == ["failure", "passed", "failure"], found.out
    assert "L05" not in found.out
