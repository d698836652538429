"""Checks of a charging profile that a CSMS sends; each fault is a reasonCode of appendix 5 (K01)."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from mock_csms.protocol.actions import Json
from mock_csms.station.v2.device import PHASES, Device
from mock_csms.station.v2.model import MOST_PROFILES
from mock_csms.station.v2.schedules import second_of, validity
from mock_csms.station.v2.storage import ChargingProfile
from mock_csms.station.v2.variables import PERIODS_PER_SCHEDULE, RATE_UNIT, STACK_LEVEL

_CHARGING = "ChargingOnly"
_PARTS_OF_A_PERIOD = frozenset(
    ("startPeriod", "limit", "numberPhases", "phaseToUse", "operationMode", "preconditioningRequest", "customData")
)
_OTHER_PARTS = frozenset(
    ("maxOfflineDuration", "limitAtSoC", "useLocalTime", "randomizedDelay", "absolutePriceSchedule")
) | {"priceLevelSchedule"}
"""The fields that OCPP 2.1 has added to profiles and schedules, and that the station does not obey."""


def fault_of(device: Device, given: ChargingProfile, *, is_to_come: bool = False) -> str | None:
    """Return the reason to reject a profile, or None.

    `is_to_come`: the profile comes with a remote start, and its transaction has not started yet.
    """
    if is_to_come and given.profile["chargingProfilePurpose"] != "TxProfile":
        return "InvalidProfile"
    for fault, is_wrong in _FAULTS:
        is_asked = not (is_to_come and is_wrong in (_names_no_transaction, _has_no_transaction))
        if is_asked and is_wrong(device, given):
            return fault
    return None


def _has_no_evse(device: Device, given: ChargingProfile) -> bool:
    return given.evse != 0 and given.evse not in device.evses


def _is_misplaced(device: Device, given: ChargingProfile) -> bool:
    """Return whether the purpose does not fit the EVSE, or no CSMS may set it (K01.FR.16, FR.22, FR.38)."""
    purpose = given.profile["chargingProfilePurpose"]
    if purpose == "TxProfile":
        return given.evse == 0
    if purpose == "ChargingStationMaxProfile":
        return given.evse != 0 or given.profile["chargingProfileKind"] == "Relative"
    return purpose not in device.purposes


def _names_no_transaction(_: Device, given: ChargingProfile) -> bool:
    return given.profile["chargingProfilePurpose"] == "TxProfile" and "transactionId" not in given.profile


def _has_no_transaction(device: Device, given: ChargingProfile) -> bool:
    """Return whether its transaction does not run at this EVSE (K01.FR.09, FR.33, FR.34)."""
    if given.profile["chargingProfilePurpose"] != "TxProfile":
        return False
    evse = device.charging(given.profile["transactionId"])
    return evse is None or evse.id != given.evse


def _is_too_high(device: Device, given: ChargingProfile) -> bool:
    return not 0 <= given.profile["stackLevel"] <= device.number(STACK_LEVEL)


def _has_a_foreign_unit(device: Device, given: ChargingProfile) -> bool:
    units = device.members(RATE_UNIT)
    return any(schedule["chargingRateUnit"] not in units for schedule in given.profile["chargingSchedule"])


def _is_unreadable(_: Device, given: ChargingProfile) -> bool:
    """Return whether its times do not parse, or it ends before it starts."""
    try:
        valid_from, valid_to = validity(given.profile)
        for schedule in given.profile["chargingSchedule"]:
            second_of(schedule.get("startSchedule", "1970-01-01"))
    except ValueError:
        return True
    return valid_from >= valid_to


def _has_wrong_start(_: Device, given: ChargingProfile) -> bool:
    """Return whether startSchedule is missing, or present in a Relative profile (K01.FR.40, FR.41)."""
    if given.profile["chargingProfileKind"] == "Dynamic":
        return False
    is_relative = given.profile["chargingProfileKind"] == "Relative"
    starts = ["startSchedule" in schedule for schedule in given.profile["chargingSchedule"]]
    is_endless = given.profile["chargingProfileKind"] == "Recurring" and "recurrencyKind" not in given.profile
    return is_endless or any(has_start is is_relative for has_start in starts)


def _has_wrong_periods(device: Device, given: ChargingProfile) -> bool:
    """Return whether its periods do not start at 0 or do not rise (K01.FR.31, FR.35), or it has several schedules.

    Several schedules are for ISO 15118.
    """
    if len(given.profile["chargingSchedule"]) != 1:
        return True
    schedule = given.profile["chargingSchedule"][0]
    periods = schedule["chargingSchedulePeriod"]
    starts = [period["startPeriod"] for period in periods]
    return (
        len(periods) > device.number(PERIODS_PER_SCHEDULE)
        or starts[0] != 0
        or any(earlier >= later for earlier, later in pairwise(starts))
        or any(period.get("limit", 0) < 0 for period in periods)
        or (given.profile["chargingProfileKind"] == "Dynamic" and len(periods) != 1)  # K28 of 2.1
        or schedule.get("duration", 1) <= 0
    )


def _has_other_phases(_: Device, given: ChargingProfile) -> bool:
    """Return whether a profile needs phases that the station lacks, or selects a phase, which the station cannot do."""
    periods = given.profile["chargingSchedule"][0]["chargingSchedulePeriod"]
    return any("phaseToUse" in period or not 1 <= period.get("numberPhases", PHASES) <= PHASES for period in periods)


def _has_unknown_parts(_: Device, given: ChargingProfile) -> bool:
    """Whether a profile has a field of OCPP 2.1 that the station does not obey, such as a limit for one phase.

    Only a Dynamic profile may have no limit yet.
    """
    schedules = given.profile["chargingSchedule"]
    periods = [period for schedule in schedules for period in schedule["chargingSchedulePeriod"]]
    is_dynamic = given.profile["chargingProfileKind"] == "Dynamic"
    return (
        not _OTHER_PARTS.isdisjoint({*given.profile, *(key for schedule in schedules for key in schedule)})
        or any(not period.keys() <= _PARTS_OF_A_PERIOD for period in periods)
        or any(period.get("operationMode", _CHARGING) != _CHARGING for period in periods)
        or (not is_dynamic and any("limit" not in period for period in periods))
    )


def _updates_itself(_: Device, given: ChargingProfile) -> bool:
    """Return whether it has an interval for updates although it is not Dynamic (K28 of 2.1)."""
    return "dynUpdateInterval" in given.profile and given.profile["chargingProfileKind"] != "Dynamic"


def _clashes(device: Device, given: ChargingProfile) -> bool:
    """Return whether another profile has the same purpose and stack level at the same time.

    See K01.FR.06, FR.39, FR.52 and FR.53.
    """
    return any(
        each.profile["id"] != given.profile["id"]
        and _place(each.profile) == _place(given.profile)
        and _meet(each, given)
        and _overlap(each.profile, given.profile)
        for each in device.storage.profiles.values()
    )


def _place(profile: Json) -> Sequence[object]:
    return profile["chargingProfilePurpose"], profile["stackLevel"]


def _meet(one: ChargingProfile, other: ChargingProfile) -> bool:
    return one.evse == other.evse or 0 in (one.evse, other.evse)


def _overlap(one: Json, other: Json) -> bool:
    one_from, one_to = validity(one)
    other_from, other_to = validity(other)
    return one_from < other_to and other_from < one_to


def _is_one_too_many(device: Device, given: ChargingProfile) -> bool:
    return len({*device.storage.profiles, given.profile["id"]}) > MOST_PROFILES


_FAULTS: Sequence[tuple[str, Callable[[Device, ChargingProfile], bool]]] = (
    ("UnknownEvse", _has_no_evse),
    ("InvalidProfile", _is_misplaced),
    ("MissingParam", _names_no_transaction),
    ("TxNotFound", _has_no_transaction),
    ("InvalidStackLevel", _is_too_high),
    ("UnsupportedRateUnit", _has_a_foreign_unit),
    ("UnsupportedParam", _has_unknown_parts),
    ("InvalidProfile", _updates_itself),
    ("InvalidValue", _is_unreadable),
    ("InvalidSchedule", _has_wrong_start),
    ("InvalidSchedule", _has_wrong_periods),
    ("UnsupportedParam", _has_other_phases),
    ("DuplicateProfile", _clashes),
    ("OutOfStorage", _is_one_too_many),
)
"""The checks in their order: later ones rely on earlier ones."""
