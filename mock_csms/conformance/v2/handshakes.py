"""Checks of identities and credentials in the handshake (checks T03, T05 to T07 and T16)."""

import re

from mock_csms.conformance.common import credentials
from mock_csms.conformance.common.credentials import WITH_CERTIFICATE, expected_password
from mock_csms.conformance.common.transport import TRANSPORT, visitor_of
from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.subject import ERROR, WARNING, CheckResult, Wrong
from mock_csms.protocol.identifiers import folded
from mock_csms.protocol.masks import is_right_password
from mock_csms.protocol.versions import V21
from mock_csms.twin.seen import Seen, when

_IDENTITY = re.compile(r"[A-Za-z0-9*\-_=+|@.]*")


_PASSWORD = re.compile(r"[A-Za-z0-9*\-_=:+|@.]*")


_LONGEST_IDENTITY = 48


@TRANSPORT.check(
    "T03",
    "Part 4 3.1.1",
    ERROR,
    "the identity in the URL is an identifierString of 1 to 48 characters",
    when("knocked"),
)
def has_an_identity(seen: Seen, _: KnownStation) -> CheckResult:
    """Report an identity that is empty, too long, or has a colon or another forbidden character.

    A slash after the identity is a warning: the identity must be the end of the URL.
    """
    visitor = visitor_of(seen)
    if visitor is None:
        return None
    identity = visitor.identity
    if not identity:
        return "the path has no identity"
    if len(identity) > _LONGEST_IDENTITY:
        return f"the identity has {len(identity)} characters, more than {_LONGEST_IDENTITY}: {identity[:60]!r}"
    if not _IDENTITY.fullmatch(identity):
        return f"the identity has characters that may not be in it: {identity!r}"
    has_slash = visitor.resource.endswith("/")
    text, why = f"a slash follows the identity: {visitor.path!r}", "the identity itself is right"
    return Wrong(text, severity=WARNING, why=why) if has_slash else None


def credentials_of(header: str | None) -> tuple[str, str] | str:
    """Return the user and the password in an Authorization header, or a text about its fault."""
    found = credentials.credentials_of(header)
    try:
        return found if isinstance(found, str) else (found[0].decode(), found[1].decode())
    except UnicodeDecodeError:
        return "the credentials are not UTF-8 text"


@TRANSPORT.check(
    "T05", "A00.FR.202", ERROR, "the handshake has credentials in an Authorization header", when("knocked")
)
def sends_credentials(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a handshake without an Authorization header, or with one that is not Basic or is unreadable.

    Silent if no password is configured for the station.
    """
    expected = expected_password(seen, station)
    if expected is None:
        return None
    found = credentials_of(expected[0].authorization)
    return found if isinstance(found, str) else None


@TRANSPORT.check(
    "T06", "A00.FR.204", ERROR, "the user name in the credentials is the station's identity", when("knocked")
)
def is_the_user(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a user name that differs from the identity in the path."""
    expected = expected_password(seen, station)
    found = "" if expected is None else credentials_of(expected[0].authorization)
    if expected is None or isinstance(found, str) or folded(found[0]) == folded(expected[0].identity):
        return None
    is_swapped = folded(found[1]) == folded(expected[0].identity) or is_right_password(found[0], expected[1])
    return (
        "user and password are swapped"
        if is_swapped
        else f"the user is {found[0][:60]!r}, not {expected[0].identity!r}"
    )


@TRANSPORT.check("T07", "A00.FR.205", ERROR, "the password is correct and a valid passwordString", when("knocked"))
def has_the_password(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a password that is too short, too long, has forbidden characters, or is wrong.

    The finding never shows the password. If the configured password itself breaks the rules, it is only a warning,
    because the station did not choose it. After the CSMS has set another password, S05 checks which one the station
    uses. Edition 4 allows 64 characters.
    """
    expected = expected_password(seen, station)
    found = "" if expected is None else credentials_of(expected[0].authorization)
    if expected is None or isinstance(found, str):
        return None
    is_new, password = station.connections.has_new_password, found[1]
    if not is_new and not is_right_password(password, expected[1]):
        return f"the password, of {len(password)} characters, is not the one that was set"
    is_fit = 16 <= len(password) <= 64 and _PASSWORD.fullmatch(password)
    problem = f"the password is no passwordString: it has {len(password)} characters, or some that are not allowed"
    return None if is_fit else Wrong(problem, severity=WARNING, why="it was set by the operator")


@TRANSPORT.check("T16", "A00.FR.002", ERROR, "a reconnect does not lower the security profile", when("knocked"))
def keeps_its_profile(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a handshake without TLS, client certificate or credentials if the last accepted one had them.

    Credentials may be missing if security profile 3 is or may be in use, because a client certificate replaces them.
    """
    visitor, before = visitor_of(seen), station.connections.admitted
    if visitor is None or before is None:
        return None
    if visitor.profile < before.profile and before.profile > 1 and not _may_go_down(before.profile, station):
        return f"the security profile is {visitor.profile}, and it was {before.profile} in the handshake before"
    if before.authorization is None or visitor.authorization is not None or visitor.profile == WITH_CERTIFICATE:
        return None
    given = station.commands.agreed.get("SetNetworkProfile")
    profiles = [station.variables.text("SecurityCtrlr", "SecurityProfile")]
    profiles += [str(given.request["connectionData"]["securityProfile"])] if given else []
    return None if "3" in profiles else "there are no credentials, but the handshake before had some"


def _may_go_down(profile: int, station: KnownStation) -> bool:
    """Whether a station may lower its security profile: from 3 to 2, if a variable of OCPP 2.1 allows that (A05)."""
    is_allowed = station.variables.switch("SecurityCtrlr", "AllowSecurityProfileDowngrade")
    return station.version == V21.name and profile == WITH_CERTIFICATE and is_allowed is not False
