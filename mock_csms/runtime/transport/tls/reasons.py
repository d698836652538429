"""Describes the result of a TLS handshake, and why one failed."""

import re
import ssl
from collections.abc import Mapping
from typing import Any

from mock_csms.protocol.tls import ALERTS, Agreement, Offer
from mock_csms.runtime.transport.tls.handling import Failure

BROKEN_OFF = "the station ended the connection during the TLS handshake, without an alert"
LEFT = "the station ended the connection once it had the mock's certificate, without an alert"

_BY_STATION: Mapping[str, str] = {
    "unknown_ca": "it does not trust the authority of the mock's certificate",
    "certificate_expired": "it says that the mock's certificate has expired or is not valid yet",
    "bad_certificate": "it refuses the mock's certificate",
    "certificate_unknown": "it refuses the mock's certificate, and does not say why",
    "unsupported_certificate": "it cannot use the kind of the mock's certificate",
    "certificate_revoked": "it says that the mock's certificate is revoked",
    "handshake_failure": "there is nothing that both sides support, or it refuses what the mock chose",
    "protocol_version": "it refuses the version of TLS that the mock chose",
    "illegal_parameter": "it refuses something that it did not offer, such as the cipher suite",
    "insufficient_security": "it refuses the cipher suite as too weak",
    "unrecognized_name": "it does not know the name",
    "internal_error": "it has failed itself",
    "user_canceled": "it was told to stop",
}
"""By alert: what the station says with it about the handshake."""

_BY_MOCK: Mapping[str, str] = {
    "NO_SHARED_CIPHER": "the station offers no cipher suite that the mock accepts",
    "UNSUPPORTED_PROTOCOL": "the station offers no version of TLS that the mock accepts",
    "VERSION_TOO_LOW": "the station offers no version of TLS that the mock accepts",
    "PEER_DID_NOT_RETURN_A_CERTIFICATE": "the station has no client certificate",
    "NO_SUITABLE_KEY_SHARE": "the station offers no key exchange that the mock supports",
    "NO_SUITABLE_SIGNATURE_ALGORITHM": "the station accepts no signature that the mock can make",
    "INAPPROPRIATE_FALLBACK": "the station tries an older version of TLS, although the mock accepts a newer one",
    "UNEXPECTED_EOF_WHILE_READING": BROKEN_OFF,
    "BAD_SIGNATURE": "the station does not have the key of its client certificate",
    "CA_MD_TOO_WEAK": "the client certificate is signed with SHA-1 or MD5",
    "EE_KEY_TOO_SMALL": "the key of the client certificate is too short",
}
"""By error of OpenSSL: what is wrong at the station."""


def failure_of(error: ssl.SSLError, tls: Any) -> Failure:
    """Return why a handshake failed."""
    der = tls.certificate
    certificate = ssl.DER_cert_to_PEM_cert(der) if der else ""
    alert = ALERTS.get(tls.alert, f"alert {tls.alert}") if tls.alert is not None else _alert_in(error)
    is_theirs = "ALERT" in (error.reason or "")
    if is_theirs:
        return by_station(alert, certificate)
    reason = _BY_MOCK.get(error.reason or "", "") or _words(error)
    return Failure(reason=reason, alert=alert, by="mock" if alert else "", certificate=certificate)


def by_station(alert: str, certificate: str = "") -> Failure:
    """Return the failure of a handshake that the station ended with an alert."""
    meaning = _BY_STATION.get(alert)
    reason = f"the station sent the alert {alert}" + (f": {meaning}" if meaning else "")
    return Failure(reason=reason, alert=alert, by="station", certificate=certificate)


def _alert_in(error: ssl.SSLError) -> str:
    """Return the name of the alert in the reason of an error: TLSV1_ALERT_UNKNOWN_CA is unknown_ca."""
    found = re.search(r"ALERT_(\w+)", error.reason or "")
    return found[1].lower() if found else ""


def _words(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the client certificate is not valid: {error.verify_message}"
    return (error.reason or str(error)).lower().replace("_", " ")


def agreement_of(tls: Any, offer: Offer, fault: str) -> Agreement:
    """Return the result of a TLS handshake that has succeeded; `fault` is the one that the mock added to it."""
    der, suite = tls.getpeercert(binary_form=True), tls.cipher()
    return Agreement(
        version=tls.version() or "",
        suite=suite[0] if suite else "",
        offer=offer,
        is_compressed=tls.compression() is not None,
        certificate=ssl.DER_cert_to_PEM_cert(der) if der else "",
        doubt=getattr(tls, "doubt", ""),
        fault=fault,
    )
