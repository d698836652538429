"""How a station boots, and its states before a session: booted, idle, Unavailable, Reserved."""

from collections.abc import Collection
from contextlib import suppress
from typing import Any, TypeAlias

from mock_csms.plans.messages import one_of, says
from mock_csms.plans.operator import OperatorFailed
from mock_csms.plans.profile import VALID
from mock_csms.plans.station import Station
from mock_csms.plans.v2 import availability
from mock_csms.plans.v2.messages import connector_reports
from mock_csms.plans.v2.restarts import make_boot, restart
from mock_csms.protocol.actions import Json
from mock_csms.runtime.open_call import CallFailed

__tracebackhide__ = True  # pytest shows the line of the case, not of this module

Places: TypeAlias = Collection[tuple[int, int]]
"""Connectors, as pairs of EVSE and connector."""

STARTUP = says("SecurityEventNotification", type=one_of("StartupOfTheDevice", "ResetOrReboot"))
"""The security event of a station that has started."""

SWITCHED_ON = one_of("PowerUp", "LocalReset", "Unknown")
"""The allowed reasons of a boot after the station was switched off and on."""


def boot_answer(status: str, interval: float, times: int = 1) -> tuple[str, Json]:
    """Return a rule for `configure(reply=…)` that answers the next boots with this status and interval."""
    return f"BootNotification*{times}", {"status": status, "interval": int(interval)}


async def ready(station: Station) -> None:
    """Accepted, Available, without a transaction and unplugged, as far as possible: the start of every case.

    It never raises. If something does not work here, the case fails later.
    """
    known, timeouts = station.known, station.profile.timeouts
    await make_boot(station, "Immediate")
    with suppress(CallFailed, AssertionError, OperatorFailed):
        await _idle(station)
    await known.until(lambda: len(known.connectors) >= len(station.profile.places), timeouts.message)
    await station.settle()


async def _idle(station: Station) -> None:
    """End transactions, unplug cables, make connectors Operative, cancel reservations, and drive vehicles out."""
    known, timeouts = station.known, station.profile.timeouts
    for id_ in list(known.transactions):
        answer = await station.csms.call(station.identity, "RequestStopTransaction", {"transactionId": id_})
        if answer["status"] != "Accepted":  # the station does not know the transaction
            known.give_up(id_)
        await known.until(lambda id_=id_: id_ not in known.transactions, timeouts.message)  # type: ignore[misc] # the loop variable is bound
    if "Unavailable" in known.connectors.values():
        await station.csms.call(station.identity, "ChangeAvailability", {"operationalStatus": "Operative"})
    if "Reserved" in known.connectors.values():
        await station.csms.call(station.identity, "CancelReservation")
    for place, status in list(known.connectors.items()):
        if status == "Occupied" and station.can("unplug"):
            await station.act("unplug", evse=place[0], connector=place[1])
    for evse in sorted(known.parked):
        await station.act("drive-out", evse=evse)
    await known.until(lambda: set(known.connectors.values()) == {"Available"}, timeouts.message)


async def booting(station: Station) -> None:
    """Booting: the old connection is closed; the operator switched the station off, or a Reset Immediate did."""
    await restart(station, "Immediate")


async def booted(station: Station) -> None:
    """Booted: restarted and accepted; all connectors were reported Available, and the startup was reported."""
    await booting(station)
    await comes_up(station)


async def comes_up(station: Station, *, status: Any = "Available", of: Places | None = None, **boot: Any) -> None:
    """Expect the boot, the status of every connector and the startup event.

    `of` are the connectors with that status, by default the one in use; the others are Available.
    """
    await station.expect(says("BootNotification", **boot), within=station.profile.timeouts.boot)
    await reports_connectors(station, STARTUP, status=status, of=of)


async def reports_connectors(
    station: Station, *besides: Any, status: Any = "Available", of: Places | None = None
) -> None:
    """Expect the status of every connector, in any order: `status` for those in `of`, Available for the others.

    `besides` are further messages to expect; `of` is by default the connector in use.
    """
    own = [(station.evse, station.connector)] if of is None else of
    reports = [connector_reports(status if place in own else "Available", *place) for place in station.profile.places]
    await station.expect_all(*reports, *besides)


async def unavailable(station: Station, evse: int | None = None, connector: int | None = None) -> None:
    """Unavailable: the station, an EVSE or a connector is Unavailable; all its connectors have reported that."""
    await availability.change(station, availability.INOPERATIVE, evse, connector)
    await station.expect_all(*availability.reports(station, "Unavailable", evse, connector))


async def reserved(station: Station, token: str = VALID) -> None:
    """Reserved: the EVSE of the profile is reserved for a token."""
    payload = {"evseId": station.evse, "idToken": station.profile.tokens[token]}
    await station.command("ReserveNow", payload, status="Accepted")
    await station.expect(connector_reports("Reserved", station.evse, station.connector))
