"""Network profiles: the URLs for connections, and the order in which the station tries them (B09, B10)."""

from collections.abc import Mapping
from urllib.parse import quote

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.station.certificates import Uses, settled, trust_of
from mock_csms.station.cues import Opened
from mock_csms.station.handshake import HandshakeRequest, basic, uses_tls
from mock_csms.station.state import Moment
from mock_csms.station.v2.answers import ACCEPTED, REJECTED, Answer, Given, because
from mock_csms.station.v2.device import Device
from mock_csms.station.v2.model import VARIABLES
from mock_csms.station.v2.storage import TYPES
from mock_csms.station.v2.variables import (
    ACTIVE_NETWORK_PROFILE,
    ALLOW_DOWNGRADE,
    BASIC_AUTH_PASSWORD,
    NETWORK_ATTEMPTS,
    NETWORK_PRIORITY,
    SECURITY_PROFILE,
)

OWN_SLOT = 1
"""The slot of the URL on the command line, until the CSMS sets a profile there."""

_SPOKEN = ("OCPP20", "OCPP201", "OCPP21")
"""The `ocppVersion` of a profile that the station can use; the last two are in OCPP 2.1 only."""
_WITH_CERTIFICATE = 3
"""The security profile in which a client certificate replaces the password (A00.FR.402)."""
_NEEDED: Mapping[int, frozenset[str]] = {
    2: frozenset({"CSMSRootCertificate"}),
    3: frozenset({"CSMSRootCertificate", "ChargingStationCertificate"}),
}
"""The certificates that each security profile needs (A05.FR.02, A05.FR.03); profiles that are not listed need none."""


def set_profile(device: Device, payload: Json, _: Moment) -> Given:
    """Store a profile in a slot, if the slot exists and the security is not lowered (B09.FR.01, B09.FR.02)."""
    slot, profile = payload["configurationSlot"], payload["connectionData"]
    if _is_too_low(device, profile["securityProfile"]):
        return device, because("NoSecurityDowngrade"), []
    if str(slot) not in VARIABLES[NETWORK_PRIORITY].values or _is_unusable(device, profile):
        return device, REJECTED, []
    return device.storing(slots={**device.storage.slots, slot: profile}), ACCEPTED, []


def may_use(device: Device, priority: str) -> bool:
    """Return whether every slot of a priority list has a usable profile (B09.FR.04, B09.FR.05, A05.FR.02)."""
    slots = _slots(priority)
    return bool(slots) and all(_may_use(device, slot) for slot in slots)


def slot_at(device: Device, attempt: int) -> int:
    """Return the slot for an attempt to connect, counted from 0 (B10.FR.03).

    After all slots of the priority list, the station tries the slot that connected last (B10.FR.07).
    """
    slots = _tried(device)
    return slots[attempt // device.number(NETWORK_ATTEMPTS) % len(slots)]


def _tried(device: Device) -> list[int]:
    """Return the slots in the order in which they are tried."""
    slots, last = _slots(device.variables[NETWORK_PRIORITY]), device.number(ACTIVE_NETWORK_PROFILE)
    return [*slots, last] if last not in slots and _may_use(device, last) else slots or [OWN_SLOT]


def route(device: Device, attempt: int, first: HandshakeRequest) -> tuple[int, HandshakeRequest]:
    """Return the slot for an attempt, and its handshake; `first` is the handshake of the command line."""
    slot = slot_at(device, attempt)
    url = url_of(device, slot) or first.url
    uses = _uses(device, slot, attempt, is_secure=uses_tls(url))
    trust = trust_of(device.storage.certificates, TYPES, uses, first.trust)
    return slot, replace(first, url=url, authorization=_authorization(device, slot, first), trust=trust)


def url_of(device: Device, slot: int) -> str | None:
    """Return the URL of a slot with the identity (Part 4, 3.1.1); None for the URL of the command line."""
    profile = device.storage.dialed.get(slot)
    return None if profile is None else f"{profile['ocppCsmsUrl'].rstrip('/')}/{quote(device.name, safe='')}"


def authorization_of(device: Device) -> str | None:
    """Return the Authorization header with the password that the CSMS has set, if any (A00.FR.204, A01.FR.03)."""
    password = device.variables[BASIC_AUTH_PASSWORD]
    return basic(device.name, password) if password else None


def _authorization(device: Device, slot: int, first: HandshakeRequest) -> str | None:
    """Return the Authorization header for a slot; with a client certificate there is none (A00.FR.402)."""
    if _profile_of(device, slot) == _WITH_CERTIFICATE:
        return first.authorization if slot not in device.storage.dialed else None
    profile = device.storage.dialed.get(slot, {})
    if "basicAuthPassword" in profile:  # OCPP 2.1
        return basic(profile.get("identity", device.name), profile["basicAuthPassword"])
    return authorization_of(device) or first.authorization


def _uses(device: Device, slot: int, attempt: int, *, is_secure: bool) -> Uses:
    """Return the certificates for an attempt at a slot, if a new certificate has to replace an old one.

    The own certificate changes after all slots were tried, or at the slot to fall back to (A02.FR.28). At the CSMS to
    which the station was connected before, the root changes with each attempt; after another CSMS has failed, the old
    root is used (M05.FR.14 to 16).
    """
    tried, order = _tried(device), _slots(device.variables[NETWORK_PRIORITY]) or [OWN_SLOT]
    number, active = attempt // device.number(NETWORK_ATTEMPTS), device.number(ACTIVE_NETWORK_PROFILE)
    return Uses(
        is_secure=is_secure,
        has_own=_profile_of(device, slot) == _WITH_CERTIFICATE,
        new_root=slot != active or (tried[0] == active and attempt % 2 == 0),
        new_own=slot in order if len(tried) > len(order) else number // len(order) % 2 == 0,
    )


def _profile_of(device: Device, slot: int) -> int:
    """Return the security profile of a slot."""
    profile = device.storage.dialed.get(slot)
    return device.first_profile if profile is None else int(profile["securityProfile"])


def connected(device: Device, cue: Opened) -> Device:
    """Note which slot has connected with which certificates, and remove the profiles with lower security.

    (A05.FR.05, A05.FR.06; A02.FR.10, M05.FR.13.)
    """
    changed = {ACTIVE_NETWORK_PROFILE: str(cue.slot)}
    uses = _uses(device, cue.slot, cue.attempt, is_secure=cue.is_secure)
    held = settled(device.storage.certificates, TYPES, uses)
    if held != device.storage.certificates:
        device = device.storing(certificates=held)
    profile, before = _profile_of(device, cue.slot), device.number(SECURITY_PROFILE)
    if profile > before or _may_go_down(device, profile):
        changed[SECURITY_PROFILE] = str(profile)
    if profile > before:
        slots = device.storage.slots
        kept = {number: other for number, other in slots.items() if other["securityProfile"] >= profile}
        order = [number for number in _slots(device.variables[NETWORK_PRIORITY]) if number in kept]
        changed[NETWORK_PRIORITY] = ",".join(map(str, order))
        device = device.storing(slots=kept)
    if changed.items() <= device.variables.items():
        return device
    return device.with_variables(changed)


def _slots(priority: str) -> list[int]:
    return [int(slot) for slot in priority.split(",") if slot]


def _may_use(device: Device, slot: int) -> bool:
    profile = device.storage.slots.get(slot)
    if profile is None:
        return slot == OWN_SLOT and not _is_too_low(device, device.first_profile)
    kinds = {certificate.kind for certificate in device.storage.certificates}
    return _NEEDED.get(profile["securityProfile"], frozenset()) <= kinds and not _is_unusable(device, profile)


def _is_unusable(device: Device, profile: Json) -> bool:
    """Return whether a profile would lower the security, or this station cannot use it (A05.FR.10)."""
    return (
        _is_too_low(device, profile["securityProfile"])
        or not 0 <= profile["securityProfile"] <= _WITH_CERTIFICATE
        or profile["ocppTransport"] != "JSON"
        or profile.get("ocppVersion", "OCPP20") not in _SPOKEN
        or not profile["ocppCsmsUrl"].startswith(("ws://", "wss://"))
    )


def _is_too_low(device: Device, profile: int) -> bool:
    return profile < device.number(SECURITY_PROFILE) and not _may_go_down(device, profile)


def _may_go_down(device: Device, profile: int) -> bool:
    """Return whether a lower security profile is allowed: only from 3 to 2, and only by a variable (A05.FR.08, .09)."""
    return device.is_on(ALLOW_DOWNGRADE) and (device.number(SECURITY_PROFILE), profile) == (_WITH_CERTIFICATE, 2)


ANSWERS: Mapping[str, Answer] = {"SetNetworkProfile": set_profile}
