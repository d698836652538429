"""Checks of installed certificates (checks C)."""

from mock_csms.conformance.common.pem import is_certificate
from mock_csms.conformance.facts.v2.certificates import Installed, all_hashes, hash_of, types_asked
from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.subject import ERROR, CheckResult, Subject
from mock_csms.protocol import x509
from mock_csms.protocol.v2.certificates import hash_data
from mock_csms.twin.seen import Seen, result

CERTIFICATES = Subject("certificates")

_LIST = "certificateHashDataChain"
_ROOT = "CSMSRootCertificate"


@CERTIFICATES.check(
    "C01", "M03.FR.02-04", ERROR, "certificates are listed if and only if some were found",
    result("GetInstalledCertificateIds"),
)  # fmt: skip
def list_fits_its_status(seen: Seen, _: KnownStation) -> CheckResult:
    """Report NotFound with a list, Accepted without one, or types that were not requested."""
    status, chain, asked = seen.payload["status"], seen.payload.get(_LIST, ()), types_asked(seen.request)
    if (status == "Accepted") is not bool(chain):
        return f"the status is {status}, but {len(chain)} certificates are listed"
    others = sorted({entry["certificateType"] for entry in chain} - set(asked))
    return f"{others[0]} was not asked for" if others else None


@CERTIFICATES.check(
    "C02", "M05.FR.01-03", ERROR, "an installed certificate is listed", result("GetInstalledCertificateIds")
)
def installed_is_listed(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a list without the hash of a certificate that the station accepted before.

    Silent if the list and its status contradict each other: C01 reports that.
    """
    asked, chain = types_asked(seen.request), seen.payload.get(_LIST, ())
    if (seen.payload["status"] == "Accepted") is not bool(chain):
        return None
    for new in _lasting(station):
        listed = {each for entry in chain if entry["certificateType"] == new.type for each in all_hashes(entry)}
        if new.type in asked and not new.is_in(listed):
            serial = hash_data(new.pem, new.pem)["serialNumber"]
            return f"{new.type} with the serial number {serial} was accepted, but is not listed"
    return None


@CERTIFICATES.check(
    "C03", "M04.FR.02, M04.FR.04, M04.FR.06", ERROR, "only existing certificates are deleted, never the own one",
    result("DeleteCertificate", "GetInstalledCertificateIds"),
)  # fmt: skip
def deleted_is_gone(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a wrong deletion: of an unknown certificate, of the station's own, or of one that is still listed."""
    certificates = station.certificates
    if seen.action == "GetInstalledCertificateIds":
        listed = {each for entry in seen.payload.get(_LIST, ()) for each in all_hashes(entry)}
        still = sorted(listed & certificates.gone)
        return f"the certificate with the serial number {still[0][3]} was deleted, but is listed" if still else None
    hash_ = hash_of(seen.request["certificateHashData"])
    if seen.payload["status"] == "Accepted" and certificates.own and certificates.own.has(hash_):
        return f"the station's own certificate was deleted, with the serial number {hash_[3]}"
    if seen.payload["status"] == "Accepted" and certificates.is_unknown(hash_):
        return f"a certificate that was not listed was deleted, with the serial number {hash_[3]}"
    return None


@CERTIFICATES.check(
    "C04", "M05.FR.07, M05.FR.11", ERROR, "an invalid certificate is not installed", result("InstallCertificate")
)
def invalid_is_rejected(seen: Seen, station: KnownStation) -> CheckResult:
    """Report an accepted text that is not a certificate, has expired, or must not replace the root."""
    if seen.payload["status"] != "Accepted":
        return None
    text, now = seen.request["certificate"], seen.at + station.terms.clock_offset
    if not is_certificate(text):
        return "a text that is no certificate was accepted"
    found = x509.split(text)
    if any(x509.is_expired(each, now - station.terms.tolerance) for each in found):
        return "an expired certificate was accepted"
    if seen.request["certificateType"] == _ROOT and found and _is_unrelated(found[0], station):
        return "a root not signed by the one before was accepted, although AdditionalRootCertificateCheck is true"
    return None


def _is_unrelated(certificate: str, station: KnownStation) -> bool:
    """Whether a new root may not replace the old one, because the old one has not signed it."""
    before = station.certificates.root
    is_checked = station.variables.switch("SecurityCtrlr", "AdditionalRootCertificateCheck")
    return bool(is_checked and before and before != certificate and not x509.is_issued_by(certificate, before))


def _lasting(station: KnownStation) -> list[Installed]:
    """Return the installed certificates that must still exist; maybe only the last CSMS root (M05.FR.09)."""
    new = station.certificates.new
    if station.variables.switch("SecurityCtrlr", "AdditionalRootCertificateCheck") is False:
        return new
    roots = [each for each in new if each.type == _ROOT]
    return [each for each in new if each.type != _ROOT or each is roots[-1]]
