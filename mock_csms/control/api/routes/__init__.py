"""The functions of the endpoints, by subject. Each has the name of its row in the table."""

from collections.abc import Callable, Mapping
from typing import Any

from mock_csms.control.api.request import ApiRequest, Trouble
from mock_csms.control.api.routes import (
    actions,
    commands,
    events,
    judging,
    mock,
    page,
    rules,
    settings,
    stations,
    tokens,
)
from mock_csms.control.api.table import ENDPOINTS

_MODULES = (actions, commands, events, judging, mock, page, rules, settings, stations, tokens)


def _missing(_: ApiRequest[Any, Any]) -> None:
    raise Trouble(501, "not there yet")


FUNCTIONS: Mapping[str, Callable[[ApiRequest[Any, Any]], Any]] = {
    row.name: next((getattr(module, row.name) for module in _MODULES if hasattr(module, row.name)), _missing)
    for row in ENDPOINTS
}
"""The function of each row, by its name."""
