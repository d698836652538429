"""The commands that ask a station for its device model: a full report (B07), or single variables (B06)."""

from collections.abc import Sequence
from typing import Any

from mock_csms.behavior.commands import Step
from mock_csms.behavior.dialect import DeviceModel, VariableName
from mock_csms.protocol.actions import Json
from mock_csms.protocol.messages import Call


def variable(component: str, name: str) -> Json:
    """Return a variable in the form of messages, without an instance."""
    return {"component": {"name": component}, "variable": {"name": name}}


def _report(number: int) -> Step:
    return Step("GetBaseReport", {"requestId": number, "reportBase": "FullInventory"})


def _is_reported(answer: Json) -> bool:
    return answer.get("status") == "Accepted"


def _is_last_part(call: Call, number: int) -> bool | None:
    payload: Any = call.payload
    if call.action != "NotifyReport" or not isinstance(payload, dict) or payload.get("requestId") != number:
        return None
    return not payload.get("tbc")


def _get(names: Sequence[VariableName]) -> Step:
    return Step("GetVariables", {"getVariableData": [named(*name) for name in names]})


def named(component: str, written: str) -> Json:
    """Return a variable in the form of messages; a slash separates its name from its instance."""
    name, _, instance = written.partition("/")
    named = variable(component, name)
    return named | {"variable": named["variable"] | {"instance": instance}} if instance else named


def _first_value(answer: Json) -> str:
    results: Any = answer.get("getVariableResult") or [{}]
    return str(results[0].get("attributeValue", "")) if isinstance(results[0], dict) else ""


DEVICE_MODEL = DeviceModel(
    report=_report,
    is_reported=_is_reported,
    is_last_part=_is_last_part,
    get=_get,
    limit=("DeviceDataCtrlr", "ItemsPerMessage/GetVariables"),
    first_value=_first_value,
)
