"""Checks of handshakes and connections of OCPP 1.6 (checks 6T)."""

from mock_csms.conformance.common.credentials import credentials_of, expected_password
from mock_csms.conformance.common.transport import visitor_of
from mock_csms.conformance.facts.v16.station import KnownStation16
from mock_csms.conformance.subject import ERROR, OF_V16, WARNING, CheckResult, Done, Later, Subject, Wrong
from mock_csms.conformance.v16.credentials import forms_of
from mock_csms.protocol import x509
from mock_csms.protocol.identifiers import folded
from mock_csms.twin.connections import has_hung_up
from mock_csms.twin.events import Disconnected
from mock_csms.twin.seen import Seen, call, when

TRANSPORT = Subject("transport", OF_V16, "v16")
BOOT, EVENT = "BootNotification", "SecurityEventNotification"
_SHORTEST, _LONGEST = 16, 20
"""How many bytes a password has (whitepaper, A00.FR.205)."""
_MANY, _AT_ONCE = 3, 1.0
"""After how many refusals a station must wait, and the seconds in which it certainly has not waited."""
_LEAVING = ("ChangeConfiguration", "Reset", "UpdateFirmware", "SignedUpdateFirmware")
"""The commands after which a station may close the connection."""


@TRANSPORT.check(
    "6T03", "OCPP-J 1.6 3.1.1", ERROR, "the URL ends with the identity, which has no colon with Basic authentication",
    when("knocked"),
)  # fmt: skip
def has_an_identity(seen: Seen, _: KnownStation16) -> CheckResult:
    """Report a URL without an identity, or an identity with a colon, at which the user name would end."""
    visitor = visitor_of(seen)
    if visitor is None:
        return None
    if not visitor.identity:
        return "the path has no identity"
    is_user = (visitor.authorization or "").lower().startswith("basic ")
    is_cut = is_user and ":" in visitor.identity
    return f"the identity {visitor.identity[:60]!r} has a colon, and is the user of Basic" if is_cut else None


@TRANSPORT.check(
    "6T04", "OCPP-J 1.6 6.2.2, whitepaper A00.FR.202-204", ERROR,
    "the Authorization header has the identity and the password that were set", when("knocked"),
)  # fmt: skip
def has_credentials(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report a missing or unreadable header, another user than the identity, or another password than the configured

    one.
    Silent if no password is configured. Once the CSMS has set another one, 6S02 checks which one the station uses.
    """
    expected = expected_password(seen, station)
    if expected is None:
        return None
    (visitor, password), found = expected, credentials_of(expected[0].authorization)
    if isinstance(found, str):
        return found
    if folded(found[0].decode(errors="replace")) != folded(visitor.identity):
        return f"the user is not the identity {visitor.identity[:60]!r}"
    is_right = station.connections.has_new_password or found[1] in forms_of(password)
    return None if is_right else f"the password, of {len(found[1])} bytes, is not the one that was set"


@TRANSPORT.check(
    "6T05", "OCPP-J 1.6 6.2.2, whitepaper A00.FR.205", WARNING,
    "the password is the 16 to 20 bytes of AuthorizationKey",
    when("knocked"),
)  # fmt: skip
def sends_bytes(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report a password that is too short or too long, or the hex digits of AuthorizationKey in place of its bytes."""
    expected = expected_password(seen, station)
    found = "" if expected is None else credentials_of(expected[0].authorization)
    if isinstance(found, str):
        return None
    size = len(found[1])
    digits = found[1].decode(errors="replace").lower()
    if 2 * _SHORTEST <= size <= 2 * _LONGEST and size % 2 == 0 and not set(digits) - set("0123456789abcdef"):
        return "the password is the hex digits of the key, and not its bytes"
    is_fit = _SHORTEST <= size <= _LONGEST
    return None if is_fit else f"the password has {size} bytes, and not {_SHORTEST} to {_LONGEST}"


@TRANSPORT.check(
    "6T06", "OCPP-J 1.6 3.2, OCPP-J 1.6 errata 3.3", WARNING, "a refused station waits before it tries again",
    when("knocked"),
)  # fmt: skip
def waits_after_refusals(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report an attempt within a second after the third refusal in a row, or a later one."""
    connections = station.connections
    if visitor_of(seen) is None or connections.refused < _MANY or connections.waits_since is None:
        return None
    waited = seen.at - connections.waits_since
    return f"it tries again {waited:.1f} s after refusal {connections.refused}" if waited < _AT_ONCE else None


@TRANSPORT.check(
    "6T07", "OCPP-J 1.6 5.4", WARNING, "no BootNotification if only the connection was lost", call(BOOT, EVENT)
)
def does_not_boot_again(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report the same BootNotification again soon after the mock itself has cut the connection.

    After any other loss the station may have restarted. A security event that reports a start cancels the finding.
    """
    boots, connections, cut_at = station.boots, station.connections, station.places.cut_at
    if seen.action == EVENT:
        return Done() if seen.payload["type"] in ("StartupOfTheDevice", "ResetOrReboot") else None
    is_plain = boots.is_accepted and boots.answered_at < connections.opened_at and boots.asked == seen.payload
    if not is_plain or boots.is_triggered or cut_at is None or _may_leave(station, boots.asked_at):
        return None
    is_soon = connections.opened_at - cut_at < station.terms.patience
    return Later(f"{BOOT}, although only the connection was lost", station.terms.patience) if is_soon else None


def _may_leave(station: KnownStation16, since: float) -> bool:
    """Whether a command since then is a reason to close the connection, or to restart."""
    answered = station.commands.answered
    return any(action in answered and answered[action].at >= since for action in _LEAVING)


@TRANSPORT.check("6T10", "1.6 4.2", WARNING, "a Pending station keeps the connection open", when("disconnected"))
def stays(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report that a Pending station closed the connection without a cause. An Accepted station may leave."""
    event, boots = seen.event_as(Disconnected), station.boots
    if boots.status != "Pending" or not has_hung_up(event) or event.code == 1001:
        return None
    return None if _may_leave(station, boots.asked_at) else f"closed the connection ({event.code}) while Pending"


@TRANSPORT.check(
    "6T13", "whitepaper A00.FR.404, A00.FR.511", ERROR, "the client certificate names serial number and operator",
    call(BOOT),
)  # fmt: skip
def has_its_certificate(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report a client certificate whose subject differs from the serial numbers in BootNotification, or from CpoName.

    Silent if the station reports no serial number.
    """
    admitted = station.connections.admitted
    pem = admitted.tls.certificate if admitted and admitted.tls else ""
    facts = x509.facts(pem) if pem else None
    names = ("chargePointSerialNumber", "chargeBoxSerialNumber")
    serials = [seen.payload[name] for name in names if seen.payload.get(name)]
    if facts is None:
        return None
    if serials and facts.common_name not in serials:
        return f"the client certificate is for {facts.common_name!r}, but the serial number is {serials[0]!r}"
    operator = station.variables.text("", "CpoName")
    is_other = bool(operator) and facts.organization != operator
    return Wrong(f"the client certificate is of {facts.organization!r}, not of {operator!r}") if is_other else None
