"""The points at which transactions start and stop: which stations have them, and how a case sets them."""

from mock_csms.plans.station import Station
from mock_csms.plans.v2 import states
from mock_csms.plans.v2.features import START_POINTS, STOP_POINTS

__tracebackhide__ = True  # pytest shows the line of the case, not of this module

_BAY = "ParkingBayOccupancy"
_START_CAN_BE_SET, _STOP_CAN_BE_SET = "C-51", "C-52"


def starting_at(point: str, *earlier: str) -> tuple[str, ...]:
    """Return the needs of a case whose transaction starts at a point: the station may set no `earlier` point too."""
    return START_POINTS[point], *(f"{_START_CAN_BE_SET} or not {START_POINTS[each]}" for each in earlier)


def stopping_at(point: str, *earlier: str) -> tuple[str, ...]:
    """Return the needs of a case whose transaction stops at a point: the station may set no `earlier` point too."""
    return STOP_POINTS[point], *without(*earlier)


def without(*points: str) -> tuple[str, ...]:
    """Return the needs of a case in which TxStopPoint has none of these points."""
    return tuple(f"{_STOP_CAN_BE_SET} or not {STOP_POINTS[each]}" for each in points)


async def start_at(station: Station, point: str) -> None:
    """Let transactions start at this point; a station whose TxStartPoint is fixed has it already."""
    if station.profile.has(_START_CAN_BE_SET):
        await station.set("TxCtrlr", "TxStartPoint", point)


async def start_at_evse(station: Station) -> None:
    """Let transactions start when their EVSE is known: not when a vehicle enters the parking bay."""
    if _BAY in await states.start_points(station):
        profile = station.profile
        await start_at(
            station, next(point for point, id_ in START_POINTS.items() if profile.has(id_) and point != _BAY)
        )


async def start_before_the_cable(station: Station) -> None:
    """Let transactions start when a driver is authorized, or else when a vehicle enters the parking bay."""
    first = "Authorized" if station.profile.has(START_POINTS["Authorized"]) else _BAY
    await start_at(station, first)


async def stop_at(station: Station, point: str) -> None:
    """Let transactions stop at this point; a station whose TxStopPoint is fixed has it already."""
    if station.profile.has(_STOP_CAN_BE_SET):
        await station.set("TxCtrlr", "TxStopPoint", point)
