"""The decorator for cases of OCPP 1.6."""

from collections.abc import Callable
from typing import Any

from mock_csms.plans.cases import Function, for_versions
from mock_csms.plans.cases import case as case_of_any_version


def case(id_: str, **row: Any) -> Callable[[Function], Function]:
    """Make a case for stations that speak OCPP 1.6; `requirement` names the sections that decide it."""
    mark, is_for = case_of_any_version(id_, **row), for_versions("1.6")
    return lambda function: mark(is_for(function))
