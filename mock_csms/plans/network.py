"""Network profiles: putting one in a slot, choosing the order of slots, and starting anew with them (B09, B10)."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import pytest

from mock_csms.plans import states
from mock_csms.plans.connection import visit
from mock_csms.plans.messages import one_of
from mock_csms.plans.station import Station
from mock_csms.plans.variables import variable
from mock_csms.protocol.actions import Json

__tracebackhide__ = True  # pytest shows the case, and the text says all

_OTHERS = ("/other", "/another")
"""Paths of other URLs of the mock, which stand for other CSMSs."""
_PRIORITY = ("OCPPCommCtrlr", "NetworkConfigurationPriority")
_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - nothing is bound to it here
_ANSWER = 30
"""The messageTimeout of profiles, in seconds."""


async def slots(station: Station) -> tuple[int, int]:
    """Return the slot that is in use, and another one; without another one the case does not apply."""
    order = await station.remember(*_PRIORITY) or ""
    used = int(order.partition(",")[0] or station.profile.slots[0])
    free = [slot for slot in station.profile.slots if slot != used]
    if not free:
        pytest.skip("the station has one slot for network profiles, says its profile")
    return used, free[0]


def paths(station: Station) -> tuple[str, str]:
    """Return the path of the URL at which the station is, and that of another one."""
    here = station.known.path
    return here, next(path for path in _OTHERS if path != here)


def url_of(station: Station, path: str) -> str:
    """Return the URL with that path for a profile of the station; who listens everywhere must be told where it is."""
    parts = urlsplit(station.profile.url or station.csms.url)
    if parts.hostname in _EVERYWHERE:
        pytest.skip("where the station reaches the mock, its profile does not say (url)")
    return f"{parts.scheme}://{parts.netloc}{path}"


async def put(station: Station, slot: int, path: str, **answer: Any) -> None:
    """Set a profile that leads to a path of the mock, as the station connects to it now."""
    profile: Json = {
        "messageTimeout": _ANSWER,
        "ocppCsmsUrl": url_of(station, path),
        "ocppInterface": station.profile.interface,
        "ocppTransport": "JSON",
        "ocppVersion": "OCPP20",
        "securityProfile": int(await station.get("SecurityCtrlr", "SecurityProfile") or 0),
    }
    await station.command("SetNetworkProfile", {"configurationSlot": slot, "connectionData": profile}, **answer)


async def start_with(station: Station, order: Sequence[int]) -> None:
    """Set the order of slots, and let the station start anew: by a reset when it wants one, else as the state does."""
    station.known.visits.clear()
    given = variable(*_PRIORITY, attributeValue=",".join(map(str, order)))
    result = {"attributeStatus": one_of("Accepted", "RebootRequired")}
    answer = await station.command("SetVariables", {"setVariableData": [given]}, setVariableResult=[result])
    if answer["setVariableResult"][0]["attributeStatus"] == "RebootRequired":
        await station.command("Reset", {"type": "OnIdle"}, status="Accepted")
    else:
        await states.booting(station)
    await visit(station, "Disconnected")
