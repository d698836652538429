"""Security profiles of the whitepaper (A00, A05): how the station connects, raises its profile, and reports bad TLS."""

from collections.abc import Mapping

from mock_csms.protocol.records import replace
from mock_csms.runtime.transport.trust import BAD_CERTIFICATE, BAD_SUITE, BAD_VERSION
from mock_csms.station import outbox
from mock_csms.station.certificates import Uses, first_certificates, own_of, settled, trust_of
from mock_csms.station.cues import Act, Opened, Redial, Unreached
from mock_csms.station.handshake import HandshakeRequest, basic, uses_tls
from mock_csms.station.state import Moment
from mock_csms.station.v16.boot import security_event
from mock_csms.station.v16.certificates import renewal
from mock_csms.station.v16.device import ACCEPTED, REJECTED, TYPES, Device16, Given, Step
from mock_csms.station.v16.model import MOST_CERTIFICATES

_ATTEMPTS = 3
"""How often a new security profile is tried before the former one is tried again as often (A05.FR.08)."""
_SECURE, _WITH_CERTIFICATE = 2, 3
"""The security profiles from which on TLS is used, and a client certificate."""
_EVENTS: Mapping[str, str] = {
    BAD_CERTIFICATE: "InvalidCentralSystemCertificate",
    BAD_VERSION: "InvalidTLSVersion",
    BAD_SUITE: "InvalidTLSCipherSuite",
}
"""By refused part of TLS: the security event that reports it (A00.FR.309, A00.FR.315, A00.FR.322)."""


def secured(device: Device16, profile: int, roots: str, own: tuple[str, str]) -> Device16:
    """Return a station with a security profile, roots of the CSMS, and its own certificate and key, in PEM.

    Raises ValueError for a text that has no certificate.
    """
    held = first_certificates(roots, own, TYPES, MOST_CERTIFICATES)
    device = device.configured("SecurityProfile", str(profile))
    return replace(device, first_profile=profile, certificates=held)


def change_profile(device: Device16, value: str) -> Given:
    """Use another security profile from the next connection on, if it is higher and the station can use it.

    Only from 3 to 2 may it become lower, and only if AllowSecurityProfileDowngrade is true (A05.FR.01 to 10).
    """
    wanted, now = int(value), device.number("SecurityProfile")
    may_go_down = device.is_on("AllowSecurityProfileDowngrade") and (now, wanted) == (_WITH_CERTIFICATE, _SECURE)
    if not (wanted > now or may_go_down) or not _has_what_it_needs(device, wanted):
        return device, REJECTED, []
    return replace(device.configured("SecurityProfile", value), former_profile=now), ACCEPTED, [Redial()]


def _has_what_it_needs(device: Device16, profile: int) -> bool:
    """Return whether the station has the password and the certificates for a profile (A05.FR.02 to 04)."""
    kinds = {each.kind for each in device.certificates}
    has_password = bool(device.configuration["AuthorizationKey"]) or 0 < device.first_profile < _WITH_CERTIFICATE
    if profile == _WITH_CERTIFICATE:
        return kinds >= {TYPES.root, TYPES.own}
    return has_password and (profile < _SECURE or TYPES.root in kinds)


def route(device: Device16, attempt: int, first: HandshakeRequest) -> tuple[int, HandshakeRequest]:
    """Return the handshake for an attempt: host and port stay, the scheme is that of the security profile."""
    profile = _profile_at(device, attempt)
    _, _, rest = first.url.partition("://")
    url = f"{'wss' if profile >= _SECURE else 'ws'}://{rest}" if profile != device.first_profile else first.url
    uses = _uses(device, attempt, is_secure=uses_tls(url))
    trust = trust_of(device.certificates, TYPES, uses, first.trust)
    return 1, replace(first, url=url, authorization=_authorization(device, profile, first), trust=trust)


def _profile_at(device: Device16, attempt: int) -> int:
    """Return the security profile for an attempt."""
    is_former = device.former_profile is not None and attempt // _ATTEMPTS % 2 == 1
    return device.former_profile or 0 if is_former else device.number("SecurityProfile")


def _uses(device: Device16, attempt: int, *, is_secure: bool) -> Uses:
    """Return the certificates for an attempt: in turn with new and with old ones (A02.FR.28, M05.FR.13)."""
    is_new = attempt % 2 == 0
    return Uses(is_secure, _profile_at(device, attempt) == _WITH_CERTIFICATE, is_new, is_new)


def _authorization(device: Device16, profile: int, first: HandshakeRequest) -> str | None:
    """Return the Authorization header: with the key that the CSMS has set, whose bytes are the password (A01)."""
    if profile == _WITH_CERTIFICATE:
        return first.authorization if device.first_profile == profile else None
    key = device.configuration["AuthorizationKey"]
    return basic(device.name, bytes.fromhex(key)) if key else first.authorization


def connected(device: Device16, cue: Opened, moment: Moment) -> Step:
    """Keep the profile and the certificates of a successful connection (A05.FR.08, A02.FR.10, M05.FR.12)."""
    before, uses = own_of(device.certificates, TYPES), _uses(device, cue.attempt, is_secure=cue.is_secure)
    device = device.configured("SecurityProfile", str(_profile_at(device, cue.attempt)))
    device = replace(device, former_profile=None, certificates=settled(device.certificates, TYPES, uses))
    own = own_of(device.certificates, TYPES)
    if before is None or own is None or not before.is_new or own.is_new:
        return device, []
    events: list[Act] = []
    if own.pem != before.pem:  # A02.FR.29
        events = [security_event("DiscardedRenewedClientCertificate", moment)]
    return device, [*events, *renewal(device, moment)]


def unreached(device: Device16, cue: Unreached, moment: Moment) -> Step:
    """Report TLS that the station has refused, once for repeated attempts; the report is sent when it is online."""
    kind = _EVENTS.get(cue.refused)
    if kind is None or outbox.holds_event(device, kind):
        return device, []
    return device, [security_event(kind, moment)]
