"""Charging profiles and the limits that result from them (OCPP 1.6, 3.13). Schedules are computed as in OCPP 2.x."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import inf

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.station.cues import Set, Stop
from mock_csms.station.state import Moment
from mock_csms.station.v2.device import PHASES
from mock_csms.station.v2.schedules import Limit, amount, highest, lowest, second_of, validity
from mock_csms.station.v16.device import (
    ACCEPTED,
    POWER,
    REJECTED,
    Answering,
    ConnectorState,
    Device16,
    Given,
    Ringing,
    RunningTransaction,
    Step,
)
from mock_csms.station.v16.model import HIGHEST_STACK_LEVEL, MOST_PERIODS, MOST_PROFILES

LIMIT: tuple[str] = ("limit",)
_CAPACITY = Limit(32.0, "A")
_MOST_STEPS = 1024
_TX, _DEFAULT, _MAX = "TxProfile", "TxDefaultProfile", "ChargePointMaxProfile"
_REFUSED = ("PropertyConstraintViolation", "there is no such connector")


def obey(device: Device16, connector: ConnectorState, now: float) -> ConnectorState:
    """Return a connector whose vehicle may take the power that the profiles allow now."""
    if connector.transaction is None or not device.profiles:
        return replace(connector, power=POWER)
    return replace(connector, power=min(POWER, _limit(device, connector, now)[0].watts()))


def follow(device: Device16, moment: Moment) -> Step:
    """Apply the current limits, and set the alarm for the next change (3.13)."""
    charging = [each for each in device.connectors.values() if each.transaction is not None]
    if not charging or not device.profiles:
        return device, []
    for connector in charging:
        obeying = obey(device, connector, moment.now)
        if obeying.power != connector.power:
            energy = connector.register(moment.now)
            device = device.having(replace(obeying, energy=energy, metered_at=moment.now))
    until = min(_limit(device, connector, moment.now)[1] for connector in charging)
    return device, [Stop(LIMIT)] if until == inf else [Set(LIMIT, max(0.0, until - moment.now))]


def _limit(device: Device16, connector: ConnectorState, at: float) -> tuple[Limit, float]:
    """Return the lowest limit of a connector and the end of its validity.

    A TxProfile replaces a default profile (3.13.2).
    """
    since = connector.transaction.since if connector.transaction is not None else at
    limit, until = highest(_set_for(device, _TX, connector.id), at, since)
    if limit is None:
        limit, change = highest(_set_for(device, _DEFAULT, 0, connector.id), at, since)
        until = min(until, change)
    most, change = highest(_set_for(device, _MAX, 0), at, at)
    return lowest([each for each in (_CAPACITY, limit, most) if each is not None]), min(until, change)


def _set_for(device: Device16, purpose: str, *connectors: int) -> list[Json]:
    return [
        {**profile, "chargingSchedule": [profile["chargingSchedule"]]}
        for connector, profile in device.profiles.values()
        if connector in connectors and profile["chargingProfilePurpose"] == purpose
    ]


def installed(device: Device16, connector: int, profile: Json) -> Device16:
    """Return the station with a profile; it replaces one with the same purpose, stack level and connector (3.13.2)."""
    place = (connector, profile["chargingProfilePurpose"], profile["stackLevel"])
    others = {
        id_: (where, each)
        for id_, (where, each) in device.profiles.items()
        if (where, each["chargingProfilePurpose"], each["stackLevel"]) != place
    }
    return replace(device, profiles={**others, profile["chargingProfileId"]: (connector, profile)})


def without_transaction(device: Device16, transaction: RunningTransaction) -> Device16:
    """Return the station without the profiles for a transaction that has ended (3.13.2)."""
    kept = {
        id_: (where, profile)
        for id_, (where, profile) in device.profiles.items()
        if profile["chargingProfilePurpose"] != _TX or profile.get("transactionId") != transaction.number
    }
    return replace(device, profiles=kept)


def named(device: Device16, local: int, id_: int) -> Device16:
    """Return the station after a transaction got its id, which its profiles need."""
    profiles = {
        number: (where, {**profile, "transactionId": id_} if profile.get("transactionId") == local else profile)
        for number, (where, profile) in device.profiles.items()
    }
    return replace(device, profiles=profiles)


def set_profile(device: Device16, payload: Json, moment: Moment) -> Given:
    """Answer a SetChargingProfile; an unknown connector gets a CALLERROR (errata, 3.39)."""
    number, profile = payload["connectorId"], payload["csChargingProfiles"]
    if number not in (0, *device.connectors):
        return device, _REFUSED, []
    connector = device.connectors.get(number)
    if is_wrong(device, number, profile):
        return device, REJECTED, []
    if profile["chargingProfilePurpose"] == _TX:
        running = connector.transaction if connector is not None else None
        if running is None or profile.get("transactionId", running.number) != running.number:
            return device, REJECTED, []
        profile = {**profile, "transactionId": running.number}
    device, acts = follow(installed(device, number, profile), moment)
    return device, ACCEPTED, acts


def is_wrong(device: Device16, number: int, profile: Json, *, is_to_come: bool = False) -> bool:
    """Whether a profile breaks a rule that is not in the schema (3.13, 7.8, errata 3.56)."""
    purpose, schedule = profile["chargingProfilePurpose"], profile["chargingSchedule"]
    periods = schedule["chargingSchedulePeriod"]
    starts = [period["startPeriod"] for period in periods]
    is_relative = profile["chargingProfileKind"] == "Relative"
    try:
        since, until = validity(profile)
        second_of(schedule.get("startSchedule", "1970-01-01"))
    except ValueError:
        return True
    return (
        (purpose == _TX and number == 0)
        or (purpose == _MAX and number != 0)
        or (is_to_come and (purpose != _TX or "transactionId" in profile))
        or not 0 <= profile["stackLevel"] <= HIGHEST_STACK_LEVEL
        or ("startSchedule" in schedule) is is_relative
        or ("recurrencyKind" in profile) is not (profile["chargingProfileKind"] == "Recurring")
        or not 0 < len(periods) <= MOST_PERIODS
        or starts[0] != 0
        or any(one >= other for one, other in pairwise(starts))
        or any(period["limit"] < 0 or not 1 <= period.get("numberPhases", PHASES) <= PHASES for period in periods)
        or schedule.get("duration", 1) <= 0
        or since >= until
        or len({*device.profiles, profile["chargingProfileId"]}) > MOST_PROFILES
    )


def clear_profile(device: Device16, payload: Json, moment: Moment) -> Given:
    """Answer a ClearChargingProfile: by id alone, or by all other fields together (5.5, errata 3.25, 3.26)."""

    def is_meant(id_: int, where: int, profile: Json) -> bool:
        if "id" in payload:
            return bool(id_ == payload["id"])
        wanted = (
            payload.get("connectorId", where),
            payload.get("chargingProfilePurpose", profile["chargingProfilePurpose"]),
            payload.get("stackLevel", profile["stackLevel"]),
        )
        return wanted == (where, profile["chargingProfilePurpose"], profile["stackLevel"])

    kept = {id_: (where, each) for id_, (where, each) in device.profiles.items() if not is_meant(id_, where, each)}
    if len(kept) == len(device.profiles):
        return device, {"status": "Unknown"}, []
    device = replace(device, profiles=kept)
    for connector in device.connectors.values():
        energy = connector.register(moment.now)
        device = device.having(replace(obey(device, connector, moment.now), energy=energy, metered_at=moment.now))
    device, acts = follow(device, moment)
    return device, ACCEPTED, acts


def compose(device: Device16, payload: Json, moment: Moment) -> Given:
    """Answer a GetCompositeSchedule; the schedule has no startSchedule (5.7, errata 3.57)."""
    number, unit, start = payload["connectorId"], payload.get("chargingRateUnit", "W"), float(int(moment.now))
    if number not in (0, *device.connectors) or payload["duration"] <= 0:
        return device, REJECTED, []
    end, at, periods = start + payload["duration"], start, list[Json]()
    for _ in range(_MOST_STEPS):
        limit, until = _total(device, number, at)
        shown = {"startPeriod": int(at - start), "limit": amount(limit, unit)}
        if not periods or periods[-1]["limit"] != shown["limit"]:
            periods.append(shown)
        if until >= end:
            break
        at = until
    schedule = {"duration": payload["duration"], "chargingRateUnit": unit, "chargingSchedulePeriod": periods}
    begins = moment.world.write_time(start)
    return device, ACCEPTED | {"connectorId": number, "scheduleStart": begins, "chargingSchedule": schedule}, []


def _total(device: Device16, number: int, at: float) -> tuple[Limit, float]:
    """Return the limit of a connector, or of the station for 0, and the end of its validity."""
    if number:
        return _limit(device, device.connectors[number], at)
    parts: Sequence[tuple[Limit, float]] = [_limit(device, each, at) for each in device.connectors.values()]
    most, until = highest(_set_for(device, _MAX, 0), at, at)
    total = Limit(sum(limit.watts() for limit, _ in parts))
    both = total if most is None else Limit(min(total.watts(), most.watts()))
    return both, min(until, *(change for _, change in parts))


ANSWERS: Mapping[str, Answering] = {
    "ClearChargingProfile": clear_profile,
    "GetCompositeSchedule": compose,
    "SetChargingProfile": set_profile,
}
ALARMS: Mapping[str, Ringing] = {LIMIT[0]: lambda device, _, moment: follow(device, moment)}
