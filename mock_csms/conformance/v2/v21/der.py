"""Checks of controls for distributed energy resources (checks E)."""

from collections.abc import Mapping

from mock_csms.conformance.facts.v2.v21 import KnownStation21
from mock_csms.conformance.subject import ERROR, INFO, OF_V21, CheckResult, Subject, Wrong
from mock_csms.conformance.v2.parts import judge_parts, last_is_missing
from mock_csms.twin.seen import Seen, call, result

DER = Subject("DER", OF_V21)

_FIELDS: Mapping[str, str] = {
    "EnterService": "enterService",
    "FixedPFAbsorb": "fixedPFAbsorb",
    "FixedPFInject": "fixedPFInject",
    "FixedVar": "fixedVar",
    "FreqDroop": "freqDroop",
    "Gradients": "gradient",
    "LimitMaxDischarge": "limitMaxDischarge",
}
"""The field of each controlType; all others have a `curve`."""
_SETTINGS = ("curve", *_FIELDS.values())


@DER.check(
    "E01",
    "2.1 R04",
    ERROR,
    "DER controls are reported completely, for their request",
    result("GetDERControl"),
    call("ReportDERControl"),
)
def reports_controls(seen: Seen, station: KnownStation21) -> CheckResult:
    """Report parts for another request, too many parts, or too few."""
    return judge_parts(seen, station)


DER.deadline("E01")(last_is_missing)


@DER.check("E02", "2.1 R04", ERROR, "a control that was set starts before it stops", call("NotifyDERStartStop"))
def starts_before_it_stops(seen: Seen, station: KnownStation21) -> CheckResult:
    """Report the stop of a control that has not started, or of one that was never set.

    If the mock has not set the control, it is only an info: an earlier CSMS may have set it.
    """
    id_ = seen.payload["controlId"]
    has_started = station.controls.given.get(id_)
    if has_started is None:
        return Wrong(f"control {id_} was not set", severity=INFO, why="an earlier CSMS may have set it")
    return None if has_started or seen.payload["started"] else f"control {id_} has stopped, but has not started"


@DER.check("E03", "2.1 R04.FR.16-17", ERROR, "a control has exactly the setting of its type", result("SetDERControl"))
def has_one_setting(seen: Seen, _: KnownStation21) -> CheckResult:
    """Report Accepted for a command with several settings, without a setting, or with the setting of another type."""
    given = [name for name in _SETTINGS if name in seen.request]
    kind = seen.request["controlType"]
    is_wrong = seen.payload["status"] == "Accepted" and given != [_FIELDS.get(kind, "curve")]
    return f"{kind} with {' and '.join(given) or 'no setting'} was Accepted" if is_wrong else None
