"""Check of certificate commands (check 6C01)."""

from mock_csms.conformance.common.pem import is_certificate
from mock_csms.conformance.facts.v16.station import KnownStation16
from mock_csms.conformance.subject import ERROR, OF_V16, CheckResult, Subject
from mock_csms.twin.seen import Seen, result

CERTIFICATES = Subject("certificates", OF_V16, "v16")
_LISTED = "GetInstalledCertificateIds"


@CERTIFICATES.check(
    "6C01", "whitepaper M03.FR.01-03, M05.FR.06", ERROR,
    "only certificates are accepted, and an accepted list is not empty", result(_LISTED, "InstallCertificate"),
)  # fmt: skip
def keeps_certificates(seen: Seen, _: KnownStation16) -> CheckResult:
    """Report Accepted with an empty list, and Accepted for a text that is not a certificate."""
    if seen.payload["status"] != "Accepted":
        return None
    if seen.action == _LISTED:
        return None if seen.payload.get("certificateHashData") else "Accepted, but no certificate is listed"
    is_real = is_certificate(seen.request["certificate"])
    return None if is_real else "Accepted, although the text is no certificate in PEM"
