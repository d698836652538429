"""Stations that leave and come back over a real WebSocket: what they are accused of, and what not."""

import asyncio
import re
from typing import Any

import pytest

from mock_csms.behavior.templates import rfc3339
from mock_csms.runtime import clock
from tests.pace import turns
from tests.raw import logged, until
from tests.reference_station import run
from tests.test_verdict import Run
from tests.wire import BOOT, Station, transaction

PLACE = {"evseId": 1, "connectorId": 1}
EVSE = {"id": 1, "connectorId": 1}
CONNECTED = {"chargingState": "EVConnected"}


async def tell(station: Station, status: str = "Occupied") -> None:
    """Tell the status of the connector as it is now."""
    await station.ask("StatusNotification", {"timestamp": stamp(), "connectorStatus": status} | PLACE)


async def event(station: Station, kind: str, id_: str, trigger: str, number: int, **more: Any) -> None:
    """Tell what happens in a transaction, or (offline) what has happened."""
    payload = transaction(kind, id_, triggerReason=trigger, seqNo=number, evse=EVSE) | {"timestamp": stamp()} | more
    payload["transactionInfo"] |= CONNECTED
    await station.ask("TransactionEvent", payload)


def stamp() -> str:
    """Return the time as messages have it."""
    return rfc3339(clock.now())


async def settle(station: Station) -> None:
    """Boot with a vehicle at the connector, and say that an outage may be as long as 300 s."""
    await station.ask("BootNotification", BOOT)
    await tell(station)
    await event(station, "Started", "A", "CablePluggedIn", 0)
    _, id_, _, payload = await station.expect(2, ..., "GetVariables")
    (item,) = payload["getVariableData"]
    told = item | {"attributeStatus": "Accepted", "attributeType": "Actual", "attributeValue": "300"}
    await station.send([3, id_, {"getVariableResult": [told]}])


async def swap(station: Station, since: str) -> None:
    """Tell that one vehicle has left during the outage, and another one has come."""
    await event(station, "Ended", "A", "EVCommunicationLost", 1, offline=True, timestamp=since)
    await event(station, "Started", "B", "CablePluggedIn", 0, offline=True, timestamp=since)


@pytest.mark.parametrize(("way", "accused"), [("swapped", False), ("status first", False), ("as before", True)])
async def test_a_connector_that_has_changed_and_back(way: str, accused: bool) -> None:
    """B04.FR.02 wants the status of what has changed in the outage, be it as before; of nothing else (B17)."""
    for turn in turns():
        with turn as pace:
            flags = ["--command=GetVariables", "--get-variables=OCPPCommCtrlr.OfflineThreshold", "--after=boot"]
            flags += ["--delay=0.1", "--tolerance=0.1", f"--call-timeout={pace}", "--checks=B17"]
            async with await asyncio.to_thread(Run, *flags) as mock:
                async with mock.station() as station:
                    await settle(station)
                    await asyncio.sleep(0.3)
                await asyncio.sleep(0.2)
                since = stamp()
                await asyncio.sleep(0.2)
                async with mock.station() as station:
                    if way == "swapped":
                        await swap(station, since)
                    await tell(station)
                    if way == "status first":
                        await swap(station, since)
                    await asyncio.sleep(1.0 * pace + 0.6)
                found = re.findall(r"B17 B04.FR.02  (.*)", mock.log)
                assert found == (["connector 1.1 is Occupied as before"] if accused else [])


@pytest.mark.parametrize(("status", "accused"), [("Accepted", False), ("Rejected", False), ("Pending", True)])
async def test_who_closes_the_connection(status: str, accused: bool) -> None:
    """Only a station that is Pending has to keep it (B02.FR.06; T14)."""
    flags = ["--checks=T14", "--call-timeout=0.2", "--fail-on-findings=warning", f"--boot-status={status}"]
    async with await asyncio.to_thread(Run, *flags) as mock:
        async with mock.station() as station:
            await station.ask("BootNotification", BOOT)
        await until(logged(mock, "CS-1 +disconnected"))
        await asyncio.sleep(1.0)
        mock.process.terminate()
        ended, _ = await mock.ended()
        found = re.findall(r"ERROR: T14 B02.FR.06  (.*)", mock.log)
        wrong = ["it closed the connection with 1000, and was Pending"]
        assert (ended, found) == ((1, wrong) if accused else (0, []))


async def test_the_reference_station_charges_and_leaves() -> None:
    """`mock-station --charge` is clean, also when its end is waited for and everything that was due would have come."""
    for turn in turns():
        with turn as pace:
            async with await asyncio.to_thread(Run, f"--call-timeout={pace}", "--fail-on-findings=warning") as mock:
                ended = await asyncio.to_thread(run, f"{mock.url}/CS-1", "--charge=1")
                await asyncio.sleep(1.0 * pace + 0.6)
                mock.process.terminate()
                judged = await mock.ended()
                assert (ended.status, judged[0]) == (0, 0), judged[1] + mock.log
