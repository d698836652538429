"""Block F, remote control: triggered statuses while no file is uploaded or downloaded (F06)."""

from mock_csms.plans import Station, case, says
from mock_csms.plans.v2 import triggers

LOG, FIRMWARE = "LogStatusNotification", "FirmwareStatusNotification"


async def triggered(station: Station, message: str, status: str, evse: int | None = None) -> None:
    """Trigger a message: the station must accept that, and send the message with this status."""
    await triggers.must_accept(station, message, evse=evse)
    station.check(await station.expect(says(message)), says(message, status=status))


@case(
    "TC_F_15_CS",
    use_case="F06",
    requirement="F06.FR.10, F06.FR.15",
    needs=("C-29.3",),
    fails_with={
        "no-triggered-message": "sent no LogStatusNotification",
        "wrong-idle-status": "status: expected Idle, got Uploaded",
    },
)
async def test_f_15_log_status_without_an_upload(station: Station) -> None:
    """Without an upload a triggered LogStatusNotification has the status Idle."""
    await triggered(station, LOG, "Idle")


@case(
    "TC_F_17_CS",
    use_case="F06",
    requirement="F06.FR.03, F06.FR.10, L01.FR.25, L01.FR.26",
    needs=("C-29.4",),
    fails_with={
        "no-triggered-message": "sent no FirmwareStatusNotification",
        "wrong-idle-status": "status: expected Idle, got Installed",
    },
)
async def test_f_17_firmware_status_of_an_evse(station: Station) -> None:
    """A trigger of FirmwareStatusNotification with an EVSE is accepted; the EVSE is ignored.

    The status is Idle, or the one with which the last update has failed.
    """
    await triggered(station, FIRMWARE, station.known.firmware_status, station.evse)


@case(
    "TC_F_18_CS",
    use_case="F06",
    requirement="F06.FR.10, L01.FR.25, L01.FR.26",
    needs=("C-29.4",),
    fails_with={
        "no-triggered-message": "sent no FirmwareStatusNotification",
        "wrong-idle-status": "status: expected Idle, got Installed",
    },
)
async def test_f_18_firmware_status_without_an_update(station: Station) -> None:
    """Without an update a triggered FirmwareStatusNotification has the status Idle.

    After an update that has failed, it is the status of its failure.
    """
    await triggered(station, FIRMWARE, station.known.firmware_status)
