"""Block G, availability: EVSEs, connectors and the whole station become Inoperative and Operative again (G03, G04)."""

from mock_csms.plans import Station, case
from mock_csms.plans.v2 import availability, states
from mock_csms.plans.v2.availability import INOPERATIVE, OPERATIVE

CLOSES = {
    "no-status-report": "sent no StatusNotification.*connectorStatus=Unavailable",
    "availability-rejected": "status: expected Accepted, got Rejected",
}
OPENS = {
    "no-connector-report@3": "sent no StatusNotification.*connectorStatus=Available",
    "availability-rejected@2": "status: expected Accepted, got Rejected",
}
STAYS_OPEN = {"availability-rejected": "status: expected Accepted, got Rejected"}
STAYS_CLOSED = {"availability-rejected@2": "status: expected Accepted, got Rejected"}


async def opens(station: Station, evse: int | None = None, connector: int | None = None) -> None:
    """Set an Inoperative place Operative: all its connectors report that they are Available again."""
    await station.prepare(states.unavailable, evse, connector)
    await availability.change(station, OPERATIVE, evse, connector)
    await station.expect_all(*availability.reports(station, "Available", evse, connector))


async def stays_closed(station: Station, evse: int | None = None, connector: int | None = None) -> None:
    """Set an Inoperative place Inoperative: the station accepts that; it need not report a status again."""
    await station.prepare(states.unavailable, evse, connector)
    await availability.change(station, INOPERATIVE, evse, connector)


@case(
    "TC_G_03_CS",
    use_case="G03",
    requirement="G03.FR.01, G03.FR.02, G03.FR.04, G03.FR.06",
    fails_with=CLOSES,
)
async def test_g_03_evse_becomes_inoperative(station: Station) -> None:
    """An idle station accepts that an EVSE is set Inoperative, and reports all its connectors as Unavailable."""
    await states.unavailable(station, station.evse)


@case(
    "TC_G_04_CS",
    use_case="G03",
    requirement="G03.FR.01, G03.FR.02, G03.FR.04, G03.FR.07",
    fails_with=OPENS,
)
async def test_g_04_evse_becomes_operative(station: Station) -> None:
    """The station accepts that an Inoperative EVSE is set Operative, and reports all its connectors as Available."""
    await opens(station, station.evse)


@case(
    "TC_G_05_CS",
    use_case="G04",
    requirement="G04.FR.01, G04.FR.02, G04.FR.03, G04.FR.05, G04.FR.07",
    fails_with=CLOSES,
)
async def test_g_05_station_becomes_inoperative(station: Station) -> None:
    """An idle station accepts that it is set Inoperative, and reports all connectors as Unavailable."""
    await states.unavailable(station)


@case(
    "TC_G_06_CS",
    use_case="G04",
    requirement="G04.FR.01, G04.FR.02, G04.FR.03, G04.FR.05, G04.FR.08",
    fails_with=OPENS,
)
async def test_g_06_station_becomes_operative(station: Station) -> None:
    """An Inoperative station accepts that it is set Operative, and reports all connectors as Available."""
    await opens(station)


@case(
    "TC_G_07_CS",
    use_case="G03",
    requirement="G03.FR.01, G03.FR.02, G03.FR.04, G03.FR.06",
    fails_with=CLOSES,
)
async def test_g_07_connector_becomes_inoperative(station: Station) -> None:
    """An idle station accepts that a connector is set Inoperative, and reports it as Unavailable."""
    await states.unavailable(station, station.evse, station.connector)


@case(
    "TC_G_08_CS",
    use_case="G03",
    requirement="G03.FR.01, G03.FR.02, G03.FR.04, G03.FR.07",
    fails_with=OPENS,
)
async def test_g_08_connector_becomes_operative(station: Station) -> None:
    """The station accepts that an Inoperative connector is set Operative, and reports it as Available."""
    await opens(station, station.evse, station.connector)


@case(
    "TC_G_09_CS",
    use_case="G03",
    requirement="G03.FR.01, G03.FR.02, G03.FR.03",
    fails_with=STAYS_OPEN,
)
async def test_g_09_evse_stays_operative(station: Station) -> None:
    """The station accepts that an Operative EVSE is set Operative."""
    await availability.change(station, OPERATIVE, station.evse)


@case(
    "TC_G_10_CS",
    use_case="G03",
    requirement="G03.FR.01, G03.FR.02, G03.FR.03",
    fails_with=STAYS_CLOSED,
)
async def test_g_10_evse_stays_inoperative(station: Station) -> None:
    """The station accepts that an Inoperative EVSE is set Inoperative."""
    await stays_closed(station, station.evse)


@case(
    "TC_G_12_CS",
    use_case="G04",
    requirement="G04.FR.01, G04.FR.02, G04.FR.03, G04.FR.04",
    fails_with=STAYS_OPEN,
)
async def test_g_12_station_stays_operative(station: Station) -> None:
    """An Operative station accepts that it is set Operative."""
    await availability.change(station, OPERATIVE)


@case(
    "TC_G_13_CS",
    use_case="G04",
    requirement="G04.FR.01, G04.FR.02, G04.FR.03, G04.FR.04",
    fails_with=STAYS_CLOSED,
)
async def test_g_13_station_stays_inoperative(station: Station) -> None:
    """An Inoperative station accepts that it is set Inoperative."""
    await stays_closed(station)


@case(
    "TC_G_15_CS",
    use_case="G03",
    requirement="G03.FR.01, G03.FR.02, G03.FR.03",
    fails_with=STAYS_OPEN,
)
async def test_g_15_connector_stays_operative(station: Station) -> None:
    """The station accepts that an Operative connector is set Operative."""
    await availability.change(station, OPERATIVE, station.evse, station.connector)


@case(
    "TC_G_16_CS",
    use_case="G03",
    requirement="G03.FR.01, G03.FR.02, G03.FR.03",
    fails_with=STAYS_CLOSED,
)
async def test_g_16_connector_stays_inoperative(station: Station) -> None:
    """The station accepts that an Inoperative connector is set Inoperative."""
    await stays_closed(station, station.evse, station.connector)
