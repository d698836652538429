"""Checks of customer information and of monitors (checks N05 to N10)."""

from mock_csms.conformance.facts.v2.monitors import SetMonitor
from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.lessons.v2.parts import is_repeat
from mock_csms.conformance.subject import ERROR, WARNING, CheckResult, Done, Due, Later
from mock_csms.conformance.v2.diagnostics import DIAGNOSTICS
from mock_csms.conformance.v2.parts import is_of_nothing, judge_parts, last_is_missing, until_the_last, wrong_id
from mock_csms.conformance.v2.variables import written
from mock_csms.protocol.actions import Json
from mock_csms.protocol.times import seconds_of
from mock_csms.twin.seen import Seen, call, result
from mock_csms.twin.v2.variables import folded, name_of, paired, unrequested

_CUSTOMER, _REPORT, _EVENT = "NotifyCustomerInformation", "NotifyMonitoringReport", "NotifyEvent"
_REFERENCES = ("idToken", "customerCertificate", "customerIdentifier")
_OF_MONITORS = ("HardWiredMonitor", "PreconfiguredMonitor", "CustomMonitor")


@DIAGNOSTICS.check(
    "N05", "N09.FR.02, N09.FR.05-06, N10.FR.03-04, N10.FR.06", ERROR, "all requested customer information is sent",
    result("CustomerInformation"), call(_CUSTOMER),
)  # fmt: skip
def customer_information_comes(seen: Seen, station: KnownStation) -> CheckResult:
    """Report parts that nobody requested, in wrong order or without an end, or no parts for a named customer.

    Silent about a command that requests neither a report nor a deletion.
    """
    is_idle = seen.kind == "result" and not (seen.request["report"] or seen.request["clear"])
    return None if is_idle else judge_parts(seen, station)


@DIAGNOSTICS.check(
    "N06", "N09.FR.09", WARNING, "a customer must be identified in exactly one way", result("CustomerInformation")
)
def customer_is_named(seen: Seen, _: KnownStation) -> CheckResult:
    """Report a status other than Invalid if the command names no customer or names one in several ways.

    Rejected is right too if the command requests neither a report nor a deletion.
    """
    named = [name for name in _REFERENCES if name in seen.request]
    is_idle = not seen.request["report"] and not seen.request["clear"]
    status = seen.payload["status"]
    if len(named) == 1 or status == "Invalid" or (status == "Rejected" and is_idle):
        return None
    return f"the customer is identified by {' and '.join(named) or 'nothing'}, but the status is {status}"


@DIAGNOSTICS.check(
    "N07", "N04.FR.01-02", ERROR, "each monitor to be set has exactly one result", result("SetVariableMonitoring")
)
def results_of_monitors(seen: Seen, _: KnownStation) -> CheckResult:
    """Report more or fewer results than monitors, or a result for another variable."""
    asked, answered = seen.request["setMonitoringData"], seen.payload["setMonitoringResult"]
    if len(asked) != len(answered):
        return f"{len(asked)} monitors were to be set, but {len(answered)} results came"
    other = unrequested(asked, answered)
    return f"no monitor of {written(other)} was to be set" if other else None


@DIAGNOSTICS.check(
    "N08",
    "N07.FR.06-07, N07.FR.15-19",
    ERROR,
    "events name their monitor, with the right trigger, severity and seqNo",
    call(_EVENT),
)
def events_of_monitors(seen: Seen, station: KnownStation) -> CheckResult:
    """Report an event without variableMonitoringId, or with a wrong trigger, severity or seqNo.

    The severity must not be above the level that the CSMS set with SetMonitoringLevel. A message that may be a repeat
    may have any seqNo.
    """
    number, due = seen.payload["seqNo"], station.monitors.next
    if due is not None and number != due and station.boots.count and not is_repeat(seen, station):
        return f"{_EVENT} has the seqNo {number}, not {due}"
    for event in seen.payload["eventData"]:
        if event["eventNotificationType"] in _OF_MONITORS and "variableMonitoringId" not in event:
            return f"event {event['eventId']} of a {event['eventNotificationType']} has no variableMonitoringId"
        monitor = station.monitors.of(event)
        wrong = _wrong(event, monitor, station) if monitor else None
        if wrong:
            return wrong
    return None


@DIAGNOSTICS.check(
    "N09", "N07.FR.02", WARNING, "an event reports that a threshold is no longer exceeded",
    result("GetVariables", "SetVariables"), call(_EVENT),
)  # fmt: skip
def thresholds_are_cleared(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a variable that is within its threshold again, if no event says so."""
    if seen.kind == "call":
        return [Done(event.get("variableMonitoringId")) for event in seen.payload["eventData"] if event.get("cleared")]
    crossed = [id_ for id_ in station.monitors.by_id if _is_crossed(id_, station)]
    later: list[Later] = []
    for item in _values(seen) if crossed else ():
        for id_ in crossed:
            monitor = station.monitors.by_id[id_]
            if monitor.name == folded(name_of(item)) and monitor.is_within(item["attributeValue"]):
                value = f"{written(name_of(item))} is {item['attributeValue']}"
                text = f"{value}, but no event of monitor {id_} has cleared true"
                later.append(Later(text, station.terms.patience, id_))
    return later


@DIAGNOSTICS.deadline("N09")
def is_not_cleared(due: Due, station: KnownStation) -> CheckResult:
    """Report that no event cleared the threshold."""
    return due.text if _is_crossed(due.key, station) and station.monitors.next is not None else None


@DIAGNOSTICS.check(
    "N10", "N02.FR.01, N02.FR.03, N02.FR.10", ERROR, "monitors are reported if and only if there are some",
    result("GetMonitoringReport"), call(_REPORT),
)  # fmt: skip
def monitors_are_reported(seen: Seen, station: KnownStation) -> CheckResult:
    """Report parts although the station announced an empty report, or a report that does not come or does not end."""
    wrong = wrong_id(seen, station) if seen.kind == "call" and is_of_nothing(seen, station) else None
    return wrong or until_the_last(seen, station)


DIAGNOSTICS.deadline("N05", "N10")(last_is_missing)


def _wrong(event: Json, monitor: SetMonitor, station: KnownStation) -> str | None:
    """Return what is wrong with an event of a known monitor; None if nothing is."""
    if monitor.trigger and event["trigger"] != monitor.trigger and _is_since(monitor.at, event, station):
        return f"event {event['eventId']} of a {monitor.setting['type']} has the trigger {event['trigger']}"
    level, severity = station.commands.agreed.get("SetMonitoringLevel"), monitor.setting["severity"]
    if level is None or severity <= level.request["severity"] or not _is_since(level.at, event, station):
        return None
    return f"event {event['eventId']} has the severity {severity}, and the level is {level.request['severity']}"


def _is_since(at: float, event: Json, station: KnownStation) -> bool:
    """Whether an event is certainly newer than a time."""
    made = seconds_of(event["timestamp"])
    return made is not None and made > at + station.terms.clock_offset + station.terms.tolerance


def _is_crossed(id_: int, station: KnownStation) -> bool:
    """Whether a monitor has reported that its threshold is crossed, and must report when the value is normal again."""
    monitor, level = station.monitors.by_id.get(id_), station.commands.agreed.get("SetMonitoringLevel")
    if monitor is None or not monitor.is_crossed or monitor.setting.get("transaction"):
        return False
    is_reported = level is None or monitor.setting["severity"] <= level.request["severity"]
    return is_reported and station.variables.switch("MonitoringCtrlr", "Enabled") is not False


def _values(seen: Seen) -> list[Json]:
    """Return the items with the present values of variables, from the answer to GetVariables or SetVariables."""
    if seen.action == "GetVariables":
        got = [item for item in seen.payload["getVariableResult"] if "attributeValue" in item]
    else:
        pairs = paired(seen.request["setVariableData"], seen.payload["setVariableResult"])
        got = [item for item, answer in pairs if answer["attributeStatus"] == "Accepted"]
    return [item for item in got if item.get("attributeType", "Actual") == "Actual"]
