"""Block M, certificates: the station keeps its own certificate, which it needs for security profile 3 (M04)."""

from mock_csms.plans import Station, case, one_of
from mock_csms.plans.v2 import security


@case(
    "TC_M_23_CS",
    use_case="M04",
    requirement="M04.FR.06",
    needs=("tls", "certificate"),
    fails_with={"certificate-not-deleted": "status: expected NotFound or Failed, got Accepted"},
)
async def test_m_23_own_certificate_is_not_deleted(station: Station) -> None:
    """The station does not delete the certificate that it shows to the mock."""
    await security.uses(station, 3)
    own = {"certificateHashData": security.hashes_of_own(station)}
    await station.command("DeleteCertificate", own, status=one_of("NotFound", "Failed"))
