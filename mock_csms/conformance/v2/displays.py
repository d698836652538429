"""Check of reports of display messages (O01)."""

from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.subject import ERROR, CheckResult, Subject
from mock_csms.conformance.v2.parts import judge_parts, last_is_missing
from mock_csms.twin.seen import Seen, call, result

DISPLAYS = Subject("displays")


@DISPLAYS.check(
    "O01",
    "O03.FR.02 to 05, O04.FR.03 to 06",
    ERROR,
    "display messages are reported completely, for their request",
    result("GetDisplayMessages"),
    call("NotifyDisplayMessages"),
)
def reports_messages(seen: Seen, station: KnownStation) -> CheckResult:
    """Report parts for another request, too many parts, or too few."""
    return judge_parts(seen, station)


DISPLAYS.deadline("O01")(last_is_missing)
