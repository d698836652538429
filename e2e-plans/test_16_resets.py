"""OCPP 1.6, resets (5.14)."""

from typing import Any

from mock_csms.plans import Station, says
from mock_csms.plans.v16 import states
from mock_csms.plans.v16.cases import case
from mock_csms.plans.v16.messages import status
from mock_csms.plans.v16.states.sessions import NEEDS, stop

FORGETS = {
    "never-resets": "sent no BootNotification",
    "hides-unavailable@2": r"sent no StatusNotification\[connectorId=1,status=Unavailable",
}


async def resets_idle(station: Station, kind: str) -> None:
    """Reset a station with an Unavailable connector: it boots, and the connector is still Unavailable (5.2, 5.14)."""
    await station.prepare(states.unavailable, station.evse)
    await station.command("Reset", {"type": kind}, status="Accepted")
    await states.comes_up(station, of=(station.evse,))
    await station.command("ChangeAvailability", {"connectorId": station.evse, "type": "Operative"}, status="Accepted")
    await station.expect(status("Available", station.evse))


async def resets_charging(station: Station, kind: str, reason: Any) -> None:
    """Reset a station with a transaction: it stops the transaction, with that reason, and boots (5.14)."""
    started = await station.prepare(states.charging)
    begin = station.mark()
    await station.command("Reset", {"type": kind}, status="Accepted")
    await station.expect(says("BootNotification"), within=station.profile.timeouts.boot, after=begin)
    await station.expect(stop(started, reason), after=begin)


@case(
    "TC_013_CS",
    use_case="Reset, Change Availability",
    requirement="5.2, 5.14, 4.9",
    fails_with=FORGETS,
)
async def test_16_hard_reset_without_transaction(station: Station) -> None:
    """After a hard reset the station boots, and a connector that was set Inoperative is still Unavailable."""
    await resets_idle(station, "Hard")


@case(
    "TC_014_CS",
    use_case="Reset, Change Availability",
    requirement="5.2, 5.14, 4.9",
    fails_with=FORGETS,
)
async def test_16_soft_reset_without_transaction(station: Station) -> None:
    """After a soft reset the station boots, and a connector that was set Inoperative is still Unavailable."""
    await resets_idle(station, "Soft")


@case(
    "TC_015_CS",
    use_case="Reset, Stop Transaction",
    requirement="5.14, 4.10, 6.49, 7.36",
    needs=NEEDS,
    fails_with={
        "other-reset-reason": "reason: expected HardReset, got Other",
        "no-stop": "sent no StopTransaction",
    },
)
async def test_16_hard_reset_with_transaction(station: Station) -> None:
    """At a hard reset the station stops the transaction, before or after the reboot, with the reason HardReset."""
    await resets_charging(station, "Hard", "HardReset")


@case(
    "TC_016_CS",
    use_case="Reset, Stop Transaction",
    requirement="5.14, 4.10, 6.49, 7.36",
    needs=NEEDS,
    fails_with={
        "other-reset-reason": "reason: expected SoftReset, got Other",
        "no-stop": "sent no StopTransaction",
    },
)
async def test_16_soft_reset_with_transaction(station: Station) -> None:
    """At a soft reset the station first stops the transaction, with the reason SoftReset, and then boots."""
    await resets_charging(station, "Soft", "SoftReset")
