"""Block B, provisioning: the station waits until it is accepted, or boots again (B01 to B03)."""

from mock_csms.plans import (
    Station,
    any_call,
    begins_with_boot,
    case,
    says,
    variable,
)
from mock_csms.plans.v2 import states

BOOT = says("BootNotification")


@case(
    "TC-B03",
    use_case="B03",
    fails_with={
        "boots-too-soon": "BootNotification came 0.5 s after BootNotification, expected at least 1 s",
        "talks-while-rejected": "sent StatusNotification, which must not come",
        "never-boots-again": "sent no BootNotification",
    },
)
@begins_with_boot
async def test_b03_rejected_again_and_again(station: Station) -> None:
    """A station that is Rejected twice boots again after each interval, not before, and sends nothing else."""
    timeouts = station.profile.timeouts
    station.configure(reply=states.boot_answer("Rejected", timeouts.interval, times=2))
    await states.booting(station)
    last = await station.expect(BOOT, within=timeouts.boot)
    for _ in range(2):
        boot = await station.expect(BOOT, within=timeouts.interval + timeouts.boot)  # it may disconnect, and come back
        station.check_gap(last, boot, least=timeouts.interval)
        await station.expect_nothing(any_call(), after=last.number, before=boot)
        last = boot
    await states.reports_connectors(station)


@case(
    "TC-B02",
    use_case="B02",
    fails_with={
        "boots-too-soon": "BootNotification came 0.5 s after BootNotification, expected at least 1 s",
        "talks-while-pending": "sent StatusNotification, which must not come",
        "no-report": "sent no NotifyReport",
        "never-boots-again": "sent no BootNotification",
    },
)
@begins_with_boot
async def test_b02_pending_again_and_again(station: Station) -> None:
    """A Pending station boots again after each interval, not before, and sends only requested reports meanwhile."""
    timeouts = station.profile.timeouts
    station.configure(reply=states.boot_answer("Pending", timeouts.interval, times=2))
    await states.booting(station)
    first = await station.expect(BOOT, within=timeouts.boot)
    second = await station.expect(BOOT, within=timeouts.interval + timeouts.message)
    asked = {"requestId": 1, "componentVariable": [variable("OCPPCommCtrlr", "HeartbeatInterval")]}
    await station.command("GetReport", asked, status="Accepted")
    await station.expect(says("NotifyReport", requestId=1, seqNo=0))
    third = await station.expect(BOOT, within=timeouts.interval + timeouts.message)
    for earlier, later in ((first, second), (second, third)):
        station.check_gap(earlier, later, least=timeouts.interval)
        await station.expect_nothing(any_call(but="NotifyReport"), after=earlier.number, before=later)
    await states.reports_connectors(station)


@case(
    "TC-B06-MCP",
    use_case="B01",
    needs=("reboot",),
    fails_with={"wrong-boot-reason": "reason: expected PowerUp or LocalReset or Unknown, got Watchdog"},
)
@begins_with_boot
async def test_b01_booted_again(station: Station) -> None:
    """An accepted station boots again after a power cycle, and is accepted again."""
    await states.booting(station)
    boot = await station.expect(
        says("BootNotification", reason=states.SWITCHED_ON), within=station.profile.timeouts.boot
    )
    await station.answered(boot, status="Accepted", interval=60)
    await states.reports_connectors(station)
