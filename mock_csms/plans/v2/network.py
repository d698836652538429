"""Network profiles: put one into a slot, set the order of the slots, and restart the station with it (B09, B10)."""

from collections.abc import Sequence
from typing import Any

from mock_csms.behavior.matching import Predicate
from mock_csms.plans.connection import next_connection_event, url_of
from mock_csms.plans.messages import one_of
from mock_csms.plans.station import Station
from mock_csms.plans.v2 import states
from mock_csms.plans.v2.messages import variable
from mock_csms.protocol.actions import Json

__tracebackhide__ = True  # pytest shows the line of the case, not of this module

_OTHERS = ("/other", "/another")
"""The paths of other URLs of the mock, in place of other CSMSs."""
PRIORITY = ("OCPPCommCtrlr", "NetworkConfigurationPriority")
_ANSWER = 30
"""The messageTimeout of profiles, in seconds."""


async def slots(station: Station, *, for_good: bool = False) -> tuple[int, int]:
    """Return the slot in use and another one; skip the case if there is no other one.

    After the case the order of the slots is set back, unless the case changes it for good.
    """
    order = await (station.get if for_good else station.remember)(*PRIORITY) or ""
    used = int(order.partition(",")[0] or station.profile.slots[0])
    free = [slot for slot in station.profile.slots if slot != used]
    if not free:
        station.skip("the station has only one slot for network profiles (see its profile)", applies=False)
    return used, free[0]


def paths(station: Station) -> tuple[str, str]:
    """Return the path in the URL that the station connected to, and another path."""
    here = station.known.path
    return here, next(path for path in _OTHERS if path != here)


async def security_of(station: Station) -> int:
    """Return the security profile in use."""
    return int(await station.get("SecurityCtrlr", "SecurityProfile") or 0)


async def put(station: Station, slot: int, path: str, *, security: int | None = None, **answer: Any) -> None:
    """Set a network profile with a path of the mock, and with the security profile in use unless another is given.

    The payload of the result must contain `answer`.
    """
    url = url_of(station, path)
    if security is not None:
        url = f"{'wss' if security > 1 else 'ws'}://{url.partition('://')[2]}"
    profile: Json = {
        "messageTimeout": _ANSWER,
        "ocppCsmsUrl": url,
        "ocppInterface": station.profile.interface,
        "ocppTransport": "JSON",
        "ocppVersion": "OCPP20",
        "securityProfile": await security_of(station) if security is None else security,
    }
    await station.command("SetNetworkProfile", {"configurationSlot": slot, "connectionData": profile}, **answer)


def without(slot: int) -> Predicate:
    """Match an order of slots that does not have this one."""
    return Predicate(
        f"a list without {slot}", lambda found: isinstance(found, str) and f"{slot}" not in found.split(",")
    )


async def rejects(station: Station, order: Sequence[int]) -> None:
    """Set the order of the slots, which the station must reject (A05.FR.02, A05.FR.03)."""
    given = variable(*PRIORITY, attributeValue=",".join(map(str, order)))
    result = {"attributeStatus": "Rejected"}
    await station.command("SetVariables", {"setVariableData": [given]}, setVariableResult=[result])


async def start_with(station: Station, order: Sequence[int]) -> None:
    """Set the order of the slots, and restart the station: by a Reset if required, else in the same way as `booting`.

    Returns when the station has disconnected.
    """
    station.known.connection_events.clear()
    given = variable(*PRIORITY, attributeValue=",".join(map(str, order)))
    result = {"attributeStatus": one_of("Accepted", "RebootRequired")}
    answer = await station.command("SetVariables", {"setVariableData": [given]}, setVariableResult=[result])
    if answer["setVariableResult"][0]["attributeStatus"] == "RebootRequired":
        await station.command("Reset", {"type": "OnIdle"}, status="Accepted")
    else:
        await states.booting(station)
    await next_connection_event(station, "Disconnected")
