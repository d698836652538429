"""The states of a session of OCPP 1.6: plugged in, authorized, charging, stopped, unplugged.

A transaction starts when all conditions are met: a driver is authorized and the cable is plugged in (3.6).
"""

from typing import Any

from mock_csms.plans.messages import absent, one_of, says
from mock_csms.plans.profile import VALID
from mock_csms.plans.station import Station
from mock_csms.plans.v16 import keys
from mock_csms.plans.v16.messages import CHARGES, status
from mock_csms.protocol.records import Record
from mock_csms.watch.inbox import Taken

__tracebackhide__ = True  # pytest shows the line of the case, not of this module

NEEDS = ("plug", "card", "unplug")
"""The actions of the operator that a session needs."""
_PLUGGED = ("Preparing", "Charging", "SuspendedEV", "SuspendedEVSE", "Finishing")


class StartedTransaction(Record):
    """A transaction that has started."""

    id: int
    """The transactionId that the mock has given it."""
    start: Taken
    """Its StartTransaction."""


def tag_of(station: Station, token: str) -> str:
    """Return the idTag of a kind of token."""
    return str(station.profile.tokens[token]["idToken"])


def is_plugged(station: Station) -> bool:
    """Whether the station has reported a status that its connector has only when it is in use."""
    return station.known.connectors.get((station.evse, station.connector)) in _PLUGGED


async def plugged(station: Station) -> None:
    """A cable is plugged in, and the station reports that (4.9)."""
    await station.act("plug")
    await station.expect(status("Preparing", station.evse))


async def authorized(station: Station, token: str = VALID) -> None:
    """A driver has presented a card and was authorized; the station asks the mock, or knows the card (4.1)."""
    await station.act("card", token=token)
    await station.expect_optional(
        says("Authorize", idTag=tag_of(station, token)), within=station.profile.timeouts.message
    )


async def starts(station: Station, /, after: int, token: str = VALID, **part: Any) -> StartedTransaction:
    """Expect a StartTransaction, and the status of its connector, in any order; return the transaction (4.8, 4.9)."""
    start = says("StartTransaction", connectorId=station.evse, idTag=tag_of(station, token), **part)
    begun = await station.expect(start, after=after)
    await station.expect(status(CHARGES, station.evse), after=after)
    answer = await station.answered(begun)
    return StartedTransaction(answer["transactionId"], begun)


async def charging(station: Station, token: str = VALID) -> StartedTransaction:
    """Plugged in, authorized and charging."""
    begin = station.mark()
    await station.act("plug")
    await station.expect(status("Preparing", station.evse))
    await station.act("card", token=token)
    return await starts(station, begin, token)


def stop(started: StartedTransaction, reason: Any, **part: Any) -> Any:
    """Describe the StopTransaction of a transaction; a regular end by the driver may have no reason (6.49)."""
    why = one_of("Local", absent) if reason == "Local" else reason
    return says("StopTransaction", transactionId=started.id, reason=why, **part)


async def ends_locally(station: Station, /, started: StartedTransaction, token: str = VALID, **part: Any) -> Taken:
    """The driver presents a card to stop; the station reports the end, and that the cable must be unplugged."""
    begin = station.mark()
    await station.act("card", token=token)
    taken = await station.expect(stop(started, "Local", **part), after=begin)
    await station.expect(status("Finishing", station.evse), after=begin)
    return taken


async def unplugged(station: Station) -> None:
    """The cable is out of the vehicle, and the connector is Available."""
    begin = station.mark()
    await station.act("unplug")
    await station.expect(status("Available", station.evse), after=begin)


async def session_ended(station: Station, started: StartedTransaction) -> None:
    """The driver has ended the transaction with a card, and unplugged."""
    await ends_locally(station, started)
    await unplugged(station)


async def starts_unasked(station: Station, *, is_remote: bool = False) -> None:
    """Plug in, and start by card or remotely: the station must send no Authorize. Then end the transaction."""
    await keys.put(station, "LocalPreAuthorize", "true")
    await station.prepare(plugged)
    begin = station.mark()
    await (started_remotely(station) if is_remote else station.act("card", token=VALID))
    started = await starts(station, begin)
    await station.expect_nothing(says("Authorize"), seconds=0, after=begin)
    await station.prepare(session_ended, started)


async def starts_with_the_cable(station: Station, after: int) -> None:
    """Authorize a driver: the connector is Preparing. Plug in: the transaction starts. Then end it."""
    await station.expect(status("Preparing", station.evse), after=after)
    await station.expect_nothing(says("StartTransaction"), seconds=0, after=after)
    await station.act("plug")
    started = await starts(station, after)
    await station.prepare(session_ended, started)


async def gives_up_waiting(station: Station, *, is_remote: bool = False) -> None:
    """Start by card or remotely without a cable: after ConnectionTimeOut the connector is Available again (9.1.7)."""
    timeouts = station.profile.timeouts
    await keys.put(station, "ConnectionTimeOut", f"{max(1, int(timeouts.interval))}")
    begin = station.mark()
    await (started_remotely(station) if is_remote else station.act("card", token=VALID))
    waiting = await station.expect(status("Preparing", station.evse), after=begin)
    over = await station.expect(status("Available", station.evse), within=timeouts.interval + timeouts.message)
    station.check_gap(waiting, over, least=timeouts.interval)
    await station.expect_nothing(says("StartTransaction"), seconds=0, after=begin)


async def started_remotely(station: Station, token: str = VALID, **more: Any) -> None:
    """The station has accepted a remote start at the connector of the profile (5.11)."""
    payload = {"connectorId": station.evse, "idTag": tag_of(station, token), **more}
    await station.command("RemoteStartTransaction", payload, status="Accepted")


async def cached(station: Station, token: str = VALID) -> None:
    """The token is in the authorization cache: a session with it was authorized (3.5.1)."""
    await keys.require(station, "AuthorizationCacheEnabled", "true")
    await keys.put(station, "LocalPreAuthorize", "false")
    await ends_locally(station, await charging(station, token), token)
    await unplugged(station)
