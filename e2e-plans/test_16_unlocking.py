"""OCPP 1.6, unlocking connectors (5.18)."""

from mock_csms.plans import Station, says
from mock_csms.plans.v16 import states
from mock_csms.plans.v16.cases import case
from mock_csms.plans.v16.messages import status
from mock_csms.plans.v16.states.sessions import NEEDS, stop


@case(
    "TC_017_1_CS",
    use_case="Unlock Connector",
    requirement="5.18, 7.46",
    needs=("HFS-1",),
    fails_with={"unlock-fails": "status: expected Unlocked, got UnlockFailed"},
)
async def test_16_unlock(station: Station) -> None:
    """The station unlocks a connector without a transaction."""
    await station.command("UnlockConnector", {"connectorId": station.evse}, status="Unlocked")


@case(
    "TC_017_2_CS",
    use_case="Unlock Connector",
    requirement="5.18, 7.46",
    needs=("HFS-2",),
    fails_with={"unlocks-everything": "status: expected NotSupported, got Unlocked"},
)
async def test_16_unlock_a_fixed_cable(station: Station) -> None:
    """A station with a fixed cable has no lock, and says so."""
    await station.command("UnlockConnector", {"connectorId": station.evse}, status="NotSupported")


@case(
    "TC_018_1_CS",
    use_case="Unlock Connector, Stop Transaction",
    requirement="4.10, 5.18, 7.36",
    needs=(*NEEDS, "HFS-1"),
    fails_with={
        "unlock-fails": "status: expected Unlocked, got UnlockFailed",
        "no-reason": "reason: expected UnlockCommand, got nothing",
        "no-stop": "sent no StopTransaction",
    },
)
async def test_16_unlock_while_charging(station: Station) -> None:
    """Before the station unlocks a connector, it stops its transaction, with the reason UnlockCommand."""
    started = await station.prepare(states.charging)
    begin = station.mark()
    await station.command("UnlockConnector", {"connectorId": station.evse}, status="Unlocked")
    await station.expect(stop(started, "UnlockCommand"), after=begin)
    await station.expect(status("Finishing", station.evse), after=begin)
    await states.unplugged(station)


@case(
    "TC_018_2_CS",
    use_case="Unlock Connector",
    requirement="5.18, 7.46",
    needs=(*NEEDS, "HFS-2"),
    fails_with={"unlocks-everything": "status: expected NotSupported, got Unlocked"},
)
async def test_16_unlock_a_fixed_cable_while_charging(station: Station) -> None:
    """A station with a fixed cable has no lock, and says so; whether the transaction goes on is up to the station."""
    await station.prepare(states.charging)
    await station.command("UnlockConnector", {"connectorId": station.evse}, status="NotSupported")


@case(
    "TC_031_CS",
    use_case="Unlock Connector",
    requirement="5.18, errata 3.85",
    fails_with={"unlocks-everything": "status: expected NotSupported, got Unlocked"},
)
async def test_16_unlock_an_unknown_connector(station: Station) -> None:
    """The station answers NotSupported for a connector that it does not have."""
    await station.command("UnlockConnector", {"connectorId": len(station.profile.places) + 1}, status="NotSupported")
    await station.expect_nothing(says("StopTransaction"), seconds=0)
