"""Block L, firmware management: an update (L01, L02)."""

from mock_csms.plans import Station, case, one_of, says
from mock_csms.plans.messages import Message
from mock_csms.plans.v2.triggers import trigger

REQUEST = 1


def status(what: str) -> Message:
    """Describe the FirmwareStatusNotification of the update with this status."""
    return says("FirmwareStatusNotification", status=what, requestId=REQUEST)


async def begin_update(station: Station) -> None:
    """Let the station download and install firmware now; skip the case if it only installs signed firmware."""
    if not station.profile.firmware:
        station.skip("the profile of the station has no URL of firmware")
    firmware = {"location": station.profile.firmware}
    answers = one_of("Accepted", "Rejected", "InvalidCertificate")
    answer = await station.command("UpdateFirmware", {"requestId": REQUEST, "firmware": firmware}, status=answers)
    if answer["status"] != "Accepted":
        station.skip("the station installs no firmware without a signature (L01)", applies=False)


@case(
    "TC-L01-UF",
    use_case="L02",
    fails_with={
        "firmware-out-of-order": "sent no FirmwareStatusNotification.status=Downloading",
        "wrong-firmware-id": "requestId: expected 1, got 2",
    },
)
async def test_l01_firmware_is_updated(station: Station) -> None:
    """A firmware update reports Downloading, Downloaded, Installing and Installed."""
    timeouts = station.profile.timeouts
    await begin_update(station)
    for step in ("Downloading", "Downloaded", "Installing", "Installed"):
        await station.expect(status(step), within=timeouts.boot)
    await station.settle()


@case(
    "TC-L01-FW",
    use_case="L02",
    fails_with={
        "no-firmware-id": "requestId: expected 1, got nothing",
        "no-firmware-event": "sent no SecurityEventNotification",
        "wrong-idle-status": "status: expected Idle, got Installed",
    },
)
async def test_l01_firmware_is_installed(station: Station) -> None:
    """The answer to Installed is empty, and a security event is sent; then the status of firmware updates is Idle."""
    await begin_update(station)
    await station.expect(status("Installing"), within=station.profile.timeouts.boot)
    begin = station.mark()
    installed = await station.expect(status("Installed"), within=station.profile.timeouts.boot)
    assert await station.answered(installed) == {}
    await station.expect(says("SecurityEventNotification", type="FirmwareUpdated"), after=begin)
    await station.settle()
    await trigger(station, "FirmwareStatusNotification")
    await station.expect(says("FirmwareStatusNotification", status="Idle"))
