"""Block E, transactions: transactions that continue offline (B04, E04)."""

import asyncio

from mock_csms.plans import (
    Station,
    case,
    connector_reports,
    transaction_event,
)
from mock_csms.plans.v2 import sessions, states


@case(
    "TC-B04-OFFLINE-TXN",
    use_case="B04, E04",
    needs=sessions.NEEDS,
    fails_with={
        "offline-not-told": "sent no .*offline=true(.|\n)*offline: expected true, got nothing",
        "forgets-offline": "sent no .*offline=true",
    },
)
async def test_e04_transaction_goes_on_offline(station: Station) -> None:
    """A transaction continues offline; the station reports its events later, marked as offline, and then it ends."""
    await sessions.measures_often(station)
    await station.prepare(states.ev_connected)
    await station.prepare(states.authorized_locally)
    station.keep_away()
    await asyncio.sleep(1.5 * station.profile.timeouts.interval)
    await station.let_in()
    await station.expect(transaction_event("Updated", triggerReason="MeterValuePeriodic", offline=True))
    await states.stop_authorized_locally(station)
    await station.act("unplug")
    await station.expect(connector_reports("Available", station.evse, station.connector))
