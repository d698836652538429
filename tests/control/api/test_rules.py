"""Rules, tokens and scripts over the API."""

from typing import Any

import pytest

from tests.control.api.clients import ApiMock, Client
from tests.wire import Station

TOKEN = {"idToken": {"idToken": "TAG1", "type": "ISO14443"}}


async def status_of(station: Station, token: str = "TAG1") -> Any:
    """Return the status in the answer to Authorize with this token."""
    answer = await station.ask("Authorize", {"idToken": {"idToken": token, "type": "ISO14443"}})
    return answer["idTokenInfo"]["status"]


# Rules.


async def test_a_rule_changes_the_next_answer(client: Client, mock: ApiMock, identity: str) -> None:
    """A rule applies from its creation to its removal, and is listed with its content and its hits."""
    async with mock.station(identity) as station:
        body = {"match": f"Authorize@{identity}", "reply": {"idTokenInfo": {"status": "Expired"}}}
        added = await client.post("/rules", body, 201)
        assert added["ids"] == [added["id"]]
        assert await status_of(station) == "Expired"
        row = await client.get(f"/rules/{added['id']}")
        assert (row["table"], row["kind"], row["hits"], row["is_added"]) == (body, "answer", 1, True)
        changed = await client.ask(
            "PUT", f"/rules/{added['id']}", body | {"reply": {"idTokenInfo": {"status": "Blocked"}}}
        )
        assert (changed["id"], changed["hits"]) == (added["id"], 0)
        assert await status_of(station) == "Blocked"
        await client.ask("DELETE", f"/rules/{added['id']}", status=204)
        assert await status_of(station) == "Accepted"
        assert "no rule" in await client.problem("GET", f"/rules/{added['id']}", status=404)


async def test_the_order_of_rules_decides(client: Client, mock: ApiMock, identity: str) -> None:
    """A new rule comes first, or at the position `at`; PUT changes the order; the first match answers."""

    def body(status: str) -> Any:
        return {"match": f"Authorize@{identity}", "reply": {"idTokenInfo": {"status": status}}}

    async with mock.station(identity) as station:
        last = (await client.post("/rules", body("Blocked"), 201))["id"]
        first = (await client.post("/rules", body("Expired"), 201))["id"]
        assert await status_of(station) == "Expired"
        middle = (await client.post("/rules", body("Invalid"), 201, at=1))["id"]
        assert [row["id"] for row in await client.get("/rules")] == [first, middle, last]
        rows = await client.ask("PUT", "/rules", {"order": [middle, last]})
        assert [row["id"] for row in rows] == [middle, last, first]
        assert await status_of(station) == "Invalid"
        assert "no rule 'nothing'" in await client.problem("PUT", "/rules", {"order": ["nothing"]}, 404)
        for id_ in (first, middle, last):
            await client.ask("DELETE", f"/rules/{id_}", status=204)


async def test_counts_survive_changes_of_settings() -> None:
    """A rule keeps its hits and remaining uses when settings, tokens or other rules change; a reset clears them."""
    async with (
        ApiMock("--error", "Heartbeat*3", "GenericError") as mock,
        mock.client() as client,
        mock.station() as one,
        mock.station("CS-2") as two,
    ):
        for station in (one, one, two):
            await station.expect_error("Heartbeat", {}, "GenericError")

        async def counts() -> Any:
            [row] = [row for row in await client.get("/rules") if row["times"] == 3]
            return row["hits"], row["left"]

        assert await counts() == (3, {"CS-1": 1, "CS-2": 2})
        await client.ask("PATCH", "/settings", {"boot-interval": 17, "auth-mode": "whitelist"})
        await client.ask("PUT", "/tokens/TAG1", {"status": "Expired"}, 201)
        added = await client.post("/rules", {"match": "Heartbeat*1", "error": "SecurityError"}, 201)
        await one.expect_error("Heartbeat", {}, "SecurityError")
        await client.ask("DELETE", f"/rules/{added['id']}", status=204)
        await client.ask("DELETE", "/settings", status=204)
        assert await counts() == (3, {"CS-1": 1, "CS-2": 2})
        await one.expect_error("Heartbeat", {}, "GenericError")
        assert await one.ask("Heartbeat")
        await client.post("/reset", {"what": ["counters"]})
        assert await counts() == (0, {})
        await one.expect_error("Heartbeat", {}, "GenericError")


async def test_a_fault_is_a_rule_too(client: Client, mock: ApiMock, identity: str) -> None:
    """A rule with an answer and a fault becomes two rules, one of each kind, and each has its own hits."""
    body = {"match": f"Heartbeat*1@{identity}", "reply": {}, "fault": "duplicate"}
    added = await client.post("/rules", body, 201)
    kinds = {row["id"]: row["kind"] for row in await client.get("/rules")}
    assert [kinds[id_] for id_ in added["ids"]] == ["answer", "fault"]
    async with mock.station(identity) as station:
        assert await station.call("Heartbeat") == await station.expect(3)
    hits = {row["id"]: row["hits"] for row in await client.get("/rules")}
    assert [hits[id_] for id_ in added["ids"]] == [1, 1]
    for id_ in added["ids"]:
        await client.ask("DELETE", f"/rules/{id_}", status=204)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"match": "Heartbeat"}, "a rule needs a fault, or one of reply"),
        ({"match": "Heartbeet", "reply": {}}, "did you mean 'Heartbeat'?"),
        ({"match": "Heartbeat", "fault": "dorp"}, "dorp"),
        ({"match": "Heartbeat", "repyl": {}}, "unknown field 'repyl'; did you mean 'reply'?"),
        ({"match": "Heartbeat", "reply": {"a": "{{nope}}"}}, "nope"),
        ({"match": "Heartbeat", "reply": "@/etc/passwd"}, "files are not read here"),
        ({"match": "Heartbeat", "reply-raw": "@/etc/passwd"}, "files are not read here"),
        ({"match": 1, "reply": {}}, "match"),
        ({}, "match"),
    ],
)
async def test_wrong_rules_are_refused(client: Client, body: Any, expected: str) -> None:
    """The problem has the text of the command line's error; `@FILE` is refused: no client may read files."""
    assert expected in await client.problem("POST", "/rules", body)
    assert await client.get("/rules") == []


async def test_a_rule_that_violates_ocpp_gets_a_warning(client: Client) -> None:
    """A rule whose reply violates the schema is added, with a warning."""
    body = {"match": "Heartbeat", "reply": {"currentTime": 1}}
    added = await client.post("/rules", body, 201)
    assert "breaks the schema of HeartbeatResponse" in added["warnings"][0]
    await client.ask("DELETE", f"/rules/{added['id']}", status=204)


# Tokens.


async def test_tokens_are_created_read_changed_and_removed(client: Client, mock: ApiMock, identity: str) -> None:
    """PUT sets the answer for a token: 201 if it is new, else 200; after DELETE --auth-mode decides."""
    async with mock.station(identity) as station:
        row = await client.ask("PUT", "/tokens/TAG1", {"status": "expired", "group": "G1", "expiry": 60}, 201)
        assert row == {"id": "TAG1", "status": "Expired", "group": "G1", "expiry": 60}
        assert await status_of(station) == await status_of(station, "tag1") == "Expired"
        await client.ask("PUT", "/tokens/tag1", {"status": "Blocked"}, 200)
        assert await status_of(station) == "Blocked"
        assert [row["id"] for row in await client.get("/tokens")] == ["tag1"]
        assert (await client.get("/tokens/TAG1"))["status"] == "Blocked"
        await client.ask("DELETE", "/tokens/TAG1", status=204)
        assert await status_of(station) == "Accepted"
        assert "no token" in await client.problem("DELETE", "/tokens/TAG1", status=404)
        assert "no token" in await client.problem("GET", "/tokens/TAG1", status=404)


async def test_the_length_of_a_token_is_limited(client: Client) -> None:
    """A token may have 36 characters, or with `ocpp=1.6` 20 and with `ocpp=2.1` 255."""
    body = {"status": "Accepted"}
    assert "longer than 36" in await client.problem("PUT", f"/tokens/{'x' * 37}", body)
    assert "longer than 20" in await client.problem("PUT", f"/tokens/{'x' * 21}", body, ocpp="1.6")
    assert "longer than 255" in await client.problem("PUT", f"/tokens/{'x' * 256}", body, ocpp="2.1")
    assert "'1.5' is not spoken" in await client.problem("PUT", "/tokens/x", body, ocpp="1.5")
    await client.ask("PUT", f"/tokens/{'x' * 36}", body, 201)
    await client.ask("PUT", f"/tokens/{'y' * 20}", body, 201, ocpp="1.6")
    await client.ask("PUT", "/tokens/with%2Fslash", body, 201)
    assert {row["id"] for row in await client.get("/tokens")} == {"x" * 36, "y" * 20, "with/slash"}
    assert "Perhaps" in await client.problem("PUT", "/tokens/TAG1", {"status": "Perhaps"})
    await client.post("/reset", {"what": ["tokens"]})
    assert await client.get("/tokens") == []


async def test_a_reset_restores_the_tokens_of_the_start() -> None:
    """A token of the command line can be changed and removed; only a reset restores it, not a change of settings."""
    async with ApiMock("--token", "TAG1=Expired", "--token", "TAG2=Blocked") as mock, mock.client() as client:
        await client.ask("DELETE", "/tokens/TAG1", status=204)
        await client.ask("PUT", "/tokens/TAG2", {"status": "Invalid"}, 200)
        await client.ask("PATCH", "/settings", {"boot-interval": 9})
        assert await client.get("/tokens") == [{"id": "TAG2", "status": "Invalid"}]
        await client.post("/reset", {"what": ["tokens"]})
        assert [row["status"] for row in await client.get("/tokens")] == ["Expired", "Blocked"]


# Scripts.


async def test_scripts_are_started_and_stopped(client: Client, mock: ApiMock, identity: str) -> None:
    """A script starts at once for connected stations, is listed, and ends when it is deleted."""
    async with mock.station(identity) as station:
        started = await client.post("/scripts", {"action": "ClearCache", "period": 0.05, "station": identity}, 201)
        await station.obey("ClearCache")
        await station.obey("ClearCache")
        assert [row["actions"] for row in await client.get("/scripts")] == [["ClearCache"]]
        await client.ask("DELETE", f"/scripts/{started['id']}", status=204)
        assert await client.get("/scripts") == []
    assert "no script" in await client.problem("DELETE", "/scripts/ClearCache", status=404)
    assert "Rset" in await client.problem("POST", "/scripts", {"action": "Rset"})
