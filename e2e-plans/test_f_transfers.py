"""Block F, remote control: triggered statuses while a file is uploaded or downloaded (F06)."""

from mock_csms.plans import Station, case
from mock_csms.plans.v2 import firmware, logs, triggers


@case(
    "TC_F_16_CS",
    use_case="F06",
    requirement="F06.FR.14",
    needs=("files", "C-29.3"),
    fails_with={
        "no-triggered-message": "sent no LogStatusNotification",
        "wrong-log-id": "requestId: expected 1, got 2",
    },
)
async def test_f_16_log_status_during_an_upload(station: Station) -> None:
    """During an upload a triggered LogStatusNotification has the status Uploading and the requestId."""
    station.configure(files_fault=[f"slow={3 * station.profile.timeouts.interval:g}@{logs.UPLOADS}"])
    upload = await logs.request(station)
    await logs.reports(station, upload, "Uploading")
    await triggers.must_accept(station, "LogStatusNotification")
    await logs.reports(station, upload, "Uploading", "Uploaded")


@case(
    "TC_F_19_CS",
    use_case="F06",
    requirement="F06.FR.16, L01.FR.26",
    needs=("files", "C-29.4"),
    fails_with={
        "no-triggered-message": "sent no FirmwareStatusNotification",
        "wrong-firmware-id": "requestId: expected 1, got 2",
    },
)
async def test_f_19_firmware_status_during_a_download(station: Station) -> None:
    """During a download a triggered FirmwareStatusNotification has the status Downloading and the requestId."""
    await station.prepare(firmware.signer_trusted)
    station.configure(files_fault=[f"slow={3 * station.profile.timeouts.interval:g}@{firmware.FILE}"])
    update = await firmware.request(station)
    await firmware.reports(station, update, "Downloading")
    await triggers.must_accept(station, "FirmwareStatusNotification")
    await firmware.installed(station, update, await firmware.verified(station, update))
