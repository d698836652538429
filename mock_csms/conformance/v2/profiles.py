"""Checks of charging profiles and composite schedules (checks K)."""

from itertools import pairwise
from typing import Any

from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.lessons.v2.charging import has_no_evse, has_no_unit
from mock_csms.conformance.subject import ERROR, CheckResult, Subject
from mock_csms.conformance.v2.parts import judge_parts, last_is_missing
from mock_csms.twin.seen import Seen, call, result

PROFILES = Subject("charging profiles")


@PROFILES.check(
    "K01",
    "K09.FR.01, K09.FR.02",
    ERROR,
    "charging profiles are reported completely, for their request",
    result("GetChargingProfiles"),
    call("ReportChargingProfiles"),
)
def reports_profiles(seen: Seen, station: KnownStation) -> CheckResult:
    """Report parts for another request, too many parts, or too few."""
    return judge_parts(seen, station)


PROFILES.deadline("K01")(last_is_missing)


@PROFILES.check(
    "K02",
    "K08.FR.02, K08.FR.05, K08.FR.07",
    ERROR,
    "a composite schedule is returned if and only if there is one",
    result("GetCompositeSchedule"),
)
def composes_valid_requests_only(seen: Seen, station: KnownStation) -> CheckResult:
    """Report Accepted without a schedule, for an EVSE that does not exist, or in a unit that is not supported."""
    evse, unit = seen.request["evseId"], seen.request.get("chargingRateUnit")
    if seen.payload["status"] != "Accepted":
        return None
    if "schedule" not in seen.payload:
        return "Accepted without a schedule"
    if has_no_evse(evse, seen, station):
        return f"Accepted, but there is no EVSE {evse}"
    return f"Accepted, but the station does not support the unit {unit}" if has_no_unit(unit, station) else None


@PROFILES.check(
    "K03",
    "K01.FR.31, K01.FR.35",
    ERROR,
    "the periods of a schedule start at 0 and increase",
    result("GetCompositeSchedule"),
    call("ReportChargingProfiles", "NotifyChargingLimit", "NotifyEVChargingSchedule"),
)
def periods_rise(seen: Seen, _: KnownStation) -> CheckResult:
    """Report a schedule that does not start at 0, or a period that does not start after the one before."""
    for schedule in _schedules_in(seen):
        starts = [period["startPeriod"] for period in schedule["chargingSchedulePeriod"]]
        if starts and (starts[0] != 0 or any(one >= other for one, other in pairwise(starts))):
            return f"the periods begin at {', '.join(map(str, starts[:10]))}"
    return None


def _schedules_in(seen: Seen) -> list[Any]:
    """Return all schedules in a message."""
    payload = seen.payload
    if seen.kind == "result":
        return [payload["schedule"]] if "schedule" in payload else []
    if seen.action == "ReportChargingProfiles":
        return [schedule for profile in payload["chargingProfile"] for schedule in profile["chargingSchedule"]]
    found = payload.get("chargingSchedule", [])
    return found if isinstance(found, list) else [found]


@PROFILES.check(
    "K04",
    "K01.FR.09, K01.FR.16, K01.FR.26, K01.FR.28, K01.FR.33",
    ERROR,
    "charging profiles that cannot be applied are rejected",
    result("SetChargingProfile"),
)
def rejects_inapplicable_profiles(seen: Seen, station: KnownStation) -> CheckResult:
    """Report Accepted for a profile whose EVSE, unit or transaction does not exist."""
    objection = station.charging.objections.get(seen.id)
    return f"Accepted, but {objection}" if objection and seen.payload["status"] == "Accepted" else None
