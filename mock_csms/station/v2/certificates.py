"""Certificates that the CSMS installs, lists and deletes, and the station's own certificate (A02, A03, M03 to M05)."""

from collections.abc import Mapping
from typing import Any

from mock_csms.protocol import x509
from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.station import certificates
from mock_csms.station.certificates import Applicant, Certificate, Held
from mock_csms.station.cues import Act, Redial, Send, Set, Stop
from mock_csms.station.state import Moment
from mock_csms.station.v2.answers import ACCEPTED, Alarmed, Answer, Given, because
from mock_csms.station.v2.calls import security_event
from mock_csms.station.v2.device import Device, Step
from mock_csms.station.v2.model import MOST_CERTIFICATES
from mock_csms.station.v2.storage import TYPES
from mock_csms.station.v2.variables import (
    ADDITIONAL_ROOT_CHECK,
    CERT_SIGNING_REPEATS,
    CERT_SIGNING_WAIT,
    MAX_CHAIN_SIZE,
    ORGANIZATION,
    SECURITY_PROFILE,
)

CAPACITY = MOST_CERTIFICATES - 1
"""How many certificates the station holds besides its own."""

ROOT_OF_MAKER = "ManufacturerRootCertificate"

_SIGNING: tuple[str] = ("signing",)
_RENEWAL: tuple[str] = ("renewal",)
_WITH_CERTIFICATE = 3
"""The security profile in which the station shows its certificate."""
_REFUSALS: Mapping[str, Json] = {"invalid": because("InvalidCertificate"), "full": because("OutOfStorage")}


def installed(device: Device, kind: str | None = None) -> list[Certificate]:
    """Return the certificates that the CSMS installed, of one kind or of all."""
    return [each for each in certificates.others(device.storage.certificates, TYPES) if kind in (None, each.kind)]


def install(device: Device, payload: Json, moment: Moment) -> Given:
    """Install a root certificate if it is valid and self-signed, or signed as M05.FR.10 wants (M05.FR.01 to 17)."""
    held = Held(device.storage.certificates, TYPES, CAPACITY, device.is_on(ADDITIONAL_ROOT_CHECK))
    after, problem = certificates.install(held, payload["certificateType"], payload["certificate"], moment.now)
    return device.storing(certificates=after), _REFUSALS.get(problem, ACCEPTED), []


def installed_ids(device: Device, payload: Json, _: Moment) -> Given:
    """List the installed certificates, of the requested types or of all (M03.FR.02 to 04)."""
    wanted = payload.get("certificateType")
    chain = [
        {"certificateType": each.kind, "certificateHashData": each.hash_data}
        for each in installed(device)
        if wanted is None or each.kind in wanted
    ]
    return device, ACCEPTED | {"certificateHashDataChain": chain} if chain else {"status": "NotFound"}, []


def delete(device: Device, payload: Json, _: Moment) -> Given:
    """Delete a certificate, but not the station's own one, nor the last root while TLS is used (M04.FR.02 to 06)."""
    is_secure = device.number(SECURITY_PROFILE) > 1
    wanted, held = payload["certificateHashData"], device.storage.certificates
    kept, status = certificates.delete(held, TYPES, wanted, is_secure=is_secure)
    return device.storing(certificates=kept), {"status": status}, []


def sign(device: Device, *_: Any) -> Step:
    """Send SignCertificate: request a certificate for the station (A02.FR.02)."""
    signing = replace(device.storage.signing, is_open=True, taken=0)
    return device.storing(signing=signing), [Stop(_SIGNING), _request(device)]


def taken(device: Device, request: Json, response: Json, _: Moment) -> Step:
    """Wait for the certificate after the answer to SignCertificate. Each wait is twice as long (A02.FR.17, A02.FR.18).

    The wait is doubled CertSigningRepeatTimes times; then the station sends no further request (A02.FR.19). After a
    rejection it sends no further request either (A02.FR.20).
    """
    signing = device.storage.signing
    if not signing.is_open or request.get("csr") != _request(device).payload["csr"]:
        return device, []
    if response["status"] != "Accepted":
        return device.storing(signing=replace(signing, is_open=False)), []
    device = device.storing(signing=replace(signing, taken=signing.taken + 1))
    return device, resume(device)


def resume(device: Device) -> list[Act]:
    """Set the alarm for the next SignCertificate, if the station still waits for a certificate."""
    signing = device.storage.signing
    doubled = signing.taken - 1
    if not signing.is_open or not 0 <= doubled <= device.number(CERT_SIGNING_REPEATS):
        return []
    return [Set(_SIGNING, device.number(CERT_SIGNING_WAIT) * 2.0**doubled)]


def ask_again(device: Device, *_: Any) -> Step:
    """Request a certificate again if it did not come in time (A02.FR.17)."""
    return device, [_request(device)] if device.storage.signing.is_open else []


def signed(device: Device, payload: Json, moment: Moment) -> Given:
    """Accept the station's own certificate if it is valid and was requested (A02.FR.06 to 08).

    With security profile 3 the station connects anew with it.
    """
    signing, text = device.storage.signing, payload["certificateChain"]
    is_own = payload.get("certificateType", TYPES.own) == TYPES.own
    if len(text) > device.number(MAX_CHAIN_SIZE):  # A02.FR.16
        device = device.storing(signing=replace(signing, is_open=signing.is_open and not is_own))
        return device, because("TooLargeElement"), []
    chain, event = x509.split(text), security_event("InvalidChargingStationCertificate", moment)
    if not is_own or not signing.is_open:
        return device, because("InvalidCertificate"), [event]
    roots = [each.pem for each in installed(device, TYPES.root)]
    problem = certificates.problem_of(chain, _applicant(device), roots, moment.now)
    device = device.storing(signing=replace(signing, is_open=False, key=signing.key + (not problem)))
    if problem:
        return device, because("InvalidCertificate", problem), [event]
    return _renewed(device, text, x509.key_text(device.identity.serial_number, signing.key), moment)


def _renewed(device: Device, text: str, key: str, moment: Moment) -> Given:
    """Use a new certificate: at once, or on the next connection."""
    held = device.storage.certificates
    own = certificates.own_certificate(text, key, TYPES, held)
    is_in_use = device.number(SECURITY_PROFILE) == _WITH_CERTIFICATE
    device = device.storing(certificates=certificates.with_own(held, replace(own, is_new=is_in_use)))
    return device, ACCEPTED, [Redial()] if is_in_use else renewal(device, moment)


def renewal(device: Device, moment: Moment) -> list[Act]:
    """Set the alarm for the request of the next certificate, if the station has one (A03.FR.02)."""
    at = certificates.renewal_at(device.storage.certificates, TYPES)
    return [] if at is None else [Set(_RENEWAL, max(0.0, at - moment.now))]


def renew(device: Device, _: Any, moment: Moment) -> Step:
    """Request a new certificate, if the current one expires within a month (A03.FR.02, A03.FR.03)."""
    at = certificates.renewal_at(device.storage.certificates, TYPES)
    if at is None or at > moment.now or device.storage.signing.is_open:
        return device, []
    return sign(device)


def _applicant(device: Device) -> Applicant:
    return Applicant(device.identity.serial_number, device.variables[ORGANIZATION], device.storage.signing.key)


def _request(device: Device) -> Send:
    organization, key = device.variables[ORGANIZATION], device.storage.signing.key
    csr = x509.request(device.identity.serial_number, organization, key)
    return Send("SignCertificate", {"csr": csr, "certificateType": TYPES.own}, is_asked_for=True)


ANSWERS: Mapping[str, Answer] = {
    "CertificateSigned": signed,
    "DeleteCertificate": delete,
    "GetInstalledCertificateIds": installed_ids,
    "InstallCertificate": install,
}
ALARMS: Mapping[str, Alarmed] = {
    _RENEWAL[0]: renew,
    _SIGNING[0]: ask_again,
}
