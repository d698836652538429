"""Check of logs (check 6N01)."""

from mock_csms.conformance.facts.v16.station import KnownStation16
from mock_csms.conformance.subject import ERROR, OF_V16, CheckResult, Done, Later, Subject
from mock_csms.twin.seen import Seen, call, result

DIAGNOSTICS = Subject("diagnostics", OF_V16, "v16")
STATUS = "LogStatusNotification"


@DIAGNOSTICS.check(
    "6N01", "whitepaper N01.FR.01-12", ERROR, "an Accepted GetLog names its file, and its upload is reported",
    result("GetLog"), call(STATUS),
)  # fmt: skip
def uploads_logs(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report an accepted log without a filename, an upload without a status, or a status without its requestId."""
    if seen.kind == "call":
        id_, status = seen.payload.get("requestId"), seen.payload["status"]
        is_nameless = id_ is None and status != "Idle"
        return [Done(id_), *([f"{status} has no requestId"] if is_nameless else [])]
    if seen.payload["status"] == "Rejected":
        return None
    id_ = seen.request["requestId"]
    is_told = bool(station.files.logs.get(id_))
    late = [] if is_told else [Later(f"no {STATUS} came for the log {id_}", station.terms.patience, id_)]
    return [*late, *([] if seen.payload.get("filename") else [f"{seen.payload['status']} without a filename"])]
