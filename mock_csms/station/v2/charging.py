"""Smart charging: profiles are set, cleared and reported, and vehicles follow them (K01, K08 to K10).

`schedules` computes the limit of one profile, `limits` the resulting limit of all profiles.
"""

from collections import defaultdict
from collections.abc import Mapping
from math import floor
from typing import Any

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.station.cues import Act, Send, Set, Stop
from mock_csms.station.state import Moment
from mock_csms.station.v2 import causes, limits, transactions
from mock_csms.station.v2.answers import ACCEPTED, Alarmed, Answer, Given, because
from mock_csms.station.v2.device import Device, Evse, Step
from mock_csms.station.v2.profiles import fault_of
from mock_csms.station.v2.schedules import amount
from mock_csms.station.v2.storage import ChargingProfile
from mock_csms.station.v2.variables import RATE_UNIT, SMART_CHARGING

LIMIT: tuple[str] = ("limit",)

_NOT_SUPPORTED: Any = ("NotSupported", "the station has no smart charging")
"""The CALLERROR to the commands about charging profiles."""
_IN_A_REPORT = 10
"""How many profiles one ReportChargingProfiles holds at most."""


def set_profile(device: Device, payload: Json, _: Moment) -> Given:
    """Set a charging profile; it replaces one with the same id (K01.FR.05)."""
    given = ChargingProfile(payload["evseId"], payload["chargingProfile"])
    fault = fault_of(device, given)
    if fault is not None:
        return device, because(fault), []
    profiles = {**device.storage.profiles, given.profile["id"]: given}
    return device.storing(profiles=profiles), ACCEPTED, []


def clear_profiles(device: Device, payload: Json, _: Moment) -> Given:
    """Clear the profile with an id, or all that match the criteria (K10.FR.03)."""
    profiles = device.storage.profiles
    if "chargingProfileId" in payload:
        gone = profiles.keys() & {payload["chargingProfileId"]}
    else:
        criteria = payload.get("chargingProfileCriteria", {})
        gone = {number for number, each in profiles.items() if _meets(each, criteria, criteria.get("evseId"))}
    if not gone:
        return device, {"status": "Unknown"}, []
    kept = {number: each for number, each in profiles.items() if number not in gone}
    return device.storing(profiles=kept), ACCEPTED, []


def get_profiles(device: Device, payload: Json, _: Moment) -> Given:
    """Report the requested profiles after the answer, each EVSE in its own messages (K09.FR.01, K09.FR.02)."""
    criteria = payload["chargingProfile"]
    by_evse: defaultdict[int, list[Json]] = defaultdict(list)
    for each in device.storage.profiles.values():
        is_named = each.profile["id"] in criteria.get("chargingProfileId", [each.profile["id"]])
        is_ours = "CSO" in criteria.get("chargingLimitSource", ["CSO"])
        if is_named and is_ours and _meets(each, criteria, payload.get("evseId")):
            by_evse[each.evse].append(each.profile)
    reports: list[Json] = [
        {"evseId": evse, "chargingProfile": found[first : first + _IN_A_REPORT]}
        for evse, found in sorted(by_evse.items())
        for first in range(0, len(found), _IN_A_REPORT)
    ]
    if not reports:
        return device, {"status": "NoProfiles"}, []
    about = {"requestId": payload["requestId"], "chargingLimitSource": "CSO"}
    acts: list[Act] = [
        Send("ReportChargingProfiles", {**about, **report, "tbc": report is not reports[-1]}, is_asked_for=True)
        for report in reports
    ]
    return device, ACCEPTED, acts


def composite_schedule(device: Device, payload: Json, moment: Moment) -> Given:
    """Answer with the composite schedule of an EVSE, or of the station, for a duration (K08)."""
    number, duration = payload["evseId"], payload["duration"]
    units = device.members(RATE_UNIT)
    unit = payload.get("chargingRateUnit", min(units, default="A"))
    if number and number not in device.evses:
        return device, because("UnknownEvse"), []  # K08.FR.05
    if unit not in units:
        return device, because("UnsupportedRateUnit"), []  # K08.FR.07
    if duration < 0:
        return device, because("ValuePositiveOnly"), []
    start = float(floor(moment.now))
    spans, known = limits.compose(device, number, start, duration)
    schedule: Json = {
        "evseId": number,
        "duration": known,
        "scheduleStart": moment.world.write_time(start),
        "chargingRateUnit": unit,
        "chargingSchedulePeriod": [
            {"startPeriod": begins, "limit": amount(limit, unit), "numberPhases": limit.phases}
            for begins, limit in spans
        ],
    }
    return device, ACCEPTED | {"schedule": schedule}, []


def follow(device: Device, moment: Moment) -> Step:
    """Apply the current limits to each vehicle, and set the alarm for the next change.

    The charging profile of a remote start is added when its transaction starts; a TxProfile is removed when its
    transaction ends (K01).
    """
    device = _with_started_profiles(_without_ended(device))
    acts: list[Act] = []
    for before in device.evses.values():
        evse = limits.obey(device, before, moment.now)
        if evse.power != before.power and before.is_charging:
            device, more = _limited(device, before, evse, moment)
            acts += more
    until = limits.next_change(device, moment.now)
    if until == device.limits_until:
        return device, acts
    acts.append(Stop(LIMIT) if until is None else Set(LIMIT, until - moment.now))
    return replace(device, limits_until=until), acts


def _limited(device: Device, before: Evse, evse: Evse, moment: Moment) -> Step:
    """Report the effect of a changed limit: the charging rate or the charging state.

    A limit has no effect on a vehicle that takes no energy.
    """
    state = transactions.charging_state(evse)
    if state != transactions.charging_state(before):
        cause = causes.PAUSED if state == "SuspendedEV" else causes.STATE_CHANGED
    elif evse.drawn:
        cause = causes.RATE_CHANGED
    else:
        return device.with_evse(evse), []
    return transactions.change(device, evse, cause, moment)


def _rang(device: Device, *_: Any) -> Step:
    """Forget the time of an alarm that rang; `follow` sets the alarm again."""
    return replace(device, limits_until=None), []


def _with_started_profiles(device: Device) -> Device:
    """Set the profiles of remote starts whose transactions have started (TC_K_37)."""
    for evse in device.evses.values():
        if evse.profile is not None and evse.transaction is not None:
            profile = evse.profile | {"transactionId": evse.transaction.id}
            profiles = {**device.storage.profiles, profile["id"]: ChargingProfile(evse.id, profile)}
            device = device.with_evse(replace(evse, profile=None)).storing(profiles=profiles)
    return device


def _without_ended(device: Device) -> Device:
    profiles = device.storage.profiles
    kept = {
        number: each
        for number, each in profiles.items()
        if each.profile["chargingProfilePurpose"] != "TxProfile" or device.charging(each.profile["transactionId"])
    }
    return device if len(kept) == len(profiles) else device.storing(profiles=kept)


def _meets(each: ChargingProfile, criteria: Json, evse: int | None) -> bool:
    keys = ("chargingProfilePurpose", "stackLevel")
    return evse in (None, each.evse) and all(each.profile[key] == criteria.get(key, each.profile[key]) for key in keys)


def _if_available(answer: Answer) -> Answer:
    """Answer a command with NotSupported if the station has no smart charging."""

    def answer_or_refuse(device: Device, payload: Json, moment: Moment) -> Given:
        return answer(device, payload, moment) if device.is_on(SMART_CHARGING) else (device, _NOT_SUPPORTED, [])

    return answer_or_refuse


ANSWERS: Mapping[str, Answer] = {
    "ClearChargingProfile": _if_available(clear_profiles),
    "GetChargingProfiles": _if_available(get_profiles),
    "GetCompositeSchedule": _if_available(composite_schedule),
    "SetChargingProfile": _if_available(set_profile),
}

ALARMS: Mapping[str, Alarmed] = {
    LIMIT[0]: _rang,
}
