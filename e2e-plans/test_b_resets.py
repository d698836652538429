"""Block B, provisioning: resets without and with transactions (B11, B12)."""

from mock_csms.plans import (
    Station,
    absent,
    begins_with_boot,
    case,
    one_of,
    says,
    transaction_event,
)
from mock_csms.plans.v2 import states


async def ends_and_reboots(station: Station) -> None:
    """End the last transaction, at the TxStopPoint of the station, and expect the scheduled reset."""
    await states.stop_authorized(station)
    is_over = station.known.transaction_at(station.evse) is None
    if not is_over:
        await states.ev_connected_post_session(station)
        await states.ev_disconnected(station)
    await states.comes_up(station, status="Occupied" if is_over else "Available", reason="ScheduledReset")


@case(
    "TC_B_20_CS",
    use_case="B11",
    requirement="B11.FR.01, B11.FR.03, B11.FR.04, B01.FR.03",
    fails_with={"no-reboot": "sent no BootNotification", "reset-rejected": "status: expected Accepted, got Rejected"},
)
@begins_with_boot
async def test_b_20_reset_when_idle(station: Station) -> None:
    """An idle station accepts a reset OnIdle, boots again, and reports its connectors."""
    await station.command("Reset", {"type": "OnIdle"}, status="Accepted")
    await station.expect(says("BootNotification"), within=station.profile.timeouts.boot)
    await states.reports_connectors(station)


@case(
    "TC-B11",
    use_case="B11",
    fails_with={"no-reboot": "sent no BootNotification"},
)
@begins_with_boot
async def test_b11_reset_at_once(station: Station) -> None:
    """An idle station accepts an Immediate reset, boots again, and reports its connectors."""
    await station.command("Reset", {"type": "Immediate"}, status="Accepted")
    await station.expect(says("BootNotification"), within=station.profile.timeouts.boot)
    await states.reports_connectors(station)


@case(
    "TC_B_21_CS",
    use_case="B12",
    requirement="B12.FR.01, B12.FR.03, E07.FR.03",
    needs=("plug", "card", "unplug"),
    fails_with={
        "wrong-boot-reason": "reason: expected ScheduledReset, got Watchdog",
        "no-reboot": "sent no BootNotification",
    },
)
async def test_b_21_reset_on_idle_waits_for_the_transaction(station: Station) -> None:
    """A reset OnIdle waits until the transaction has ended normally; then the station reboots."""
    await station.prepare(states.energy_transfer_started)
    await station.command("Reset", {"type": "OnIdle"}, status="Scheduled")
    await ends_and_reboots(station)


@case(
    "TC_B_22_CS",
    use_case="B12",
    requirement="B12.FR.02, B12.FR.04, E07.FR.03, B01.FR.03",
    needs=("plug", "card", "unplug"),
    fails_with={
        "wrong-reset-end": "triggerReason: expected ResetCommand, got StopAuthorized",
        "no-reboot": "sent no BootNotification",
    },
)
async def test_b_22_reset_at_once_ends_the_transaction(station: Station) -> None:
    """An Immediate reset ends the transaction, with the reset as the reason; then the connector is still Occupied."""
    await station.prepare(states.energy_transfer_started)
    await station.command("Reset", {"type": "Immediate"}, status="Accepted")
    await station.expect(
        transaction_event(
            "Ended",
            charging=one_of("EVConnected", absent),  # only reported if it has changed (E01.FR.18)
            stopped="ImmediateReset",
            triggerReason="ResetCommand",
            idToken=absent,
        )
    )
    await station.expect(says("BootNotification", reason="RemoteReset"), within=station.profile.timeouts.boot)
    await states.reports_connectors(station, status="Occupied")


@case(
    "TC_B_23_CS",
    use_case="B11",
    requirement="B11.FR.01, B11.FR.02, B11.FR.03, B11.FR.04, B01.FR.03",
    fails_with={
        "available-after-reboot": r"sent no StatusNotification\[connectorStatus=Unavailable",
        "wrong-boot-reason": "reason: expected RemoteReset, got Watchdog",
    },
)
async def test_b_23_unavailable_is_kept_over_a_reset(station: Station) -> None:
    """An Unavailable connector is still Unavailable after a reset; the others are Available."""
    await station.prepare(states.unavailable, station.evse, station.connector)
    await station.command("Reset", {"type": "OnIdle"}, status="Accepted")
    await station.expect(says("BootNotification", reason="RemoteReset"), within=station.profile.timeouts.boot)
    await states.reports_connectors(station, status="Unavailable")


@case(
    "TC_B_41_CS",
    use_case="B12",
    requirement="B12.FR.01, B12.FR.03, E07.FR.03",
    needs=("HFS-8", "plug", "card", "unplug"),
    fails_with={
        "reset-rejected": "status: expected Scheduled, got Rejected",
        "wrong-boot-reason": "reason: expected ScheduledReset, got Watchdog",
    },
)
async def test_b_41_reset_on_idle_waits_for_all_transactions(station: Station) -> None:
    """A reset OnIdle waits until the last of two transactions has ended; then the station reboots."""
    first, second = 1, 2
    for evse in (first, second):
        station.go_to(evse)
        await station.prepare(states.energy_transfer_started)
    begin = station.mark()
    await station.command("Reset", {"type": "OnIdle"}, status="Scheduled")
    station.go_to(first)
    await states.stop_authorized(station)
    await states.ev_connected_post_session(station)
    await states.ev_disconnected(station)
    await station.expect_nothing(says("BootNotification"), seconds=0, after=begin)
    station.go_to(second)
    await ends_and_reboots(station)
