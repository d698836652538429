"""Checks of reports of variables (checks V09 to V18)."""

from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.subject import ERROR, WARNING, CheckResult, Wrong
from mock_csms.conformance.v2.inventory import ALWAYS, lacking
from mock_csms.conformance.v2.parts import is_of_nothing, last_is_missing, until_the_last, wrong_id, wrong_number
from mock_csms.conformance.v2.variables import VARIABLES, written
from mock_csms.twin.seen import Seen, call, result
from mock_csms.twin.v2.variables import folded, name_of

_REPORT = "NotifyReport"
_LISTS = ("OptionList", "SequenceList", "MemberList")


@VARIABLES.check(
    "V09", "B07.FR.01-02, B07.FR.12", ERROR, "ConfigurationInventory and FullInventory can be reported",
    result("GetBaseReport"),
)  # fmt: skip
def base_reports(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a base report that is not supported, or two rejected requests in a row while no other report runs."""
    base, status, before = (
        seen.request["reportBase"],
        seen.payload["status"],
        station.commands.answered.get(seen.action),
    )
    if base == "SummaryInventory" or status == "Accepted":
        return None
    if status != "Rejected":
        return f"{base} was answered with {status}"
    is_busy = any(entry.is_agreed and not entry.is_complete for entry in station.parts.asked.values())
    if before is None or before.status != "Rejected" or is_busy:
        return None
    text = f"{base} was rejected, and so was the report before it"
    return Wrong(text, (before.id,), severity=WARNING, why="the station may be busy")


@VARIABLES.check(
    "V10", "B07.FR.04, B08.FR.04, N02.FR.04", ERROR, "reports have the requestId of an accepted request",
    call(_REPORT, "NotifyMonitoringReport"), implies=("V12", "N10"),
)  # fmt: skip
def requests_of_reports(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a part for an unknown or refused request; V13 and N10 report parts of an empty report."""
    return None if is_of_nothing(seen, station) else wrong_id(seen, station)


@VARIABLES.check(
    "V11", "B07.FR.10, B08.FR.14, N02.FR.09", ERROR, "the seqNo of a report starts at 0 and increases by 1",
    call(_REPORT, "NotifyMonitoringReport"),
)  # fmt: skip
def numbers_of_reports(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a seqNo that is not the next one."""
    return wrong_number(seen, station)


@VARIABLES.check(
    "V12", "B07.FR.03, B08.FR.03", ERROR, "an accepted report is completed, and nothing follows its last part",
    result("GetBaseReport", "GetReport"), call(_REPORT),
)  # fmt: skip
def reports_end(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a last part that does not come in time, or a part after the last one."""
    return until_the_last(seen, station)


VARIABLES.deadline("V12")(last_is_missing)


@VARIABLES.check(
    "V13", "B07.FR.02, B07.FR.05, B08.FR.15", ERROR, "no report follows NotSupported or EmptyResultSet", call(_REPORT)
)
def no_report_without_content(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a part although the request was answered with NotSupported or EmptyResultSet."""
    return wrong_id(seen, station) if is_of_nothing(seen, station) else None


@VARIABLES.check(
    "V14", "B07.FR.07-08, B08.FR.12, Part 2 Referenced Components and Variables", ERROR,
    "reported variables have characteristics, and lists have a valuesList",
    call(_REPORT),
)  # fmt: skip
def characteristics_are_there(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a variable without characteristics, or a list without valuesList. A SummaryInventory needs none."""
    entry = station.parts.of(seen)
    if entry is None or entry.request.get("reportBase") == "SummaryInventory":
        return None
    for item in seen.payload.get("reportData", ()):
        reported = item.get("variableCharacteristics")
        if reported is None:
            return f"{written(name_of(item))} is reported without variableCharacteristics"
        if reported["dataType"] in _LISTS and "valuesList" not in reported:
            return f"{written(name_of(item))} is reported as {reported['dataType']} without valuesList"
    return None


@VARIABLES.check("V15", "B07.FR.07", ERROR, "ConfigurationInventory has no ReadOnly variables", call(_REPORT))
def configuration_can_be_set(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a ReadOnly variable in the ConfigurationInventory."""
    entry = station.parts.of(seen)
    if entry is None or entry.request.get("reportBase") != "ConfigurationInventory":
        return None
    for item in seen.payload.get("reportData", ()):
        if all(each.get("mutability") == "ReadOnly" for each in item["variableAttribute"]):
            return f"{written(name_of(item))} is ReadOnly, but is in the ConfigurationInventory"
    return None


@VARIABLES.check(
    "V16", "Part 2 Referenced Components and Variables", ERROR, "the station has all required variables",
    call(_REPORT), result("GetVariables"),
)  # fmt: skip
def inventory_is_full(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a required variable that is missing or wrong in a FullInventory, or that the station calls unknown.

    Silent if parts of the report may be lost.
    """
    if seen.action == "GetVariables":
        return _called_unknown(seen, station)
    entry = station.parts.of(seen)
    if entry is None or entry.request.get("reportBase") != "FullInventory" or seen.payload.get("tbc"):
        return None
    if entry.is_in_doubt or entry.is_complete or entry.count != seen.payload["seqNo"]:
        return None
    wrong = lacking(station.reports.with_part(seen.payload))
    more = f", and {len(wrong) - 1} more" if len(wrong) > 1 else ""
    return f"{wrong[0]}{more}" if wrong else None


_REQUIRED = {
    (row.component.casefold(), "", 0, 0, row.variable.casefold(), row.instance.casefold())
    for row in ALWAYS
    if row.component not in ("EVSE", "Connector")
}
_UNKNOWN = ("UnknownComponent", "UnknownVariable")


def _called_unknown(seen: Seen, station: KnownStation) -> str | None:
    """Judge answers that call required variables unknown, until a full report has shown which are missing."""
    is_judged = station.reports.is_complete or station.boots.status == "Rejected"  # B15 reports it
    results = () if is_judged else seen.payload["getVariableResult"]
    unknown = [item for item in results if item["attributeStatus"] in _UNKNOWN and folded(name_of(item)) in _REQUIRED]
    missing = [f"{written(name_of(item))} is answered with {item['attributeStatus']}" for item in unknown]
    more = f", and {len(missing) - 1} more" if len(missing) > 1 else ""
    return f"{missing[0]}{more}" if missing else None


@VARIABLES.check("V17", "B07.FR.03", ERROR, "reports do not contain values of WriteOnly variables", call(_REPORT))
def write_only_is_not_reported(seen: Seen, _: KnownStation) -> CheckResult:
    """Report the value of a WriteOnly attribute."""
    for item in seen.payload.get("reportData", ()):
        for attribute in item["variableAttribute"]:
            if attribute.get("mutability") == "WriteOnly" and attribute.get("value"):
                return f"{written(name_of(item))} is WriteOnly, but its value is reported"
    return None


@VARIABLES.check("V18", "B07, B08", WARNING, "a report has each variable once", call(_REPORT))
def variables_once(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a variable that was in the same report before."""
    entry = station.parts.of(seen)
    if entry is None or entry.is_in_doubt or entry.is_complete:
        return None
    had = set(station.reports.coming.get(seen.payload["requestId"], ()))
    for item in seen.payload.get("reportData", ()):
        if name_of(item) in had:
            return f"{written(name_of(item))} is in the report of request {seen.payload['requestId']} twice"
        had.add(name_of(item))
    return None
