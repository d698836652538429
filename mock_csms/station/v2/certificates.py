"""Certificates that the CSMS installs, lists and deletes, and the station's own certificate (A02, M03, M04, M05)."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from mock_csms.protocol import x509
from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.protocol.v2.certificates import hash_data
from mock_csms.station.cues import Act, Send, Set, Stop
from mock_csms.station.state import Moment
from mock_csms.station.v2.answers import ACCEPTED, Alarmed, Answer, Given, because
from mock_csms.station.v2.calls import security_event
from mock_csms.station.v2.device import Device, Step
from mock_csms.station.v2.model import MOST_CERTIFICATES
from mock_csms.station.v2.storage import Certificate
from mock_csms.station.v2.variables import CERT_SIGNING_REPEATS, CERT_SIGNING_WAIT, ORGANIZATION

CAPACITY = MOST_CERTIFICATES - 1
"""How many certificates the station holds besides its own."""

OWN = "ChargingStationCertificate"
"""The kind of the station's own certificate; it cannot be installed or listed."""
ROOT_OF_MAKER = "ManufacturerRootCertificate"

_SIGNING: tuple[str] = ("signing",)
_FAILED: Json = {"status": "Failed"}


def installed(device: Device, kind: str | None = None) -> list[Certificate]:
    """Return the certificates that the CSMS installed, of one kind or of all."""
    return [each for each in device.storage.certificates if each.kind != OWN and kind in (None, each.kind)]


def install(device: Device, payload: Json, moment: Moment) -> Given:
    """Install a root certificate if it is valid and self-signed (M05.FR.01 to 03, M05.FR.07)."""
    found = x509.split(payload["certificate"])
    if len(found) != 1 or x509.is_expired(found[0], moment.now) or not x509.is_issued_by(found[0], found[0]):
        return device, because("InvalidCertificate"), []
    new = Certificate(payload["certificateType"], found[0], hash_data(found[0], found[0]))
    others = [each for each in device.storage.certificates if (each.kind, each.hash_data) != (new.kind, new.hash_data)]
    if sum(each.kind != OWN for each in others) >= CAPACITY:
        return device, because("OutOfStorage", _FAILED), []
    return device.storing(certificates=(*others, new)), ACCEPTED, []


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
    """Delete a certificate (M04.FR.02, M04.FR.04), but never the station's own one (M04.FR.06)."""
    wanted = _folded(payload["certificateHashData"])
    if any(_is_own(each, wanted) for each in device.storage.certificates):
        return device, _FAILED, []
    kept = tuple(each for each in device.storage.certificates if _folded(each.hash_data) != wanted)
    if kept == device.storage.certificates:
        return device, {"status": "NotFound"}, []
    return device.storing(certificates=kept), ACCEPTED, []


def sign(device: Device, *_: Any) -> Step:
    """Send SignCertificate: request a certificate for the station (A02.FR.02)."""
    signing = replace(device.storage.signing, is_open=True, taken=0)
    return device.storing(signing=signing), [Stop(_SIGNING), _request(device)]


def taken(device: Device, request: Json, response: Json, _: Moment) -> Step:
    """Wait for the certificate after the answer to SignCertificate. Each wait is twice as long (A02.FR.17, A02.FR.18).

    The wait is doubled CertSigningRepeatTimes times, then the station sends no further request (A02.FR.19). It sends
    none after a rejection either (A02.FR.20).
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
    """Accept the station's own certificate if it is valid and was requested (A02.FR.06, A02.FR.07)."""
    signing, chain = device.storage.signing, x509.split(payload["certificateChain"])
    event = security_event("InvalidChargingStationCertificate", moment)
    if payload.get("certificateType", OWN) != OWN or not signing.is_open:
        return device, because("InvalidCertificate"), [event]
    is_sound = _is_sound(device, chain, moment)
    device = device.storing(signing=replace(signing, is_open=False, key=signing.key + is_sound))
    if not is_sound:
        return device, because("InvalidCertificate"), [event]
    issuers = [*chain[1:], *(each.pem for each in installed(device))]
    issuer = next((each for each in issuers if x509.is_issued_by(chain[0], each)), chain[0])
    own = Certificate(OWN, "".join(chain), hash_data(chain[0], issuer))
    return device.storing(certificates=(*installed(device), own)), ACCEPTED, []


def _request(device: Device) -> Send:
    organization, key = device.variables[ORGANIZATION], device.storage.signing.key
    csr = x509.request(device.identity.serial_number, organization, key)
    return Send("SignCertificate", {"csr": csr, "certificateType": OWN}, is_asked_for=True)


def _is_sound(device: Device, chain: tuple[str, ...], moment: Moment) -> bool:
    """Return whether a chain begins with a certificate for the station's key, and each one is signed by the next."""
    return (
        bool(chain)
        and x509.has_key(chain[0], device.identity.serial_number, device.storage.signing.key)
        and not any(x509.is_expired(each, moment.now) for each in chain)
        and all(x509.is_issued_by(each, issuer) for each, issuer in pairwise(chain))
    )


def _is_own(certificate: Certificate, wanted: Json) -> bool:
    """Whether hash data are those of the station's own certificate; the station may not know the issuer's key."""
    own = _folded(certificate.hash_data)
    return certificate.kind == OWN and all(own[part] == wanted[part] for part in ("issuerNameHash", "serialNumber"))


def _folded(hash_data: Json) -> Json:
    """Return hash data in lower case: they are compared as hexadecimal numbers."""
    return {part: hash_data[part].casefold() for part in hash_data if part != "customData"}


ANSWERS: Mapping[str, Answer] = {
    "CertificateSigned": signed,
    "DeleteCertificate": delete,
    "GetInstalledCertificateIds": installed_ids,
    "InstallCertificate": install,
}
ALARMS: Mapping[str, Alarmed] = {
    _SIGNING[0]: ask_again,
}
