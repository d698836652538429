"""The steps of cases for connections and network profiles, with the reference station."""

import re

import pytest

from mock_csms.plans.connection import hang_up, next_connection_event, url_of
from mock_csms.plans.reference import REFERENCE
from mock_csms.plans.v2 import network, states
from mock_csms.protocol.records import replace
from tests.plans.at_the_reference import run
from tests.virtual import in_virtual_time

PRIORITY = ("OCPPCommCtrlr", "NetworkConfigurationPriority")


@in_virtual_time
async def test_connection_events_are_checked_one_by_one() -> None:
    """The steps check Disconnected, Refused and Connected in order, with the gaps between them; silence is an error."""
    async with run() as it:
        station = await it.begin()
        station.configure(refuse="503*1")
        hang_up(station)
        gone = await next_connection_event(station, "Disconnected")
        with pytest.raises(AssertionError, match=r"expected Connected to /x/CS-1, got Refused to /CS-1$"):
            await next_connection_event(station, "Connected", path="/x")
        back = await next_connection_event(station, "Connected", path="")
        station.check_gap(gone, back, least=3)
        with pytest.raises(AssertionError, match=r"the connection came \d+\.\d s after the disconnection, expected at"):
            station.check_gap(gone, back, least=600)
        with pytest.raises(AssertionError, match=re.escape("CS-1 did not try to connect within 0.1 s")):
            await next_connection_event(station, "Connected", within=0.1)


@in_virtual_time
async def test_a_station_moves_to_a_slot_for_one_case() -> None:
    """The station connects to the URL of the slot; before the next case the old order of slots is restored."""
    async with run() as it:
        station = await it.begin()
        used, other = await network.slots(station)
        _, there = network.paths(station)
        await network.put(station, other, there, status="Accepted")
        await network.start_with(station, (other, used))
        await next_connection_event(station, "Connected", path=there)
        await states.comes_up(station)
        assert await station.get("OCPPCommCtrlr", "ActiveNetworkProfile") == f"{other}"
        assert network.paths(station) == (there, "/another")
        await it.end(station)
        station = await it.begin()
        assert [await station.get(*PRIORITY), await network.slots(station)] == [f"{used}", (used, other)]
        assert await station.get("OCPPCommCtrlr", "ActiveNetworkProfile") == f"{used}"


@in_virtual_time
async def test_a_case_without_another_slot_is_skipped() -> None:
    """With a single slot, or if the mock listens on all addresses and the profile has no URL, the case is skipped."""
    async with run() as it:
        it.profile = replace(REFERENCE, slots=(1,), url="ws://elsewhere:1/old")
        station = await it.begin()
        with pytest.raises(pytest.skip.Exception, match="one slot for network profiles"):
            await network.slots(station)
        assert url_of(station, "/new") == "ws://elsewhere:1/new"
        station.profile = replace(REFERENCE, url="ws://0.0.0.0:1")
        with pytest.raises(pytest.skip.Exception, match="the profile of the station has no url"):
            url_of(station, "/new")


@in_virtual_time
async def test_the_reference_station_gets_the_features_of_a_case() -> None:
    """The reference station is restarted with or without a feature, as each case needs."""
    async with run() as it:
        for needs, resets_evses in (((), "false"), (("C-13",), "true"), (("not C-13",), "false")):
            station = await it.begin(needs)
            asked = {"component": {"name": "EVSE", "evse": {"id": 1}}, "variable": {"name": "AllowReset"}}
            await station.command(
                "GetVariables", {"getVariableData": [asked]}, getVariableResult=[{"attributeValue": resets_evses}]
            )
            assert station.profile.has("C-13") is (resets_evses == "true")
            await it.end(station)
