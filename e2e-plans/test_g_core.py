"""Block G, availability: heartbeats, the status of a connector, and a change to Operative (G01 to G03)."""

from mock_csms.plans import Station, around, case, says
from mock_csms.plans.v2.triggers import trigger


@case(
    "TC-G02",
    use_case="G02",
    fails_with={"no-triggered-message": "sent no Heartbeat", "unknown-action": "sent no Heartbeat"},
)
async def test_g02_heartbeat(station: Station) -> None:
    """A Heartbeat is answered with the current time."""
    await trigger(station, "Heartbeat")
    beat = await station.expect(says("Heartbeat"))
    await station.answered(beat, currentTime=around(beat.at, station.profile.timeouts.tolerance))


@case(
    "TC-G01",
    use_case="G01",
    fails_with={
        "no-triggered-message": "sent no StatusNotification",
        "connector-zero": "connectorId: expected 1, got 0",
    },
)
async def test_g01_status_of_a_connector(station: Station) -> None:
    """A connector that is not in use is reported as Available; the answer is empty."""
    evse, connector = station.evse, station.connector
    await trigger(station, "StatusNotification", evse=evse, connector=connector)
    status = says("StatusNotification", connectorStatus="Available", evseId=evse, connectorId=connector)
    assert await station.answered(await station.expect(status)) == {}


@case(
    "TC-G03",
    use_case="G03",
    fails_with={"availability-rejected": "status: expected Accepted, got Rejected"},
)
async def test_g03_operative_already(station: Station) -> None:
    """An operative station accepts a change to Operative."""
    await station.command("ChangeAvailability", {"operationalStatus": "Operative"}, status="Accepted")
