"""Checks of the security whitepaper: events, passwords, security profiles, certificate requests (checks 6S)."""

from collections.abc import Mapping

from mock_csms.conformance.common.transport import visitor_of
from mock_csms.conformance.facts.v16.station import KnownStation16
from mock_csms.conformance.subject import ERROR, OF_V16, WARNING, CheckResult, Done, Due, Later, Subject, Wrong
from mock_csms.conformance.v16.credentials import forms_of, password_in
from mock_csms.protocol import x509
from mock_csms.protocol.identifiers import folded
from mock_csms.twin.seen import Seen, call, result, when

SECURITY = Subject("security", OF_V16, "v16")
EVENT, CHANGE, SIGN = "SecurityEventNotification", "ChangeConfiguration", "SignCertificate"
_TAKEN = ("Accepted", "RebootRequired")
_OF_2: Mapping[str, str] = {
    "CsmsFailedToAuthenticate": "CentralSystemFailedToAuthenticate",
    "FailedToAuthenticateAtCsms": "FailedToAuthenticateAtCentralSystem",
    "InvalidChargingStationCertificate": "InvalidChargePointCertificate",
    "InvalidCsmsCertificate": "InvalidCentralSystemCertificate",
}
"""The events that have another name in OCPP 2.x, and their names in the whitepaper."""


@SECURITY.check("6S01", "whitepaper 8", WARNING, "security events have the names of the whitepaper", call(EVENT))
def names_its_events(seen: Seen, _: KnownStation16) -> CheckResult:
    """Report an event with its name of OCPP 2.x. Vendors may have further events."""
    right = _OF_2.get(seen.payload["type"])
    return f"{seen.payload['type']} is called {right} in OCPP 1.6" if right else None


@SECURITY.check(
    "6S02", "OCPP-J 1.6 6.2.2, whitepaper A01.FR.03, A01.FR.04", ERROR,
    "after an accepted AuthorizationKey the station uses the new password, at once", result(CHANGE), when("knocked"),
)  # fmt: skip
def uses_its_new_key(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report the old password after the new one was accepted. A station that does not reconnect is a warning."""
    if seen.kind == "result":
        is_it = folded(seen.request["key"]) == "authorizationkey" and seen.payload["status"] == "Accepted"
        text = "no reconnect with the new AuthorizationKey"
        has_password = station.connections.admitted is not None and station.connections.admitted.authorization
        return Later(text, station.terms.patience) if is_it and has_password else None
    visitor, known = visitor_of(seen), station.configuration
    used = password_in(visitor.authorization) if visitor else None
    if used is None or known.key is None or used in forms_of(known.key):
        return Done()
    is_old = used == known.old
    return [Done(), *(["the old password, although a new one was accepted"] if is_old else [])]


@SECURITY.deadline("6S02")
def did_not_come_back(due: Due, _: KnownStation16) -> CheckResult:
    """Report a station that keeps its connection."""
    return Wrong(due.text, severity=WARNING, why="OCPP-J 1.6 does not demand it")


@SECURITY.check("6S03", "whitepaper A05.FR.01, A05.FR.02", ERROR, "the security profile is not lowered", result(CHANGE))
def keeps_its_profile(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report that a lower SecurityProfile was accepted, except 2 in place of 3 with AllowSecurityProfileDowngrade."""
    now, value = station.number("SecurityProfile"), seen.request["value"]
    is_it = folded(seen.request["key"]) == "securityprofile" and seen.payload["status"] in _TAKEN
    if not is_it or now is None or not value.isdecimal() or int(value) >= now:
        return None
    is_allowed = (now, value) == (3.0, "2") and station.switch("AllowSecurityProfileDowngrade") is not False
    return None if is_allowed else f"SecurityProfile {value} was accepted, but {now:g} is in use"


@SECURITY.check("6S04", "whitepaper A02.FR.02-03, A03", ERROR, "a certificate request is valid", call(SIGN))
def requests_are_sound(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report a certificate request that is unreadable, unsigned, weak, or for another station or operator."""
    request = x509.read_request(seen.payload["csr"])
    if request is None:
        return "the csr is no PKCS#10 request in PEM"
    boot, operator = station.boots.asked or {}, station.variables.text("", "CpoName")
    serials = [boot[name] for name in ("chargePointSerialNumber", "chargeBoxSerialNumber") if boot.get(name)]
    faults = {
        "the csr has a weak key": not request.is_strong,
        "the csr is not signed by its key": not request.is_signed,
        f"the csr is for {request.common_name!r}, which is no serial number": bool(serials)
        and request.common_name not in serials,
        f"the csr is of {request.organization!r}, not of {operator!r}": bool(operator)
        and request.organization != operator,
    }
    return [text for text, holds in faults.items() if holds]
