"""Steps of firmware updates and uploads of OCPP 1.6, without and with the security whitepaper (4.4, 4.5, L01, N01)."""

from collections.abc import Sequence
from itertools import count
from typing import Any

from mock_csms.plans.messages import one_of, says
from mock_csms.plans.station import Station
from mock_csms.plans.v16 import keys
from mock_csms.protocol.actions import Json
from mock_csms.runtime.open_call import CallFailed
from mock_csms.watch.inbox import Taken

__tracebackhide__ = True  # pytest shows the line of the case, not of this module

FIRMWARE, SIGNED = "FirmwareStatusNotification", "SignedFirmwareStatusNotification"
DIAGNOSTICS, LOG = "DiagnosticsStatusNotification", "LogStatusNotification"
_UNSUPPORTED = (": NotImplemented:", ": NotSupported:")
_IDS = count(1)


async def has_whitepaper(station: Station) -> None:
    """Skip the case if the station does not have the security whitepaper: then it has no SecurityProfile."""
    if await keys.get(station, "SecurityProfile") is None:
        station.lacks("SecurityProfile, so that the security whitepaper does not apply")


async def update(station: Station, payload: Json | None = None) -> None:
    """Let the station install firmware; it makes only one attempt to download it.

    Skips the case if the station only installs signed firmware (whitepaper, L01.FR.20).
    """
    await keys.has_profile(station, "FirmwareManagement")
    try:
        await station.csms.call(station.identity, "UpdateFirmware", {"retries": 0, **(payload or {})})
    except CallFailed as failure:
        if any(text in str(failure) for text in _UNSUPPORTED):
            station.lacks("update without a signature")
        raise AssertionError(str(failure)) from None


async def reports(
    station: Station, action: str, *statuses: Any, after: int, request: int | None = None, optional: Sequence[str] = ()
) -> Taken:
    """Expect these statuses, in this order and without others between them except the `optional` ones.

    `request` is the requestId that they must name. Return the last one.
    """
    part = {} if request is None else {"requestId": request}
    taken: Taken | None = None
    for wanted in statuses:
        any_other = says(action)
        taken = await station.expect(any_other, within=station.profile.timeouts.boot, after=after)
        while taken.payload.get("status") in optional:
            taken = await station.expect(any_other, within=station.profile.timeouts.boot, after=taken.number)
        station.check(taken, says(action, status=wanted, **part))
        after = taken.number
    if taken is None:
        raise ValueError("no statuses")
    return taken


async def signed_update(station: Station) -> int:
    """Let the station install signed firmware, from a maker whose root it has; return the requestId (L01)."""
    await has_whitepaper(station)
    kind = {"certificateType": "ManufacturerRootCertificate"}
    before = await _hashes(station, kind)
    await station.command("InstallCertificate", kind, status="Accepted")
    for new in [each for each in await _hashes(station, kind) if each not in before]:
        station.undo_with("DeleteCertificate", {"certificateHashData": new})
    number = next(_IDS)
    await station.command("SignedUpdateFirmware", {"requestId": number, "retries": 0}, status="Accepted")
    return number


async def _hashes(station: Station, kind: Json) -> list[Json]:
    answer = await station.command("GetInstalledCertificateIds", kind, status=one_of("Accepted", "NotFound"))
    found: list[Json] = answer.get("certificateHashData", [])
    return found


async def request_log(station: Station, kind: str) -> int:
    """Let the station upload a log, and return the requestId; the answer names the file (N01.FR.01)."""
    number = next(_IDS)
    answer = await station.command("GetLog", {"logType": kind, "requestId": number}, status="Accepted")
    if not answer.get("filename"):
        raise AssertionError("accepted without a filename")
    return number
