"""Block B, provisioning: a reset during charging, and one before the station is accepted (B11, B12)."""

import asyncio

from mock_csms.plans import (
    Station,
    begins_with_boot,
    case,
    connector_reports,
    says,
    transaction_event,
)
from mock_csms.plans.v2 import sessions, states


@case(
    "TC-B12",
    use_case="B12",
    needs=sessions.NEEDS,
    fails_with={
        "wrong-reset-end": "stoppedReason: expected ImmediateReset, got Local",
        "no-reboot": "sent no BootNotification",
    },
)
async def test_b12_reset_while_something_charges(station: Station) -> None:
    """An Immediate reset ends the transaction before the reboot; after unplugging the connector is Available again."""
    await station.prepare(states.energy_transfer_started)
    await station.command("Reset", {"type": "Immediate"}, status="Accepted")
    ended = await station.expect(transaction_event("Ended"))
    station.check(ended, transaction_event(stopped="ImmediateReset"))
    await station.expect(says("BootNotification"), within=station.profile.timeouts.boot)
    await states.reports_connectors(station, status="Occupied")
    await station.act("unplug")
    await station.expect(connector_reports("Available", station.evse, station.connector))


@case(
    "TC-B11-PENDING",
    use_case="B11, B02",
    fails_with={
        "reset-rejected": "status: expected Accepted, got Rejected",
        "no-reboot": "sent no BootNotification",
    },
)
@begins_with_boot
async def test_b11_reset_before_it_is_accepted(station: Station) -> None:
    """A Pending station accepts a reset, and boots again without waiting for its interval."""
    timeouts = station.profile.timeouts
    station.configure(reply=states.boot_answer("Pending", 10 * timeouts.boot))
    await states.booting(station)
    await station.answered(await station.expect(says("BootNotification"), within=timeouts.boot), status="Pending")
    await asyncio.sleep(timeouts.settle)
    await station.command("Reset", {"type": "Immediate"}, status="Accepted")
    again = await station.expect(says("BootNotification"), within=timeouts.boot)
    await station.answered(again, status="Accepted")
    await states.reports_connectors(station)
