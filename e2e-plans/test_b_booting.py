"""Block B, provisioning: how a station boots, and what it does until it is accepted (B01 to B03)."""

from mock_csms.plans import (
    Station,
    any_call,
    begins_with_boot,
    case,
    says,
    variable,
)
from mock_csms.plans.v2 import reports, states, variables


@case(
    "TC_B_01_CS",
    use_case="B01",
    requirement="B01.FR.01, B01.FR.05, B01.FR.09",
    fails_with={
        "no-connector-report": r"sent no StatusNotification\[connectorStatus=Available,evseId=1",
        "no-security-event": r"sent no SecurityEventNotification",
    },
)
@begins_with_boot
async def test_b_01_cold_boot_accepted(station: Station) -> None:
    """After a start the station boots; once accepted it reports the status of each connector and a startup event."""
    await states.booted(station)


@case(
    "TC-B01",
    use_case="B01",
    fails_with={"no-boot": "sent StatusNotification, which must not come"},
)
@begins_with_boot
async def test_b01_cold_boot(station: Station) -> None:
    """The first message of a station is a BootNotification with model and vendor; then its connectors are Available."""
    await states.booting(station)
    boot = says("BootNotification", reason=..., chargingStation={"model": ..., "vendorName": ...})
    booted = await station.expect(boot, within=station.profile.timeouts.boot)
    await station.expect_nothing(any_call(), after=station.opened(), before=booted)
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
@begins_with_boot
async def test_b_02_cold_boot_pending(station: Station) -> None:
    """A Pending station sets and reports variables, rejects remote starts, and boots when it is triggered."""
    station.configure(reply=states.boot_answer("Pending", 2 * station.profile.timeouts.message))
    await states.booting(station)
    await station.expect(says("BootNotification"), within=station.profile.timeouts.boot)
    await station.remember("OCPPCommCtrlr", "OfflineThreshold")
    threshold = variable("OCPPCommCtrlr", "OfflineThreshold")
    is_set = await variables.put(station, [threshold | {"attributeValue": "300"}], attributeStatus=variables.TAKEN)
    value = "300" if is_set else ...  # the old value is allowed until it has rebooted
    await variables.got(station, threshold, attributeStatus="Accepted", attributeValue=value)
    await reports.base_report(station, "FullInventory")
    start = {"evseId": station.evse, "idToken": station.profile.tokens["valid"]}
    await station.command("RequestStartTransaction", start, status="Rejected")
    answer = await station.command("TriggerMessage", {"requestedMessage": "BootNotification"})
    if answer["status"] == "Accepted":
        await station.expect(says("BootNotification", reason="Triggered"))
    else:
        assert answer["status"] in ("NotImplemented", "Rejected")
        await station.expect(says("BootNotification"), within=3 * station.profile.timeouts.message)
    await states.reports_connectors(station)


@case(
    "TC_B_03_CS",
    use_case="B03",
    requirement="B03.FR.02, B03.FR.04, B03.FR.06",
    fails_with={
        "boots-too-soon": "BootNotification came 0.5 s after BootNotification, expected at least 1 s",
        "talks-while-rejected": "sent StatusNotification, which must not come",
        "never-boots-again": "sent no BootNotification",
    },
)
@begins_with_boot
async def test_b_03_cold_boot_rejected(station: Station) -> None:
    """A Rejected station is silent for the interval, boots again, and once accepted reports its connectors.

    It may stay connected, or disconnect and come back (B03.FR.04), which may take as long as its back-off.
    """
    timeouts = station.profile.timeouts
    station.configure(reply=states.boot_answer("Rejected", timeouts.interval))
    await states.booting(station)
    rejected = await station.expect(says("BootNotification"), within=timeouts.boot)
    accepted = await station.expect(says("BootNotification"), within=timeouts.interval + timeouts.boot)
    station.check_gap(rejected, accepted, least=timeouts.interval)
    await station.expect_nothing(any_call(), after=rejected.number, before=accepted)
    await states.reports_connectors(station)


@case(
    "TC_B_30_CS",
    use_case="B03",
    requirement="B03.FR.08",
    fails_with={"answers-while-rejected": "expected the CALLERROR SecurityError, got the result"},
)
@begins_with_boot
async def test_b_30_commands_to_a_rejected_station(station: Station) -> None:
    """A Rejected station that stays connected answers commands with a SecurityError, and boots again.

    A CSMS must not send such commands.
    """
    timeouts = station.profile.timeouts
    station.configure(reply=states.boot_answer("Rejected", 2 * timeouts.interval))
    await states.booting(station)
    await station.expect(says("BootNotification"), within=timeouts.boot)
    await station.settle()
    if not station.known.is_connected:
        station.skip("the station closes the connection when it is rejected", applies=False)
    await station.refuses("SecurityError", "GetBaseReport", {"requestId": 42, "reportBase": "FullInventory"})
    await station.expect(says("BootNotification"), within=2 * timeouts.interval + timeouts.boot)
    await states.reports_connectors(station)
