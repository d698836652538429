"""Block B, provisioning: how a station boots, what its variables say, its reports, and resets."""

from typing import Any

from mock_csms.plans import (
    Station,
    absent,
    any_call,
    case,
    no_problem,
    reports,
    says,
    some,
    states,
    transaction_event,
    variable,
)
from mock_csms.plans.required import WRITABLE
from mock_csms.protocol.actions import Json

THRESHOLD = variable("OCPPCommCtrlr", "OfflineThreshold")
OFFLINE = variable("AuthCtrlr", "LocalAuthorizeOffline")


def boots(status: str, interval: float) -> tuple[str, Json]:
    """Return the rule that answers the next boot so; those after it are Accepted."""
    return "BootNotification*1", {"status": status, "interval": int(interval)}


async def asks(station: Station, *variables: Json, **result: Any) -> None:
    """Ask for variables, which must be the first results in that order, each with this besides."""
    results = [{**asked, **result} for asked in variables]
    await station.command("GetVariables", {"getVariableData": list(variables)}, getVariableResult=results)


# Booting (B01 to B03).


@case(
    "TC_B_01_CS",
    use_case="B01",
    requirement="B01.FR.01, B01.FR.05, B01.FR.09",
    fails_with={
        "no-connector-report": r"sent no StatusNotification\[connectorStatus=Available,evseId=1",
        "no-security-event": r"sent no SecurityEventNotification",
    },
)
async def test_b_01_cold_boot_accepted(station: Station) -> None:
    """A station that starts boots, and once accepted tells of each connector and that it has started."""
    await states.booted(station)


@case(
    "TC-B01",
    use_case="B01",
    fails_with={"no-boot": "sent StatusNotification, which must not come"},
)
async def test_b01_cold_boot(station: Station) -> None:
    """The first thing that a station says is its boot, with who it is; its connectors are Available then."""
    await states.booting(station)
    begin = station.mark()
    boot = says("BootNotification", reason=..., chargingStation={"model": ..., "vendorName": ...})
    booted = await station.expect(boot, within=station.profile.timeouts.boot, after=begin)
    await station.expect_nothing(any_call(but="BootNotification"), after=begin, before=booted)
    await states.reports_connectors(station)


@case(
    "TC_B_02_CS",
    use_case="B02, F06",
    requirement="B02.FR.01, B02.FR.02, B02.FR.04, B02.FR.05, B02.FR.06, B02.FR.08, F06.FR.17",
    fails_with={
        "starts-while-pending": "status: expected Rejected, got Accepted",
        "old-value": "attributeValue: expected 300, got 1",
        "no-report": "sent no NotifyReport",
    },
)
async def test_b_02_cold_boot_pending(station: Station) -> None:
    """While a station waits to be accepted it can be configured and asked, starts nothing, and boots when told to."""
    station.configure(reply=boots("Pending", 2 * station.profile.timeouts.message))
    await states.booting(station)
    await station.expect(says("BootNotification"), within=station.profile.timeouts.boot)
    await station.set("OCPPCommCtrlr", "OfflineThreshold", "300")
    await asks(station, THRESHOLD, attributeStatus="Accepted", attributeValue="300")
    await reports.base_report(station, "FullInventory")
    start = {"evseId": station.evse, "idToken": station.profile.tokens["valid"]}
    await station.command("RequestStartTransaction", start, status="Rejected")
    answer = await station.command("TriggerMessage", {"requestedMessage": "BootNotification"})
    if answer["status"] == "Accepted":
        await station.expect(says("BootNotification", reason="Triggered"))
    else:
        assert answer["status"] == "NotImplemented"
        await station.expect(says("BootNotification"), within=3 * station.profile.timeouts.message)
    await states.reports_connectors(station)


@case(
    "TC_B_03_CS",
    use_case="B03",
    requirement="B03.FR.02, B03.FR.04, B03.FR.06",
    fails_with={
        "boots-too-soon": "sent BootNotification, which must not come",
        "talks-while-rejected": "sent StatusNotification, which must not come",
        "never-boots-again": "sent no BootNotification",
    },
)
async def test_b_03_cold_boot_rejected(station: Station) -> None:
    """A rejected station keeps silent for the interval, boots again, and once accepted tells of its connectors."""
    timeouts = station.profile.timeouts
    station.configure(reply=boots("Rejected", timeouts.interval))
    await states.booting(station)
    await station.expect(says("BootNotification"), within=timeouts.boot)
    await station.expect_nothing(any_call(), seconds=timeouts.interval - timeouts.tolerance)
    await station.expect(says("BootNotification"), within=timeouts.message + timeouts.tolerance)
    await states.reports_connectors(station)


# Variables (B05, B06).


@case(
    "TC_B_06_CS",
    use_case="B06",
    requirement="B06.FR.01, B06.FR.02, B06.FR.03, B06.FR.04, B06.FR.10, B06.FR.11",
    fails_with={
        "old-value": "getVariableResult.0.attributeValue: expected 300, got 1",
        "wrong-attribute": "attributeType: expected Actual, got Target",
        "wrong-variable": "variable.name: expected OfflineThreshold, got Other",
    },
)
async def test_b_06_one_variable_is_got(station: Station) -> None:
    """The value that was set is the one that is got, under the names that were asked for."""
    await station.set("OCPPCommCtrlr", "OfflineThreshold", "300")
    await asks(
        station,
        THRESHOLD | {"attributeType": "Actual"},
        attributeStatus="Accepted",
        attributeValue="300",
        attributeStatusInfo=no_problem,
    )


@case(
    "TC_B_07_CS",
    use_case="B06",
    requirement="B06.FR.01, B06.FR.02, B06.FR.03, B06.FR.04, B06.FR.10",
    fails_with={"result-missing": "getVariableResult: expected an item with .*LocalAuthorizeOffline"},
)
async def test_b_07_several_variables_are_got(station: Station) -> None:
    """Who asks for two variables gets both values, in any order."""
    await station.set("OCPPCommCtrlr", "OfflineThreshold", "300")
    await station.set("AuthCtrlr", "LocalAuthorizeOffline", "true")
    asked = [one | {"attributeType": "Actual"} for one in (THRESHOLD, OFFLINE)]
    fine = {"attributeStatus": "Accepted", "attributeStatusInfo": no_problem}
    await station.command(
        "GetVariables",
        {"getVariableData": asked},
        getVariableResult=some(
            asked[0] | fine | {"attributeValue": "300"},
            asked[1] | fine | {"attributeValue": "true"},
        ),
    )


@case(
    "TC_B_32_CS",
    use_case="B06",
    requirement="B06.FR.06",
    fails_with={"knows-all-variables": "attributeStatus: expected UnknownComponent, got Accepted"},
)
async def test_b_32_unknown_component_is_not_got(station: Station) -> None:
    """A component that the station does not have is told as unknown, under the names that were asked for."""
    await asks(station, variable("UnknownComponent", "OfflineThreshold"), attributeStatus="UnknownComponent")


@case(
    "TC_B_33_CS",
    use_case="B06",
    requirement="B06.FR.07",
    fails_with={"knows-all-variables": "attributeStatus: expected UnknownVariable, got Accepted"},
)
async def test_b_33_unknown_variable_is_not_got(station: Station) -> None:
    """A variable that the component does not have is told as unknown, under the names that were asked for."""
    await asks(station, variable("OCPPCommCtrlr", "UnknownVariable"), attributeStatus="UnknownVariable")


@case("TC-B06-GV", use_case="B06", fails_with={"no-value": "attributeValue: expected something, got nothing"})
async def test_b06_state_of_the_station_is_got(station: Station) -> None:
    """The station tells whether it is available."""
    state = variable("ChargingStation", "AvailabilityState")
    await asks(station, state, attributeStatus="Accepted", attributeValue=...)


@case(
    "TC_B_09_CS",
    use_case="B05",
    requirement="B05.FR.01, B05.FR.02, B05.FR.03, B05.FR.10, B05.FR.12",
    fails_with={
        "sets-another-variable": "variable.name: expected OfflineThreshold, got Other",
    },
)
async def test_b_09_one_variable_is_set(station: Station) -> None:
    """A value that fits is accepted, under the names that were given."""
    await station.remember("OCPPCommCtrlr", "OfflineThreshold")
    given = THRESHOLD | {"attributeType": "Actual"}
    await station.command(
        "SetVariables",
        {"setVariableData": [given | {"attributeValue": "300"}]},
        setVariableResult=[given | {"attributeStatus": "Accepted", "attributeStatusInfo": no_problem}],
    )


@case("TC-B05-SV", use_case="B05", fails_with={"old-value": "attributeValue: expected 30, got 1"})
async def test_b05_heartbeat_interval_is_set(station: Station) -> None:
    """The interval of heartbeats that was set is the one that the station has then."""
    await station.set("OCPPCommCtrlr", "HeartbeatInterval", "30")
    await asks(station, variable("OCPPCommCtrlr", "HeartbeatInterval"), attributeValue="30")


# Reports (B07).


@case(
    "TC_B_12_CS",
    use_case="B07",
    requirement="B07.FR.01, B07.FR.03, B07.FR.04, B07.FR.07, B07.FR.10, B07.FR.12",
    fails_with={
        "read-only-configuration": "cannot be written: .*OfflineThreshold",
        "no-characteristics": "without characteristics: .*OfflineThreshold",
        "small-inventory": "are missing: .*OfflineThreshold",
        "report-seqno-gap": "seqNo: expected 0, got [12]",
    },
)
async def test_b_12_configuration_is_reported(station: Station) -> None:
    """The inventory of the configuration has what can be written, with characteristics, and the required variables."""
    report = await reports.base_report(station, "ConfigurationInventory")
    reports.check("cannot be written", reports.read_only(report))
    reports.check("without characteristics", reports.without_characteristics(report))
    reports.check("are missing", reports.missing(report, WRITABLE))


# Resets (B11, B12).


@case(
    "TC_B_20_CS",
    use_case="B11",
    requirement="B11.FR.01, B11.FR.03, B11.FR.04, B01.FR.03",
    fails_with={"no-reboot": "sent no BootNotification", "reset-rejected": "status: expected Accepted, got Rejected"},
)
async def test_b_20_reset_when_idle(station: Station) -> None:
    """A station at which nothing charges accepts to reset when it is idle, does it, and tells of its connectors."""
    await station.command("Reset", {"type": "OnIdle"}, status="Accepted")
    await station.expect(says("BootNotification"), within=station.profile.timeouts.boot)
    await states.reports_connectors(station)


@case("TC-B11", use_case="B11", fails_with={"no-reboot": "sent no BootNotification"})
async def test_b11_reset_at_once(station: Station) -> None:
    """A station at which nothing charges resets at once, connects again, and tells of its connectors."""
    await station.command("Reset", {"type": "Immediate"}, status="Accepted")
    await station.expect(says("BootNotification"), within=station.profile.timeouts.boot)
    await states.reports_connectors(station)


@case(
    "TC_B_21_CS",
    use_case="B12",
    requirement="B12.FR.01, B12.FR.03, E07.FR.03",
    needs=("plug", "card", "unplug"),
    fails_with={
        "wrong-boot-reason": "reason: expected ScheduledReset, got Watchdog",
        "no-reboot": "sent no BootNotification",
    },
)
async def test_b_21_reset_on_idle_waits_for_the_transaction(station: Station) -> None:
    """A reset on idle waits until the transaction has ended in the usual way; then the station starts anew."""
    await states.energy_transfer_started(station)
    await station.command("Reset", {"type": "OnIdle"}, status="Scheduled")
    await states.stop_authorized(station)
    is_over = station.known.at(station.evse) is None
    if not is_over:
        await states.ev_connected_post_session(station)
        await states.ev_disconnected(station)
    await states.comes_up(station, status="Occupied" if is_over else "Available", reason="ScheduledReset")


@case(
    "TC_B_22_CS",
    use_case="B12",
    requirement="B12.FR.02, B12.FR.04, E07.FR.03, B01.FR.03",
    needs=("plug", "card", "unplug"),
    fails_with={
        "wrong-reset-end": "triggerReason: expected ResetCommand, got StopAuthorized",
        "no-reboot": "sent no BootNotification",
    },
)
async def test_b_22_reset_at_once_ends_the_transaction(station: Station) -> None:
    """A reset at once ends the transaction, which says why; the connector is still Occupied afterwards."""
    await states.energy_transfer_started(station)
    await station.command("Reset", {"type": "Immediate"}, status="Accepted")
    await station.expect(
        transaction_event(
            "Ended", charging="EVConnected", stopped="ImmediateReset", triggerReason="ResetCommand", idToken=absent
        )
    )
    await station.expect(says("BootNotification", reason="RemoteReset"), within=station.profile.timeouts.boot)
    await states.reports_connectors(station, status="Occupied")
