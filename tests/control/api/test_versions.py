"""The API with stations of OCPP 1.6 and 2.1: it has the same fields, from the messages of each version."""

import asyncio
from typing import Any

import orjson

from tests.control.api.clients import ApiMock, Client

BOOT = {"chargePointVendor": "v", "chargePointModel": "m", "firmwareVersion": "1.2"}
NOW = "2026-01-01T00:00:00Z"


def meter(value: str) -> Any:
    """Return a meterValue with one register."""
    return [{"timestamp": NOW, "sampledValue": [{"value": value, "unit": "kWh"}]}]


async def test_a_station_of_1_6(client: Client, mock: ApiMock, identity: str) -> None:
    """The API has the station, its transactions with energy and reason, and its configuration without secrets."""
    async with mock.station(identity, "ocpp1.6") as station:
        await station.call("BootNotification", BOOT)
        asking = asyncio.create_task(client.post(f"/stations/{identity}/commands/GetConfiguration"))
        _, id_, *_ = await station.expect(2, ..., "GetConfiguration")
        keys = [
            {"key": "HeartbeatInterval", "readonly": False, "value": "60"},
            {"key": "AuthorizationKey", "readonly": False, "value": "swordfish-swordfish"},
        ]
        await station.send([3, id_, {"configurationKey": keys}])
        assert (await asking)["answer"]["configurationKey"][0] == keys[0]
        started = {"connectorId": 1, "idTag": "TAG1", "meterStart": 1000, "timestamp": NOW}
        [_, _, answer] = await station.call("StartTransaction", started)
        await station.call(
            "MeterValues", {"connectorId": 1, "transactionId": answer["transactionId"], "meterValue": meter("1.5")}
        )
        [row] = await client.get("/stations", match=identity)
        assert (row["version"], row["vendor"], row["model"], len(row["transactions"])) == ("1.6", "v", "m", 1)
        whole = await client.get(f"/stations/{identity}")
        assert (whole["firmware"], whole["boot"]) == ("1.2", BOOT)
        values = {each["variable"]: each["value"] for each in whole["variables"]}
        assert values["HeartbeatInterval"] == "60"
        assert "swordfish" not in str(whole)
        [session] = await client.get("/sessions", station=identity)
        assert (session["energy"], session["token"], session["active"]) == (500, "TAG1", True)
        stopped = {
            "transactionId": answer["transactionId"],
            "meterStop": 3000,
            "timestamp": NOW,
            "reason": "EVDisconnected",
        }
        await station.call("StopTransaction", stopped)
        [session] = await client.get("/sessions", station=identity)
        assert (session["energy"], session["reason"], session["ended"]) == (2000, "EVDisconnected", NOW)
        metrics = (await client.http.get("/metrics")).text
        assert 'mock_csms_transactions_total{reason="EVDisconnected"} 1.0' in metrics
        assert 'mock_csms_stations_connected{ocpp="1.6"} 1.0' in metrics


async def test_a_command_may_have_the_name_of_another_version(client: Client, mock: ApiMock, identity: str) -> None:
    """A command with the name of one version is sent with the name that the version of the station has."""
    async with mock.station(identity, "ocpp1.6") as station:
        body: dict[str, Any] = {"payload": {}}
        asking = asyncio.create_task(client.post(f"/stations/{identity}/commands/RequestStartTransaction", body))
        _, id_, *_ = await station.expect(2, ..., "RemoteStartTransaction")
        await station.send([3, id_, {"status": "Rejected"}])
        response = await asking
        assert (response["action"], response["answer"]) == ("RemoteStartTransaction", {"status": "Rejected"})
        problem = await client.problem("POST", f"/stations/{identity}/commands/CustomerInformation", {})
        assert "1.6" in problem


async def test_each_version_has_its_own_actions(client: Client) -> None:
    """The list of actions with `version` has the actions and schemas of that version."""
    names = {row["action"] for row in await client.get("/actions", version="1.6")}
    assert {"RemoteStartTransaction", "ChangeConfiguration"} <= names
    response = await client.get("/actions/Reset", version="1.6")
    assert response["row"]["payload"]["type"] in ("Hard", "Soft")
    assert "1.6" in response["row"]["versions"]


async def test_the_trace_has_the_version_of_each_station(client: Client, mock: ApiMock, identity: str) -> None:
    """Each record of a trace over the API has the version of its station."""
    async with mock.station(identity, "ocpp2.1") as station:
        await station.call("Heartbeat", {})
        await client.post("/events/wait", {"match": f"Heartbeat@{identity}"})
        trace = await client.http.get("/api/v1/events", params={"station": identity, "format": "trace"})
        assert {orjson.loads(line)["ocppVersion"] for line in trace.text.splitlines()} == {"2.1"}
