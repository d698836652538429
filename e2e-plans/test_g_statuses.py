"""Block G, availability: statuses of connectors with a cable, and after a reboot while Inoperative (G01, G03, G04)."""

from mock_csms.plans import Station, case, connector_reports
from mock_csms.plans.v2 import availability, states

FORGETS = {
    "available-after-reboot": "connectorStatus: expected Unavailable, got Available",
    "no-security-event@2": "sent no SecurityEventNotification",
}


async def stays_unavailable(station: Station, evse: int | None = None, connector: int | None = None) -> None:
    """Reboot with an Inoperative place: its connectors are reported as Unavailable, all others as Available."""
    await station.prepare(states.unavailable, evse, connector)
    await station.prepare(states.booting)
    await states.comes_up(station, status="Unavailable", of=availability.places(station, evse, connector))


@case(
    "TC_G_01_CS",
    use_case="G01, N07",
    requirement="G01.FR.01, N07.FR.19",
    needs=("plug", "unplug"),
    fails_with={
        "no-connector-report": "sent no StatusNotification.*connectorStatus=Occupied",
        "status-by-event": "trigger.*Delta.*Alerting",
    },
)
async def test_g_01_connector_becomes_occupied(station: Station) -> None:
    """A connector whose cable is plugged into a vehicle is reported as Occupied."""
    await states.ev_connected(station)


@case(
    "TC_G_02_CS",
    use_case="G01, N07",
    requirement="G01.FR.01, N07.FR.19",
    needs=("plug", "unplug"),
    fails_with={
        "no-connector-report@3": "sent no StatusNotification.*connectorStatus=Available",
        "status-by-event@3": "trigger.*Delta.*Alerting",
    },
)
async def test_g_02_connector_becomes_available(station: Station) -> None:
    """A connector whose cable is taken out of the vehicle is reported as Available."""
    await station.prepare(states.ev_connected)
    await station.act("unplug")
    await station.expect(connector_reports("Available", station.evse, station.connector))


@case(
    "TC_G_18_CS",
    use_case="G03",
    requirement="G03.FR.08, G01.FR.01",
    fails_with=FORGETS,
)
async def test_g_18_evse_stays_inoperative_over_a_reboot(station: Station) -> None:
    """After a reboot all connectors of an Inoperative EVSE are Unavailable, and the others Available."""
    await stays_unavailable(station, station.evse)


@case(
    "TC_G_19_CS",
    use_case="G03",
    requirement="G03.FR.08",
    fails_with=FORGETS,
)
async def test_g_19_connector_stays_inoperative_over_a_reboot(station: Station) -> None:
    """After a reboot an Inoperative connector is Unavailable, and the others are Available."""
    await stays_unavailable(station, station.evse, station.connector)


@case(
    "TC_G_21_CS",
    use_case="G04",
    requirement="G04.FR.09",
    fails_with=FORGETS,
)
async def test_g_21_station_stays_inoperative_over_a_reboot(station: Station) -> None:
    """After a reboot all connectors of an Inoperative station are Unavailable."""
    await stays_unavailable(station)
