"""Block L, firmware: every status of an update, and the status without an update (L01)."""

from mock_csms.plans import Station, case, says
from mock_csms.plans.v2.triggers import trigger
from mock_csms.protocol.versions import V201

_EVENTS = {"InvalidSignature": "InvalidFirmwareSignature", "Installed": "FirmwareUpdated"}
"""The security event that a station owes with a status (L01.FR.03, L01.FR.31)."""


@case(
    "TC-ERR-04",
    use_case="L01",
    needs=("send",),
    provokes=("L01", "L02"),  # the CSMS requested no update, or another one before
    fails_with={
        "wrong-firmware-id": "requestId: expected 1, got 2",
        "firmware-out-of-order": "status: expected Downloading, got Installed",
    },
)
async def test_l01_every_status(station: Station) -> None:
    """The mock answers a FirmwareStatusNotification with each status that an update can have.

    The station sends the security events too: it may have accepted an update with that requestId in an earlier case.
    """
    statuses = V201.schemas.values("FirmwareStatusNotificationRequest", "status")
    for status in sorted(statuses, key="Installed".__eq__):  # Installed is the last status of an update
        number = {} if status == "Idle" else {"requestId": 1}
        if status in _EVENTS:
            await station.answered(await station.send("SecurityEventNotification", type=_EVENTS[status]))
        await station.answered(await station.send("FirmwareStatusNotification", status=status, **number))


@case(
    "TC-ERR-06",
    use_case="L01",
    fails_with={"wrong-idle-status": "status: expected Idle, got Installed"},
)
async def test_l01_no_update(station: Station) -> None:
    """Without an update a triggered FirmwareStatusNotification has the status Idle (or how the last update failed)."""
    await trigger(station, "FirmwareStatusNotification")
    told = await station.expect(says("FirmwareStatusNotification"))
    station.check(told, says("FirmwareStatusNotification", status=station.known.firmware_status))
    await station.answered(told)
