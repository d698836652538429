"""Block B, provisioning: resets of a single EVSE (B11, B12), for stations with and without support for them."""

from mock_csms.plans import (
    Station,
    absent,
    case,
    one_of,
    says,
    transaction_event,
)
from mock_csms.plans.v2 import states

WITH_SESSION = ("plug", "card", "unplug")


@case(
    "TC_B_25_CS",
    use_case="B11",
    requirement="B11.FR.01, B11.FR.08, B11.FR.10",
    needs=("C-13",),
    fails_with={"reset-rejected": "status: expected Accepted, got Rejected"},
)
async def test_b_25_one_evse_is_reset(station: Station) -> None:
    """The station resets an idle EVSE without rebooting."""
    await station.command("Reset", {"type": "OnIdle", "evseId": station.evse}, status="Accepted")
    await station.expect_nothing(says("BootNotification"))


@case(
    "TC_B_26_CS",
    use_case="B12",
    requirement="B12.FR.01, B12.FR.07, E07.FR.03",
    needs=("C-13", *WITH_SESSION),
    fails_with={"reset-rejected": "status: expected Scheduled, got Rejected"},
)
async def test_b_26_one_evse_is_reset_when_it_is_idle(station: Station) -> None:
    """A reset OnIdle of an EVSE waits until its transaction has ended normally; the station does not reboot."""
    await station.prepare(states.energy_transfer_started)
    begin = station.mark()
    await station.command("Reset", {"type": "OnIdle", "evseId": station.evse}, status="Scheduled")
    await states.stop_authorized(station)
    await states.ev_connected_post_session(station)
    await states.ev_disconnected(station)
    await station.expect_nothing(says("BootNotification"), after=begin)


@case(
    "TC_B_27_CS",
    use_case="B12",
    requirement="B12.FR.02, B12.FR.08, E07.FR.03",
    needs=("C-13", *WITH_SESSION),
    fails_with={
        "reset-rejected": "status: expected Accepted, got Rejected",
        "wrong-reset-end": "triggerReason: expected ResetCommand, got StopAuthorized",
    },
)
async def test_b_27_one_evse_is_reset_at_once(station: Station) -> None:
    """An Immediate reset of an EVSE ends its transaction, with the reset as the reason."""
    await station.prepare(states.energy_transfer_started)
    await station.command("Reset", {"type": "Immediate", "evseId": station.evse}, status="Accepted")
    state = one_of("EVConnected", absent)  # only reported if it has changed (E01.FR.18)
    ended = transaction_event("Ended", charging=state, stopped="ImmediateReset", triggerReason="ResetCommand")
    await station.expect(ended)


@case(
    "TC_B_28_CS",
    use_case="B11, B12",
    requirement="B11.FR.01, B11.FR.09, B12.FR.01, B12.FR.09",
    needs=("not C-13",),
    fails_with={"resets-any-evse": "status: expected Rejected, got Accepted"},
)
async def test_b_28_one_evse_cannot_be_reset(station: Station) -> None:
    """A station that cannot reset a single EVSE rejects the reset, and does not reboot."""
    await station.command("Reset", {"type": "OnIdle", "evseId": station.evse}, status="Rejected")
    await station.expect_nothing(says("BootNotification"))


@case(
    "TC_B_29_CS",
    use_case="B12",
    requirement="B12.FR.01, B12.FR.09",
    needs=("not C-13", *WITH_SESSION),
    fails_with={"resets-any-evse": "status: expected Rejected, got Accepted"},
)
async def test_b_29_one_evse_cannot_be_reset_in_a_transaction(station: Station) -> None:
    """A station that cannot reset a single EVSE rejects the reset also during a transaction, which continues."""
    await station.prepare(states.energy_transfer_started)
    await station.command("Reset", {"type": "OnIdle", "evseId": station.evse}, status="Rejected")
    await station.expect_nothing(transaction_event("Ended") | says("BootNotification"))
