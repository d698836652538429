"""Interoperability of `mock-station`: the `ocpp` ChargePoint as a CSMS, and the mock with all its commands."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from ocpp import routing
from ocpp.charge_point import camel_to_snake_case
from ocpp.v201 import ChargePoint, call, call_result
from ocpp.v201.enums import Action
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from mock_csms.protocol.actions import Sender
from mock_csms.protocol.v2.v201 import ACTIONS
from tests.reference_station import run, running
from tests.wire import PATIENCE, Mock, example

on: Callable[[str], Callable[[Any], Any]] = routing.on

NOW = "2026-01-01T00:00:00Z"
TOKEN = {"id_token": "test_token", "type": "ISO14443"}
COMMANDS = sorted(
    (action for action, row in ACTIONS.items() if row.sent_by(Sender.CSMS)), key=lambda action: action == "Reset"
)
"""All commands, with Reset last, because the station disconnects then."""


class TypicalCsms(ChargePoint):  # type: ignore[misc] # untyped
    """A typical CSMS of users of the package, which validates all messages."""

    def __init__(self, socket: ServerConnection) -> None:
        super().__init__("CS-1", socket, response_timeout=PATIENCE)
        self.events: list[dict[str, Any]] = []
        self.statuses: list[str] = []
        self.was_introduced = asyncio.Event()

    @on(Action.boot_notification)
    def boot(self, **_: Any) -> Any:
        """Accept the station."""
        return call_result.BootNotification(NOW, 300, "Accepted")

    @on(Action.status_notification)
    def status(self, connector_status: str, **_: Any) -> Any:
        """Record it."""
        self.statuses.append(connector_status)
        return call_result.StatusNotification()

    @on(Action.security_event_notification)
    def security_event(self, **_: Any) -> Any:
        """Record the security event."""
        self.was_introduced.set()
        return call_result.SecurityEventNotification()

    @on(Action.authorize)
    def authorize(self, **_: Any) -> Any:
        """Accept."""
        return call_result.Authorize({"status": "Accepted"})

    @on(Action.transaction_event)
    def transaction_event(self, **event: Any) -> Any:
        """Record it."""
        self.events.append(event)
        return call_result.TransactionEvent()

    @on(Action.heartbeat)
    def heartbeat(self, **_: Any) -> Any:
        """Answer with the time."""
        return call_result.Heartbeat(NOW)

    @on(Action.notify_report)
    def notify_report(self, **_: Any) -> Any:
        """Accept the report."""
        return call_result.NotifyReport()


@asynccontextmanager
async def listening(centrals: "asyncio.Queue[TypicalCsms]") -> AsyncIterator[str]:
    """Run this CSMS, and yield the URL for a station."""

    async def talk(socket: ServerConnection) -> None:
        csms = TypicalCsms(socket)
        centrals.put_nowait(csms)
        with suppress(ConnectionClosed):
            await csms.start()

    server: Server
    async with serve(talk, "127.0.0.1", 0, subprotocols=[Subprotocol("ocpp2.0.1")]) as server:
        yield f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/CS-1"


async def test_a_session_with_a_foreign_csms() -> None:
    """All messages of a session are valid for `ocpp`, and its events are complete and in order."""
    centrals: asyncio.Queue[TypicalCsms] = asyncio.Queue()
    async with listening(centrals) as url:
        ended = await asyncio.to_thread(run, url, "--charge=0.1")
        csms = centrals.get_nowait()
    assert (ended.status, ended.err) == (0, "")
    assert [(event["event_type"], event["seq_no"]) for event in csms.events] == [("Started", 0), ("Ended", 1)]
    assert csms.events[0]["id_token"] == TOKEN
    assert csms.statuses == ["Available", "Occupied", "Available"]


async def test_every_command_of_a_foreign_csms() -> None:
    """Each of the 40 commands gets a result that is valid for `ocpp`; after the final Reset the station reconnects."""
    centrals: asyncio.Queue[TypicalCsms] = asyncio.Queue()
    async with listening(centrals) as url:
        with running(url) as station:
            csms = await asyncio.wait_for(centrals.get(), PATIENCE)
            await asyncio.wait_for(csms.was_introduced.wait(), PATIENCE)
            for action in COMMANDS:
                payload = camel_to_snake_case(example(ACTIONS[action].request))
                assert await csms.call(getattr(call, action)(**payload), suppress=False), action
            again = await asyncio.wait_for(centrals.get(), PATIENCE)
            await asyncio.wait_for(again.was_introduced.wait(), PATIENCE)
            assert await asyncio.to_thread(station.stop) == 0
    assert len(COMMANDS) == 40
    assert [event["trigger_reason"] for event in csms.events] == []


async def test_a_csms_that_leaves_after_its_answer() -> None:
    """If the CSMS disconnects between two calls, the second cannot be sent, and the status is 1."""

    async def answer_once(socket: ServerConnection) -> None:
        _, id_, *_ = json.loads(await socket.recv())
        await socket.send(json.dumps([3, id_, {"currentTime": NOW}]))
        await socket.close()

    async with serve(answer_once, "127.0.0.1", 0, subprotocols=[Subprotocol("ocpp2.0.1")]) as server:
        url = f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/CS-1"
        ended = await asyncio.to_thread(run, url, "--send=Heartbeat", "--send=Heartbeat")
    assert (ended.status, ended.out.count("Heartbeat.response")) == (1, 1)


def test_remote_control_by_the_mock(tmp_path: Path) -> None:
    """The mock starts and stops a transaction of mock-station by commands, without findings."""
    events, started = tmp_path / "events", "TransactionEvent[eventType=Started]"
    (tmp_path / "mock.toml").write_text(f'[[command]]\naction = "RequestStopTransaction"\non = "{started}"\n')
    start = ("--after=boot", "--commands=RequestStartTransaction:0")
    mock = Mock(*start, f"--config={tmp_path / 'mock.toml'}", f"--events={events}")
    with running(f"{mock.url}/CS-1", "--variable=TxCtrlr.TxStartPoint=Authorized") as station:
        station.see("RequestStopTransaction.response", "TransactionEvent.response")
        station.stop()
    mock.finish()
    assert warnings(events) == []
    calls = [json.loads(e["text"])[3] for e in read(events) if e["event"] == "Received" and e["messageType"] == "Call"]
    triggers = [payload["triggerReason"] for payload in calls if "triggerReason" in payload]
    assert triggers == ["RemoteStart", "RemoteStop"]


def test_every_command_of_the_mock(tmp_path: Path) -> None:
    """Each of the 40 commands of the mock gets a valid result of mock-station, without findings."""
    events = tmp_path / "events"
    mock = Mock(f"--commands={','.join(f'{action}:0' for action in COMMANDS)}", "--after=boot", f"--events={events}")
    with running(f"{mock.url}/CS-1") as station:
        station.see("Reset.response", "disconnected", "BootNotification.response")
        station.stop()
    mock.finish()
    assert warnings(events) == []
    answered = [e["action"] for e in read(events) if e["event"] == "Received" and e["messageType"] == "Result"]
    assert sorted(answered) == sorted(COMMANDS)


def read(path: Path) -> list[dict[str, Any]]:
    """Return the events of a file."""
    return [json.loads(line) for line in path.read_text().splitlines()]


def warnings(path: Path) -> list[dict[str, Any]]:
    """Return the events about errors and findings."""
    kinds = ("Connected", "Started", "Disconnected", "Sent", "Received")
    return [
        event
        for event in read(path)
        if event.get("violations")
        or event.get("messageType") in ("Error", "Malformed")
        or event["event"] in ("Unanswered", "Failed")
        or (event["event"] not in kinds and event.get("level", "INFO") in ("WARNING", "ERROR"))
    ]
