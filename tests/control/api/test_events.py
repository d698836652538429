"""The journal over the API: pages, formats, waits, and the stream of events."""

import asyncio
import re
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.control.api.clients import ApiMock, Client, eventually
from tests.raw import run, until
from tests.wire import PATIENCE, transaction


async def send_heartbeats(mock: ApiMock, identity: str, count: int) -> None:
    """Let a station connect and send this many heartbeats."""
    async with mock.station(identity) as station:
        for _ in range(count):
            await station.ask("Heartbeat")


async def test_the_log_is_paged_by_cursor(client: Client, mock: ApiMock, identity: str) -> None:
    """Pages have each of 757 events once and in order; `latest` starts with the last events, `before` goes back."""
    cursor = (await client.get(""))["cursor"]
    await send_heartbeats(mock, identity, 375)
    await client.post("/events/wait", {"match": f"disconnect@{identity}", "after": cursor})
    seen: list[int] = []
    after, is_more = cursor, True
    while is_more:
        page = await client.get("/events", station=identity, after=after, limit=100)
        seen += [event["seq"] for event in page["events"]]
        after, is_more = page["cursor"], page["more"]
    assert seen == sorted({*seen})
    assert len(seen) >= 757 - 4
    last = await client.get("/events", station=identity, latest="true", limit=10)
    assert [event["seq"] for event in last["events"]] == seen[-10:]
    earlier = await client.get("/events", station=identity, latest="true", limit=10, before=seen[-10])
    assert [event["seq"] for event in earlier["events"]] == seen[-20:-10]
    response = await client.post("/events/count", {"match": "Heartbeat", "station": identity})
    assert response["count"] == 375


@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        ({"kind": "Connected,Disconnected"}, ["Connected", "Disconnected"]),
        ({"type": "Result"}, ["Sent"]),
        ({"action": "heartbeat"}, []),
        ({"action": "Heartbeat"}, ["Received", "Sent"]),
        ({"match": "Heartbeat"}, ["Received"]),
        ({"match": "connect[subprotocol=ocpp2.0.1]"}, ["Connected"]),
        ({"match": "connect[subprotocol=ocpp1.6]"}, []),
        ({"match": "disconnect[code=1000]"}, ["Disconnected"]),
        ({"finding": "B01"}, ["Finding"]),
        ({"finding": "B02"}, []),
    ],
)
async def test_filters(client: Client, mock: ApiMock, identity: str, query: Any, kinds: list[str]) -> None:
    """Each filter returns exactly the events that match it."""
    await send_heartbeats(mock, identity, 1)
    await client.post("/events/wait", {"match": f"disconnect@{identity}"})
    page = await client.get("/events", station=identity, **query)
    assert [event["event"] for event in page["events"]] == kinds


async def test_wrong_filters_are_refused(client: Client) -> None:
    """The problem names an unknown kind, type or action, and the nearest valid one."""
    assert "'Recieved' is not a kind of event; did you mean 'Received'?" in await client.problem(
        "GET", "/events", kind="Recieved"
    )
    assert "'Cal'" in await client.problem("GET", "/events", type="Cal")
    assert "Heartbeet" in await client.problem("POST", "/events/wait", {"match": "Heartbeet"})
    assert "only @GLOB" in await client.problem("POST", "/events/wait", {"match": "Heartbeat*2"})
    assert "within" in await client.problem("POST", "/events/wait", {"within": 301})


async def test_other_formats(client: Client, mock: ApiMock, identity: str, tmp_path: Path) -> None:
    """JSON Lines, console lines, and a trace that `mock-csms check` accepts have the same content as the JSON."""
    await send_heartbeats(mock, identity, 2)
    await client.post("/events/wait", {"match": f"disconnect@{identity}"})
    events = (await client.get("/events", station=identity))["events"]
    lines = await client.http.get("/api/v1/events", params={"station": identity, "format": "jsonl"})
    assert [orjson.loads(line) for line in lines.text.splitlines()] == events
    text = await client.http.get("/api/v1/events", params={"station": identity, "format": "text"})
    await until(lambda: bool(re.search(rf" {identity} +disconnected", mock.log)))
    shown = [line.split() for line in mock.log.splitlines() if f" {identity} " in line and "Heartbeat" in line]
    response = [line.split() for line in text.text.splitlines() if "Heartbeat" in line]
    assert [line[:4] for line in response if line[2] != "finding"] == [
        line[:4] for line in shown if line[2] != "finding"
    ]
    assert "-> Heartbeat" in text.text
    trace = await client.http.get("/api/v1/events", params={"station": identity, "format": "trace"})
    records = [orjson.loads(line) for line in trace.text.splitlines()]
    assert [record["messageType"] for record in records] == ["CALL", "CALLRESULT"] * 2
    assert records[1]["meta"]["roundTripMs"] >= 0
    assert records[0]["raw"] == events[2]["text"]
    (tmp_path / "trace.jsonl").write_bytes(trace.content)
    checked = run("check", str(tmp_path / "trace.jsonl"))
    assert checked.returncode in (0, 1), checked.stdout


async def test_fifty_waits_at_once_are_all_met(client: Client, mock: ApiMock, identity: str) -> None:
    """25 waits for different messages and 25 for the same message are all met; a later wait with the cursor is too."""
    cursor = (await client.get(""))["cursor"]

    def wait(number: int) -> Any:
        part = {"transactionInfo": {"transactionId": f"T-{number}"}}
        return {"station": identity, "action": "TransactionEvent", "part": part, "after": cursor, "within": PATIENCE}

    waits = [asyncio.create_task(client.post("/events/wait", wait(number))) for number in range(25)]
    common = {"match": "TransactionEvent[eventType=Ended]", "station": identity, "after": cursor, "within": PATIENCE}
    waits += [asyncio.create_task(client.post("/events/wait", common)) for _ in range(25)]
    await asyncio.sleep(0.1)
    async with mock.station(identity) as station:
        for number in range(24):
            await station.ask("TransactionEvent", transaction("Updated", f"T-{number}"))
        await station.ask("TransactionEvent", transaction("Ended", "T-24"))
        response = [await each for each in waits]
    assert [each["met"] for each in response] == [True] * 50
    assert all(f'"T-{number}"' in response[number]["events"][0]["text"] for number in range(25))
    assert len({each["events"][0]["seq"] for each in response[25:]}) == 1
    late = await client.post("/events/wait", common | {"within": 0})
    assert late["events"] == response[25]["events"]
    assert late["cursor"] >= response[25]["events"][0]["seq"]


async def test_a_wait_that_fails_says_why(client: Client, mock: ApiMock, identity: str) -> None:
    """The explanation has the expected message, the nearest one with its differences, and all that came."""
    async with mock.station(identity) as station:
        await station.ask("TransactionEvent", transaction("Started", "T-1"))
        body = {"match": f"TransactionEvent[eventType=Ended]@{identity}", "within": 0.05}
        response = await client.post("/events/wait", body)
        assert not response["met"]
        assert "no TransactionEvent[eventType=Ended]" in response["explain"]
        assert "eventType: expected Ended, got Started" in response["explain"]
        assert "-> TransactionEvent" in response["explain"]
        response = await client.post("/events/wait", body | {"after": response["cursor"]})
        assert "nothing" in response["explain"]


async def test_several_events_are_waited_for(client: Client, mock: ApiMock, identity: str) -> None:
    """A wait with `count` needs that many events; events before the wait count if they come after the cursor."""
    async with mock.station(identity) as station:
        for _ in range(3):
            await station.ask("Heartbeat")
        response = await client.post("/events/wait", {"match": f"Heartbeat@{identity}", "count": 3})
        assert (response["met"], len(response["events"])) == (True, 3)
        body = {"match": f"Heartbeat@{identity}", "count": 2, "after": response["events"][0]["seq"], "within": PATIENCE}
        assert [e["seq"] for e in (await client.post("/events/wait", body))["events"]] == [
            e["seq"] for e in response["events"][1:]
        ]


async def test_two_streams_see_the_same(client: Client, mock: ApiMock, identity: str) -> None:
    """Both streams get each event of the journal once and in order; a filter applies only to its own stream."""
    async with (
        client.stream(station=identity) as one,
        client.stream(station=identity) as two,
        client.stream(match="Heartbeat", station=identity) as three,
    ):
        await send_heartbeats(mock, identity, 20)
        first, second = await one.until("Disconnected"), await two.until("Disconnected")
        page = await client.get("/events", station=identity)
        assert first == second == page["events"]
        assert [(await three.next())[1]["action"] for _ in range(20)] == ["Heartbeat"] * 20


async def test_a_stream_can_be_resumed(client: Client, mock: ApiMock, identity: str) -> None:
    """A stream continues after Last-Event-ID or `after`; Last-Event-ID has priority."""
    await send_heartbeats(mock, identity, 3)
    await client.post("/events/wait", {"match": f"disconnect@{identity}"})
    events = (await client.get("/events", station=identity))["events"]
    async with client.stream(last=events[3]["seq"], station=identity, after=0) as stream:
        assert await stream.until("Disconnected") == events[4:]
    async with client.stream(station=identity, after=events[5]["seq"]) as stream:
        assert await stream.until("Disconnected") == events[6:]


async def test_a_slow_reader_gets_a_gap() -> None:
    """A slow reader gets a `gap` with the number of events that the journal has dropped before it read them.

    Meanwhile the mock answers the station without delay.
    """
    async with (
        ApiMock("--journal-size", "64KiB") as mock,
        mock.client() as client,
        client.stream(after=0) as slow,
        mock.station("CS-1") as station,
    ):
        for number in range(3000):
            await station.send([2, str(number), "DataTransfer", {"vendorId": "V", "data": "x" * 2000}])
            await station.expect(3, str(number))
        lost, seen = 0, 0
        while True:
            kind, data = await slow.next()
            if kind == "gap":
                lost += data["lost"]
                seen = data["cursor"]
            else:
                assert data["seq"] == seen + 1
                seen = data["seq"]
            if data.get("messageId") == "2999" and kind == "Sent":
                break
        assert lost > 0
        page = await client.get("/events", after=0, limit=1)
        assert page["lost"] == page["events"][0]["seq"] - 1 > 0
        metrics = (await client.http.get("/metrics")).text
        assert f"mock_csms_stream_lost_total {float(lost)}" in metrics


async def test_the_journal_can_be_emptied(client: Client, mock: ApiMock, identity: str) -> None:
    """DELETE removes all events; the numbers continue, and a wait that started before is still met."""
    await send_heartbeats(mock, identity, 1)
    cursor = (await client.get(""))["cursor"]
    waiting = asyncio.create_task(client.post("/events/wait", {"match": f"Heartbeat@{identity}-2", "after": cursor}))
    await asyncio.sleep(0.05)
    await client.ask("DELETE", "/events", status=204)
    assert (await client.get("/events", station=identity))["events"] == []
    await send_heartbeats(mock, f"{identity}-2", 1)
    response = await waiting
    assert (response["met"], response["events"][0]["seq"] > cursor) == (True, True)


async def test_a_disconnected_client_frees_its_stream(client: Client, mock: ApiMock) -> None:
    """A client that disconnects ends its stream, so that 70 in sequence are possible, although only 64 may be open."""
    for _ in range(70):
        async with client.stream(station="NOBODY"):
            pass

    async def ask() -> int:
        headers = {"Accept": "text/event-stream"}
        async with client.http.stream("GET", "/api/v1/events", headers=headers) as response:
            return response.status_code

    assert await eventually(ask, lambda status: status == 200) == 200
