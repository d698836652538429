"""Checks of security events, passwords and certificate requests (checks S)."""

from mock_csms.conformance.common.pem import is_certificate
from mock_csms.conformance.facts.v2.security import OWN, TRIGGERS, password_of
from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.subject import ERROR, INFO, WARNING, CheckResult, Done, Later, Subject
from mock_csms.protocol import x509
from mock_csms.twin.seen import Seen, call, result, when

SECURITY = Subject("security")
EVENT, SIGN, SIGNED = "SecurityEventNotification", "SignCertificate", "CertificateSigned"
FIRMWARE, INVALID = "FirmwareStatusNotification", "InvalidChargingStationCertificate"
_EVENTS = {"StartupOfTheDevice", "ResetOrReboot", "SettingSystemTime", "FirmwareUpdated", "MemoryExhaustion"}
_EVENTS |= {"SecurityLogWasCleared", "ReconfigurationOfSecurityParameters", "TamperDetectionActivated"}
_EVENTS |= {"FailedToAuthenticateAtCsms", "CsmsFailedToAuthenticate", "InvalidMessages", "AttemptedReplayAttacks"}
_EVENTS |= {"InvalidFirmwareSignature", "InvalidFirmwareSigningCertificate", "InvalidCsmsCertificate", INVALID}
_EVENTS |= {"InvalidTLSVersion", "InvalidTLSCipherSuite", "MaintenanceLoginAccepted", "MaintenanceLoginFailed"}
_EVENTS |= {"DiscardedRenewedClientCertificate"}


@SECURITY.check(
    "S01",
    "A04.FR.01",
    WARNING,
    "security events use the names of the specification",
    call(EVENT),
    implies=("B11", "S02", "S03", "S04", "S08"),
)
def events_are_known(seen: Seen, _: KnownStation) -> CheckResult:
    """Report a security event with a name that the specification does not have."""
    kind = seen.payload["type"]
    return None if kind in _EVENTS else f"{kind} is no security event of the specification"


@SECURITY.check(
    "S02",
    "A04.FR.02",
    INFO,
    "security events from an outage are delivered afterwards",
    call(FIRMWARE, EVENT),
)
def events_are_kept(seen: Seen, station: KnownStation) -> CheckResult:
    """Report the status InvalidSignature after an outage without its event InvalidFirmwareSignature."""
    if seen.action == EVENT:
        return Done() if seen.payload["type"] == "InvalidFirmwareSignature" else None
    connections = station.connections
    is_late = bool(connections.outages) and seen.at - connections.opened_at <= station.terms.tolerance
    if (
        seen.payload["status"] != "InvalidSignature"
        or not is_late
        or station.security.signature_at >= connections.outages[-1][0]
    ):
        return None
    return Later("InvalidFirmwareSignature did not come after the outage", station.terms.patience)


@SECURITY.check(
    "S05",
    "A01.FR.03, A01.FR.04",
    ERROR,
    "the station uses its new password once that was Accepted, else the old one",
    when("knocked"),
)
def password_is_right(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a handshake with the replaced password, or with one that the station rejected in SetVariables."""
    security, used = station.security, password_of(seen)
    if used is None or used == security.password:
        return None
    if used == security.replaced:
        return "the password is the old one, although SetVariables was Accepted"
    return "the station did not accept this password in SetVariables" if used == security.refused else None


@SECURITY.check(
    "S06",
    "A02.FR.02, A02.FR.03, A03.FR.03",
    ERROR,
    "a triggered SignCertificate is sent, with a valid CSR",
    result("TriggerMessage"),
    call(SIGN),
    when("malformed"),
    any_payload=True,
)
def requests_are_sound(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a missing CSR after a trigger, or one that is unreadable, unsigned, weak or for another station.

    R10 reports everything else.
    """
    if not seen.is_sound:
        return [Done(kind) for kind in TRIGGERS.values()] if seen.kind != "result" else None
    if seen.action == SIGN:
        kind = seen.payload.get("certificateType", OWN)
        return [Done(kind), Done(""), *_faults(seen, station)]
    requested = seen.request.get("requestedMessage") if isinstance(seen.request, dict) else None
    if seen.payload["status"] != "Accepted" or not isinstance(requested, str) or requested not in TRIGGERS:
        return None
    kinds = [TRIGGERS[requested]] if TRIGGERS[requested] else list(station.security.signing)
    if station.boots.is_in_doubt or any(
        station.security.of(kind).asked_at >= station.security.triggered_at for kind in kinds
    ):
        return None
    return Later(f"no {SIGN} came after the trigger {requested}", station.terms.patience, TRIGGERS[requested])


def _faults(seen: Seen, station: KnownStation) -> list[str]:
    """Return everything that is wrong with a certificate request."""
    request = x509.read_request(seen.payload["csr"])
    if request is None:
        return ["the csr is no PKCS#10 request in PEM"]
    serial = (station.boots.asked or {}).get("chargingStation", {}).get("serialNumber")
    is_own = seen.payload.get("certificateType", OWN) == OWN and serial is not None
    operator = station.variables.text("SecurityCtrlr", "OrganizationName")
    is_of_other = (
        seen.payload.get("certificateType", OWN) == OWN and bool(operator) and request.organization != operator
    )
    faults = {
        "the csr has a weak key": not request.is_strong,
        "the csr is not signed by its key": not request.is_signed,
        f"the common name of the csr is {request.common_name}, but the serial number is {serial}": is_own
        and request.common_name != serial,
        f"the organization of the csr is {request.organization!r}, but OrganizationName is {operator!r}": is_of_other,
    }
    return [text for text, is_so in faults.items() if is_so]


def _is_invalid(seen: Seen, station: KnownStation) -> bool:
    """Whether the mock knows that a certificate does not fit the station: no PEM, expired, or for another key."""
    chain, requests = seen.request["certificateChain"], station.security.of(OWN).requests
    if not is_certificate(chain):
        return True
    found = x509.split(chain)
    asked = [request.key for request in map(x509.read_request, requests) if request]
    if not found or x509.is_expired(found[0], seen.at - station.terms.tolerance):
        return bool(found)
    return bool(asked) and x509.key_of(found[0]) not in asked


@SECURITY.check(
    "S07", "A02.FR.06, A02.FR.07, A02.FR.08", ERROR, "an invalid certificate is not accepted", result(SIGNED)
)
def invalid_is_not_accepted(seen: Seen, station: KnownStation) -> CheckResult:
    """Report Accepted for a text that is not a certificate, or for one that has expired or has a key of no request."""
    if seen.payload["status"] != "Accepted" or seen.request.get("certificateType", OWN) != OWN:
        return None
    return "an invalid certificate was Accepted" if _is_invalid(seen, station) else None


@SECURITY.check(
    "S08",
    "A02.FR.07",
    ERROR,
    "a security event reports an invalid certificate",
    result(SIGNED),
    call(EVENT),
)
def invalid_is_reported(seen: Seen, station: KnownStation) -> CheckResult:
    """Report an invalid certificate without a security event; a chain that is too long needs none.

    A station without TLS that has requested no certificate may reject all certificates, because it supports none.
    """
    if seen.action == EVENT:
        return Done() if seen.payload["type"] == INVALID else None
    security, longest = station.security, station.variables.number("SecurityCtrlr", "MaxCertificateChainSize")
    if seen.request.get("certificateType", OWN) != OWN or security.invalid_at >= security.sent_at:
        return None
    is_long = longest is not None and len(seen.request["certificateChain"]) > longest
    is_refused, visitor = seen.payload["status"] == "Rejected", station.connections.admitted
    has_requested, has_tls = bool(security.of(OWN).requests), visitor is not None and visitor.tls is not None
    if is_long or (is_refused and not (has_requested or has_tls)):
        return None
    if not (is_refused and has_requested) and not _is_invalid(seen, station):
        return None
    return Later(f"{INVALID} did not come after {SIGNED}", station.terms.patience)


@SECURITY.check(
    "S09",
    "A02.FR.17, A02.FR.18, A02.FR.19",
    ERROR,
    "SignCertificate is repeated with growing waits and a limit",
    call(SIGN),
)
def repeats_slowly(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a repeat before the wait is over, or more repeats than CertSigningRepeatTimes.

    The wait starts with CertSigningWaitMinimum and doubles each time.
    """
    signing = station.security.of(seen.payload.get("certificateType", OWN))
    least = station.variables.number("SecurityCtrlr", "CertSigningWaitMinimum")
    most = station.variables.number("SecurityCtrlr", "CertSigningRepeatTimes")
    if not signing.is_open:
        return None
    pause, doubled = seen.at - signing.taken_at, min(signing.repeats, 30)
    if least is not None and pause < least * 2.0**doubled - station.terms.tolerance:
        return f"repetition {signing.repeats + 1} came after {pause:.1f} s, not after {least * 2.0**doubled:g} s"
    if most is not None and signing.repeats == int(most) + 1:  # the variable counts how often the wait doubles
        return f"repetition {signing.repeats + 1} came, but CertSigningRepeatTimes is {most:g}"
    return None


@SECURITY.check("S10", "A02.FR.20", ERROR, "a refused SignCertificate is not repeated without a trigger", call(SIGN))
def waits_for_triggers(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a SignCertificate without a trigger after the previous request, or its certificate, was refused."""
    is_over = station.security.of(seen.payload.get("certificateType", OWN)).is_over
    return f"{SIGN} was sent although the one before was refused" if is_over else None
