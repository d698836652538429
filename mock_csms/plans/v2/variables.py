"""Steps that get and set variables and check the station's answer about each of them."""

from collections.abc import Sequence
from typing import Any

from mock_csms.plans.messages import one_of
from mock_csms.plans.preparing import preparing
from mock_csms.plans.station import Station
from mock_csms.plans.v2.messages import variable
from mock_csms.protocol.actions import Json

__tracebackhide__ = True  # pytest shows the line of the case, not of this module

TAKEN = one_of("Accepted", "RebootRequired")
"""The statuses of a variable that was set; the station decides whether it needs a reboot for that."""
HARMLESS = "GetVariables", {"getVariableData": [variable("ChargingStation", "AvailabilityState")]}
"""A command that changes nothing and that every station must support: its action and its payload."""


async def got(station: Station, *asked: Json, **result: Any) -> None:
    """Get variables: the results must name them in the order of the request, and each must contain `result`."""
    results = [{**one, **result} for one in asked]
    await station.command("GetVariables", {"getVariableData": list(asked)}, getVariableResult=results)


async def put(station: Station, given: Sequence[Json], **result: Any) -> bool:
    """Set variables to their `attributeValue`: the results must name them in order, and each must contain `result`.

    Return whether the values are in effect; False if any requires a reboot.
    """
    results = [{key: value for key, value in one.items() if key != "attributeValue"} | result for one in given]
    answer = await station.command("SetVariables", {"setVariableData": list(given)}, setVariableResult=results)
    return all(one["attributeStatus"] != "RebootRequired" for one in answer["setVariableResult"])


async def prefer(station: Station, component: str, name: str, value: str) -> bool:
    """Set a variable for the rest of the case, if the station has it and accepts the value.

    Return whether it has the value now.
    """
    with preparing(station):
        return await station.changes.prefer(component, name, value)
