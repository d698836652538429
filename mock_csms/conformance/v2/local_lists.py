"""Checks of local authorization lists (checks D)."""

from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.subject import ERROR, CheckResult, Subject
from mock_csms.twin.seen import Seen, result

LOCAL_LISTS = Subject("local lists")


@LOCAL_LISTS.check(
    "D01", "D01.FR.19", ERROR, "an update to an old version of the local list is refused", result("SendLocalList")
)
def refuses_old_versions(seen: Seen, station: KnownStation) -> CheckResult:
    """Report an answer other than VersionMismatch to an update with a version that is not newer."""
    asked, version, status = seen.request, station.local_list.version, seen.payload["status"]
    if asked["updateType"] != "Differential" or not version or _is_off(station) or asked["versionNumber"] > version:
        return None
    if status == "VersionMismatch":
        return None
    return f"{status} for the version {asked['versionNumber']}, although the list has the version {version}"


@LOCAL_LISTS.check(
    "D02",
    "D01.FR.15, D01.FR.16, D01.FR.17, D02.FR.01",
    ERROR,
    "GetLocalListVersion returns the version that was sent last",
    result("GetLocalListVersion"),
)
def reports_its_version(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a version that differs from the version of the last accepted list."""
    reported, version = seen.payload["versionNumber"], station.local_list.version
    return (
        None
        if version in (None, reported) or _is_off(station)
        else f"version {reported}, although {version} was accepted"
    )


def _is_off(station: KnownStation) -> bool:
    """Whether the station is known to have its local list disabled."""
    return station.variables.switch("LocalAuthListCtrlr", "Enabled") is False
