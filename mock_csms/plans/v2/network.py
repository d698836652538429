"""Network profiles: putting one in a slot, choosing the order of slots, and starting anew with them (B09, B10)."""

from collections.abc import Sequence
from typing import Any

from mock_csms.plans.connection import next_connection_event, url_of
from mock_csms.plans.messages import one_of
from mock_csms.plans.station import Station
from mock_csms.plans.v2 import states
from mock_csms.plans.v2.messages import variable
from mock_csms.protocol.actions import Json

__tracebackhide__ = True  # pytest shows the case, and the text says all

_OTHERS = ("/other", "/another")
"""Paths of other URLs of the mock, which stand for other CSMSs."""
_PRIORITY = ("OCPPCommCtrlr", "NetworkConfigurationPriority")
_ANSWER = 30
"""The messageTimeout of profiles, in seconds."""


async def slots(station: Station) -> tuple[int, int]:
    """Return the slot that is in use, and another one; without another one the case does not apply."""
    order = await station.remember(*_PRIORITY) or ""
    used = int(order.partition(",")[0] or station.profile.slots[0])
    free = [slot for slot in station.profile.slots if slot != used]
    if not free:
        station.skip("the station has only one slot for network profiles (see its profile)")
    return used, free[0]


def paths(station: Station) -> tuple[str, str]:
    """Return the path of the URL at which the station is, and that of another one."""
    here = station.known.path
    return here, next(path for path in _OTHERS if path != here)


async def security_of(station: Station) -> int:
    """Return the security profile that it uses."""
    return int(await station.get("SecurityCtrlr", "SecurityProfile") or 0)


async def put(station: Station, slot: int, path: str, *, security: int | None = None, **answer: Any) -> None:
    """Set a profile that leads to a path of the mock, as the station connects to it now, or with another security."""
    profile: Json = {
        "messageTimeout": _ANSWER,
        "ocppCsmsUrl": url_of(station, path),
        "ocppInterface": station.profile.interface,
        "ocppTransport": "JSON",
        "ocppVersion": "OCPP20",
        "securityProfile": await security_of(station) if security is None else security,
    }
    await station.command("SetNetworkProfile", {"configurationSlot": slot, "connectionData": profile}, **answer)


async def start_with(station: Station, order: Sequence[int]) -> None:
    """Set the order of slots, and let the station start anew: by a reset when it wants one, else as the state does."""
    station.known.connection_events.clear()
    given = variable(*_PRIORITY, attributeValue=",".join(map(str, order)))
    result = {"attributeStatus": one_of("Accepted", "RebootRequired")}
    answer = await station.command("SetVariables", {"setVariableData": [given]}, setVariableResult=[result])
    if answer["setVariableResult"][0]["attributeStatus"] == "RebootRequired":
        await station.command("Reset", {"type": "OnIdle"}, status="Accepted")
    else:
        await states.booting(station)
    await next_connection_event(station, "Disconnected")
