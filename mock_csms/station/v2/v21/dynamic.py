"""Charging profiles whose limit changes while they are used, and priority charging (K21, K22, K28, K29)."""

from collections.abc import Callable, Mapping
from typing import Any

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.station.cues import Act, PriorityTurned, Say, Send, Set, Stop
from mock_csms.station.state import Moment
from mock_csms.station.v2 import charging
from mock_csms.station.v2.answers import ACCEPTED, Given, because
from mock_csms.station.v2.device import Step
from mock_csms.station.v2.storage import ChargingProfile
from mock_csms.station.v2.v21.device import Device21

PULL = "pull"
"""The alarm of a Dynamic profile, by its id: to request its limit again."""
_PRIORITY = "PriorityCharging"


def set_profile(device: Device21, payload: Json, moment: Moment) -> Given:
    """Set a charging profile; a Dynamic one with an interval is updated by the station (K28)."""
    device, answer, acts = charging.set_profile(device, payload, moment)
    number = payload["chargingProfile"]["id"]
    if answer != ACCEPTED:
        return device, answer, acts
    return device, answer, [*acts, Stop((PULL, number)), *_wake(device.storage.profiles.get(number))]


def update(device: Device21, payload: Json, moment: Moment) -> Given:
    """Take another limit for a Dynamic profile (K28)."""
    number, limits = payload["chargingProfileId"], payload["scheduleUpdate"]
    if not _is_dynamic(device.storage.profiles.get(number)):
        return device, because("InvalidProfile"), []
    if not limits.keys() <= {"limit", "customData"} or limits.get("limit", 0) < 0:
        return device, because("UnsupportedParam"), []
    return _updated(device, number, limits, moment), ACCEPTED, []


def pulled(device: Device21, request: Json, response: Json, moment: Moment) -> Step:
    """Store the limit from the answer to PullDynamicScheduleUpdate (K29)."""
    number, limits = request["chargingProfileId"], response.get("scheduleUpdate", {})
    if response["status"] == "Accepted" and _is_dynamic(device.storage.profiles.get(number)) and "limit" in limits:
        device = _updated(device, number, limits, moment)
    return device, []


def pull(device: Device21, about: list[Any], _: Moment) -> Step:
    """Request the limit of a Dynamic profile, and set the alarm for the next time."""
    profile = device.storage.profiles.get(about[0])
    if not _is_dynamic(profile):
        return device, []
    return device, [Send("PullDynamicScheduleUpdate", {"chargingProfileId": about[0]}), *_wake(profile)]


def resume(device: Device21) -> list[Act]:
    """Set the alarms again that a reboot has cancelled."""
    return [act for profile in device.storage.profiles.values() for act in _wake(profile)]


def use_priority(device: Device21, payload: Json, _: Moment) -> Given:
    """Turn priority charging on or off for a transaction (K21)."""
    evse = device.charging(payload["transactionId"])
    if evse is None or evse.transaction is None:
        return device, because("TxNotFound"), []
    if not _has_profile(device, evse.id):
        return device, {"status": "NoProfile"}, []
    device, acts = _turned(device, evse.transaction.id, is_on=payload["activate"])
    return device, ACCEPTED, acts


def turn_priority(device: Device21, cue: PriorityTurned, _: Moment) -> Step:
    """Turn priority charging on or off, as a driver wishes (K22)."""
    evse = device.evses.get(cue.evse)
    if evse is None or evse.transaction is None:
        return device, [Say(f"no transaction runs at EVSE {cue.evse}")]
    if not _has_profile(device, evse.id):
        return device, [Say("the station has no charging profile for priority charging")]
    return _turned(device, evse.transaction.id, is_on=evse.transaction.id not in device.prioritized)


def _turned(device: Device21, transaction: str, *, is_on: bool) -> Step:
    if is_on == (transaction in device.prioritized):
        return device, []
    device = replace(device, prioritized=device.prioritized ^ {transaction})
    return device, [Send("NotifyPriorityCharging", {"transactionId": transaction, "activated": is_on})]


def _has_profile(device: Device21, evse: int) -> bool:
    return any(
        each.evse in (0, evse) and each.profile["chargingProfilePurpose"] == _PRIORITY
        for each in device.storage.profiles.values()
    )


def _is_dynamic(each: ChargingProfile | None) -> bool:
    return each is not None and each.profile["chargingProfileKind"] == "Dynamic"


def _updated(device: Device21, number: int, limits: Json, moment: Moment) -> Device21:
    """Return the device with another limit in the one period of a Dynamic profile."""
    each = device.storage.profiles[number]
    schedule = each.profile["chargingSchedule"][0]
    period = schedule["chargingSchedulePeriod"][0] | {key: limits[key] for key in ("limit",) if key in limits}
    profile = each.profile | {
        "chargingSchedule": [schedule | {"chargingSchedulePeriod": [period]}],
        "dynUpdateTime": moment.stamp,
    }
    return device.storing(profiles={**device.storage.profiles, number: replace(each, profile=profile)})


def _wake(each: ChargingProfile | None) -> list[Act]:
    seconds = each.profile.get("dynUpdateInterval", 0) if each is not None and _is_dynamic(each) else 0
    return [Set((PULL, each.profile["id"]), seconds)] if each is not None and seconds else []


ANSWERS: Mapping[str, Callable[[Device21, Json, Moment], Given]] = {
    "SetChargingProfile": set_profile,
    "UpdateDynamicSchedule": update,
    "UsePriorityCharging": use_priority,
}
ALARMS: Mapping[str, Callable[[Device21, list[Any], Moment], Step]] = {PULL: pull}
