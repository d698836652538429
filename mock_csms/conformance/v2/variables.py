"""Checks of answers about variables (checks V01 to V08 and V19).

Checks of reports are in `reports`, and the check of network profiles is in `network`.
"""

from collections.abc import Iterable, Mapping, Sequence

from mock_csms.behavior.secret_texts import is_variable
from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.subject import ERROR, INFO, CheckResult, Subject, Wrong
from mock_csms.conformance.v2.variable_values import has_form, is_same, number_in, why_not
from mock_csms.protocol.actions import Json
from mock_csms.protocol.masks import is_masked, masked
from mock_csms.twin.events import Sent
from mock_csms.twin.seen import Seen, command, result
from mock_csms.twin.v2.variables import folded, name_of, paired, unrequested
from mock_csms.twin.variables import Name, Reported

VARIABLES = Subject("variables")

_GET_OR_SET = result("GetVariables", "SetVariables")
TAKEN = ("Accepted", "RebootRequired")
"""The statuses of a value that the station accepts, now or at the next boot."""

_PASSWORD: Name = ("SecurityCtrlr", "", 0, 0, "BasicAuthPassword", "")
_UNKNOWN = frozenset({"UnknownComponent", "UnknownVariable"})
_NO_TYPE = frozenset({"NotSupportedAttributeType", "Rejected"})
"""The correct statuses for an attribute that a variable does not have. OCPP does not define which one comes first."""


@VARIABLES.check("V01", "B05.FR.01, B06.FR.01", ERROR, "each requested variable has exactly one result", _GET_OR_SET)
def as_many_results(seen: Seen, _: KnownStation) -> CheckResult:
    """Report more or fewer results than requested items."""
    asked, answered = items_of(seen)
    if len(asked) == len(answered):
        return None
    return f"{seen.action} asked for {len(asked)} variables, but {len(answered)} results came"


@VARIABLES.check("V02", "B05.FR.02, B06.FR.02", ERROR, "results are only about requested variables", _GET_OR_SET)
def results_of_what_was_asked(seen: Seen, _: KnownStation) -> CheckResult:
    """Report a result for a variable that the command does not contain."""
    asked, answered = items_of(seen)
    other = unrequested(asked, answered)
    return f"{seen.action} did not ask for {written(other)}" if other else None


@VARIABLES.check(
    "V03",
    "B05.FR.03, B05.FR.12, B06.FR.03, B06.FR.11",
    ERROR,
    "results have the requested attributeType",
    _GET_OR_SET,
)
def attribute_of_results(seen: Seen, _: KnownStation) -> CheckResult:
    """Report an attributeType that differs from the requested one, or is missing."""
    asked, answered = items_of(seen)
    types: dict[Name, set[str]] = {}
    for item in asked:
        types.setdefault(folded(name_of(item)), set()).add(item.get("attributeType", "Actual"))
    for item in answered:
        reported, wanted = item.get("attributeType"), types.get(folded(name_of(item)))
        if wanted and reported not in wanted:
            return f"the result of {written(name_of(item))} has {reported or 'no attributeType'}, not {_any(wanted)}"
    return None


@VARIABLES.check(
    "V04",
    "B05.FR.04-07, B06.FR.06-08",
    ERROR,
    "unknown variables, missing attributes and values of a wrong type are refused as such",
    _GET_OR_SET,
)
def right_statuses(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a wrong status for a variable that is not in the inventory, or for a value of a wrong dataType.

    If the inventory is incomplete (V16), a variable outside it may still exist: then the finding is only an info.
    """
    for item, answer in paired(*items_of(seen)):
        due, status = _due(item, station), answer["attributeStatus"]
        if due and status not in due:
            text = f"{written(name_of(item))} was answered with {status}, not {_any(due)}"
            is_sure = station.reports.is_trusted or due == _NO_TYPE
            if is_sure or status in _UNKNOWN:
                return text if is_sure else Wrong(text, severity=INFO, why="the inventory is incomplete")
        if status in TAKEN and _is_misformed(item, station):
            return f"{written(name_of(item))} accepted {_shown(item, station)}, which is no {_type(item, station)}"
    return None


@VARIABLES.check(
    "V05", "B06.FR.04, B06.FR.06-08, B06.FR.10", ERROR, "a result has a value if and only if it is Accepted",
    result("GetVariables"),
)  # fmt: skip
def values_where_due(seen: Seen, _: KnownStation) -> CheckResult:
    """Report Accepted without a value, or a value of a variable that the station calls unknown."""
    for item in seen.payload["getVariableResult"]:
        status, has_value = item["attributeStatus"], "attributeValue" in item
        if has_value is not (status == "Accepted") and status != "Rejected":
            return f"{written(name_of(item))} is {status}, but has {'a' if has_value else 'no'} value"
    return None


@VARIABLES.check(
    "V06", "B06.FR.09", ERROR, "GetVariables does not return values of WriteOnly variables", result("GetVariables")
)
def write_only_is_not_returned(seen: Seen, station: KnownStation) -> CheckResult:
    """Report the value of a WriteOnly variable."""
    for item in seen.payload["getVariableResult"]:
        name = name_of(item)
        if "attributeValue" in item and (name == _PASSWORD or _is(name, "WriteOnly", station)):
            return f"{written(name)} is WriteOnly, but its value was returned"
    return None


@VARIABLES.check("V07", "B05.FR.10", ERROR, "GetVariables returns the value that was set", result("GetVariables"))
def set_values_are_returned(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a value that differs from the last one that the station accepted."""
    for item in seen.payload["getVariableResult"]:
        name, read = name_of(item), item.get("attributeValue")
        given = station.variables.given.get(name) if item.get("attributeType", "Actual") == "Actual" else None
        is_known = item["attributeStatus"] == "Accepted" and None not in (given, read)
        if is_known and not is_same(str(given), str(read)):
            shown = _shown(item | {"attributeValue": str(given)}, station)
            return f"{written(name)} was set to {shown}, but reads {_shown(item, station)}"
    return None


@VARIABLES.check(
    "V08", "B05.FR.08, B05.FR.09", ERROR, "values out of range and values of ReadOnly variables are rejected",
    result("SetVariables"),
)  # fmt: skip
def range_is_kept(seen: Seen, station: KnownStation) -> CheckResult:
    """Report an accepted value that the reported characteristics of the variable forbid."""
    for item, answer in paired(*items_of(seen)):
        if answer["attributeStatus"] in TAKEN and item.get("attributeType", "Actual") == "Actual":
            row = station.variables.reported.get(name_of(item))
            why = why_not(row, item["attributeValue"]) if row else None
            if why:
                return f"{written(name_of(item))} accepted {_shown(item, station)}, although {why}"
    return None


@VARIABLES.check(
    "V19", "B05.FR.11, B06.FR.16-17, B08.FR.17-18", INFO, "commands stay within ItemsPerMessage and BytesPerMessage",
    command("GetVariables", "SetVariables", "GetReport"),
)  # fmt: skip
def commands_fit(seen: Seen, station: KnownStation) -> CheckResult:
    """Report, as an info, a command with more items or bytes than the station allows: a CALLERROR is a right answer."""
    items = seen.payload.get(_LIST_OF.get(seen.action, "componentVariable"), ())
    sizes = {"ItemsPerMessage": len(items), "BytesPerMessage": len(seen.event_as(Sent).text)}
    for variable, size in sizes.items():
        most = number_in(station.variables.values.get(("DeviceDataCtrlr", "", 0, 0, variable, seen.action)))
        if most is not None and size > most:
            return f"{seen.action} has {size}, and {variable} is {most:g}: a CALLERROR is allowed"
    return None


# Requested items and their results.

_LIST_OF = {"GetVariables": "getVariableData", "SetVariables": "setVariableData"}


def items_of(seen: Seen) -> tuple[Sequence[Json], Sequence[Json]]:
    """Return the items of GetVariables or SetVariables, and their results."""
    kind = "get" if seen.action == "GetVariables" else "set"
    return seen.request[f"{kind}VariableData"], seen.payload[f"{kind}VariableResult"]


def written(name: Name) -> str:
    """Return the name of a variable as findings show it."""
    component, instance, evse, connector, variable, of_variable = name
    place = f"[{evse},{connector}]" if connector else f"[{evse}]" if evse else ""
    of_component = f"/{instance}" if instance else ""
    return f"{component}{of_component}{place}.{variable}{f'[{of_variable}]' if of_variable else ''}"


def _shown(item: Json, station: KnownStation) -> str:
    """Return the value of a variable for people; the value of a secret variable is masked."""
    name, value = name_of(item), str(item["attributeValue"])
    is_secret = is_variable(f"{name[0]}.{name[4]}") or _is(name, "WriteOnly", station)
    return repr(masked(value) if is_secret else value)


def _any(statuses: Iterable[str]) -> str:
    return " or ".join(sorted(statuses))


# What the inventory says about variables.


def _due(item: Json, station: KnownStation) -> frozenset[str]:
    """Return the correct statuses if the station lacks the variable or attribute.

    Empty if it has both, or without a full report.
    """
    reported, name = station.variables.reported, name_of(item)
    row = reported.get(name) or _found(name, reported)
    if not station.reports.is_complete:
        return frozenset()
    if row is None:
        return _unknown(folded(name), reported)
    return frozenset() if item.get("attributeType", "Actual") in row.types else _NO_TYPE


def _found(name: Name, reported: Mapping[Name, Reported]) -> Reported | None:
    wanted = folded(name)
    return next((row for other, row in reported.items() if folded(other) == wanted), None)


def _unknown(name: Name, reported: Mapping[Name, Reported]) -> frozenset[str]:
    """Return the correct statuses.

    For a component that exists only at other places, both kinds of unknown are correct.
    """
    others = [other for other in map(folded, reported) if other[0] == name[0]]
    if not others:
        return frozenset({"UnknownComponent"})
    is_there = any(other[:4] == name[:4] for other in others)
    return frozenset({"UnknownVariable"}) if is_there else _UNKNOWN


def _is(name: Name, mutability: str, station: KnownStation) -> bool:
    row = station.variables.reported.get(name)
    return row is not None and row.mutability == mutability


def _type(item: Json, station: KnownStation) -> str:
    row = station.variables.reported.get(name_of(item))
    return str(row.of("dataType")) if row else ""


def _is_misformed(item: Json, station: KnownStation) -> bool:
    """Whether a value does not have the form of its dataType.

    An empty value is correct, because it removes the value.
    """
    value = item.get("attributeValue", "")
    is_actual = item.get("attributeType", "Actual") == "Actual" and not is_masked(value)
    return bool(value) and is_actual and not has_form(value, _type(item, station))
