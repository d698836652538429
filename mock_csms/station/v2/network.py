"""Network profiles: the URLs for connections, and the order in which the station tries them (B09, B10)."""

from collections.abc import Mapping
from urllib.parse import quote

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.station.handshake import HandshakeRequest, basic
from mock_csms.station.state import Moment
from mock_csms.station.v2.answers import ACCEPTED, REJECTED, Answer, Given
from mock_csms.station.v2.device import Device
from mock_csms.station.v2.model import VARIABLES
from mock_csms.station.v2.variables import (
    ACTIVE_NETWORK_PROFILE,
    BASIC_AUTH_PASSWORD,
    NETWORK_ATTEMPTS,
    NETWORK_PRIORITY,
    SECURITY_PROFILE,
)

OWN_SLOT = 1
"""The slot of the URL on the command line, until the CSMS sets a profile there."""

_SPOKEN = ("OCPP20", "OCPP201", "OCPP21")
"""The `ocppVersion` of a profile that the station can use; the last two are in OCPP 2.1 only."""
_NEEDED: Mapping[int, frozenset[str]] = {
    2: frozenset({"CSMSRootCertificate"}),
    3: frozenset({"CSMSRootCertificate", "ChargingStationCertificate"}),
}
"""The certificates that each security profile needs (A05.FR.02, A05.FR.03); profiles that are not listed need none."""


def set_profile(device: Device, payload: Json, _: Moment) -> Given:
    """Store a profile in a slot, if the slot exists and the security is not lowered (B09.FR.01, B09.FR.02)."""
    slot, profile = payload["configurationSlot"], payload["connectionData"]
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
    slots, last = _slots(device.variables[NETWORK_PRIORITY]), device.number(ACTIVE_NETWORK_PROFILE)
    slots = [*slots, last] if last not in slots and _may_use(device, last) else slots or [OWN_SLOT]
    return slots[attempt // device.number(NETWORK_ATTEMPTS) % len(slots)]


def route(device: Device, attempt: int, first: HandshakeRequest) -> tuple[int, HandshakeRequest]:
    """Return the slot for an attempt, and its handshake; `first` is the handshake of the command line."""
    slot = slot_at(device, attempt)
    url, authorization = url_of(device, slot), authorization_of(device, slot)
    return slot, replace(first, url=url or first.url, authorization=authorization or first.authorization)


def url_of(device: Device, slot: int) -> str | None:
    """Return the URL of a slot with the identity (Part 4, 3.1.1); None for the URL of the command line."""
    profile = device.storage.dialed.get(slot)
    return None if profile is None else f"{profile['ocppCsmsUrl'].rstrip('/')}/{quote(device.name, safe='')}"


def authorization_of(device: Device, slot: int = OWN_SLOT) -> str | None:
    """Return the Authorization header with the password that the CSMS has set, if any (A00.FR.204, A01.FR.03).

    In OCPP 2.1 a network profile may have a password.
    """
    profile = device.storage.dialed.get(slot, {})
    password = profile.get("basicAuthPassword") or device.variables[BASIC_AUTH_PASSWORD]
    return basic(device.name, password) if password else None


def connected(device: Device, slot: int) -> Device:
    """Note which slot has connected, and remove the profiles with lower security (A05.FR.05, A05.FR.06)."""
    changed = {ACTIVE_NETWORK_PROFILE: str(slot)}
    profile = device.storage.dialed.get(slot)
    if profile is not None and profile["securityProfile"] > device.number(SECURITY_PROFILE):
        slots, least = device.storage.slots, profile["securityProfile"]
        kept = {number: other for number, other in slots.items() if other["securityProfile"] >= least}
        order = [number for number in _slots(device.variables[NETWORK_PRIORITY]) if number in kept]
        changed |= {SECURITY_PROFILE: str(least), NETWORK_PRIORITY: ",".join(map(str, order))}
        device = device.storing(slots=kept)
    if changed.items() <= device.variables.items():
        return device
    return device.with_variables(changed)


def _slots(priority: str) -> list[int]:
    return [int(slot) for slot in priority.split(",") if slot]


def _may_use(device: Device, slot: int) -> bool:
    profile = device.storage.slots.get(slot)
    if profile is None:
        return slot == OWN_SLOT
    kinds = {certificate.kind for certificate in device.storage.certificates}
    return _NEEDED.get(profile["securityProfile"], frozenset()) <= kinds and not _is_unusable(device, profile)


def _is_unusable(device: Device, profile: Json) -> bool:
    """Return whether a profile would lower the security, or this station cannot use it (A05.FR.10)."""
    return (
        not device.least_profile <= profile["securityProfile"] <= 3
        or profile["ocppTransport"] != "JSON"
        or profile.get("ocppVersion", "OCPP20") not in _SPOKEN
        or not profile["ocppCsmsUrl"].startswith(("ws://", "wss://"))
        or profile.get("identity", device.name) != device.name
    )


ANSWERS: Mapping[str, Answer] = {"SetNetworkProfile": set_profile}
