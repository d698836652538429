"""Block G, availability: every status of a connector, and heartbeats in a row (G01, G02)."""

from mock_csms.plans import Station, case, says
from mock_csms.plans.v2.triggers import trigger

STATUSES = ("Occupied", "Reserved", "Unavailable", "Faulted", "Available")


@case(
    "TC-ERR-01",
    use_case="G01",
    needs=("send",),
    fails_with={
        "no-connector-report": r"sent no StatusNotification\[connectorStatus=Occupied",
        "reservation-not-reported": r"sent no StatusNotification\[connectorStatus=Reserved",
    },
)
async def test_g01_every_status(station: Station) -> None:
    """The mock answers a StatusNotification with each status that a connector can have."""
    place = {"evseId": station.evse, "connectorId": station.connector}
    for status in STATUSES:
        await station.answered(await station.send("StatusNotification", connectorStatus=status, **place))


@case(
    "TC-ERR-02",
    use_case="G02",
    fails_with={
        "unknown-action": "sent no Heartbeat within",
        "no-triggered-message@5": "sent no Heartbeat within",
    },
)
async def test_g02_five_heartbeats(station: Station) -> None:
    """A station sends a Heartbeat for each of five triggers; each is answered with the time."""
    begin = station.mark()
    for _ in range(5):
        await trigger(station, "Heartbeat")
    for _ in range(5):
        await station.answered(await station.expect(says("Heartbeat"), after=begin), currentTime=...)
