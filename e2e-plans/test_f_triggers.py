"""Block F, remote control: triggered messages and unlocked connectors (F05, F06)."""

from mock_csms.plans import Station, case, one_of, says
from mock_csms.plans.v2.triggers import trigger


@case(
    "TC-F06-TRIGGER",
    use_case="F06",
    fails_with={
        "no-triggered-message": "sent no StatusNotification",
        "trigger-first-evse-only": r"sent no StatusNotification\[connectorStatus=Available,evseId=2",
    },
)
async def test_f06_statuses_are_triggered(station: Station) -> None:
    """A trigger of StatusNotification without a connector is rejected, or reports all connectors.

    A station must reject it (F06.FR.12); many stations report all connectors instead. After a rejection the case
    triggers each connector separately.
    """
    begin = station.mark()
    asked = {"requestedMessage": "StatusNotification", "evse": None}
    answer = await station.command("TriggerMessage", asked, status=one_of("Accepted", "Rejected", "NotImplemented"))
    for evse, connector in [] if answer["status"] == "Accepted" else station.profile.places:
        await trigger(station, "StatusNotification", evse=evse, connector=connector)
    await station.expect_all(
        *[
            says("StatusNotification", connectorStatus="Available", evseId=evse, connectorId=connector)
            for evse, connector in station.profile.places
        ],
        after=begin,
    )


@case(
    "TC-F05",
    use_case="F05",
    needs=("HFS-1",),
    fails_with={"unlocks-anything": "status: expected UnknownConnector, got Unlocked"},
)
async def test_f05_connector_is_unlocked(station: Station) -> None:
    """A connector that is not in use is unlocked; a connector that does not exist is an UnknownConnector."""
    place = {"evseId": station.evse, "connectorId": station.connector}
    await station.command("UnlockConnector", place, status="Unlocked")
    await station.command("UnlockConnector", place | {"connectorId": 99}, status="UnknownConnector")
