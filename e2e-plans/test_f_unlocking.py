"""Block F, remote control: connectors that the CSMS unlocks (F05)."""

from mock_csms.plans import Station, case
from mock_csms.plans.v2 import sessions, states

ALWAYS_FAILS = {"unlock-fails": "status: expected Unlocked, got UnlockFailed"}


async def unlocks(station: Station, status: str, connector: int | None = None) -> None:
    """Unlock a connector: the answer has this status.

    Skips the case if the connector has no lock, or one that is opened by hand: then the answer is a CALLERROR
    NotSupported (F05.FR.07).
    """
    place = {"evseId": station.evse, "connectorId": connector or station.connector}
    try:
        await station.command("UnlockConnector", place, status=status)
    except AssertionError as failure:
        if ": NotSupported:" in str(failure):
            station.lacks("connector lock that the CSMS can open")
        raise


@case(
    "TC_F_05_CS",
    use_case="F05",
    requirement="F05.FR.01, F05.FR.02",
    needs=("HFS-1", *sessions.NEEDS),
    fails_with={"unlocks-anything": "status: expected OngoingAuthorizedTransaction, got Unlocked"},
)
async def test_f_05_connector_in_use(station: Station) -> None:
    """A connector with an authorized transaction is not unlocked."""
    await station.prepare(states.energy_transfer_started)
    await unlocks(station, "OngoingAuthorizedTransaction")


@case(
    "TC_F_06_CS",
    use_case="F05",
    requirement="F05.FR.01, F05.FR.04",
    needs=("HFS-1",),
    fails_with=ALWAYS_FAILS,
)
async def test_f_06_connector_that_is_free(station: Station) -> None:
    """A connector without a transaction is unlocked."""
    await unlocks(station, "Unlocked")


@case(
    "TC_F_07_CS",
    use_case="F05",
    requirement="F05.FR.01, F05.FR.06",
    needs=("HFS-1",),
    fails_with=ALWAYS_FAILS,
)
async def test_f_07_connector_without_a_cable(station: Station) -> None:
    """A connector without a cable is unlocked too: the station tries it, and reports the result."""
    told = station.known.connectors.get((station.evse, station.connector))
    assert told in (None, "Available"), f"the connector is {told}"
    await unlocks(station, "Unlocked")


@case(
    "TC_F_10_CS",
    use_case="F05",
    requirement="F05.FR.03",
    needs=("HFS-1",),
    fails_with={"unlocks-anything": "status: expected UnknownConnector, got Unlocked"},
)
async def test_f_10_connector_that_does_not_exist(station: Station) -> None:
    """A connector that does not exist is an UnknownConnector."""
    await unlocks(station, "UnknownConnector", 999)
