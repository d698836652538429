"""The charging limits in force: the resulting limit of all profiles for each EVSE and its vehicle (K01)."""

from collections.abc import Iterable
from math import inf
from typing import TypeAlias

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.station.v2.device import POWER, Device, Evse
from mock_csms.station.v2.schedules import Limit, Stretch, highest, lowest

CAPACITY = Limit(32.0, "A")
"""The limit of an EVSE without a charging profile."""

Span: TypeAlias = tuple[int, Limit]
"""Seconds after the start of a schedule, and the limit from then on."""

_MOST_STEPS = 1024
"""A composite schedule has at most this many steps; the rest is cut off."""


def obey(device: Device, evse: Evse, now: float) -> Evse:
    """Return an EVSE with the power that its vehicle may take now, and since when it charges."""
    if not evse.is_charging:
        return replace(evse, charging_since=None)
    evse = replace(evse, charging_since=_since(device.evses[evse.id], now), power=POWER)
    if not device.storage.profiles:
        return evse
    device = device.with_evse(evse)
    most, _ = _of_station(device, now)
    limit, _ = _of_evse(device, evse, now, now)
    shares = 1 + sum(other.is_charging for other in device.evses.values() if other.id != evse.id)
    share = inf if most is None else most.watts() / shares
    return replace(evse, power=min(POWER, limit.watts(), share))


def next_change(device: Device, now: float) -> float | None:
    """Return when the next limit takes effect for a charging vehicle; None if no limit will change."""
    if not device.storage.profiles:
        return None
    changes = (_of_evse(device, evse, now, now)[1] for evse in device.evses.values() if evse.is_charging)
    change = min(changes, default=inf)
    return None if change == inf else change


def compose(device: Device, number: int, start: float, duration: int) -> tuple[list[Span], int]:
    """Return the limits of an EVSE (0: the station) from `start` on, and for how many seconds they are known (K08)."""
    spans: list[Span] = []
    at = start
    for _ in range(_MOST_STEPS):
        evse = device.evses.get(number)
        limit, until = _of_evse(device, evse, at, start) if evse else _total(device, at, start)
        if not spans or spans[-1][1] != limit:
            spans.append((int(at - start), limit))
        if until >= start + duration:
            return spans, duration
        at = until
    return spans, int(at - start)


def _of_evse(device: Device, evse: Evse, at: float, start: float) -> tuple[Limit, float]:
    """Return the lowest limit of an EVSE, and until when it holds.

    A vehicle that does not charge yet is assumed to start at `start`.
    """
    since = _since(evse, start)
    limit, until = (
        highest(_set_for(device, "PriorityCharging", (0, evse.id)), at, since)
        if device.has_priority(evse)
        else (None, inf)
    )
    if limit is None:
        limit, change = highest(_set_for(device, "TxProfile", (evse.id,)), at, since)
        until = min(until, change)
    if limit is None:
        limit, change = highest(_set_for(device, "TxDefaultProfile", (0, evse.id)), at, since)
        until = min(until, change)
    most, change = _of_station(device, at)
    return lowest([each for each in (CAPACITY, limit, most) if each is not None]), min(until, change)


def _since(evse: Evse, otherwise: float) -> float:
    """Return the time since which the vehicle charges; `otherwise` if it does not charge."""
    return evse.charging_since if evse.is_charging and evse.charging_since is not None else otherwise


def _of_station(device: Device, at: float) -> Stretch:
    return highest(_set_for(device, "ChargingStationMaxProfile", (0,)), at, at)


def _total(device: Device, at: float, start: float) -> tuple[Limit, float]:
    """Return the limit of all EVSEs together, and until when it holds (K08.FR.03)."""
    parts = [_of_evse(device, evse, at, start) for evse in device.evses.values()]
    most, until = _of_station(device, at)
    total = Limit(sum(limit.watts() for limit, _ in parts))
    return (total if most is None else lowest([total, most])), min(until, *(change for _, change in parts))


def _set_for(device: Device, purpose: str, evses: Iterable[int]) -> list[Json]:
    return [
        each.profile
        for each in device.storage.profiles.values()
        if each.evse in evses and each.profile["chargingProfilePurpose"] == purpose
    ]
