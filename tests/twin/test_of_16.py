"""The model of a station of OCPP 1.6, and the ids that the mock gives to its transactions."""

import asyncio
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from mock_csms.behavior.v16.transactions import TransactionIds
from mock_csms.control.python import Csms
from mock_csms.protocol.versions import V16
from mock_csms.runtime.clock import Chance
from mock_csms.runtime.numbers import Numbers
from mock_csms.runtime.open_call import CallFailed
from mock_csms.twin.twin import Twin
from tests.wire import Station

AT = "2026-01-01T00:00:00Z"
BOOT = {"chargePointVendor": "v", "chargePointModel": "m"}
START = {"connectorId": 2, "idTag": "TAG", "meterStart": 0, "timestamp": AT}


def status(connector: int, word: str) -> dict[str, Any]:
    """Return the payload of a StatusNotification."""
    return {"connectorId": connector, "errorCode": "NoError", "status": word, "timestamp": AT}


def after_a_boot(twin: Twin) -> tuple[str, bool, int | None]:
    """Return the facts that a boot changes: the status of the reset, whether the boot is new, the list version."""
    return twin.resets.status, twin.boots.is_new, twin.local_list.version


async def answered(csms: Csms, station: Station, action: str, answer: dict[str, Any]) -> Any:
    """Let the mock send a command, answer it, and return its payload."""
    task = asyncio.create_task(csms.call("CS-1", action))
    _, id_, _, payload = await station.expect(2)
    await station.send([3, id_, answer])
    await task
    return payload


@pytest.mark.parametrize("checks", ["all", "none"])
async def test_the_model_of_a_station(checks: str) -> None:
    """The model has boots, connectors, transactions, the local list and configuration keys, with and without checks."""
    async with Csms(checks=checks) as csms:
        twin, url = csms.follow("CS-1"), f"{csms.url}/CS-1"
        async with connect(url, subprotocols=[Subprotocol("ocpp1.6")], ping_interval=None, proxy=None) as socket:
            station = Station(socket)
            for action, payload in (
                ("BootNotification", BOOT),
                ("StatusNotification", status(0, "Available")),
                ("StatusNotification", status(2, "Preparing")),
            ):
                assert (await station.call(action, payload))[0] == 3
            assert (twin.connections.is_open, twin.boots.is_accepted, twin.boots.heartbeat) == (True, True, 60)
            assert twin.connectors.statuses == {(0, 0): "Available", (2, 1): "Preparing"}
            id_ = (await station.call("StartTransaction", START))[2]["transactionId"]
            assert (await station.call("StartTransaction", START))[2]["transactionId"] == id_
            [transaction] = twin.transactions.running.values()
            assert (transaction.id, transaction.evse, transaction.started) == (str(id_), 2, AT)
            assert list(csms.stations["CS-1"].transactions) == [id_]
            stop = await answered(csms, station, "RequestStopTransaction", {"status": "Accepted"})
            assert stop == {"transactionId": id_}
            await station.call("StopTransaction", {"transactionId": id_, "meterStop": 1, "timestamp": AT})
            assert (twin.transactions.running, csms.stations["CS-1"].transactions) == ({}, {})
            keys = [{"key": "HeartbeatInterval", "readonly": False, "value": "60"}, {"key": "N", "readonly": True}]
            await answered(csms, station, "GetConfiguration", {"configurationKey": keys})
            await answered(csms, station, "ChangeConfiguration", {"status": "Accepted"})
            assert (twin.variables.text("", "HeartbeatInterval"), twin.boots.heartbeat) == ("30", 30)
            await answered(csms, station, "SendLocalList", {"status": "Accepted"})
            assert twin.local_list.version == 1
            await answered(csms, station, "Reset", {"status": "Accepted"})
            assert twin.resets.is_under_way
            await station.call("BootNotification", BOOT)
            assert after_a_boot(twin) == ("", True, None)


async def test_a_command_that_16_does_not_have() -> None:
    """A command that 1.6 does not have raises CallFailed; one that has another name in 1.6 is sent with that name."""
    async with Csms() as csms:
        url = f"{csms.url}/CS-1"
        async with connect(url, subprotocols=[Subprotocol("ocpp1.6")], ping_interval=None, proxy=None) as socket:
            assert (await answered(csms, Station(socket), "RequestStartTransaction", {"status": "Accepted"}))["idTag"]
            with pytest.raises(CallFailed, match=r"OCPP 1\.6, which CS-1 speaks, has no such action"):
                await csms.call("CS-1", "GetBaseReport")


def test_transaction_ids_are_unique() -> None:
    """Each StartTransaction gets a new id, a repeated one the same id, and an incomplete one a new id too."""
    ids = TransactionIds(iter(range(1, 99)).__next__)
    other = {**START, "timestamp": "2026-01-01T00:00:01Z"}
    given = [ids.of("A", START), ids.of("a", {**START, "idTag": "tag"}), ids.of("B", START), ids.of("A", other)]
    assert given == [1, 1, 2, 3]
    assert [ids.of("A", {}), ids.of("A", None), ids.of("A", START)] == [4, 5, 1]
    assert V16.schemas.request_violations("StartTransaction", START) == ()


def test_numbers_are_reserved_in_blocks() -> None:
    """Numbers come from reserved blocks; without a block they start at a random number that depends on the seed."""
    blocks = iter([1, 5001])
    numbers = Numbers(Chance(1), lambda _: next(blocks))
    assert [numbers.fresh() for _ in range(1001)][-2:] == [1000, 5001]
    free = [[numbers.fresh() for _ in range(3)] for numbers in (Numbers(Chance(7), lambda _: None) for _ in range(2))]
    assert free[0] == free[1]
    assert [number - free[0][0] for number in free[0]] == [0, 1, 2]
