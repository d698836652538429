"""Findings about stations on a real WebSocket, and correct behaviour without findings; `test_accusations` has many
more cases, as traces.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from mock_csms.behavior.templates import rfc3339
from mock_csms.runtime import clock
from tests.pace import turns
from tests.raw import TOKEN, logged, until
from tests.reference_station import run
from tests.verdicts import Run
from tests.wire import BOOT, Station, transaction

PLACE = {"evseId": 1, "connectorId": 1}
EVSE = {"id": 1, "connectorId": 1}
CONNECTED = {"chargingState": "EVConnected"}


async def tell(station: Station, status: str = "Occupied", **place: int) -> None:
    """Report the current status of the connector."""
    await station.ask("StatusNotification", {"timestamp": stamp(), "connectorStatus": status} | PLACE | place)


async def event(station: Station, kind: str, id_: str, trigger: str, number: int, **more: Any) -> None:
    """Send a TransactionEvent; `more` has additional fields, such as `offline` and an earlier time."""
    payload = transaction(kind, id_, triggerReason=trigger, seqNo=number, evse=EVSE) | {"timestamp": stamp()} | more
    payload["transactionInfo"] |= CONNECTED
    await station.ask("TransactionEvent", {key: value for key, value in payload.items() if value is not None})


def stamp() -> str:
    """Return the current timestamp."""
    return rfc3339(clock.now())


async def settle(station: Station) -> None:
    """Boot with a vehicle at the connector, and report an OfflineThreshold of 300 s."""
    await station.ask("BootNotification", BOOT)
    await tell(station)
    await event(station, "Started", "A", "CablePluggedIn", 0)
    _, id_, _, payload = await station.expect(2, ..., "GetVariables")
    (item,) = payload["getVariableData"]
    result = item | {"attributeStatus": "Accepted", "attributeType": "Actual", "attributeValue": "300"}
    await station.send([3, id_, {"getVariableResult": [result]}])


async def swap(station: Station, since: str) -> None:
    """Report that during the outage one vehicle left and another one came."""
    await event(station, "Ended", "A", "EVCommunicationLost", 1, offline=True, timestamp=since)
    await event(station, "Started", "B", "CablePluggedIn", 0, offline=True, timestamp=since)


@pytest.mark.parametrize(("way", "accused"), [("swapped", False), ("status first", False), ("as before", True)])
async def test_an_unchanged_status_after_an_outage(way: str, accused: bool) -> None:
    """B17 reports the unchanged status of a connector, unless a vehicle left and another came offline (B04.FR.02)."""
    for turn in turns():
        with turn as pace:
            flags = ["--command=GetVariables", "--get-variables=OCPPCommCtrlr.OfflineThreshold", "--after=boot"]
            flags += [f"--delay={0.1 * pace}", "--tolerance=0.1", f"--call-timeout={pace}", "--checks=B17"]
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
                found = re.findall(r"B17 \(B04.FR.02\): (.*)", mock.log)
                assert found == (["unchanged connector 1.1 was reported: Occupied"] if accused else [])


@pytest.mark.parametrize(("status", "accused"), [("Accepted", False), ("Rejected", False), ("Pending", True)])
async def test_a_station_that_closes_the_connection(status: str, accused: bool) -> None:
    """T14 reports a Pending station that closes the connection (B02.FR.06); other stations do not exercise it."""
    flags = ["--checks=T14", "--call-timeout=0.2", "--fail-on-findings=warning", f"--boot-status={status}"]
    async with await asyncio.to_thread(Run, *flags) as mock:
        async with mock.station() as station:
            await station.ask("BootNotification", BOOT)
        await until(logged(mock, "CS-1 +disconnected"))
        if accused:
            await until(logged(mock, "finding ERROR T14"))
        else:
            await asyncio.sleep(1.0)  # wait, as a wrong finding would come now
        mock.process.terminate()
        ended, _ = await mock.ended()
        found = re.findall(r"ERROR T14 \(B02.FR.06\): (.*)", mock.log)
        wrong = ["closed the connection (1000) while Pending"]
        assert (ended, found) == ((1, wrong) if accused else (4, []))


async def test_the_reference_station_charges_and_leaves() -> None:
    """`mock-station --charge` has no finding, even if the mock runs until all deadlines have passed."""
    for turn in turns():
        with turn as pace:
            async with await asyncio.to_thread(Run, f"--call-timeout={pace}", "--fail-on-findings=warning") as mock:
                ended = await asyncio.to_thread(run, f"{mock.url}/CS-1", "--charge=1")
                await asyncio.sleep(1.0 * pace + 0.6)
                mock.process.terminate()
                judged = await mock.ended()
                assert (ended.status, judged[0]) == (0, 0), judged[1] + mock.log


async def zero(station: Station) -> None:
    """Report connector 0."""
    await station.ask("BootNotification", BOOT)
    await tell(station, connectorId=0)
    await event(station, "Started", "A", "CablePluggedIn", 0, evse={"id": 1, "connectorId": 0})


async def silent(station: Station) -> None:
    """Report no status."""
    await station.ask("BootNotification", BOOT)
    await event(station, "Started", "A", "CablePluggedIn", 0)


async def twice(station: Station) -> None:
    """Boot twice, and report the status after the first boot."""
    await station.ask("BootNotification", BOOT)
    await tell(station)
    await station.ask("BootNotification", BOOT)


async def event_without_connector(station: Station) -> None:
    """Send a transaction without its connector."""
    await station.ask("BootNotification", BOOT)
    await tell(station)
    await event(station, "Started", "A", "Authorized", 0, evse={"id": 1}, idToken=TOKEN["idToken"])
    for number in range(1, 4):
        await event(station, "Updated", "A", "MeterValuePeriodic", number, evse=None)


async def answered(station: Station, action: str) -> None:
    """Boot with a free connector, and accept the next command."""
    await station.ask("BootNotification", BOOT)
    await tell(station, "Available")
    _, id_, _, _ = await station.expect(2, ..., action)
    await station.send([3, id_, {"status": "Accepted"}])


async def becomes_available_by_itself(station: Station) -> None:
    """Become Unavailable by command, and then Available without a command."""
    await answered(station, "ChangeAvailability")
    await tell(station, "Unavailable")
    await tell(station, "Available")


async def unchanged_by_unlock(station: Station) -> None:
    """Report the same status before and after an UnlockConnector."""
    await answered(station, "UnlockConnector")
    await tell(station, "Available")


async def stopping(station: Station) -> None:
    """Accept to stop a transaction that does not run."""
    await answered(station, "RequestStopTransaction")


async def end_values_in_meter_values(station: Station) -> None:
    """Send values with the context Transaction.End in MeterValues."""
    await station.ask("BootNotification", BOOT)
    await tell(station)
    value = {"timestamp": stamp(), "sampledValue": [{"value": 7.0, "context": "Transaction.End"}]}
    await station.ask("MeterValues", {"evseId": 1, "meterValue": [value]})


CLOSE = ("--command=ChangeAvailability", "--availability-status=Inoperative")
CASES: dict[Callable[[Station], Awaitable[None]], tuple[tuple[str, ...], list[str]]] = {
    zero: ((), ["B08"]),
    silent: ((), ["B07", "X22"]),
    twice: ((), []),
    event_without_connector: ((), ["X13"]),
    becomes_available_by_itself: (CLOSE, ["G06"]),
    unchanged_by_unlock: (("--command=UnlockConnector",), []),
    stopping: (("--command=RequestStopTransaction",), ["X23"]),
    end_values_in_meter_values: ((), []),
}
CHECKS = "--checks=B07,B08,G01,G04,G06,M04,X13,X22,X23,X24"


@pytest.mark.parametrize("script", CASES, ids=lambda script: script.__name__)
async def test_each_mistake_is_reported_once(script: Callable[[Station], Awaitable[None]]) -> None:
    """After all deadlines each mistake is reported once, and behaviour that no clause forbids is not reported."""
    flags, expected = CASES[script]
    for turn in turns():
        with turn as pace:
            when = ("--after=boot", f"--delay={0.2 * pace}") if flags else ()
            some = (*flags, *when, CHECKS, f"--call-timeout={pace}")
            async with await asyncio.to_thread(Run, *some) as mock, mock.station() as station:
                await script(station)
                await asyncio.sleep(1.0 * pace + 0.6)
                assert sorted(re.findall(r"finding \w+ (\w+) ", mock.log)) == expected
