"""Transactions, findings, checks, expectations, verdicts and actions over the API."""

from typing import Any

from tests.control.api.clients import ApiMock, Client, eventually
from tests.wire import BOOT, transaction

PLACE = {"evse": {"id": 1, "connectorId": 1}}
TOKEN = {"idToken": {"idToken": "TAG1", "type": "ISO14443"}}


def meter(value: float, unit: str = "Wh") -> Any:
    """Return a meterValue with one register."""
    return [{"timestamp": "2026-01-01T00:00:00Z", "sampledValue": [{"value": value, "unitOfMeasure": {"unit": unit}}]}]


async def test_transactions_are_listed_with_energy_and_cost() -> None:
    """A running or ended transaction is listed with its EVSE, token, energy, cost, times and stop reason."""
    async with ApiMock("--final-cost", "2.5") as mock, mock.client() as client, mock.station("CS-1") as station:
        await station.ask("BootNotification", BOOT)
        await station.ask("TransactionEvent", transaction("Started", "T-1", meterValue=meter(1000), **PLACE, **TOKEN))
        rows = await client.get("/sessions", active="true")
        assert [(row["transaction"], row["evse"], row["connector"], row["token"]) for row in rows] == [
            ("T-1", 1, 1, "TAG1")
        ]
        assert (rows[0]["energy"], rows[0]["active"], rows[0]["cost"]) == (0, True, None)
        info = {"transactionId": "T-1", "stoppedReason": "EVDisconnected"}
        ended = transaction("Ended", "T-1", seqNo=1, meterValue=meter(3.5, "kWh")) | {"transactionInfo": info}
        await station.ask("TransactionEvent", ended | {"timestamp": "2026-01-01T01:00:00Z"})
        assert await client.get("/sessions", active="true") == []
        [row] = await client.get("/sessions", station="cs-*")
        assert (row["energy"], row["cost"], row["reason"]) == (2500, 2.5, "EVDisconnected")
        assert (row["started"], row["ended"]) == ("2026-01-01T00:00:00Z", "2026-01-01T01:00:00Z")


async def test_stations_are_listed_without_checks() -> None:
    """With `--checks none` stations and their transactions are listed too."""
    async with ApiMock("--checks", "none") as mock, mock.client() as client, mock.station("CS-1") as station:
        await station.ask("BootNotification", BOOT)
        await station.ask("TransactionEvent", transaction("Started", "T-1", **PLACE))
        assert [row["transaction"] for row in await client.get("/sessions")] == ["T-1"]
        assert (await client.get("/stations"))[0]["model"] == "m"


async def test_findings_are_counted_and_filtered(client: Client, mock: ApiMock, identity: str) -> None:
    """Findings are counted by station and check, filtered by `severity` and `check`, and removed by a reset."""
    async with mock.station(identity) as station:
        await station.ask("Heartbeat")
        assert await client.get("/findings", station=identity, severity="warning") == []
        rows = await client.get("/findings", station=identity)
        assert [(row["check"], row["times"], row["severity"]) for row in rows] == [("B01", 1, "info")]
        assert await client.get("/findings", station=identity, check="B02") == []
        assert (await client.get("/stations", match=identity))[0]["findings"] == {"info": 1}
        checks = {row["id"]: row for row in await client.get("/checks")}
        assert (checks["B01"]["selected"], checks["B01"]["exercised"], checks["B01"]["findings"] > 0) == (
            True,
            None,
            True,
        )
        await client.post("/reset", {"what": ["findings"]})
        assert await client.get("/findings") == []


async def test_expectations_are_judged_while_the_mock_runs(client: Client, mock: ApiMock, identity: str) -> None:
    """Each set of expectations is judged separately, for messages after its creation; the run continues."""
    async with mock.station(identity) as station:
        await station.ask("Heartbeat")
        body = {"expect": [f"Heartbeat@{identity}*2"], "forbid": [f"DataTransfer@{identity}"]}
        mine = (await client.post("/expectations", body, 201))["id"]
        other = (await client.post("/expectations", {"expect": [f"Authorize@{identity}"]}, 201))["id"]
        await station.ask("Heartbeat")
        response = await client.get("/verdict", id=mine)
        assert (response["passed"], response["status"], [case["outcome"] for case in response["cases"]]) == (
            False,
            1,
            ["failed", "passed"],
        )
        await station.ask("Heartbeat")
        assert (await client.get("/verdict", id=mine))["passed"]
        assert not (await client.get("/verdict"))["passed"]
        assert [row["met"] for row in await client.get("/expectations")] == [True, False]
        await station.ask("DataTransfer", {"vendorId": "V"})
        assert not (await client.get("/verdict", id=mine))["passed"]
        junit = await client.http.get("/api/v1/verdict", params={"id": mine, "format": "junit"})
        assert junit.headers["content-type"] == "application/xml"
        assert "<failure" in junit.text
        for id_ in (mine, other):
            await client.ask("DELETE", f"/expectations/{id_}", status=204)
        assert "no expectations" in await client.problem("GET", "/verdict", status=404, id=mine)


async def test_wrong_expectations_are_refused(client: Client) -> None:
    """The problem names the invalid expectation; an empty set is refused too."""
    assert "forbid: " in await client.problem("POST", "/expectations", {"forbid": ["Heartbeat*2"]})
    assert "Heartbeet" in await client.problem("POST", "/expectations", {"expect": ["Heartbeet"]})
    assert "nothing to expect" in await client.problem("POST", "/expectations", {})


async def test_the_verdict_of_the_command_line() -> None:
    """/verdict judges the expectations of the command line and the findings as the end of the run would."""
    flags = ("--expect", "Heartbeat", "--linger", "1000", "--duration", "1000", "--fail-on-findings", "error")
    async with ApiMock(*flags, "--forbid", "DataTransfer") as mock:
        async with mock.client() as client, mock.station("CS-1") as station:
            await station.ask("BootNotification", BOOT)
            assert not (await client.get("/verdict"))["passed"]
            await station.ask("Heartbeat")
            response = await client.get("/verdict")
            assert (response["passed"], response["status"]) == (True, 0)
            assert {case["suite"] for case in response["cases"]} == {"mock-csms", "conformance"}
            await client.post("/shutdown")
        await eventually(_nothing, lambda _: mock.process.poll() is not None)


async def _nothing() -> None:
    return None


async def test_actions_have_payloads_and_schemas(client: Client) -> None:
    """The list has the default payload of each action; the page of one action also has its two schemas."""
    rows = {row["action"]: row for row in await client.get("/actions")}
    assert rows["Reset"]["payload"] == {"type": "Immediate"}
    assert "Heartbeat" not in rows
    assert "Heartbeat" in {row["action"] for row in await client.get("/actions", sender="station")}
    await client.ask("PATCH", "/settings", {"reset-type": "OnIdle"})
    response = await client.get("/actions/Reset")
    assert response["row"]["payload"] == {"type": "OnIdle"}
    assert "type" in response["request_schema"]["properties"]
    assert "status" in response["response_schema"]["properties"]
    await client.ask("DELETE", "/settings", status=204)
    assert "did you mean 'Reset'" in await client.problem("GET", "/actions/Rest", status=404)
    assert "'9' is not spoken" in await client.problem("GET", "/actions", version="9")
