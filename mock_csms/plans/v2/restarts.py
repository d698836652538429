"""How a case makes a station boot; the names of these commands are the same in OCPP 1.6, which uses this too."""

from mock_csms.plans.preparing import preparing
from mock_csms.plans.station import Station
from mock_csms.protocol.actions import Json
from mock_csms.runtime.open_call import CallFailed

__tracebackhide__ = True  # pytest shows the line of the case, not of this module


async def agrees(station: Station, action: str, payload: Json) -> bool:
    """Send a command, and return whether it was accepted."""
    try:
        return bool((await station.csms.call(station.identity, action, payload))["status"] == "Accepted")
    except CallFailed:
        return False


async def make_boot(station: Station, kind: str) -> None:
    """Make a connected station boot if it does not do so by itself; `kind` is the type of the Reset.

    A station that believes that it is accepted may reject the trigger of a boot (2.x: F06.FR.17; 1.6: errata, 3.35),
    and boots only after a reset. If it does not boot even then, it is not asked again on this connection.
    """
    known, timeouts = station.known, station.profile.timeouts
    if await known.until(lambda: known.is_usable, timeouts.settle) or known.never_boots_on == known.opened:
        return
    if await agrees(station, "TriggerMessage", {"requestedMessage": "BootNotification"}) or known.has_to_wait:
        await known.until(lambda: known.is_usable, timeouts.interval + timeouts.message)
    before = known.opened
    if not known.is_usable and await agrees(station, "Reset", {"type": kind}):
        await known.until(lambda: known.is_usable or known.opened > before, timeouts.boot)
        await known.until(lambda: known.is_usable, timeouts.message)
    known.never_boots_on = 0 if known.is_usable else known.opened


async def restart(station: Station, kind: str) -> None:
    """Let the operator switch the station off and on, or else reset it; return when the old connection is closed."""
    before, visits = len(station.known.connection_events), station.known.connection_events
    with preparing(station):
        if station.can("reboot"):
            await station.act("reboot")
        else:
            await station.command("Reset", {"type": kind}, status="Accepted")
    await station.known.until(  # a person may be so slow that the station has already reconnected
        lambda: any(visit.kind == "Disconnected" for visit in visits[before:]), station.profile.timeouts.message
    )
