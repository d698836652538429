"""Block G, availability: places that become Inoperative after the transaction that runs there (G03, G04)."""

from mock_csms.plans import Station, case, connector_reports
from mock_csms.plans.v2 import availability, sessions
from mock_csms.plans.v2.availability import INOPERATIVE

STOPS = "StopAuthorized", "RemoteStop"
NOT_SCHEDULED = {
    "availability-at-once": "status: expected Scheduled, got Accepted",
    "availability-rejected": "status: expected Scheduled, got Rejected",
    "no-status-report": "sent no StatusNotification.*connectorStatus=Unavailable",
}


async def closes_afterwards(station: Station, evse: int | None = None, connector: int | None = None) -> None:
    """Set a place Inoperative while a transaction runs there: Scheduled.

    Connectors of other EVSEs become Unavailable at once, those of the transaction's EVSE after its end.
    """
    await sessions.charging(station)
    begin = station.mark()
    await availability.change(station, INOPERATIVE, evse, connector, status="Scheduled")
    closing = availability.places(station, evse, connector)
    free = [place for place in closing if place[0] != station.evse]
    busy = [place for place in closing if place[0] == station.evse]
    await station.expect_all(*[connector_reports("Unavailable", *place) for place in free], after=begin)
    own = connector_reports("Unavailable", station.evse, station.connector)
    await station.expect_nothing(own, seconds=station.profile.timeouts.settle, after=begin)
    begin = station.mark()
    ended = await sessions.end(station)
    await station.expect_all(*[connector_reports("Unavailable", *place) for place in busy], after=begin)
    if ended.payload["triggerReason"] in STOPS:  # the cable is still plugged in
        await station.act("unplug")


@case(
    "TC_G_11_CS",
    use_case="G03",
    requirement="G03.FR.01, G03.FR.02, G03.FR.04, G03.FR.05",
    needs=sessions.NEEDS,
    fails_with=NOT_SCHEDULED,
)
async def test_g_11_evse_in_use(station: Station) -> None:
    """An EVSE in use that is set Inoperative becomes Unavailable after its transaction."""
    await closes_afterwards(station, station.evse)


@case(
    "TC_G_14_CS",
    use_case="G04",
    requirement="G04.FR.01, G04.FR.02, G04.FR.03, G04.FR.05, G04.FR.06",
    needs=sessions.NEEDS,
    fails_with=NOT_SCHEDULED,
)
async def test_g_14_station_in_use(station: Station) -> None:
    """In a station that is set Inoperative, free EVSEs become Unavailable at once, others after their transaction."""
    await closes_afterwards(station)


@case(
    "TC_G_17_CS",
    use_case="G03",
    requirement="G03.FR.01, G03.FR.02, G03.FR.04, G03.FR.05",
    needs=sessions.NEEDS,
    fails_with=NOT_SCHEDULED,
)
async def test_g_17_connector_in_use(station: Station) -> None:
    """A connector in use that is set Inoperative becomes Unavailable after its transaction."""
    await closes_afterwards(station, station.evse, station.connector)
