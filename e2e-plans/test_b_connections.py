"""Block B, provisioning: a lost connection, a CSMS that is away, a power cycle, and a second station."""

from mock_csms.plans import (
    Station,
    begins_with_boot,
    case,
    connection,
    one_of,
    says,
)
from mock_csms.plans.v2 import network, states
from mock_csms.plans.v2.other_station import other_station


async def comes_back(station: Station) -> None:
    """Wait until the station connects again. If it boots then, which it should not (Part 4, 5.3), accept the boot."""
    await station.let_in()
    boot = await station.expect_optional(says("BootNotification"), within=station.profile.timeouts.settle)
    if boot:
        await station.answered(boot, status="Accepted")
        await station.settle()


async def is_usable(station: Station) -> None:
    """Check that the station answers a trigger, and sends the triggered message if it accepts."""
    asked = {"requestedMessage": "Heartbeat"}
    answer = await station.command("TriggerMessage", asked, status=one_of("Accepted", "Rejected", "NotImplemented"))
    if answer["status"] == "Accepted":
        await station.expect(says("Heartbeat"))


@case(
    "TC-CONN-01",
    use_case="B04",
    fails_with={"odd-identity@2": "did not come back within"},
)
async def test_b04_connection_is_lost(station: Station) -> None:
    """A station whose connection was closed connects again and answers commands.

    It should not boot then (Part 4, 5.3); a conformance check looks at that.
    """
    station.keep_away()
    await comes_back(station)
    await is_usable(station)


@case(
    "TC-B04-OFFLINE",
    use_case="B04",
    fails_with={
        "no-back-off": r"tried again after 0\.[0-9] s, which is too soon",
        "odd-identity@2": "has not tried again",
    },
)
async def test_b04_csms_is_away(station: Station) -> None:
    """A refused station tries again, not before its minimum back-off, and answers commands once it is connected."""
    least = float(await station.get("OCPPCommCtrlr", "RetryBackOffWaitMinimum") or 0)
    events, limit = station.known.connection_events, least + station.profile.timeouts.boot
    station.keep_away()
    is_back = await station.known.until(lambda: any(event.kind == "Refused" for event in events), limit)
    assert is_back, f"{station.identity} has not tried again within {limit:g} s"
    gone, refused = (next(event.at for event in events if event.kind == kind) for kind in ("Disconnected", "Refused"))
    gap = refused - gone
    assert gap >= least - station.profile.timeouts.tolerance, f"tried again after {gap:.1f} s, which is too soon"
    await comes_back(station)
    await is_usable(station)


@case(
    "TC-CONN-02",
    use_case="B09, B10",
    fails_with={
        "reset-rejected": "status: expected Accepted, got Rejected",
        "stays-with-url": "expected Connected to /other/CS-1, got Connected to /CS-1",
    },
)
async def test_b10_moves_to_another_address_and_back(station: Station) -> None:
    """With a new network profile the station moves to another URL, and back; after each move it answers commands."""
    used, other = await network.slots(station)
    here, there = network.paths(station)
    for slot, path in ((other, there), (used, here)):
        await network.put(station, slot, path, status="Accepted")
        await network.start_with(station, (slot,))
        await connection.next_connection_event(station, "Connected", path=path)
        await states.comes_up(station)
        await is_usable(station)


@case(
    "TC-SIM-01",
    use_case="B01",
    needs=("reboot",),
    fails_with={
        "wrong-boot-reason": "reason: expected PowerUp or LocalReset or Unknown, got Watchdog",
        "no-connector-report": "sent no StatusNotification",
    },
)
@begins_with_boot
async def test_b01_switched_off_and_on(station: Station) -> None:
    """After a power cycle the station boots with a fitting reason, and reports its connectors as Available."""
    await station.act("reboot")
    boot = says("BootNotification", reason=states.SWITCHED_ON)
    await station.answered(await station.expect(boot, within=station.profile.timeouts.boot), status="Accepted")
    await states.reports_connectors(station)


@case(
    "TC-SIM-02",
    use_case="B01",
    fails_with={"hangs-up": "CS-1 was disturbed: Disconnected"},
)
async def test_b01_another_station_comes_and_goes(station: Station) -> None:
    """Another station that connects and disconnects does not disturb the station under test."""
    async with other_station(station):
        await is_usable(station)
    await station.settle()
    disturbed = ", ".join(event.kind for event in station.known.connection_events)
    assert not disturbed, f"{station.identity} was disturbed: {disturbed}"
    await is_usable(station)
