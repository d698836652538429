"""Interoperability with the ChargePoint of the `ocpp` package as the station, which validates by itself."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Any

import orjson
from ocpp import routing
from ocpp.charge_point import camel_to_snake_case
from ocpp.v201 import ChargePoint, call, call_result
from ocpp.v201.enums import Action
from websockets.asyncio.client import ClientConnection

from mock_csms.protocol.actions import Sender
from mock_csms.protocol.v2.v201 import ACTIONS
from tests.wire import PATIENCE, Mock, assert_fits, example

on: Callable[[str], Callable[[Any], Any]] = routing.on
after: Callable[[str], Callable[[Any], Any]] = routing.after

TIME = "2026-01-01T00:00:00Z"
TOKEN = {"id_token": "test_token", "type": "ISO14443"}


class Tap:
    """A connection that records the commands of the mock unchanged."""

    def __init__(self, socket: ClientConnection) -> None:
        self.send = socket.send
        self._receive = socket.recv
        self.commands: list[tuple[str, Any]] = []

    async def recv(self) -> str | bytes:
        """Return the next frame."""
        text = await self._receive()
        kind, _, *content = orjson.loads(text)
        if kind == 2:
            self.commands.append((content[0], content[1]))
        return text


class TypicalStation(ChargePoint):  # type: ignore[misc] # untyped
    """A typical station of users of the package; it does not support ClearCache."""

    def __init__(self, tap: Tap) -> None:
        super().__init__("OCPP-1", tap, response_timeout=PATIENCE)
        self.was_reset = asyncio.Event()

    async def event(self, kind: str, **more: Any) -> Any:
        """Send a TransactionEvent of the transaction TX-9."""
        info = {"transaction_id": "TX-9", **more.pop("info", {})}
        return await self.call(call.TransactionEvent(kind, TIME, "Trigger", 0, info, **more), suppress=False)

    @on(Action.get_variables)
    def get_variables(self, get_variable_data: list[dict[str, Any]]) -> Any:
        """Answer that every variable has the value 1."""
        results = [{**asked, "attribute_status": "Accepted", "attribute_value": "1"} for asked in get_variable_data]
        return call_result.GetVariables(results)

    @on(Action.request_start_transaction)
    def start_transaction(self, **_: Any) -> Any:
        """Accept."""
        return call_result.RequestStartTransaction("Accepted")

    @after(Action.request_start_transaction)
    async def started(self, id_token: dict[str, Any], remote_start_id: int, **_: Any) -> None:
        """Report the transaction."""
        await self.call(call.Authorize(id_token), suppress=False)
        await self.event("Started", id_token=id_token, info={"remote_start_id": remote_start_id})

    @on(Action.request_stop_transaction)
    def stop_transaction(self, transaction_id: str) -> Any:
        """Accept if it is the running transaction."""
        return call_result.RequestStopTransaction("Accepted" if transaction_id == "TX-9" else "Rejected")

    @on(Action.reset)
    def reset(self, **_: Any) -> Any:
        """Accept."""
        self.was_reset.set()
        return call_result.Reset("Accepted")


def _obey(action: str) -> Any:
    def answer(*_: Any, **__: Any) -> Any:
        return getattr(call_result, action)(**camel_to_snake_case(example(ACTIONS[action].response)))

    answer.__name__ = f"obey_{action}"
    return on(action)(answer)


COMMANDS = [action for action, row in ACTIONS.items() if row.sent_by(Sender.CSMS)]
ObedientStation = type("ObedientStation", (ChargePoint,), {f"obey_{action}": _obey(action) for action in COMMANDS})


@asynccontextmanager
async def running(mock: Mock, kind: Any, *arguments: Any) -> AsyncIterator[tuple[Any, list[tuple[str, Any]]]]:
    """Connect a station, and yield it with the list of the commands that it gets."""
    async with mock.station("OCPP-1") as raw:
        tap = Tap(raw.socket)
        station = kind(*arguments, tap)
        reading = asyncio.create_task(station.start())
        yield station, tap.commands
        reading.cancel()
        with suppress(asyncio.CancelledError):
            await reading


async def test_station_calls() -> None:
    """All answers to calls of the station are valid according to `ocpp`."""
    async with Mock("--final-cost", "7.5") as mock, running(mock, TypicalStation) as (station, _):
        boot = await station.call(call.BootNotification({"model": "m", "vendor_name": "v"}, "PowerUp"), suppress=False)
        assert (boot.status, boot.interval) == ("Accepted", 60)
        await station.call(call.StatusNotification(TIME, "Available", 1, 1), suppress=False)
        assert (await station.call(call.Heartbeat(), suppress=False)).current_time.endswith("Z")
        authorized = await station.call(call.Authorize(TOKEN), suppress=False)
        assert authorized.id_token_info == {"status": "Accepted"}
        started = await station.event("Started", id_token=TOKEN)
        assert (started.id_token_info, started.total_cost) == ({"status": "Accepted"}, None)
        updated = await station.event("Updated")
        assert (updated.id_token_info, updated.total_cost) == (None, 10.0)
        ended = await station.event("Ended", id_token=TOKEN)
        assert (ended.id_token_info, ended.total_cost) == ({"status": "Accepted"}, 7.5)
        transferred = await station.call(call.DataTransfer("v", data={"any": [1]}), suppress=False)
        assert transferred.status == "Accepted"


async def test_remote_control() -> None:
    """Commands reach the handlers of the station, and an unsupported one does not stop the others."""
    sequence = "GetVariables:0,ClearCache:0,RequestStartTransaction:0,RequestStopTransaction:1,Reset:0"
    async with Mock("--after", "boot", "--commands", sequence) as mock:
        async with running(mock, TypicalStation) as (station, commands):
            await station.call(call.BootNotification({"model": "m", "vendor_name": "v"}, "PowerUp"), suppress=False)
            await asyncio.wait_for(station.was_reset.wait(), PATIENCE)
        assert ",".join(action for action, _ in commands) == re.sub(r":\d", "", sequence)
        assert dict(commands)["RequestStopTransaction"] == {"transactionId": "TX-9"}


PEM = r"-----BEGIN\sCERTIFICATE-----\n.+\n-----END\sCERTIFICATE-----\s*"
HASH = "[0-9a-fA-F]{64}"
DEFAULTS = rf"""
    CertificateSigned | certificateChain={PEM} certificateType=ChargingStationCertificate
    ChangeAvailability | operationalStatus=Operative evse=None
    CustomerInformation | requestId=\d+ report=True clear=False customerIdentifier=test_customer_001
    DataTransfer | vendorId=TestVendor messageId=TestMessage data=test_data
    DeleteCertificate | certificateHashData: hashAlgorithm=SHA256 issuerNameHash={HASH} issuerKeyHash={HASH}
    DeleteCertificate | certificateHashData.serialNumber=[0-9a-fA-F]+
    GetBaseReport | requestId=\d+ reportBase=FullInventory
    GetInstalledCertificateIds | certificateType.0=CSMSRootCertificate certificateType.1=None
    GetLog | logType=DiagnosticsLog requestId=\d+ log.remoteLocation=https://logs\.invalid/.*
    GetTransactionStatus | transactionId=test_transaction_123
    GetVariables | getVariableData.0: component.name=ChargingStation variable.name=AvailabilityState attributeType=None
    InstallCertificate | certificateType=CSMSRootCertificate certificate={PEM}
    RequestStartTransaction | idToken.idToken=test_token idToken.type=ISO14443 evseId=1 remoteStartId=\d+
    RequestStopTransaction | transactionId=test_transaction_123
    ReserveNow | id=1 idToken.idToken=reserved_token evseId=1
    Reset | type=Immediate evseId=None
    SendLocalList | updateType=Full versionNumber=1 localAuthorizationList.0.idToken.idToken=test_token
    SetNetworkProfile | connectionData: ocppVersion=OCPP20 ocppTransport=JSON messageTimeout=30 securityProfile=1
    SetNetworkProfile | connectionData: ocppCsmsUrl=ws://127\.0\.0\.1:\d+/? ocppInterface=Wired0
    SetNetworkProfile | configurationSlot=1
    SetVariables | setVariableData.0: component.name=OCPPCommCtrlr variable.name=HeartbeatInterval attributeValue=30
    SetVariables | setVariableData.0.attributeType=None setVariableData.1=None
    TriggerMessage | requestedMessage=StatusNotification
    UnlockConnector | evseId=1 connectorId=1
    UpdateFirmware | requestId=\d+ firmware.location=https://firmware\.invalid/.*
"""


async def test_all_commands() -> None:
    """All 40 commands are valid for `ocpp`, keep the payloads of the old server, and name no real host."""
    sequence = ",".join(f"{action}:0" for action in COMMANDS)
    async with Mock("--commands", sequence) as mock, running(mock, ObedientStation, "OCPP-1") as (station, commands):
        async with asyncio.timeout(PATIENCE):
            while len(commands) < 40:
                now = datetime.fromisoformat((await station.call(call.Heartbeat(), suppress=False)).current_time)
    sent = dict(commands)
    assert list(sent) == COMMANDS
    for row in DEFAULTS.strip().splitlines():
        action, wanted = row.strip().split(" | ")
        assert_fits(sent[action], wanted)
    hosts = re.findall(r"\w+://([^/\"' ]+)", str(sent))
    assert [host for host in hosts if not host.endswith(".invalid")] == [f"{mock.host}:{mock.port}"]
    expiry = datetime.fromisoformat(sent["ReserveNow"]["expiryDateTime"])
    retrieval = datetime.fromisoformat(sent["UpdateFirmware"]["firmware"]["retrieveDateTime"])
    assert abs(expiry - now - timedelta(seconds=3600)) + abs(retrieval - now) < timedelta(seconds=60)
