"""Firmware and logs, from the command of the mock to the last status of mock-station: real files, without findings."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from mock_csms.control.blocking import BlockingCsms
from tests.reference_station import running

FIRMWARE, LOG = "FirmwareStatusNotification", "LogStatusNotification"
SIGNED, DIAGNOSTICS = "SignedFirmwareStatusNotification", "DiagnosticsStatusNotification"
IMAGE = b"an image"
WITHIN = 30.0


@contextmanager
def station_of(version: str, folder: Path, **settings: Any) -> Iterator[BlockingCsms]:
    """Yield a mock that serves a firmware, with a station that trusts its manufacturer; it must not be blamed.

    The station runs fast, so its clock is wrong (R18).
    """
    (folder / "firmware.bin").write_bytes(IMAGE)
    with (
        BlockingCsms(files=str(folder), checks="all,-R18", **settings) as csms,
        running(f"{csms.url}/CS", "--speed", "20", "--ocpp", version),
    ):
        csms.receive("CS", "BootNotification", within=WITHIN)
        csms.call("CS", "InstallCertificate", {"certificateType": "ManufacturerRootCertificate"})
        yield csms
        assert [f"{each.check} {each.problem}" for each in csms.findings] == []


def told(csms: BlockingCsms, action: str, last: str) -> list[str]:
    """Return the statuses that the station reports, up to the last one."""
    statuses: list[str] = []
    while statuses[-1:] != [last]:
        statuses.append(csms.receive("CS", action, within=WITHIN)["status"])
    return statuses


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
def test_files_of_2(version: str, tmp_path: Path) -> None:
    """The station downloads firmware after a retry, verifies and installs it, rejects a wrong one; uploads its log."""
    faults = ["truncated*1@firmware.bin", "auth*1@uploads/*"]
    with station_of(version, tmp_path, files_fault=faults) as csms:
        csms.call("CS", "UpdateFirmware", {"retries": 1, "retryInterval": 2})
        installed = ["Downloading", "Downloaded", "SignatureVerified", "Installing", "InstallRebooting", "Installed"]
        assert told(csms, FIRMWARE, "Installed") == installed
        assert sum("GET file" in line for line in csms.lines()) == 2
        csms.configure(files_fault=["wrong-image*1", *faults[1:]])
        csms.call("CS", "UpdateFirmware")
        assert told(csms, FIRMWARE, "InvalidSignature") == ["Downloading", "Downloaded", "InvalidSignature"]
        csms.receive("CS", "SecurityEventNotification", {"type": "InvalidFirmwareSignature"}, within=WITHIN)
        csms.call("CS", "GetLog")
        assert told(csms, LOG, "PermissionDenied") == ["Uploading", "PermissionDenied"]
        name = csms.call("CS", "GetLog")["filename"]
        assert told(csms, LOG, "Uploaded") == ["Uploading", "Uploaded"]
        assert "DiagnosticsLog of CS" in (tmp_path / "uploads" / "CS" / name).read_text()
        csms.call("CS", "PublishFirmware")
        published = ["Downloading", "Downloaded", "ChecksumVerified", "Published"]
        assert told(csms, "PublishFirmwareStatusNotification", "Published") == published
        assert csms.call("CS", "UnpublishFirmware")["status"] == "Unpublished"


@pytest.mark.parametrize("scheme", ["http", "ftp"])
def test_files_of_16(scheme: str, tmp_path: Path) -> None:
    """A station of 1.6 does the same with its own messages, with and without the whitepaper."""
    with station_of("1.6", tmp_path, files_listen=[f"{scheme}://0"]) as csms:
        csms.call("CS", "GetDiagnostics")
        assert told(csms, DIAGNOSTICS, "Uploaded") == ["Uploading", "Uploaded"]
        assert "diagnostics of CS" in (tmp_path / "uploads/CS/diagnostics.log").read_text()
        csms.call("CS", "GetLog", {"logType": "SecurityLog"})
        assert told(csms, LOG, "Uploaded") == ["Uploading", "Uploaded"]
        csms.call("CS", "UpdateFirmware")
        assert told(csms, FIRMWARE, "Installed") == ["Downloading", "Downloaded", "Installing", "Installed"]
        csms.call("CS", "SignedUpdateFirmware")
        verified = ["Downloading", "Downloaded", "SignatureVerified", "Installing", "InstallRebooting", "Installed"]
        assert told(csms, SIGNED, "Installed") == verified
        csms.configure(files_fault=["missing*1@firmware.bin"])
        csms.call("CS", "UpdateFirmware")
        assert told(csms, FIRMWARE, "DownloadFailed") == ["Downloading", "DownloadFailed"]
