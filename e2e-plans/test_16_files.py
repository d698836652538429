"""OCPP 1.6, firmware without a signature, and diagnostics (4.4, 4.5, 5.9, 5.19)."""

from mock_csms.plans import Station, says
from mock_csms.plans.v2.firmware import BROKEN, FILE, needs_file
from mock_csms.plans.v2.logs import UPLOADS, file_came
from mock_csms.plans.v16 import files, keys
from mock_csms.plans.v16.cases import case
from mock_csms.plans.v16.files import DIAGNOSTICS, FIRMWARE

WRONG = {"firmware-always-fine": "status: expected .*Failed, got Installed"}


@case(
    "TC_044_1_CS",
    use_case="Update Firmware, Firmware Status Notification",
    requirement="4.5, 5.19, 7.25",
    needs=("files",),
    fails_with={"hurried-firmware": "status: expected Downloaded, got Installing"},
)
async def test_16_firmware(station: Station) -> None:
    """The station downloads and installs the firmware, and reports each step; it may boot."""
    begin = station.mark()
    await files.update(station)
    await files.reports(station, FIRMWARE, "Downloading", "Downloaded", "Installing", "Installed", after=begin)


@case(
    "TC_044_2_CS",
    use_case="Update Firmware, Firmware Status Notification",
    requirement="4.5, 5.19, 7.25",
    needs=("files",),
    fails_with=WRONG,
)
async def test_16_firmware_download_fails(station: Station) -> None:
    """If there is no file at the location, the station reports DownloadFailed, and installs nothing."""
    station.configure(files_fault=[f"missing@{FILE}"])
    begin = station.mark()
    await files.update(station)
    end = await files.reports(station, FIRMWARE, "DownloadFailed", after=begin, optional=["Downloading"])
    await station.expect_nothing(says(FIRMWARE), after=end.number)


@case(
    "TC_044_3_CS",
    use_case="Update Firmware, Firmware Status Notification",
    requirement="4.5, 5.19, 7.25",
    needs=("files",),
    fails_with=WRONG,
)
async def test_16_firmware_installation_fails(station: Station) -> None:
    """If the firmware cannot be installed, the station reports InstallationFailed, and not Installed."""
    needs_file(station, BROKEN)
    begin = station.mark()
    await files.update(station, {"location": f"{{{{files}}}}/{BROKEN}"})
    await files.reports(
        station, FIRMWARE, "Downloaded", "InstallationFailed", after=begin, optional=["Downloading", "Installing"]
    )


async def asks_for_diagnostics(station: Station) -> None:
    """Request diagnostics once; skip the case if the station has none, and so names no file (5.9)."""
    await keys.has_profile(station, "FirmwareManagement")
    if not (await station.command("GetDiagnostics", {"retries": 0})).get("fileName"):
        station.lacks("diagnostics")


@case(
    "TC_045_1_CS",
    use_case="Get Diagnostics, Diagnostics Status Notification",
    requirement="4.4, 5.9, 7.24",
    needs=("files",),
    fails_with={"silent-uploads": "sent no DiagnosticsStatusNotification"},
)
async def test_16_diagnostics(station: Station) -> None:
    """The station uploads its diagnostics, and reports Uploading and Uploaded."""
    begin = station.mark()
    await asks_for_diagnostics(station)
    await files.reports(station, DIAGNOSTICS, "Uploading", "Uploaded", after=begin)
    await file_came(station)


@case(
    "TC_045_2_CS",
    use_case="Get Diagnostics, Diagnostics Status Notification",
    requirement="4.4, 5.9, 7.24",
    needs=("files",),
    fails_with={"uploads-always-fine": "status: expected UploadFailed, got Uploaded"},
)
async def test_16_diagnostics_upload_fails(station: Station) -> None:
    """If the upload fails, the station reports UploadFailed."""
    station.configure(files_fault=[f"truncated@{UPLOADS}"])
    begin = station.mark()
    await asks_for_diagnostics(station)
    await files.reports(station, DIAGNOSTICS, "UploadFailed", after=begin, optional=["Uploading"])
