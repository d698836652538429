"""Settings, snapshots and resets over the API."""

import signal
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from tests.control.api.clients import ApiMock, Client
from tests.wire import BOOT, Station, transaction

RULE = {"match": "Heartbeat", "error": "GenericError"}


async def interval(station: Station) -> Any:
    """Return the heartbeat interval of the mock."""
    return (await station.ask("BootNotification", BOOT))["interval"]


async def test_settings_are_listed_with_their_origin(tmp_path: Path) -> None:
    """The origin of a setting is `default`, a flag, a file with the key, or `API`; secrets are not shown."""
    file = tmp_path / "mock.toml"
    file.write_text("boot-interval = 30\nfinal-cost = 2.5\n")
    flags = ("--config", str(file), "--final-cost", "3", "--basic-auth", "CS-1:swordfish-swordfish")
    async with ApiMock(*flags) as mock, mock.client() as client:
        await client.ask("PATCH", "/settings", {"auth-mode": "whitelist"})
        rows = {row["name"]: row for row in await client.get("/settings")}
        found = {name: (rows[name]["value"], rows[name]["origin"]) for name in rows}
        assert found["boot-interval"] == (30, f"{file}: boot-interval")
        assert found["final-cost"] == (3, "--final-cost")
        assert found["auth-mode"] == ("whitelist", "API")
        assert found["offline"] == (False, "default")
        assert found["basic-auth"] == (None, "--basic-auth")
        assert (rows["port"]["is_fixed"], rows["auth-mode"]["is_fixed"]) == (True, False)
        assert "swordfish" not in str(rows)
        toml = (await client.http.get("/api/v1/settings", params={"format": "toml"})).text
        assert 'auth-mode = "whitelist"' in toml
        assert "swordfish" not in toml


async def test_changes_apply_at_once_and_can_be_undone(client: Client, mock: ApiMock, identity: str) -> None:
    """PATCH changes some settings; null restores one setting as at the start, DELETE restores all."""
    async with mock.station(identity) as station:
        before = await interval(station)
        response = await client.ask("PATCH", "/settings", {"boot-interval": 7, "boot-status": "Pending"})
        assert response["changed"] == ["boot-interval", "boot-status"]
        assert (await station.ask("BootNotification", BOOT))["status"] == "Pending"
        await client.ask("PATCH", "/settings", {"boot-status": None})
        answer = await station.ask("BootNotification", BOOT)
        assert (answer["status"], answer["interval"]) == ("Accepted", 7)
        await client.ask("DELETE", "/settings", status=204)
        assert await interval(station) == before


@pytest.mark.parametrize(
    ("patch", "status", "expected"),
    [
        ({"boot-intervall": 1}, 422, "did you mean 'boot-interval'?"),
        ({"boot-interval": -1}, 422, "boot-interval"),
        ({"boot-interval": [1]}, 422, "boot-interval"),
        ({"auth-mode": "nope"}, 422, "auth-mode: 'nope' is not one of"),
        ({"offline": 1}, 422, "must be true or false"),
        ({"port": 1}, 409, "port: is read when the mock starts"),
        ({"api-token": "x"}, 409, "api-token"),
        ({"trace": None}, 409, "trace"),
        ({"basic-auth": "@/etc/passwd"}, 422, "files are not read here"),
        ({"rule": [{"match": "Heartbeat", "reply": "@/etc/passwd"}]}, 422, "files are not read here"),
        ({"boot-interval": 1, "nope": None}, 422, "'nope' is not a setting"),
    ],
)
async def test_wrong_changes_change_nothing(client: Client, patch: Any, status: int, expected: str) -> None:
    """An invalid change gets 422, and one that needs a restart 409; the problem names the setting."""
    before = await client.get("/settings")
    assert expected in await client.problem("PATCH", "/settings", patch, status)
    assert await client.get("/settings") == before


async def test_added_rules_survive_changes_of_settings(client: Client, mock: ApiMock, identity: str) -> None:
    """A rule added by the API stays, and stays first, when settings or the rules in the settings change."""
    async with mock.station(identity) as station:
        added = await client.post("/rules", RULE, 201)
        await client.ask("PATCH", "/settings", {"rule": [{"match": "Heartbeat", "error": "SecurityError"}]})
        await client.ask("PATCH", "/settings", {"boot-interval": 8})
        await station.expect_error("Heartbeat", {}, "GenericError")
        await client.ask("DELETE", f"/rules/{added['id']}", status=204)
        await station.expect_error("Heartbeat", {}, "SecurityError")
        await client.post("/reset", {"what": ["rules", "settings"]})
        assert await station.ask("Heartbeat")


async def test_a_snapshot_restores_everything(client: Client, mock: ApiMock, identity: str) -> None:
    """Restoring a snapshot restores settings, rules, tokens and counters; stations stay connected."""
    async with mock.station(identity) as station:
        await client.ask("PATCH", "/settings", {"boot-interval": 7})
        await client.post("/rules", {"match": "Heartbeat*2", "error": "GenericError"}, 201)
        await client.ask("PUT", "/tokens/TAG1", {"status": "Expired"}, 201)
        await station.expect_error("Heartbeat", {}, "GenericError")
        taken = await client.post("/snapshots/a%2Fb", {}, 201)
        assert (taken["name"], taken["rules"], taken["tokens"]) == ("a/b", 1, 1)
        await station.expect_error("Heartbeat", {}, "GenericError")
        assert await station.ask("Heartbeat")
        await client.post("/reset")
        assert (await client.get("/rules"), await client.get("/tokens")) == ([], [])
        assert await interval(station) != 7
        await client.post("/snapshots/a%2Fb/restore")
        assert await interval(station) == 7
        assert [(row["hits"], row["left"]) for row in await client.get("/rules")] == [(1, {identity: 1})]
        assert [row["id"] for row in await client.get("/tokens")] == ["TAG1"]
        await station.expect_error("Heartbeat", {}, "GenericError")
        assert await station.ask("Heartbeat")
        assert [row["name"] for row in await client.get("/snapshots")] == ["a/b"]
        await client.ask("DELETE", "/snapshots/a%2Fb", status=204)
        assert "no snapshot" in await client.problem("POST", "/snapshots/a%2Fb/restore", status=404)
        await client.post("/reset")


async def test_parts_can_be_reset_alone(client: Client, mock: ApiMock, identity: str) -> None:
    """A reset can name one part, and then changes no other part; without a part it resets everything."""
    async with mock.station(identity) as station:
        await client.post("/rules", RULE, 201)
        await client.ask("PATCH", "/settings", {"boot-interval": 7})
        assert await client.post("/reset", {"what": ["rules"]}) == {"reset": ["rules"]}
        assert (await client.get("/rules"), await interval(station)) == ([], 7)
        response = await client.post("/reset")
        assert response["reset"] == ["rules", "tokens", "settings", "events", "findings", "counters", "expectations"]
        assert await interval(station) != 7
        assert "everything" in await client.problem("POST", "/reset", {"what": ["everything"]})


async def test_the_root_describes_the_mock(client: Client, mock: ApiMock) -> None:
    """/api/v1 has the name, the URLs, the counts, the cursor, and which features are on."""
    response = await client.get("")
    assert (response["name"], response["url"], response["api"]) == ("mock-csms", mock.url, mock.api)
    assert response["features"]["checks"] is True
    assert response["cursor"] >= 1
    assert set(response["counts"]) == {"stations", "connected", "transactions", "findings", "events"}


async def test_files_that_are_read_again_lie_below_what_the_api_has_changed(tmp_path: Path) -> None:
    """SIGHUP reads the files again, but keeps the settings that the API has changed; DELETE undoes these changes."""
    file = tmp_path / "mock.toml"
    file.write_text("boot-interval = 30\n")
    async with ApiMock("--config", str(file)) as mock, mock.client() as client, mock.station("CS-1") as station:
        await client.ask("PATCH", "/settings", {"boot-status": "Pending"})
        added = await client.post("/rules", RULE, 201)
        await client.ask("PUT", "/tokens/TAG1", {"status": "Expired"}, 201)
        file.write_text('boot-interval = 40\nboot-status = "Rejected"\n')
        cursor = (await client.get(""))["cursor"]
        mock.process.send_signal(signal.SIGHUP)
        await client.post("/events/wait", {"kind": "Reconfigured", "after": cursor})
        answer = await station.ask("BootNotification", BOOT)
        assert (answer["status"], answer["interval"]) == ("Pending", 40)
        rows = {row["name"]: row["origin"] for row in await client.get("/settings")}
        assert (rows["boot-interval"], rows["boot-status"]) == (f"{file}: boot-interval", "API")
        notes = (await client.get("/events", kind="Noted", after=cursor))["events"]
        assert "boot-status stays as the API has set it" in [each["note"] for each in notes]
        assert [row["id"] for row in await client.get("/rules")] == [added["id"]]
        assert [row["id"] for row in await client.get("/tokens")] == ["TAG1"]
        await client.ask("DELETE", "/settings", status=204)
        rows = {row["name"]: row["origin"] for row in await client.get("/settings")}
        assert rows["boot-status"] == "default"


async def test_redacted_responses_have_no_token() -> None:
    """With --redact no response of the API contains an idToken, in any format."""
    async with ApiMock("--redact") as mock, mock.client() as client, mock.station("CS-1") as station:
        await client.ask("PUT", "/tokens/SECRET-TAG", {"status": "Expired", "group": "SECRET-GROUP"}, 201)
        token = {"idToken": {"idToken": "SECRET-TAG", "type": "ISO14443"}}
        await station.ask("Authorize", token)
        await station.ask("TransactionEvent", transaction("Started", "T-1", **token))
        for path in (
            "/events",
            "/events?format=text",
            "/events?format=trace",
            "/sessions",
            "/stations/CS-1",
            "/tokens",
        ):
            response = await client.http.get(f"/api/v1{path}")
            assert response.status_code == 200
            assert "SECRET" not in response.text, path


async def test_refusals_are_in_snapshots_and_resets() -> None:
    """A snapshot has the number of refusals of each station, and a reset of the counters sets it to 0."""

    async def is_let_in(mock: ApiMock) -> bool:
        try:
            async with mock.station("CS-1"):
                return True
        except InvalidStatus:
            return False

    async with ApiMock("--refuse", "503*2") as mock, mock.client() as client:
        assert not await is_let_in(mock)
        await client.post("/snapshots/one", {}, 201)
        assert [await is_let_in(mock) for _ in range(3)] == [False, True, True]
        await client.post("/snapshots/one/restore")
        assert [await is_let_in(mock) for _ in range(2)] == [False, True]
        await client.post("/reset", {"what": ["counters"]})
        assert [await is_let_in(mock) for _ in range(3)] == [False, False, True]
