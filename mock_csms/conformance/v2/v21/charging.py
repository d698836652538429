"""Checks of priority charging and of Dynamic charging profiles (checks K05 and K06)."""

from mock_csms.conformance.facts.v2.v21 import KnownStation21
from mock_csms.conformance.subject import ERROR, INFO, OF_V21, CheckResult, Wrong
from mock_csms.conformance.v2.profiles import PROFILES
from mock_csms.conformance.v2.v21.tariffs import is_certainly_over
from mock_csms.twin.seen import Seen, result

_PROFILES = PROFILES.of(OF_V21)


@_PROFILES.check(
    "K05", "2.1 K21", ERROR, "priority charging is for a transaction that runs", result("UsePriorityCharging")
)
def prioritizes_running_ones(seen: Seen, station: KnownStation21) -> CheckResult:
    """Report Accepted for a transaction that does not run."""
    id_ = seen.request["transactionId"]
    is_wrong = seen.payload["status"] == "Accepted" and is_certainly_over(id_, station)
    return f"Accepted, but transaction {id_} does not run" if is_wrong else None


@_PROFILES.check(
    "K06", "2.1 K28", ERROR, "only the limit of a Dynamic profile is updated", result("UpdateDynamicSchedule")
)
def updates_dynamic_profiles(seen: Seen, station: KnownStation21) -> CheckResult:
    """Report Accepted for a profile that is not Dynamic.

    If the mock does not know the profile, it is only an info: an earlier CSMS may have set it.
    """
    id_ = seen.request["chargingProfileId"]
    is_dynamic = station.profiles.is_dynamic.get(id_)
    if seen.payload["status"] != "Accepted" or is_dynamic:
        return None
    severity, why = (INFO, "an earlier CSMS may have set it") if is_dynamic is None else (None, "")
    told = "not known" if is_dynamic is None else "not Dynamic"
    return Wrong(f"Accepted, but profile {id_} is {told}", severity=severity, why=why)
