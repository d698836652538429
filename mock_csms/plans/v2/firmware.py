"""Steps of firmware updates (L01): a request, its statuses, and the rest of an update once the firmware is verified.

The firmware is that of --files. The mock signs it, so the station needs the root of the mock.
"""

from itertools import count
from pathlib import Path

from mock_csms.behavior.templates import rfc3339
from mock_csms.plans.messages import says
from mock_csms.plans.station import Station
from mock_csms.plans.v2 import certificates
from mock_csms.plans.v2.messages import connector_reports
from mock_csms.protocol.actions import Json
from mock_csms.runtime import clock
from mock_csms.watch.inbox import Taken, Wanted

__tracebackhide__ = True  # pytest shows the line of the case, not of this module

FILE = "firmware.bin"
"""The firmware in --files that the station can install."""
BROKEN = "broken.bin"
"""An image in --files that it can download, but not install."""
_IDS = count(1)


async def signer_trusted(station: Station) -> None:
    """The root of the mock is installed as root of the manufacturer; it is deleted after the case."""
    kind = certificates.OF_MAKER
    before = await certificates.in_station(station, kind)
    await certificates.accepted(station, {"certificateType": kind})
    for new in [entry for entry in await certificates.in_station(station, kind) if entry not in before]:
        station.undo_with("DeleteCertificate", {"certificateHashData": new["certificateHashData"]})


def needs_file(station: Station, name: str) -> None:
    """Skip the case if --files has no such file."""
    if not (Path(station.csms.config.files or "") / name).is_file():
        station.skip(f"--files has no {name}")


async def request(station: Station, firmware: Json | None = None, *, status: object = "Accepted") -> int:
    """Let the station install firmware, now unless `firmware` says otherwise; return the requestId.

    `firmware` is merged into that of the request. The station tries to download it once.
    """
    id_ = next(_IDS)
    payload = {"requestId": id_, "retries": 0, "firmware": firmware or {}}
    await station.command("UpdateFirmware", payload, status=status)
    return id_


def told(id_: int, status: object) -> Wanted:
    """Describe the FirmwareStatusNotification of an update with this status."""
    return says("FirmwareStatusNotification", requestId=id_, status=status)


async def reports(station: Station, id_: int, *statuses: str, after: int | None = None) -> Taken:
    """Expect these statuses of an update, in this order, and return the last one; `after` as in `Station.expect`."""
    for each in statuses:
        taken = await station.expect(told(id_, each), within=station.profile.timeouts.boot, after=after)
        after = taken.number
    return taken


async def verified(station: Station, id_: int, after: int | None = None) -> Taken:
    """Expect that the firmware is downloaded and its signature verified; return the last status."""
    return await reports(station, id_, "Downloading", "Downloaded", "SignatureVerified", after=after)


async def installed(station: Station, id_: int, after: Taken | int) -> None:
    """Expect that the firmware is installed, after a status or a position.

    A station that reboots reports its connectors again; it may reboot before or after Installed (L01.FR.28), or not at
    all. It may leave out Installing and InstallRebooting (L01.FR.23, L01.FR.32).
    """
    begin = after if isinstance(after, int) else after.number
    await station.expect(told(id_, "Installed"), within=station.profile.timeouts.boot, after=begin)
    await station.expect(says("SecurityEventNotification", type="FirmwareUpdated"), after=begin)
    await check_boot(station, id_, begin)


async def check_boot(station: Station, id_: int, after: int) -> None:
    """Check the boot after a position: there must be one after InstallRebooting, and it must say its reason."""
    rebooting = await station.expect_optional(told(id_, "InstallRebooting"), after=after)
    patience = station.profile.timeouts.boot if rebooting else 0.0
    boot = await station.expect_optional(says("BootNotification"), within=patience, after=after)
    if rebooting and not boot:
        raise AssertionError("InstallRebooting without a BootNotification")
    if boot:
        station.check(boot, says("BootNotification", reason="FirmwareUpdate"))
        busy = {each.evse for each in station.known.transactions.values()}
        reported = [
            connector_reports("Occupied" if place[0] in busy else "Available", *place)
            for place in station.profile.places
        ]
        await station.expect_all(*reported, after=boot.number)


def later(seconds: float) -> tuple[float, str]:
    """Return the time that is so many seconds from now: since 1970, and as text."""
    moment = clock.now() + seconds
    return moment, rfc3339(moment)


def check_time(station: Station, taken: Taken, earliest: float) -> None:
    """Check that a status did not come before its time, with the tolerance of the profile."""
    early = earliest - taken.at
    if early > station.profile.timeouts.tolerance:
        raise AssertionError(f"{taken.payload['status']} came {early:.1f} s too early")
