"""Steps that install, list and delete a root certificate of the plans (security whitepaper, M03 to M05)."""

from mock_csms.plans.messages import differences, one_of
from mock_csms.plans.station import Station
from mock_csms.plans.v2.certificates import ROOT, of_root
from mock_csms.plans.v16.files import has_whitepaper
from mock_csms.protocol.actions import Json

__tracebackhide__ = True  # pytest shows the line of the case, not of this module


async def installs(station: Station, kind: str) -> None:
    """Install the root, which the station must accept; it is deleted after the case, unless it was there before."""
    await has_whitepaper(station)
    before = await _entry(station, kind)
    await station.command("InstallCertificate", {"certificateType": kind, "certificate": ROOT}, status="Accepted")
    after = await _entry(station, kind)
    if before is None and after is not None:
        station.undo_with("DeleteCertificate", {"certificateHashData": after})


async def lists(station: Station, kind: str) -> Json:
    """Check that the station lists the root; return its hash data."""
    entry = await _entry(station, kind)
    if entry is None:
        raise AssertionError("the station does not list the certificate that was installed")
    return entry


async def deletes(station: Station, kind: str) -> None:
    """Delete the root: the station must accept that, and not list it any more."""
    entry = await lists(station, kind)
    await station.command("DeleteCertificate", {"certificateHashData": entry}, status="Accepted")
    if await _entry(station, kind) is not None:
        raise AssertionError("the station still lists the certificate that was deleted")


async def _entry(station: Station, kind: str) -> Json | None:
    asked = {"certificateType": kind}
    answer = await station.command("GetInstalledCertificateIds", asked, status=one_of("Accepted", "NotFound"))
    entries = answer.get("certificateHashData", [])
    return next((each for each in entries if not differences({"it": each}, {"it": of_root})), None)
