"""Block M, certificates: CSMS root certificates in the station, and requests for a vehicle (M01 to M06)."""

from mock_csms.plans import Station, case, one_of
from mock_csms.plans.messages import differences
from mock_csms.plans.v2 import certificates
from mock_csms.protocol.actions import Json

KIND = certificates.OF_CSMS


async def install(station: Station) -> bool:
    """Send a valid root, and return whether the station accepts it: it may require a signature by its current root."""
    root = {"certificateType": KIND, "certificate": certificates.ROOT}
    answer = await station.command("InstallCertificate", root, status=one_of("Accepted", "Rejected", "Failed"))
    return bool(answer["status"] == "Accepted")


async def installed(station: Station) -> list[Json]:
    """Return the hash data of the CSMS roots; the station must return a list, or NotFound."""
    return [entry["certificateHashData"] for entry in await certificates.listed(station, KIND)]


@case(
    "TC-M03",
    use_case="M03",
    fails_with={"certificates-without-list": "Accepted with 0 certificates"},
)
async def test_m03_installed_certificates_are_listed(station: Station) -> None:
    """The station lists installed certificates of the requested type; without any it answers NotFound."""
    before = await installed(station)
    if await install(station):
        for new in [one for one in await installed(station) if one not in before]:
            await certificates.delete(station, new)


@case(
    "TC-M04",
    use_case="M04",
    fails_with={"certificate-not-deleted": "status: expected NotFound, got Accepted"},
)
async def test_m04_certificates_are_deleted(station: Station) -> None:
    """A deleted certificate is not listed any more; deleting an unknown one is answered with NotFound."""
    before = await installed(station)
    if await install(station):
        for new in [one for one in await installed(station) if one not in before]:
            await certificates.delete(station, new)
        assert await installed(station) == before
    await certificates.delete(station, certificates.HASHES, "NotFound")


@case(
    "TC-M05",
    use_case="M05",
    fails_with={"certificate-not-installed": "status: expected Rejected or Failed, got Accepted"},
)
async def test_m05_certificates_are_installed(station: Station) -> None:
    """An accepted root is listed, a rejected one is not; a broken certificate is not accepted."""
    broken = {"certificateType": KIND, "certificate": certificates.BROKEN}
    await station.command("InstallCertificate", broken, status=one_of("Rejected", "Failed"))
    before = await installed(station)
    is_taken = await install(station)
    new = [one for one in await installed(station) if one not in before]
    was_there = any(not differences({"hash": one}, {"hash": certificates.of_root}) for one in before)
    assert len(new) == (is_taken and not was_there), f"listed {len(new)} new certificates"
    for one in new:
        await certificates.delete(station, one)


@case(
    "TC-M01",
    use_case="M01",
    needs=("send",),
    fails_with={"unknown-property@5": "sent no Get15118EVCertificate"},
)
async def test_m01_certificate_for_a_vehicle(station: Station) -> None:
    """Get15118EVCertificate is answered with Accepted and an exiResponse for the vehicle."""
    call = await station.send("Get15118EVCertificate", action="Install")
    await station.answered(call, status="Accepted", exiResponse=...)


@case(
    "TC-M06",
    use_case="M06",
    needs=("send",),
    fails_with={"unknown-property@5": "sent no GetCertificateStatus"},
)
async def test_m06_status_of_a_certificate(station: Station) -> None:
    """GetCertificateStatus is answered with Accepted and an ocspResult."""
    call = await station.send("GetCertificateStatus", ocspRequestData={"hashAlgorithm": "SHA256"})
    await station.answered(call, status="Accepted", ocspResult=...)
