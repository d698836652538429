"""Outages during a transaction: the station goes on offline, and reports its events when it is back (E08, E11, E12)."""

import asyncio
from collections.abc import Sequence
from typing import Any

from mock_csms.plans.messages import absent, each, one_of
from mock_csms.plans.profile import VALID
from mock_csms.plans.station import Station
from mock_csms.plans.v2 import sessions, states
from mock_csms.plans.v2.messages import transaction_event
from mock_csms.twin.transactions import Transaction
from mock_csms.watch.inbox import Taken

__tracebackhide__ = True  # pytest shows the line of the case, not of this module

OFFLINE_VALUES = transaction_event(
    "Updated", triggerReason="MeterValuePeriodic", offline=True, meterValue=each(timestamp=..., sampledValue=...)
)
"""An event with the periodic meter values of an outage."""


async def goes_away_charging(station: Station) -> Transaction:
    """Refuse a station that charges until several periodic meter values are due; return the transaction."""
    await sessions.measures_often(station)
    running = await sessions.charging(station)
    await station.settle()
    station.keep_away()
    await asyncio.sleep(2.5 * station.profile.timeouts.interval)
    return running


async def stops_away(station: Station, token: str = VALID, *, locally: bool = False) -> Transaction:
    """Let a card stop a transaction while the station is offline, and the vehicle leave; return the transaction.

    It began as the profile says, or with `locally` by a card.
    """
    if locally:
        await station.prepare(states.ev_connected)
        await station.prepare(states.authorized_locally)
    running = await sessions.charging(station)
    await station.settle()
    await states.act_offline(station, ["card", "unplug", *["drive-out"] * await states.has_bays(station)], token)
    return running


async def asked_on_return(station: Station, transaction: str | None, **answer: Any) -> int:
    """Accept the station again, and ask for the status of a transaction while events are queued.

    The answers to the events are delayed, so that they are queued for a while. Returns the position before the station
    is accepted.
    """
    delay = f"delay seconds={station.profile.timeouts.interval:g}"
    station.configure(fault=[("TransactionEvent", delay)])
    begin = station.mark()
    await station.let_in()
    await station.command("GetTransactionStatus", {"transactionId": transaction}, messagesInQueue=True, **answer)
    station.configure(fault=[])
    return begin


async def reports_the_end(station: Station, running: Transaction, after: int) -> None:
    """Check the events of a transaction that a card has stopped during the outage, and that ended in it."""
    *_, last = await reported_later(station, after)
    reasons = one_of("Local", "EVDisconnected", absent)  # unplugging may end it too; no reason means Local
    info = {"transactionId": running.id, "stoppedReason": reasons}
    station.check(last, transaction_event("Ended", transactionInfo=info))


async def reported_later(station: Station, after: int) -> Sequence[Taken]:
    """Return the events after the outage, in order: all are marked as offline, and exactly one ends the transaction."""
    events = await sessions.events(station, after)
    for event in events:
        station.check(event, transaction_event(offline=True))
    ends = {event.payload["seqNo"] for event in events if event.payload["eventType"] == "Ended"}
    if len(ends) != 1:
        raise AssertionError(f"{station.identity} sent {len(ends)} Ended events of one transaction")
    return sorted(events, key=lambda event: event.payload["seqNo"])
