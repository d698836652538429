"""Certificates that the CSMS installs, lists and deletes, and the station's own (whitepaper, A02, A03, M03 to M05)."""

from collections.abc import Mapping

from mock_csms.protocol import x509
from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.station import certificates
from mock_csms.station.certificates import Applicant, Held
from mock_csms.station.cues import Act, Redial, Send, Set
from mock_csms.station.state import Moment
from mock_csms.station.v16.boot import security_event
from mock_csms.station.v16.device import ACCEPTED, REJECTED, TYPES, Answering, Device16, Given, Ringing, Step
from mock_csms.station.v16.model import MOST_CERTIFICATES

_RENEWAL: tuple[str] = ("renewal",)
_WITH_CERTIFICATE = 3
"""The security profile in which the station shows its certificate."""


def install(device: Device16, payload: Json, moment: Moment) -> Given:
    """Install a root certificate if it is valid and self-signed, or signed as M05.FR.09 wants."""
    held = Held(device.certificates, TYPES, MOST_CERTIFICATES, device.is_on("AdditionalRootCertificateCheck"))
    after, problem = certificates.install(held, payload["certificateType"], payload["certificate"], moment.now)
    return replace(device, certificates=after), REJECTED if problem else ACCEPTED, []


def installed_ids(device: Device16, payload: Json, _: Moment) -> Given:
    """Return the hashes of the installed certificates of a type (whitepaper, M03)."""
    listed = [each.hash_data for each in device.certificates if each.kind == payload["certificateType"]]
    return device, ACCEPTED | {"certificateHashData": listed} if listed else {"status": "NotFound"}, []


def delete(device: Device16, payload: Json, _: Moment) -> Given:
    """Delete a certificate, but not the station's own one, nor the last root while TLS is used (M04.FR.02 to 06)."""
    wanted, is_secure = payload["certificateHashData"], device.number("SecurityProfile") > 1
    kept, status = certificates.delete(device.certificates, TYPES, wanted, is_secure=is_secure)
    return replace(device, certificates=kept), {"status": status}, []


def sign(device: Device16) -> Step:
    """Send SignCertificate to request a certificate for the station (whitepaper, A02)."""
    csr = x509.request(device.identity.serial_number, device.configuration["CpoName"], device.key_number)
    return replace(device, is_signing=True), [Send("SignCertificate", {"csr": csr}, is_asked_for=True)]


def signed(device: Device16, payload: Json, moment: Moment) -> Given:
    """Accept the station's own certificate if it is valid and was requested; with profile 3 connect anew with it."""
    text, roots = payload["certificateChain"], [each.pem for each in device.certificates if each.kind == TYPES.root]
    if len(text) > device.number("CertificateSignedMaxChainSize"):
        return device, REJECTED, []
    applicant = Applicant(device.identity.serial_number, device.configuration["CpoName"], device.key_number)
    if not device.is_signing or certificates.problem_of(x509.split(text), applicant, roots, moment.now):
        return device, REJECTED, [security_event("InvalidChargePointCertificate", moment)]
    key = x509.key_text(device.identity.serial_number, device.key_number)
    own = certificates.own_certificate(text, key, TYPES, device.certificates)
    is_in_use = device.number("SecurityProfile") == _WITH_CERTIFICATE
    held = certificates.with_own(device.certificates, replace(own, is_new=is_in_use))
    device = replace(device, is_signing=False, key_number=device.key_number + 1, certificates=held)
    return device, ACCEPTED, [Redial()] if is_in_use else renewal(device, moment)


def renewal(device: Device16, moment: Moment) -> list[Act]:
    """Set the alarm for the request of the next certificate, if the station has one (A03.FR.02)."""
    at = certificates.renewal_at(device.certificates, TYPES)
    return [] if at is None else [Set(_RENEWAL, max(0.0, at - moment.now))]


def renew(device: Device16, _: object, moment: Moment) -> Step:
    """Request a new certificate, if the current one expires within a month (A03.FR.02, A03.FR.03)."""
    at = certificates.renewal_at(device.certificates, TYPES)
    return (device, []) if at is None or at > moment.now or device.is_signing else sign(device)


ANSWERS: Mapping[str, Answering] = {
    "CertificateSigned": signed,
    "DeleteCertificate": delete,
    "GetInstalledCertificateIds": installed_ids,
    "InstallCertificate": install,
}
ALARMS: Mapping[str, Ringing] = {_RENEWAL[0]: renew}
