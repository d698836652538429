"""Block B, provisioning: network profiles (B09, B10), outages (B04), and reconnects (Part 4, 5.3)."""

import asyncio

from mock_csms.plans import (
    Station,
    case,
    connector_reports,
    says,
    some,
)
from mock_csms.plans.connection import hang_up, next_connection_event
from mock_csms.plans.v2 import network, states

CONNECTOR_REPORT = says("StatusNotification") | says(
    "NotifyEvent", eventData=some(component={"name": "Connector"}, variable={"name": "AvailabilityState"})
)


async def comes_back_after(station: Station, seconds: float, *, repeats: int = 0) -> None:
    """Set the back-off of the station to so many seconds, doubled up to `repeats` times, without a random part."""
    await station.set("OCPPCommCtrlr", "RetryBackOffRepeatTimes", f"{repeats}")
    await station.set("OCPPCommCtrlr", "RetryBackOffRandomRange", "0")
    await station.set("OCPPCommCtrlr", "RetryBackOffWaitMinimum", f"{seconds:.0f}")


@case(
    "TC_B_43_CS",
    use_case="B09",
    requirement="B09.FR.02",
    fails_with={"slot-accepted": "status: expected Rejected, got Accepted"},
)
async def test_b_43_slot_that_is_not_there(station: Station) -> None:
    """The station rejects a network profile for a slot that it does not have."""
    await network.put(station, 999, network.paths(station)[1], status="Rejected")


@case(
    "TC_B_45_CS",
    use_case="B09, B10",
    requirement="B09.FR.01, B10.FR.01, B10.FR.04, B10.FR.06",
    fails_with={
        "reset-rejected": "status: expected Accepted, got Rejected",
        "no-reboot": "CS-1 did not try to connect within",
        "stays-with-url": "expected Connected to /other/CS-1, got Connected to /CS-1",
    },
)
async def test_b_45_move_to_another_csms(station: Station) -> None:
    """With a new network profile in the slot of highest priority, the station boots at the URL of that profile."""
    used, other = await network.slots(station)
    _, there = network.paths(station)
    await network.put(station, other, there, status="Accepted")
    await network.start_with(station, (other, used))
    await next_connection_event(station, "Connected", path=there)
    await states.comes_up(station)


@case(
    "TC_B_46_CS",
    use_case="B10",
    requirement="B10.FR.03, B10.FR.04",
    fails_with={
        "reset-rejected": "status: expected Accepted, got Rejected",
        "stays-with-url": "expected Refused to /other/CS-1, got Refused to /CS-1",
    },
)
async def test_b_46_fall_back_to_the_second_slot(station: Station) -> None:
    """After two failed attempts at the URL of the first slot, the station boots at the URL of the second slot."""
    used, other = await network.slots(station)
    here, there = network.paths(station)
    await station.set("OCPPCommCtrlr", "NetworkProfileConnectionAttempts", "2")
    await comes_back_after(station, station.profile.timeouts.interval)
    await network.put(station, other, there, status="Accepted")
    station.configure(refuse="503*2")
    await network.start_with(station, (other, used))
    for _ in range(2):
        await next_connection_event(station, "Refused", path=there)
    await next_connection_event(station, "Connected", path=here)
    await states.comes_up(station)


@case(
    "TC_B_49_CS",
    use_case="B10",
    requirement="B10.FR.07",
    needs=("C-47",),
    fails_with={
        "no-back-off": "the connection came 0.1 s after the connection attempt, expected at least 1 s",
        "stays-with-url": "expected Refused to /other/CS-1, got Refused to /CS-1",
    },
)
async def test_b_49_fall_back_to_the_profile_before(station: Station) -> None:
    """If the only slot fails, the station falls back to the previous profile, and waits between its attempts."""
    wait = station.profile.timeouts.interval
    _, other = await network.slots(station)
    here, there = network.paths(station)
    await station.set("OCPPCommCtrlr", "NetworkProfileConnectionAttempts", "1")
    await comes_back_after(station, wait)
    await network.put(station, other, there, status="Accepted")
    station.configure(refuse="503*2")
    await network.start_with(station, [other])
    await next_connection_event(station, "Refused", path=there)
    refused = await next_connection_event(station, "Refused", path=here)
    accepted = await next_connection_event(station, "Connected")
    station.check_gap(refused, accepted, least=wait)
    await states.comes_up(station)


@case(
    "TC_B_57_CS",
    use_case="B04",
    requirement="Part 4, 5.3",
    fails_with={
        "no-back-off": "the connection came 0.1 s after the disconnection, expected at least 1 s",
    },
)
async def test_b_57_longer_waits_before_each_try(station: Station) -> None:
    """A disconnected station waits before it connects again; after a failed attempt it waits twice as long."""
    wait = station.profile.timeouts.interval
    await comes_back_after(station, wait, repeats=2)
    hang_up(station)
    gone = await next_connection_event(station, "Disconnected")
    back = await next_connection_event(station, "Connected")
    station.check_gap(gone, back, least=wait)
    station.configure(refuse="503*1")
    hang_up(station)
    gone_again = await next_connection_event(station, "Disconnected")
    await next_connection_event(station, "Refused")
    back_again = await next_connection_event(station, "Connected")
    station.check_gap(gone_again, back_again, least=3 * (back.at - gone.at))


@case(
    "TC_B_51_CS",
    use_case="B04",
    requirement="B04.FR.01",
    needs=("plug",),
    fails_with={"no-connector-report": r"sent no StatusNotification\[connectorStatus=Occupied"},
)
async def test_b_51_away_for_longer_than_the_threshold(station: Station) -> None:
    """A station that was offline for longer than OfflineThreshold reports all connectors, changed or not."""
    threshold = station.profile.timeouts.interval
    await station.set("OCPPCommCtrlr", "OfflineThreshold", f"{threshold:.0f}")
    await comes_back_after(station, 2 * threshold)
    station.keep_away()
    await station.act("plug")
    await asyncio.sleep(threshold + station.profile.timeouts.tolerance)
    await station.let_in()
    await states.reports_connectors(station, status="Occupied")


@case(
    "TC_B_52_CS",
    use_case="B04",
    requirement="B04.FR.02",
    needs=("plug",),
    fails_with={
        "no-connector-report": r"sent no StatusNotification\[connectorStatus=Occupied",
        "reports-other-connectors": "sent StatusNotification, which must not come",
    },
)
async def test_b_52_away_for_less_than_the_threshold(station: Station) -> None:
    """A station that was offline for less than OfflineThreshold reports only the connector that has changed."""
    await station.set("OCPPCommCtrlr", "OfflineThreshold", "300")
    await comes_back_after(station, station.profile.timeouts.interval)
    station.keep_away()
    await station.act("plug")
    await station.let_in()
    begin = station.opened()
    await station.expect(connector_reports("Occupied", station.evse, station.connector))
    await station.expect_nothing(CONNECTOR_REPORT, after=begin)
