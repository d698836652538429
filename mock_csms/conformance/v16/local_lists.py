"""Check of the local authorization list (check 6D01)."""

from mock_csms.conformance.facts.v16.station import KnownStation16
from mock_csms.conformance.subject import ERROR, OF_V16, CheckResult, Subject
from mock_csms.twin.seen import Seen, result

LOCAL_LISTS = Subject("local lists", OF_V16, "v16")
_PROFILE = "LocalAuthListManagement"


@LOCAL_LISTS.check(
    "6D01", "1.6 5.10, 5.15, 7.47", ERROR, "the version of the local list is that of the last accepted list",
    result("SendLocalList", "GetLocalListVersion"),
)  # fmt: skip
def counts_its_lists(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report an accepted update that is too old, another version than the accepted one, and -1 despite the profile."""
    known = station.local_list.version
    if seen.action == "SendLocalList":
        version, status = seen.request["listVersion"], seen.payload["status"]
        is_old = seen.request["updateType"] == "Differential" and known is not None and 0 < version <= known
        return (
            f"an update to version {version} is Accepted, but {known} is there"
            if is_old and status == "Accepted"
            else None
        )
    version, profiles = seen.payload["listVersion"], station.variables.several("", "SupportedFeatureProfiles") or ()
    if version == -1:
        is_claimed = _PROFILE in profiles and station.switch("LocalAuthListEnabled") is not False
        return f"the version is -1, although {_PROFILE} is supported" if is_claimed else None
    return f"the version is {version}, but {known} was accepted" if known not in (None, version) else None
