"""How a station is asked for its configuration keys (--learn): one GetConfiguration returns all of them (5.8)."""

from collections.abc import Sequence
from typing import Any

from mock_csms.behavior.commands import Step
from mock_csms.behavior.dialect import DeviceModel, VariableName
from mock_csms.protocol.actions import Json


def _get(names: Sequence[VariableName]) -> Step:
    return Step("GetConfiguration", {"key": [key for _, key in names]})


def _is_whole(answer: Json) -> bool:
    return bool(answer.get("configurationKey"))


def _first_value(answer: Json) -> str:
    keys: Any = answer.get("configurationKey") or [{}]
    return str(keys[0].get("value", "")) if isinstance(keys[0], dict) else ""


DEVICE_MODEL = DeviceModel(
    report=lambda _: Step("GetConfiguration", {}),
    is_reported=lambda _: False,
    is_last_part=lambda _, __: None,
    get=_get,
    limit=("", "GetConfigurationMaxKeys"),
    first_value=_first_value,
    is_whole=_is_whole,
)
