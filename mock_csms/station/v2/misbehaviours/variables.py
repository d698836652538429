"""Wrong answers about variables, and wrong reports of them (checks V)."""

from typing import Any

from mock_csms.protocol.actions import Json
from mock_csms.station.cues import Act
from mock_csms.station.misbehaviour import (
    Kinds,
    Misbehaviour,
    Where,
    always,
    answers,
    anywhere,
    counted,
    has,
    in_list,
    never,
    patched,
    results,
    sends,
)
from mock_csms.station.v2.misbehaviours.events import Situation
from mock_csms.station.v2.variables import SIGN_READINGS

_GET, _SET = "getVariableResult", "setVariableResult"
_KNOWN = has(attributeStatus="Accepted")


def _got(where: Where = anywhere, **patch: Any) -> Any:
    """Change the results of GetVariables."""
    return answers("GetVariables", results(_GET, patched(**patch), where))


def _reported(change: Any) -> Any:
    """Change each variable of the reports."""
    return sends("NotifyReport", in_list("reportData", change))


def _shorter(payload: Json) -> Json:
    found = payload.get(_GET, [])
    return payload | {_GET: found[:-1] or found * 2}


def _first_twice(payload: Json) -> Json:
    return payload | {"reportData": [*payload.get("reportData", [])[:1], *payload.get("reportData", [])]}


def _first_only(payload: Json) -> Json:
    return payload | {"reportData": payload.get("reportData", [])[:1]}


_reveal = in_list("variableAttribute", patched(value="secret-password-1"), has(mutability="WriteOnly"))
_read_only = in_list("variableAttribute", patched(mutability="ReadOnly"))


def _shows_read_only(at: Situation, right: list[Act]) -> list[Act]:
    """Report ReadOnly variables in a ConfigurationInventory."""
    is_it = isinstance(at.event, tuple) and at.event[1].get("reportBase") == "ConfigurationInventory"
    wrong: list[Act] = _reported(_read_only)(at, right)
    return wrong if is_it else right


KINDS: Kinds = {
    "result-missing": Misbehaviour(
        "leaves the last result out",
        ("V01",),
        answer=answers("GetVariables", lambda _, right: _shorter(right)),
    ),
    "wrong-variable": Misbehaviour(
        "answers for another variable",
        ("V02",),
        answer=_got(variable={"name": "Other"}),
    ),
    "sets-another-variable": Misbehaviour(
        "answers SetVariables for another variable",
        ("V02",),
        answer=answers("SetVariables", results(_SET, patched(variable={"name": "Other"}))),
    ),
    "wrong-attribute": Misbehaviour(
        "results have the attributeType Target",
        ("V03",),
        answer=_got(attributeType="Target"),
    ),
    "knows-all-variables": Misbehaviour(
        "accepts variables that it does not have",
        ("V04", "V05"),
        answer=_got(attributeStatus="Accepted"),
    ),
    "no-value": Misbehaviour(
        "leaves attributeValue out of Accepted results",
        ("V05",),
        answer=_got(_KNOWN, attributeValue=None),
    ),
    "old-value": Misbehaviour(
        "returns a value that was never set",
        ("V07",),
        answer=_got(_KNOWN, attributeValue="1"),
    ),
    "sets-anything": Misbehaviour(
        "accepts every value for every variable",
        ("V04", "V08"),
        answer=answers("SetVariables", results(_SET, patched(attributeStatus="Accepted"))),
    ),
    "no-base-report": Misbehaviour(
        "rejects every base report",
        ("V09", "V12"),
        answer=answers("GetBaseReport", always(status="Rejected")),
        acts=sends("NotifyReport", never),
    ),
    "wrong-report-id": Misbehaviour(
        "reports have another requestId",
        ("V10",),
        acts=sends("NotifyReport", counted("requestId", lambda number: number + 1)),
    ),
    "report-seqno-gap": Misbehaviour(
        "numbers the parts of reports from 1",
        ("V11",),
        acts=sends("NotifyReport", counted("seqNo", lambda number: number + 1)),
    ),
    "report-never-ends": Misbehaviour(
        "every part of a report has tbc true", ("V12",), acts=sends("NotifyReport", patched(tbc=True))
    ),
    "no-report": Misbehaviour("accepts a report and does not send it", ("V12",), acts=sends("NotifyReport", never)),
    "report-without-need": Misbehaviour(
        "answers NotSupported and sends the report anyway",
        ("V13", "V09"),
        answer=answers("GetBaseReport", always(status="NotSupported")),
    ),
    "no-characteristics": Misbehaviour(
        "reports variables without characteristics",
        ("V14",),
        acts=_reported(patched(variableCharacteristics=None)),
    ),
    "small-inventory": Misbehaviour(
        "reports only one variable",
        ("V16",),
        acts=sends("NotifyReport", _first_only),
    ),
    "reported-twice": Misbehaviour(
        "reports the first variable twice", ("V18",), acts=sends("NotifyReport", _first_twice)
    ),
    "password-told": Misbehaviour(
        "returns the value of a WriteOnly variable",
        ("V06",),
        answer=_got(has(attributeStatus="Rejected"), attributeStatus="Accepted", attributeValue="secret-password-1"),
    ),
    "password-reported": Misbehaviour("reports values of WriteOnly variables", ("V17",), acts=_reported(_reveal)),
    "read-only-configuration": Misbehaviour(
        "reports ReadOnly variables as configuration", ("V15",), acts=_shows_read_only
    ),
    "says-it-signs": Misbehaviour(
        "reports SignReadings true and signs nothing",
        ("M11",),
        answer=_got(lambda result: result["variable"]["name"] == SIGN_READINGS, attributeValue="true"),
    ),
}
