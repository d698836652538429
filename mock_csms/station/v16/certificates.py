"""Certificates: the CSMS installs, lists and deletes them, and signs one for the station (whitepaper, A02, M03-M05)."""

from collections.abc import Mapping
from itertools import pairwise

from mock_csms.protocol import x509
from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.protocol.v2.certificates import hash_data
from mock_csms.station.cues import Send
from mock_csms.station.state import Moment
from mock_csms.station.v16.boot import security_event
from mock_csms.station.v16.device import ACCEPTED, REJECTED, Answering, Device16, Given, RootCertificate, Step
from mock_csms.station.v16.model import MOST_CERTIFICATES

_FAILED: Json = {"status": "Failed"}


def install(device: Device16, payload: Json, moment: Moment) -> Given:
    """Install a valid, self-signed root certificate; an installed one is replaced by itself (whitepaper, M05)."""
    found = x509.split(payload["certificate"])
    if len(found) != 1 or x509.is_expired(found[0], moment.now) or not x509.is_issued_by(found[0], found[0]):
        return device, REJECTED, []
    new = RootCertificate(payload["certificateType"], found[0], hash_data(found[0], found[0]))
    others = [each for each in device.certificates if (each.kind, each.hash_data) != (new.kind, new.hash_data)]
    if len(others) >= MOST_CERTIFICATES:
        return device, _FAILED, []
    return replace(device, certificates=(*others, new)), ACCEPTED, []


def installed_ids(device: Device16, payload: Json, _: Moment) -> Given:
    """Return the hashes of the installed certificates of a type (whitepaper, M03)."""
    listed = [each.hash_data for each in device.certificates if each.kind == payload["certificateType"]]
    return device, ACCEPTED | {"certificateHashData": listed} if listed else {"status": "NotFound"}, []


def delete(device: Device16, payload: Json, _: Moment) -> Given:
    """Delete the certificate with these hashes, which are compared as hexadecimal numbers (whitepaper, M04)."""
    wanted = _folded(payload["certificateHashData"])
    kept = tuple(each for each in device.certificates if _folded(each.hash_data) != wanted)
    if len(kept) == len(device.certificates):
        return device, {"status": "NotFound"}, []
    return replace(device, certificates=kept), ACCEPTED, []


def sign(device: Device16) -> Step:
    """Send SignCertificate to request a certificate for the station (whitepaper, A02)."""
    csr = x509.request(device.identity.serial_number, device.configuration["CpoName"], device.key_number)
    return replace(device, is_signing=True), [Send("SignCertificate", {"csr": csr}, is_asked_for=True)]


def signed(device: Device16, payload: Json, moment: Moment) -> Given:
    """Accept the certificate for the station if it is valid and was requested (whitepaper, A02)."""
    chain = x509.split(payload["certificateChain"])
    is_sound = (
        device.is_signing
        and bool(chain)
        and x509.has_key(chain[0], device.identity.serial_number, device.key_number)
        and not any(x509.is_expired(each, moment.now) for each in chain)
        and all(x509.is_issued_by(each, issuer) for each, issuer in pairwise(chain))
    )
    if not is_sound:
        return device, REJECTED, [security_event("InvalidChargePointCertificate", moment)]
    return replace(device, is_signing=False, key_number=device.key_number + 1), ACCEPTED, []


def _folded(hash_data_: Json) -> Json:
    return {part: text.casefold() for part, text in hash_data_.items()}


ANSWERS: Mapping[str, Answering] = {
    "CertificateSigned": signed,
    "DeleteCertificate": delete,
    "GetInstalledCertificateIds": installed_ids,
    "InstallCertificate": install,
}
