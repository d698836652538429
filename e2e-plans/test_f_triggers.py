"""Block F, remote control: triggered messages and unlocked connectors (F05, F06)."""

from mock_csms.plans import Station, case, connector_reports, one_of, says
from mock_csms.plans.v2 import states
from mock_csms.plans.v2.triggers import must_accept, trigger


async def reports(station: Station, status: str) -> None:
    """Trigger the status of the connector: the station must accept the trigger, and report this status."""
    await must_accept(station, "StatusNotification", evse=station.evse, connector=station.connector)
    await station.expect(connector_reports(status, station.evse, station.connector))


async def denies(station: Station, message: str, status: str) -> None:
    """Trigger a message that the station must not send: its answer has this status."""
    await station.command("TriggerMessage", {"requestedMessage": message}, status=status)


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


@case(
    "TC_F_20_CS",
    use_case="F06",
    requirement="F06.FR.04, F06.FR.05, F06.FR.10",
    fails_with={"no-triggered-message": "sent no Heartbeat", "unknown-action": "sent no Heartbeat"},
)
async def test_f_20_heartbeat(station: Station) -> None:
    """A trigger of Heartbeat is accepted, and the Heartbeat comes."""
    await trigger(station, "Heartbeat")
    await station.expect(says("Heartbeat"))


@case(
    "TC_F_23_CS",
    use_case="F06",
    requirement="F06.FR.02, F06.FR.04, F06.FR.05, F06.FR.10",
    needs=("C-29.5",),
    fails_with={
        "no-triggered-message": "sent no StatusNotification",
        "connector-zero": "connectorId: expected 1, got 0",
        "status-by-event": "trigger.*Delta.*Alerting",
    },
)
async def test_f_23_status_of_a_free_connector(station: Station) -> None:
    """A trigger of StatusNotification for a connector is accepted, and the connector is reported as Available."""
    await reports(station, "Available")


@case(
    "TC_F_24_CS",
    use_case="F06",
    requirement="F06.FR.02, F06.FR.04, F06.FR.05, F06.FR.10",
    needs=("C-29.5", "plug", "unplug"),
    fails_with={"no-triggered-message": "sent no StatusNotification"},
)
async def test_f_24_status_of_a_connector_in_use(station: Station) -> None:
    """A trigger of StatusNotification for a connector with a cable is accepted; the report is Occupied."""
    await station.prepare(states.ev_connected)
    await reports(station, "Occupied")


@case(
    "TC_F_26_CS",
    use_case="F06",
    requirement="F06.FR.04, F06.FR.05, F06.FR.17",
    needs=("C-29.6",),
    fails_with={"boots-when-triggered": "status: expected Rejected, got Accepted"},
)
async def test_f_26_boot_of_an_accepted_station(station: Station) -> None:
    """A station whose boot was accepted rejects a trigger of BootNotification."""
    await denies(station, "BootNotification", "Rejected")


@case(
    "TC_F_27_CS",
    use_case="F06",
    requirement="F06.FR.08",
    needs=("not ISO-3",),
    fails_with={"trigger-rejected": "status: expected NotImplemented, got Rejected"},
)
async def test_f_27_trigger_that_is_not_implemented(station: Station) -> None:
    """A trigger of a message that the station cannot send is answered with NotImplemented."""
    await denies(station, "SignCombinedCertificate", "NotImplemented")
