"""The API with stations of OCPP 1.6 and 2.1: the same rows, each said in its own way by the station."""

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
    """Its row, its transactions with energy and reason, and its configuration, in which no secret is shown."""
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


async def test_a_command_has_its_name_in_each_version(client: Client, mock: ApiMock, identity: str) -> None:
    """A command under the name of one version goes out under that of the station's version, with its answer."""
    async with mock.station(identity, "ocpp1.6") as station:
        body: dict[str, Any] = {"payload": {}}
        asking = asyncio.create_task(client.post(f"/stations/{identity}/commands/RequestStartTransaction", body))
        _, id_, *_ = await station.expect(2, ..., "RemoteStartTransaction")
        await station.send([3, id_, {"status": "Rejected"}])
        told = await asking
        assert (told["action"], told["answer"]) == ("RemoteStartTransaction", {"status": "Rejected"})
        problem = await client.problem("POST", f"/stations/{identity}/commands/CustomerInformation", {})
        assert "1.6" in problem


async def test_actions_of_each_version(client: Client) -> None:
    """The table of a version has its own actions, with its own schemas."""
    names = {row["action"] for row in await client.get("/actions", version="1.6")}
    assert {"RemoteStartTransaction", "ChangeConfiguration"} <= names
    told = await client.get("/actions/Reset", version="1.6")
    assert told["row"]["payload"]["type"] in ("Hard", "Soft")
    assert "1.6" in told["row"]["versions"]


async def test_a_station_of_2_1_is_traced_as_such(client: Client, mock: ApiMock, identity: str) -> None:
    """The trace of the journal names the version of each station."""
    async with mock.station(identity, "ocpp2.1") as station:
        await station.call("Heartbeat", {})
        await client.post("/events/wait", {"match": f"Heartbeat@{identity}"})
        trace = await client.http.get("/api/v1/events", params={"station": identity, "format": "trace"})
        assert {orjson.loads(line)["ocppVersion"] for line in trace.text.splitlines()} == {"2.1"}
