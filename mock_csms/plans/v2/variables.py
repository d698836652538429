"""Words for variables: how messages name one, and what must be answered about it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mock_csms.plans.v2.messages import one_of
from mock_csms.protocol.actions import Json

if TYPE_CHECKING:
    from mock_csms.plans.station import Station

__tracebackhide__ = True  # pytest shows the case, and the text says all

TAKEN = one_of("Accepted", "RebootRequired")
"""What is answered of a variable that is set: when it takes force is left to the station."""


def variable(component: str, name: str, *, instance: str = "", **more: Any) -> Json:
    """Return how a message names a variable; `instance` is that of the variable."""
    named = {"name": name, "instance": instance} if instance else {"name": name}
    return {"component": {"name": component}, "variable": named, **more}


async def got(station: "Station", *asked: Json, **result: Any) -> None:
    """Ask for variables: each result must name the one that was asked for, in their order, and have this besides."""
    results = [{**one, **result} for one in asked]
    await station.command("GetVariables", {"getVariableData": list(asked)}, getVariableResult=results)


async def put(station: "Station", given: Sequence[Json], **result: Any) -> bool:
    """Set variables to their `attributeValue`: each result must name the one that was set, and have this besides.

    Return whether they are in force, and want no reboot for it.
    """
    results = [{key: value for key, value in one.items() if key != "attributeValue"} | result for one in given]
    answer = await station.command("SetVariables", {"setVariableData": list(given)}, setVariableResult=results)
    return all(one["attributeStatus"] != "RebootRequired" for one in answer["setVariableResult"])
