"""How variables are read and set in OCPP 2.x (B05, B06)."""

from mock_csms.plans.settable import Settable
from mock_csms.plans.v2.messages import variable
from mock_csms.protocol.actions import Json


def _named(component: str, name: str, **more: str) -> Json:
    """Return the JSON of a variable that may have an instance, as in `MessageTimeout[Default]`."""
    plain, _, instance = name.removesuffix("]").partition("[")
    return variable(component, plain, instance=instance, **more)


def _ask(component: str, name: str) -> tuple[str, Json]:
    return "GetVariables", {"getVariableData": [_named(component, name)]}


def _value_in(answer: Json) -> str | None:
    result = answer["getVariableResult"][0]
    return result.get("attributeValue", "") if result["attributeStatus"] == "Accepted" else None


def _give(component: str, name: str, value: str) -> tuple[str, Json]:
    return "SetVariables", {"setVariableData": [_named(component, name, attributeValue=value)]}


def _statuses_in(answer: Json) -> list[str]:
    return [each["attributeStatus"] for each in answer.get("setVariableResult", [])]


SETTABLE = Settable(_ask, _value_in, _give, _statuses_in, ("Reset", {"type": "Immediate"}))
