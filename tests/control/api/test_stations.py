"""Stations over the API: lists and details, registration, disconnection, and raw frames."""

import asyncio
import base64

import pytest
from websockets.exceptions import InvalidStatus

from tests.control.api.clients import ApiMock, Client, eventually
from tests.wire import BOOT, breaks, transaction

PLACE = {"evse": {"id": 1, "connectorId": 1}}
STATUS = {"timestamp": "2026-01-01T00:00:00Z", "connectorStatus": "Occupied", "evseId": 1, "connectorId": 1}


async def test_what_is_known_about_a_station(client: Client, mock: ApiMock, identity: str) -> None:
    """The list has version, boot, model, connectors and transactions of a station; the details have more."""
    async with mock.station(identity) as station:
        await station.ask("BootNotification", BOOT)
        await station.ask("StatusNotification", STATUS)
        await station.ask("TransactionEvent", transaction("Started", f"TX-{identity}", **PLACE))
        [row] = await client.get("/stations", match=identity)
        assert row["connected"]
        assert (row["version"], row["boot_status"], row["vendor"], row["model"]) == ("2.0.1", "Accepted", "v", "m")
        assert row["connectors"] == [{"evse": 1, "connector": 1, "status": "Occupied"}]
        assert row["transactions"] == [f"TX-{identity}"]
        assert row["seen"].endswith("Z")
        whole = await client.get(f"/stations/{identity}")
        assert (whole["row"]["station"], whole["boot"], whole["connection"]["opened"]) == (identity, BOOT, 1)
    await eventually(lambda: client.get("/stations", match=identity), lambda rows: not rows[0]["connected"])


async def test_connections_are_counted_without_checks() -> None:
    """With --checks none the first connection of a station counts too."""
    async with ApiMock("--checks=none") as mock, mock.client() as client:
        for number in (1, 2):
            async with mock.station("CS-1"):
                connection = (await client.get("/stations/CS-1"))["connection"]
                assert (connection["opened"], bool(connection["opened_at"])) == (number, True)
            await eventually(lambda: client.get("/stations"), lambda rows: not rows[0]["connected"])


async def test_lists_are_paged(client: Client, mock: ApiMock) -> None:
    """A page has at most `limit` stations, those after `after`; the header X-Total-Count has the number of all."""
    async with mock.station("P-1"), mock.station("P-2"), mock.station("P-3"):
        response = await client.http.get("/api/v1/stations", params={"match": "P-*", "limit": 2})
        assert ([row["station"] for row in response.json()], response.headers["X-Total-Count"]) == (["P-1", "P-2"], "3")
        rest = await client.get("/stations", match="P-*", limit=2, after="P-2", connected="true")
        assert [row["station"] for row in rest] == ["P-3"]


async def test_identities_may_have_any_character(client: Client, mock: ApiMock) -> None:
    """Identities are percent-encoded in paths, including slashes, and letter case does not matter."""
    async with mock.station("odd%20%C3%A9%3F"):
        assert (await client.get("/stations/odd%20%C3%A9%3F"))["row"]["station"] == "odd é?"
        assert (await client.get("/stations/ODD%20%C3%A9%3F"))["row"]["connected"]
    assert "'a/b'" in await client.problem("GET", "/stations/a%2Fb", status=404)


async def test_registered_stations_are_let_in() -> None:
    """A registered station may connect, with its own password if it has one; after the removal it gets 404 again."""
    async with ApiMock("--known-stations", "CS-1") as mock, mock.client() as client:
        with pytest.raises(InvalidStatus, match="404"):
            await mock.station("CS-2").__aenter__()
        assert await client.ask("PUT", "/stations/CS-2", {}, 201) == {"station": "CS-2", "has_password": False}
        async with mock.station("CS-2"):
            assert "disconnect it first" in await client.problem("DELETE", "/stations/CS-2", status=409)
        assert [row["registered"] for row in await client.get("/stations", match="CS-2")] == [True]
        await client.ask("PUT", "/stations/CS-2", {"password": "wonderful-password"}, 200)
        with pytest.raises(InvalidStatus, match="401"):
            await mock.station("CS-2").__aenter__()
        async with mock.tcp() as tcp:
            secret = base64.b64encode(b"CS-2:wonderful-password").decode()
            head = "Host: mock\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            head += "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: ocpp2.0.1\r\n"
            assert (await tcp.get("/CS-2", f"{head}Authorization: Basic {secret}\r\n"))[0] == 101
        await eventually(lambda: client.get("/stations", match="CS-2"), lambda rows: not rows[0]["connected"])
        await client.ask("DELETE", "/stations/CS-2", status=204)
        with pytest.raises(InvalidStatus, match="404"):
            await mock.station("CS-2").__aenter__()
        assert await client.get("/stations", match="CS-2") == []
        response = await client.http.get("/api/v1/events", params={"format": "text"})
        assert "wonderful-password" not in response.text + mock.log


async def test_a_station_is_disconnected_and_refused(client: Client, mock: ApiMock, identity: str) -> None:
    """The connection closes with the given code; its handshakes then get 503, and other stations may connect."""
    async with mock.station(identity) as station:
        body = {"code": 1012, "reason": "later", "refuse_for": 3600}
        response = await client.post(f"/stations/{identity}/disconnect", body)
        assert response == {"station": identity, "was_connected": True}
        assert await station.closed() == 1012
    with pytest.raises(InvalidStatus, match="503"):
        await mock.station(identity).__aenter__()
    async with mock.station(f"{identity}-other"):
        pass
    for wrong in ({"code": 1006}, {"code": 2000}, {"code": 999}, {"reason": "é" * 62}):
        assert await client.problem("POST", f"/stations/{identity}/disconnect", wrong)
    await client.post(f"/stations/{identity}/disconnect", {"refuse_for": 0.001})
    await asyncio.sleep(0.1)
    async with mock.station(identity) as station:
        await client.post(f"/stations/{identity}/disconnect", {"abort": True})
        assert await station.closed() == 1006


async def test_raw_frames_go_out_as_they_are(client: Client, mock: ApiMock, identity: str) -> None:
    """Text and bytes are sent unchanged, and no check reports how the station reacts to them."""
    async with mock.station(identity) as station:
        assert (await client.post(f"/stations/{identity}/frames", {"text": "[9,oops"}))["bytes"] == 7
        assert await station.socket.recv() == "[9,oops"
        await client.post(f"/stations/{identity}/frames", {"binary": base64.b64encode(b"\xff\x00").decode()})
        assert await station.socket.recv() == b"\xff\x00"
        cursor = (await client.get(""))["cursor"]
        await client.post(f"/stations/{identity}/frames", {"text": '[2,"by-hand","Reset",{"type":"Nope"}]'})
        assert breaks("Reset", "Request", (await station.expect(2, "by-hand", "Reset"))[3])
        await station.send([4, "by-hand", "PropertyConstraintViolation", "", {}])
        waited = await client.post("/events/wait", {"match": f"Reset.error@{identity}", "after": cursor})
        assert waited["met"]
        assert await client.get("/findings", station=identity) == []
        assert "either text or binary" in await client.problem("POST", f"/stations/{identity}/frames", {})
        assert "cannot be encoded" in await client.problem("POST", f"/stations/{identity}/frames", {"binary": "?"})
