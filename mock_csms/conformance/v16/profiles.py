"""Checks of smart charging (checks 6K)."""

from itertools import pairwise

from mock_csms.conformance.facts.v16.station import KnownStation16
from mock_csms.conformance.subject import ERROR, OF_V16, WARNING, CheckResult, Subject, Wrong
from mock_csms.twin.seen import Seen, result

PROFILES = Subject("charging profiles", OF_V16, "v16")


@PROFILES.check(
    "6K01", "1.6 3.13.1, 5.16", ERROR, "a charging profile is accepted only where its purpose is allowed",
    result("SetChargingProfile"), implies=("6K03",),
)  # fmt: skip
def takes_possible_profiles(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report Accepted for a TxProfile without a transaction or at connector 0, or a ChargePointMaxProfile elsewhere."""
    number, profile = seen.request["connectorId"], seen.request["csChargingProfiles"]
    purpose = profile["chargingProfilePurpose"]
    if seen.payload["status"] != "Accepted":
        return None
    if purpose == "ChargePointMaxProfile":
        return f"{purpose} was accepted at connector {number}" if number else None
    if purpose != "TxProfile":
        return None
    if number == 0:
        return "TxProfile was accepted at connector 0"
    is_idle = station.running_at(number) is None and number in station.places.free_at
    is_free = is_idle and station.status_of(number) == "Available"
    return f"TxProfile was accepted at connector {number}, where no transaction runs" if is_free else None


@PROFILES.check(
    "6K02", "1.6 5.7, errata 3.57", ERROR, "an accepted GetCompositeSchedule returns a valid schedule",
    result("GetCompositeSchedule"),
)  # fmt: skip
def composes_a_schedule(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report a missing schedule, one for an unknown connector, periods out of order, or (a warning) startSchedule."""
    number, schedule = seen.request["connectorId"], seen.payload.get("chargingSchedule")
    if seen.payload["status"] != "Accepted":
        return None
    if station.is_unknown(number):
        return f"Accepted, but connector {number} does not exist"
    if schedule is None:
        return "Accepted without a chargingSchedule"
    starts = [period["startPeriod"] for period in schedule["chargingSchedulePeriod"]]
    if not starts or starts[0] != 0 or any(one >= other for one, other in pairwise(starts)):
        return f"the periods start at {', '.join(map(str, starts[:5])) or 'no time at all'}"
    has_start = "startSchedule" in schedule
    return Wrong("it has startSchedule", severity=WARNING, why="scheduleStart says the same") if has_start else None


@PROFILES.check(
    "6K03", "1.6 errata 3.25, 3.26", ERROR, "a charging profile that was accepted can be cleared by its id",
    result("ClearChargingProfile"),
)  # fmt: skip
def clears_what_it_has(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report Unknown for the id of the last profile that was accepted since the boot."""
    id_ = seen.request.get("id")
    is_known = id_ in station.orders.profiles and seen.payload["status"] == "Unknown"
    return f"Unknown, but the profile {id_} was accepted" if is_known else None
