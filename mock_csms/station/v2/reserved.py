"""The effect of reservations on the status of connectors and on the right to charge (H01, H03).

Only reads the station.
"""

from collections.abc import Iterable, Iterator

from mock_csms.protocol.actions import Json
from mock_csms.station.state import Moment
from mock_csms.station.v2.device import Device, Evse
from mock_csms.station.v2.storage import HeldReservation
from mock_csms.station.v2.tokens import is_same


def status(device: Device, evse: Evse, connector: int) -> str:
    """Return the connectorStatus; it stays Reserved when another driver plugs in (H01.FR.20, .23; H03, S2)."""
    own = evse.status(connector)
    reservations = device.storage.reservations.values()
    is_reserved = own in ("Available", "Occupied") and is_kept(device, evse, reservations)
    return "Reserved" if is_reserved else own


def describe(device: Device, moment: Moment) -> Iterator[str]:
    """Yield a line for each EVSE: the status of its connectors, its register, its transaction and the cost."""
    for evse in device.evses.values():
        connectors = ", ".join(f"{number} {status(device, evse, number)}" for number in evse.each_connector)
        runs = f"; transaction {evse.transaction.id}" if evse.transaction else ""
        cost = evse.transaction.cost if evse.transaction else None
        costs = "" if cost is None else f", cost so far {cost:g}"
        yield f"  EVSE {evse.id}: connector {connectors}; {evse.register(moment.now):.0f} Wh{runs}{costs}"


def is_free(device: Device, evse: Evse) -> bool:
    """Return whether an EVSE is Operative, not in use, and not named by a reservation."""
    is_named = any(reservation.evse == evse.id for reservation in device.storage.reservations.values())
    return evse.plugged is None and evse.authorized is None and evse.is_in_order and not is_named


def is_kept(device: Device, evse: Evse, reservations: Iterable[HeldReservation]) -> bool:
    """Return whether these reservations block an EVSE (H01.FR.07, .20).

    They do if one of them names it, or if the reservations without an EVSE need it because too few other EVSEs are
    free.
    """
    places = [reservation.evse for reservation in reservations]
    if not places or evse.authorized is not None:
        return False
    others = sum(is_free(device, other) for other in device.evses.values() if other.id != evse.id)
    return evse.id in places or places.count(None) > others


def is_kept_from(device: Device, evse: Evse, token: Json, group: Json | None) -> bool:
    """Return whether an EVSE is blocked for an idToken and its group by the reservations of others."""
    return is_kept(
        device, evse, [each for each in device.storage.reservations.values() if not _is_for(each, token, group)]
    )


def reservation_for(device: Device, evse: Evse, token: Json, group: Json | None) -> HeldReservation | None:
    """Return the reservation that an idToken uses at an EVSE (H03.FR.01, .03, .04, .06).

    A reservation that names the EVSE comes before one for any EVSE.
    """
    own = [
        each
        for each in device.storage.reservations.values()
        if each.evse in (None, evse.id) and _is_for(each, token, group)
    ]
    return min(own, key=lambda reservation: reservation.evse is None, default=None)


def is_named(device: Device, evse: Evse, token: Json, group: Json | None) -> bool:
    """Return whether a reservation of an idToken or its group names an EVSE."""
    reservation = reservation_for(device, evse, token, group)
    return reservation is not None and reservation.evse is not None


def _is_for(reservation: HeldReservation, token: Json, group: Json | None) -> bool:
    return is_same(reservation.token, token) or is_same(reservation.group, group)
