"""Checks of TLS: what a station offers and uses, and its certificate (checks T08, T17 to T21 and T32)."""

from ipaddress import ip_address

from mock_csms.behavior.handshake_faults import EVENTS, MUST_REFUSE
from mock_csms.conformance.common.transport import TRANSPORT, visitor_of
from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.subject import ERROR, WARNING, CheckResult, Done, Due, Later, Wrong
from mock_csms.conformance.v2.security import EVENT, SECURITY
from mock_csms.protocol import x509
from mock_csms.protocol.tls import TLS12, Agreement
from mock_csms.twin.seen import Seen, call, when

_OLD = ("SSLv3", "TLSv1", "TLSv1.1")
_ECDSA = {0xC02B: "ECDHE-ECDSA-AES128-GCM-SHA256", 0xC02C: "ECDHE-ECDSA-AES256-GCM-SHA384"}
_RSA = {0x009C: "AES128-GCM-SHA256", 0x009D: "AES256-GCM-SHA384"}
"""The two cipher suites with RSA. A station must support both of these, or both with ECDSA (A00.FR.319)."""


def tls_of(seen: Seen) -> Agreement | None:
    """Return the result of the TLS handshake for a WebSocket request; None without TLS."""
    visitor = visitor_of(seen)
    return visitor.tls if visitor else None


def certificate_of(seen: Seen) -> str:
    """Return the client certificate in PEM for a station's WebSocket request; empty if there is none."""
    tls = tls_of(seen)
    return tls.certificate if tls else ""


def certificate_in_use(station: KnownStation) -> str:
    """Return the client certificate of a station's current connection, in PEM; empty if there is none."""
    visitor = station.connections.admitted
    return visitor.tls.certificate if visitor and visitor.tls else ""


@TRANSPORT.check(
    "T08",
    "A00.FR.402",
    WARNING,
    "no credentials are sent together with a client certificate",
    when("knocked"),
)
def sends_no_credentials(seen: Seen, _: KnownStation) -> CheckResult:
    """Report an Authorization header together with a client certificate. Only security profiles 1 and 2 send one."""
    visitor = visitor_of(seen)
    has_both = visitor is not None and certificate_of(seen) and visitor.authorization is not None
    return "there is an Authorization header, although a client certificate is used" if has_both else None


@TRANSPORT.check("T17", "A00.FR.313, A00.FR.416", ERROR, "TLS 1.2 or newer is used", when("knocked"))
def uses_a_new_version(seen: Seen, _: KnownStation) -> CheckResult:
    """Report a version of TLS before 1.2. The mock accepts one only with --tls-min or a --tls-fault."""
    tls = tls_of(seen)
    return f"the station accepted {tls.version}" if tls and tls.version in _OLD else None


@TRANSPORT.check("T18", "A00.FR.319, A00.FR.422", ERROR, "cipher suites with AES-GCM are offered", when("knocked"))
def offers_the_suites(seen: Seen, _: KnownStation) -> CheckResult:
    """Report an offer with neither both ECDSA suites nor both RSA suites. Silent if TLS 1.2 is not offered."""
    tls = tls_of(seen)
    if tls is None or TLS12 not in tls.offer.versions:
        return None
    offered = {*tls.offer.suites}
    if offered.issuperset(_ECDSA) or offered.issuperset(_RSA):
        return None
    missing = ", ".join(name for number, name in {**_ECDSA, **_RSA}.items() if number not in offered)
    return f"neither {' and '.join(_ECDSA.values())} nor {' and '.join(_RSA.values())} are offered (missing: {missing})"


@TRANSPORT.check("T19", "A00.FR.321, A00.FR.424", ERROR, "TLS compression is not used", when("knocked"))
def uses_no_compression(seen: Seen, _: KnownStation) -> CheckResult:
    """Report TLS compression. An offer of it is only a warning, because the mock never accepts it."""
    tls = tls_of(seen)
    if tls is None or not any(tls.offer.compressions):
        return None
    if tls.is_compressed:
        return "TLS compression is used"
    return Wrong("TLS compression is offered", severity=WARNING, why="the mock does not accept it")


@TRANSPORT.check("T20", "A00.FR.511", ERROR, "the client certificate names the serial number", call("BootNotification"))
def names_its_serial_number(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a client certificate whose commonName is not the serial number in BootNotification.

    If the station reports no serial number, only a commonName that is a URL or an IP address is reported.
    """
    certificate, serial = certificate_in_use(station), seen.payload["chargingStation"].get("serialNumber")
    facts = x509.facts(certificate) if certificate else None
    if facts is None or facts.common_name == serial:
        return None
    if serial is not None:
        return f"the client certificate is for {facts.common_name!r}, but the serial number is {serial!r}"
    return f"{facts.common_name!r} is a URL or an IP address" if _is_address(facts.common_name) else None


def _is_address(name: str) -> bool:
    """Return whether a name can be taken for the address of a CSMS."""
    try:
        ip_address(name)
    except ValueError:
        return "://" in name
    return True


@TRANSPORT.check(
    "T21",
    "A00.FR.407, A00.FR.502, A00.FR.503, A00.FR.506, A00.FR.509",
    ERROR,
    "the client certificate is trusted and has a suitable key, signature, serial number and operator",
    when("knocked"),
)
def has_a_suitable_certificate(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a client certificate that is not suitable: key too short, not SHA-256, other operator (OrganizationName).

    A certificate that is not trusted is reported too; the mock accepts one with --tls-client accept-and-report.
    """
    tls = tls_of(seen)
    if tls is None or not tls.certificate:
        return None
    facts = x509.facts(tls.certificate)
    if facts is None:
        return "the client certificate cannot be read"
    problems = _problems(facts, station.variables.text("SecurityCtrlr", "OrganizationName"))
    problems[f"is not trusted: {tls.doubt}"] = bool(tls.doubt)
    return [f"the client certificate {problem}" for problem, holds in problems.items() if holds] or None


@TRANSPORT.check(
    "T32",
    "A00.FR.311, A00.FR.414, A00.FR.323, A00.FR.426",
    ERROR,
    "a wrong certificate of the CSMS, or a weak suite, is refused",
    when("knocked"),
)
def refuses_a_wrong_certificate(seen: Seen, _: KnownStation) -> CheckResult:
    """Report a station that continued after a wrong certificate or a weak suite, which --tls-fault had produced."""
    tls = tls_of(seen)
    sight = MUST_REFUSE.get(tls.fault) if tls else None
    return f"the station accepted {sight}" if sight else None


@SECURITY.check(
    "S03",
    "A00.FR.310, A00.FR.413",
    ERROR,
    "a security event reports a wrong certificate of the CSMS",
    when("knocked"),
    call(EVENT),
)
def reports_a_wrong_certificate(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a missing InvalidCsmsCertificate after the station has refused a certificate (--tls-fault)."""
    return _events_after(seen, station, "InvalidCsmsCertificate")


@SECURITY.check(
    "S04",
    "A00.FR.316, A00.FR.419, A00.FR.323, A00.FR.426",
    WARNING,
    "a security event reports an old version of TLS, or a weak cipher suite",
    when("knocked"),
    call(EVENT),
)
def reports_old_tls(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a missing InvalidTLSVersion or InvalidTLSCipherSuite after the station has refused one (--tls-fault).

    A warning, because Part 6 does not demand these events (TC_A_06).
    """
    return _events_after(seen, station, "InvalidTLSVersion", "InvalidTLSCipherSuite")


def _events_after(seen: Seen, station: KnownStation, *events: str) -> CheckResult:
    """Return the deadlines for the security events that must follow, or the ends of these deadlines."""
    if seen.action == EVENT:
        return Done(seen.payload["type"])
    tls = tls_of(seen)
    owed = {EVENTS[kind]: kind for kind in tls.refused if kind in EVENTS} if tls else {}
    return [
        Later(f"{event} did not come after the station refused {kind}", station.terms.patience, event, survives=True)
        for event, kind in owed.items()
        if event in events
    ]


@SECURITY.deadline("S03", "S04")
def is_certain(due: Due, station: KnownStation) -> CheckResult:
    """Wait longer if the station is not accepted; stay silent if another station may have made the offer."""
    admitted = station.connections.admitted
    if admitted is None or admitted.tls is None or len(station.makes.get(admitted.tls.offer, ())) > 1:
        return None
    if not station.boots.is_accepted:
        return Later(due.text, station.terms.patience, due.key, survives=True)
    return due.text


def _problems(facts: x509.CertificateFacts, operator: str | None) -> dict[str, bool]:
    """Return each fault that a client certificate can have, and whether this certificate has it."""
    is_other = bool(operator and facts.organization and facts.organization != operator)
    return {
        "has a key that is too short (A00.FR.502, A00.FR.503)": not facts.is_strong,
        f"is signed with {facts.digest or 'an unknown hash'}, not with SHA-256": facts.digest in ("md5", "sha1", ""),
        "names no serial number: it has no commonName": not facts.common_name,
        "names no operator: it has no organizationName": not facts.organization,
        f"names the operator {facts.organization!r}, but OrganizationName is {operator!r}": is_other,
    }
