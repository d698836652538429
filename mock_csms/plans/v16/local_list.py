"""The local authorization list: steps that send it, and ask for its version (OCPP 1.6, 3.5.2, 5.10, 5.15)."""

from typing import Any

from mock_csms.plans.profile import VALID
from mock_csms.plans.station import Station
from mock_csms.plans.v16 import keys
from mock_csms.plans.v16.states.sessions import tag_of
from mock_csms.protocol.actions import Json

__tracebackhide__ = True  # pytest shows the line of the case, not of this module

PROFILE = "LocalAuthListManagement"
"""The feature profile of a station with a list."""
_EMPTY = {"listVersion": 1, "updateType": "Full", "localAuthorizationList": []}


def entries(station: Station, *tokens: str) -> list[Json]:
    """Return entries that accept these kinds of tokens."""
    return [{"idTag": tag_of(station, token), "idTagInfo": {"status": "Accepted"}} for token in tokens]


async def enabled(station: Station) -> None:
    """The list is enabled; it is emptied after the case. Skips the case if the station has no list."""
    await keys.has_profile(station, PROFILE)
    await keys.require(station, "LocalAuthListEnabled", "true")
    station.undo_with("SendLocalList", _EMPTY)


async def send(station: Station, kind: str, version: int, items: list[Json], status: Any = "Accepted") -> None:
    """Send a list, `Full` or `Differential`; the answer must have this status (5.15)."""
    payload = {"listVersion": version, "updateType": kind, "localAuthorizationList": items}
    await station.command("SendLocalList", payload, status=status)


async def has_version(station: Station, version: int) -> None:
    """Check the version of the list (5.10)."""
    await station.command("GetLocalListVersion", listVersion=version)


async def listed(station: Station, token: str = VALID) -> None:
    """The token is in the list; if there is a cache, it is empty."""
    await enabled(station)
    await send(station, "Full", 1, entries(station, token))
    if await keys.get(station, "AuthorizationCacheEnabled") is not None:
        await station.command("ClearCache")
