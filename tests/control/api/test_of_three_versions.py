"""The API with stations of OCPP 1.6, 2.0.1 and 2.1: commands, events and expectations depend on the version."""

import asyncio
from typing import Any

import pytest

from tests.control.api.clients import ApiMock, Client, eventually
from tests.wire import Station, transaction

STREAM = {"id": 1, "pending": 0, "basetime": "2026-01-01T00:00:00Z", "data": [{"t": 0, "v": "1"}]}


async def commanded(client: Client, station: Station, path: str, body: Any, answer: Any) -> tuple[Any, Any]:
    """Send a command and let the station answer it; return the call and the response of the API."""
    asking = asyncio.create_task(client.post(path, body))
    call = await station.expect(2)
    await station.send([3, call[1], answer])
    return call[2:], await asking


@pytest.mark.parametrize(
    ("version", "action", "sent"),
    [("ocpp1.6", "RemoteStartTransaction", {"idTag": "TAG"}), ("ocpp2.1", "RequestStartTransaction", None)],
)
async def test_a_command_is_translated_for_the_version_of_the_station(
    client: Client, mock: ApiMock, identity: str, version: str, action: str, sent: Any
) -> None:
    """A command of another version becomes the command with the same meaning; the response has what was really sent."""
    async with mock.station(identity, version) as station:
        path = f"/stations/{identity}/commands/RequestStartTransaction"
        body = {"payload": sent} if sent else {}
        call, response = await commanded(client, station, path, body, {"status": "Accepted"})
        assert call[0] == response["action"] == action
        assert response["request"]["payload"] == call[1]
        assert (response["outcome"], response["answer"]) == ("result", {"status": "Accepted"})


async def test_a_command_that_the_version_does_not_have_is_refused(
    client: Client, mock: ApiMock, identity: str
) -> None:
    """The problem names the version, and the station gets no command. An invalid payload is refused too."""
    async with mock.station(identity, "ocpp1.6") as station:
        path = f"/stations/{identity}/commands"
        assert "OCPP 1.6" in await client.problem("POST", f"{path}/CostUpdated", {})
        assert "OCPP 2.0.1" in await client.problem("POST", f"{path}/Reset~2.0.1", {})
        assert "ResetRequest" in await client.problem("POST", f"{path}/Reset", {"payload": {"type": "Nope"}})
        call, _ = await commanded(client, station, f"{path}/Reset", {}, {"status": "Accepted"})
        assert call[0] == "Reset"


async def test_several_calls_of_one_command() -> None:
    """In OCPP 1.6 each variable is set by its own call; the response has the last answer, or the first error."""
    async with (
        ApiMock("--set-variables", "A=1,B=2") as mock,
        mock.client() as client,
        mock.station("CS-1", "ocpp1.6") as station,
    ):
        path = "/stations/CS-1/commands/SetVariables"
        asking = asyncio.create_task(client.post(path, {}))
        for key, status in (("A", "Rejected"), ("B", "Accepted")):
            call = await station.expect(2, ..., "ChangeConfiguration")
            assert call[3]["key"] == key
            await station.send([3, call[1], {"status": status}])
        response = await asking
        assert (response["action"], response["answer"]) == ("ChangeConfiguration", {"status": "Accepted"})
        assert response["request"]["payload"]["key"] == "B"
        asking = asyncio.create_task(client.post(path, {}))
        call = await station.expect(2, ..., "ChangeConfiguration")
        await station.send([4, call[1], "InternalError", "no", {}])
        response = await asking
        assert (response["outcome"], response["code"], response["request"]["payload"]["key"]) == (
            "error",
            "InternalError",
            "A",
        )
        assert (await station.call("Heartbeat", {}))[0] == 3  # no other call was sent


async def test_what_is_known_about_a_station_of_16(client: Client, mock: ApiMock, identity: str) -> None:
    """The API has vendor, model, firmware and the transaction of a station; the metrics count its end."""
    at = "2026-01-01T00:00:00Z"
    boot = {"chargePointVendor": "V", "chargePointModel": "M", "firmwareVersion": "1.2"}
    start = {"connectorId": 1, "idTag": "TAG", "meterStart": 100, "timestamp": at}
    async with mock.station(identity, "ocpp1.6") as station:
        await station.call("BootNotification", boot)
        id_ = (await station.call("StartTransaction", start))[2]["transactionId"]
        whole = await client.get(f"/stations/{identity}")
        row = whole["row"]
        assert (row["vendor"], row["model"], whole["firmware"], row["version"]) == ("V", "M", "1.2", "1.6")
        assert row["transactions"] == [str(id_)]
        stop = {"transactionId": id_, "meterStop": 350, "timestamp": at, "reason": "EVDisconnected"}
        await station.call("StopTransaction", stop)
        [response] = await client.get("/sessions", station=identity)
        assert (response["token"], response["energy"], response["reason"], response["ended"]) == (
            "TAG",
            250,
            "EVDisconnected",
            at,
        )
        assert 'reason="EVDisconnected"} 1.0' in (await client.http.get("/metrics")).text


async def test_events_of_messages_that_only_21_has(client: Client, mock: ApiMock, identity: str) -> None:
    """SEND and CALLRESULTERROR are found by type, action and payload, and are counted by type."""
    async with mock.station(identity, "ocpp2.1") as station:
        await station.send([6, "s", "NotifyPeriodicEventStream", STREAM])
        await station.send([5, "r", "FormatViolation", "wrong", {}])
        await station.ask("Heartbeat", {})
        which = {"station": identity, "type": "Send", "match": "NotifyPeriodicEventStream[id=1]"}
        [sent] = (await client.get("/events", **which))["events"]
        assert (sent["messageType"], sent["messageId"]) == ("Send", "s")
        assert (await client.get("/events", **which | {"match": "NotifyPeriodicEventStream[id=2]"}))["events"] == []
        [error] = (await client.get("/events", station=identity, type="ResultError"))["events"]
        assert (error["messageId"], error["code"]) == ("r", "FormatViolation")
        metrics = (await client.http.get("/metrics")).text
        assert 'action="NotifyPeriodicEventStream",direction="in",type="send"} 1.0' in metrics
        assert 'type="resulterror"} 1.0' in metrics


async def test_expectations_apply_to_versions_that_have_the_message(
    client: Client, mock: ApiMock, identity: str
) -> None:
    """An expectation does not apply to a connected station whose version does not have the message."""
    async with mock.station(identity, "ocpp1.6"), mock.station(f"{identity}-B", "ocpp2.0.1") as station:
        body = {"expect": [f"TransactionEvent@{identity}*"], "stations": 2}
        made = await client.post("/expectations", body, 201)

        async def is_met() -> bool:
            return any(row["met"] for row in await client.get("/expectations") if row["id"] == made["id"])

        assert not await is_met()
        await station.ask("TransactionEvent", transaction("Started", "TX"))
        await eventually(is_met, bool)
