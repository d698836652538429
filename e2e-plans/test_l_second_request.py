"""Block L, firmware management: a second request while firmware is downloaded (L01)."""

from mock_csms.plans import Station, case
from mock_csms.plans.v2 import firmware


@case(
    "TC_L_10_CS",
    use_case="L01",
    requirement="L01.FR.01, L01.FR.10, L01.FR.24",
    needs=("files", "C-60"),
    fails_with={
        "--features C-56,AQ-7": "status: expected AcceptedCanceled, got Rejected",
        "wrong-firmware-id": "requestId: expected 1, got 2",
    },
)
async def test_l_10_running_update_is_cancelled(station: Station) -> None:
    """A second UpdateFirmware during a download cancels the first update, and is installed."""
    await station.prepare(firmware.signer_trusted)
    station.configure(files_fault=[f"slow={station.profile.timeouts.boot:g}@{firmware.FILE}"])
    first = await firmware.request(station)
    downloading = await firmware.reports(station, first, "Downloading")
    station.configure(files_fault=[])
    second = await firmware.request(station, status="AcceptedCanceled")
    await firmware.installed(station, second, await firmware.verified(station, second))
    installed = firmware.told(first, "Installed")
    await station.expect_nothing(installed, seconds=0, after=downloading.number)


@case(
    "TC_L_11_CS",
    use_case="L01",
    requirement="L01.FR.01, L01.FR.10, L01.FR.27",
    needs=("files", "not C-60"),
    fails_with={
        "--features C-56,C-60": "status: expected Rejected, got AcceptedCanceled",
        "wrong-firmware-id": "requestId: expected 1, got 2",
    },
)
async def test_l_11_running_update_cannot_be_cancelled(station: Station) -> None:
    """A station that cannot cancel an update rejects a second UpdateFirmware, and completes the first update."""
    await station.prepare(firmware.signer_trusted)
    station.configure(files_fault=[f"slow={5 * station.profile.timeouts.interval:g}@{firmware.FILE}"])
    first = await firmware.request(station)
    downloading = await firmware.reports(station, first, "Downloading")
    second = await firmware.request(station, status="Rejected")
    verified = await firmware.reports(station, first, "Downloaded", "SignatureVerified", after=downloading.number)
    await firmware.installed(station, first, verified)
    await station.expect_nothing(firmware.told(second, ...), seconds=0, after=downloading.number)
