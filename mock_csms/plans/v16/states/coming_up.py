"""How a station of OCPP 1.6 boots, and its states before a session: idle, unavailable, reserved."""

from contextlib import suppress
from typing import Any

from mock_csms.behavior.templates import rfc3339
from mock_csms.plans.messages import says
from mock_csms.plans.operator import OperatorFailed
from mock_csms.plans.profile import VALID
from mock_csms.plans.station import Station
from mock_csms.plans.v2.restarts import agrees, make_boot, restart
from mock_csms.plans.v16.messages import status
from mock_csms.runtime import clock
from mock_csms.runtime.open_call import CallFailed

__tracebackhide__ = True  # pytest shows the line of the case, not of this module

RESERVATION = 1
"""The reservationId of all reservations of cases."""
_PLUGGED = ("Preparing", "Finishing")
"""The statuses without a transaction in which a cable may be plugged in."""
_BUSY = ("Charging", "SuspendedEV", "SuspendedEVSE")
"""The statuses with a transaction."""


async def ready(station: Station) -> None:
    """Accepted, Available, without a transaction and unplugged, as far as possible: the start of every case.

    It never raises. If something does not work here, the case fails later.
    """
    known, timeouts = station.known, station.profile.timeouts
    await make_boot(station, "Hard")
    with suppress(CallFailed, AssertionError, OperatorFailed):
        await _idle(station)
    await known.until(lambda: {*station.profile.places} <= {*known.connectors}, timeouts.message)
    await station.settle()


async def _idle(station: Station) -> None:
    """End transactions, unplug cables, make connectors Operative, and cancel the reservation."""
    known, timeouts = station.known, station.profile.timeouts
    for id_ in list(known.transactions):
        if not await agrees(station, "RemoteStopTransaction", {"transactionId": int(id_)}):
            known.give_up(id_)  # the station does not know the transaction
        await known.until(lambda id_=id_: id_ not in known.transactions, timeouts.message)  # type: ignore[misc] # the loop variable is bound
    await known.until(lambda: not {*_BUSY} & {*known.connectors.values()}, timeouts.message)
    if "Unavailable" in known.connectors.values():
        await agrees(station, "ChangeAvailability", {"connectorId": 0, "type": "Operative"})
    if "Reserved" in known.connectors.values():
        await agrees(station, "CancelReservation", {"reservationId": RESERVATION})
    for (connector, _), found in list(known.connectors.items()):
        if found in _PLUGGED and station.can("unplug"):
            await station.act("unplug", evse=connector)
    await known.until(lambda: set(known.connectors.values()) == {"Available"}, timeouts.message)


async def booting(station: Station, kind: str = "Hard") -> None:
    """The old connection is closed, because the operator switched the station off and on, or because of a Reset."""
    await restart(station, kind)


async def booted(station: Station) -> None:
    """Restarted and accepted; all connectors were reported Available."""
    await booting(station)
    await comes_up(station)


async def comes_up(station: Station, *, of: Any = (), value: Any = "Unavailable") -> None:
    """Expect the boot, and the status of connector 0 and of every connector (4.2, errata 3.22).

    The connectors in `of` have the status `value`; the others are Available.
    """
    await station.expect(says("BootNotification"), within=station.profile.timeouts.boot)
    await reports_connectors(station, of=of, value=value)


async def reports_connectors(station: Station, *, of: Any = (), value: Any = "Unavailable") -> None:
    """Expect the status of connector 0 and of every connector, in any order (errata, 3.22)."""
    numbers = (0, *(evse for evse, _ in station.profile.places))
    await station.expect_all(*(status(value if number in of else "Available", number) for number in numbers))


async def unavailable(station: Station, connector: int) -> None:
    """A connector, or for 0 the station with all connectors, is Unavailable, and has reported that (5.2)."""
    station.undo_with("ChangeAvailability", {"connectorId": 0, "type": "Operative"})
    payload = {"connectorId": connector, "type": "Inoperative"}
    await station.command("ChangeAvailability", payload, status="Accepted")
    meant = (0, *(evse for evse, _ in station.profile.places)) if connector == 0 else (connector,)
    await station.expect_all(*(status("Unavailable", number) for number in meant))


async def reserved(station: Station, token: str = VALID, seconds: float = 600, **more: Any) -> None:
    """The connector of the profile is reserved for a token, and has reported that (5.13)."""
    station.undo_with("CancelReservation", {"reservationId": RESERVATION})
    payload = {
        "connectorId": station.evse,
        "expiryDate": rfc3339(clock.now() + seconds),
        "idTag": station.profile.tokens[token]["idToken"],
        "reservationId": RESERVATION,
        **more,
    }
    await station.command("ReserveNow", payload, status="Accepted")
    await station.expect(status("Reserved", station.evse))
