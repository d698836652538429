"""Misbehaviours with TLS and with the station's certificate (checks T08, T17, T18, T20, T21, T32, S03 and S04)."""

from collections.abc import Callable
from urllib.parse import unquote

from mock_csms.protocol import x509
from mock_csms.protocol.records import replace
from mock_csms.protocol.tls import TLS10, TLS11, TLS12
from mock_csms.runtime.transport.trust import Trust
from mock_csms.station.handshake import HandshakeRequest, basic, uses_tls
from mock_csms.station.misbehaviour import Kinds, Misbehaviour, has, inside, never, sends

_EVENT = "SecurityEventNotification"
_ALWAYS = (0.0, 4_000_000_000.0)
"""From when to when a certificate of a stranger is valid, in seconds since 1970."""
_OLD_SUITES = "AES128-SHA:AES256-SHA:@SECLEVEL=0"


def _over_tls(change: Callable[[Trust], Trust]) -> Callable[[HandshakeRequest, HandshakeRequest], HandshakeRequest]:
    """Change with what TLS is done."""

    def wrong(_: HandshakeRequest, right: HandshakeRequest) -> HandshakeRequest:
        return replace(right, trust=change(right.trust)) if uses_tls(right.url) else right

    return wrong


def _of_a_stranger(right: Trust) -> Trust:
    """Return a certificate for the same names from an authority that nobody knows."""
    facts = x509.facts(right.certificate) if right.certificate else None
    if facts is None:
        return right
    root = x509.self_signed("mock-station stranger", 0, _ALWAYS)
    asked = x509.request(facts.common_name, facts.organization, 0)
    issued = x509.issue(asked, root, 0, _ALWAYS) or right.certificate
    return replace(right, certificate=issued, key=x509.key_text(facts.common_name, 0))


def _with_credentials(_: HandshakeRequest, right: HandshakeRequest) -> HandshakeRequest:
    """Send a password although a client certificate is used."""
    if not (uses_tls(right.url) and right.trust.certificate):
        return right
    identity = unquote(right.url.rpartition("/")[2])
    return replace(right, authorization=basic(identity, "a-password-of-mock-station"))


KINDS: Kinds = {
    "trusts-any-certificate": Misbehaviour(
        "accepts any certificate of the CSMS",
        ("T32",),
        handshake=_over_tls(lambda right: replace(right, is_careless=True)),
    ),
    "weak-suites": Misbehaviour(
        "offers and accepts weak cipher suites",
        ("T32",),
        handshake=_over_tls(lambda right: replace(right, newest=TLS12, suites=f"{right.suites}:{_OLD_SUITES}")),
    ),
    "old-tls": Misbehaviour(
        "uses TLS 1.1",
        ("T17",),
        handshake=_over_tls(lambda right: replace(right, oldest=TLS10, newest=TLS11, suites=_OLD_SUITES)),
    ),
    "few-suites": Misbehaviour(
        "offers one cipher suite only",
        ("T18",),
        handshake=_over_tls(lambda right: replace(right, newest=TLS12, suites="ECDHE-RSA-AES128-GCM-SHA256")),
    ),
    "password-with-certificate": Misbehaviour(
        "sends a password together with its certificate", ("T08",), handshake=_with_credentials
    ),
    "certificate-of-stranger": Misbehaviour(
        "uses a certificate of an unknown authority", ("T21",), handshake=_over_tls(_of_a_stranger)
    ),
    "other-serial-number": Misbehaviour(
        "boots with another serial number than its certificate and its CSR have",
        ("T20", "S06"),
        acts=sends("BootNotification", inside("chargingStation", serialNumber="OTHER-0001")),
    ),
    "hides-wrong-certificates": Misbehaviour(
        "does not report that it has refused a certificate of the CSMS",
        ("S03",),
        acts=sends(_EVENT, never, has(type="InvalidCsmsCertificate")),
    ),
    "hides-old-tls": Misbehaviour(
        "does not report that it has refused a version of TLS",
        ("S04",),
        acts=sends(_EVENT, never, has(type="InvalidTLSVersion")),
    ),
    "hides-weak-suites": Misbehaviour(
        "does not report that it has refused a cipher suite",
        ("S04",),
        acts=sends(_EVENT, never, has(type="InvalidTLSCipherSuite")),
    ),
}
