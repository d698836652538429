"""The functions of the HTTP API in Python: rules with hits, tokens, events, snapshots, and registration."""

import asyncio

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from mock_csms.control.blocking import BlockingCsms
from mock_csms.control.python import Csms
from tests.control.in_process import station_of
from tests.wire import PATIENCE, transaction

TOKEN = {"idToken": {"idToken": "TAG1", "type": "ISO14443"}}


async def test_rules_have_a_place_and_hits() -> None:
    """A rule is added first or at a position, the order can be changed, and the uses of each rule are counted."""
    async with Csms() as csms, station_of(csms) as station:
        last = csms.add_rule("Heartbeat", error="GenericError")
        first = csms.add_rule("Heartbeat*1", error="SecurityError")
        middle = csms.add_rule("Heartbeat*1", at=1, error="InternalError")
        assert list(csms.rules) == [first, middle, last]
        for code in ("SecurityError", "InternalError", "GenericError", "GenericError"):
            await station.expect_error("Heartbeat", {}, code)
        assert [csms.hits(id_) for id_ in csms.rules] == [1, 1, 2]
        csms.order_rules(last)
        assert list(csms.rules) == [last, first, middle]
        with pytest.raises(LookupError, match="no rule 'nothing'"):
            csms.order_rules("nothing")


async def test_tokens_override_the_settings() -> None:
    """The answer set for a token survives `configure`, until the token is removed or reset."""
    async with Csms(token=["TAG1=Expired"]) as csms, station_of(csms) as station:

        async def status() -> str:
            response: str = (await station.ask("Authorize", TOKEN))["idTokenInfo"]["status"]
            return response

        csms.set_token("tag1", "Blocked", group="G1")
        csms.configure(boot_interval=9)
        assert (await status(), csms.tokens["tag1"].group) == ("Blocked", "G1")
        csms.remove_token("TAG1")
        assert (await status(), dict(csms.tokens)) == ("Accepted", {})
        csms.reset("tokens")
        assert await status() == "Expired"
        with pytest.raises(ValueError, match="longer than 255"):
            csms.set_token("x" * 256, "Accepted")
        with pytest.raises(LookupError, match="no token"):
            csms.remove_token("TAG2")


async def test_events_are_read_and_waited_for_by_cursor() -> None:
    """Events after a cursor can be read several times; a wait that fails lists what came instead."""
    async with Csms() as csms, station_of(csms) as station:
        cursor = csms.cursor
        waits = [
            asyncio.create_task(csms.wait_for("TransactionEvent", after=cursor, within=PATIENCE)) for _ in range(3)
        ]
        await station.ask("TransactionEvent", transaction("Started"))
        [one, two, three] = [await each for each in waits]
        assert one == two == three == csms.events("TransactionEvent", after=cursor)
        assert [event["event"] for event in csms.events(after=cursor, kind="Received,Sent")] == ["Received", "Sent"]
        assert csms.events(after=one[0]["seq"], type="Call") == []
        with pytest.raises(AssertionError, match=r"no Heartbeat came within 0.01 s\ncame instead:"):
            await csms.wait_for("Heartbeat", after=cursor, within=0.01)
        with pytest.raises(TypeError, match="'actoin' is not one of"):
            csms.events(actoin="Heartbeat")
        with pytest.raises(ValueError, match="Heartbeet"):
            csms.events("Heartbeet")


async def test_a_snapshot_is_restored() -> None:
    """`restore` restores settings, rules, tokens and counters; `reset` sets them back to those of the start."""
    async with Csms(boot_interval=5) as csms, station_of(csms) as station:
        csms.configure(boot_interval=7)
        csms.add_rule("Heartbeat*1", error="GenericError")
        csms.take_snapshot("before")
        await station.expect_error("Heartbeat", {}, "GenericError")
        csms.reset()
        assert (csms.config.boot_interval, dict(csms.rules)) == (5, {})
        csms.restore_snapshot("before")
        assert csms.config.boot_interval == 7
        await station.expect_error("Heartbeat", {}, "GenericError")
        with pytest.raises(LookupError, match="no snapshot"):
            csms.restore_snapshot("after")
        with pytest.raises(ValueError, match="'everything' is not one of"):
            csms.reset("everything")


async def test_stations_are_registered_and_forgotten() -> None:
    """A registered station may connect; it can be forgotten after it has disconnected."""
    async with Csms(known_stations=["CS-1"]) as csms:
        csms.register("CS-2")
        async with station_of(csms, "CS-2"):
            with pytest.raises(ValueError, match="disconnect it first"):
                csms.forget("CS-2")
        await csms.wait_for("disconnect@CS-2", within=PATIENCE)
        csms.forget("CS-2")
        assert "CS-2" not in csms.stations
        with pytest.raises(InvalidStatus, match="404"):
            async with station_of(csms, "CS-2"):
                pass


async def test_the_http_api_of_a_python_mock() -> None:
    """With `api` the mock serves the HTTP API with the same rules and events; its clients cannot end the mock."""
    async with Csms(api="0") as csms, httpx.AsyncClient(base_url=csms.api, trust_env=False) as client:
        added = (await client.post("/api/v1/rules", json={"match": "Heartbeat", "error": "GenericError"})).json()
        assert list(csms.rules) == [added["id"]]
        csms.configure(boot_interval=3)
        rows = {row["name"]: row for row in (await client.get("/api/v1/settings")).json()}
        assert rows["boot-interval"]["value"] == 3
        assert (await client.get("/api/v1/events")).json()["cursor"] == csms.cursor
        assert (await client.post("/api/v1/shutdown")).status_code == 409
    with pytest.raises(ValueError, match="--api-token"):
        Csms(api="0.0.0.0:0")


def test_the_blocking_mock_has_the_same_methods() -> None:
    """Each of these methods can be called from any thread."""
    with BlockingCsms(api="0") as csms:
        rule = csms.add_rule("Heartbeat", at=0, error="GenericError")
        csms.order_rules(rule)
        csms.set_token("TAG1", "Expired")
        csms.take_snapshot("before")
        csms.register("CS-9", "a-password")
        csms.forget("CS-9")
        assert (csms.hits(rule), list(csms.tokens)) == (0, ["TAG1"])
        csms.remove_token("TAG1")
        csms.restore_snapshot("before")
        assert list(csms.tokens) == ["TAG1"]
        csms.reset()
        assert not csms.rules
        assert csms.events(kind="Started")[0]["seq"] == csms.cursor
        with pytest.raises(AssertionError, match="no Heartbeat"):
            csms.wait_for("Heartbeat", within=0.01)
        assert httpx.get(f"{csms.api}/healthz", trust_env=False).text == "OK\n"
