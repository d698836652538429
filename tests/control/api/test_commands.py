"""Commands over the API: the answer of the station is in the response."""

import asyncio
from typing import Any

from tests.control.api.clients import ApiMock, Client
from tests.wire import Station


async def answered(client: Client, station: Station, path: str, body: Any, *answer: Any) -> Any:
    """Send a command, let the station answer it, and return the response; `answer` starts with the message type."""
    asking = asyncio.create_task(client.post(path, body))
    _, id_, *_ = await station.expect(2)
    await station.send([answer[0], id_, *answer[1:]])
    return await asking


async def test_the_answer_is_in_the_response(client: Client, mock: ApiMock, identity: str) -> None:
    """The response to a command has the sent and the received payload, the number of the event, and the duration."""
    async with mock.station(identity) as station:
        path = f"/stations/{identity.lower()}/commands/RequestStartTransaction"
        body = {"payload": {"evseId": 2, "idToken": {"idToken": "TAG7", "type": "ISO14443"}}}
        response = await answered(client, station, path, body, 3, {"status": "Accepted"})
        assert (response["outcome"], response["station"], response["answer"]) == (
            "result",
            identity,
            {"status": "Accepted"},
        )
        sent = response["request"]["payload"]
        assert (sent["evseId"], sent["idToken"]["idToken"]) == (2, "TAG7")
        assert response["ms"] > 0
        [event] = (await client.get("/events", after=response["seq"] - 1, limit=1))["events"]
        assert (event["event"], event["messageType"], event["messageId"]) == (
            "Received",
            "Result",
            response["request"]["id"],
        )


async def test_a_callerror_is_in_the_response(client: Client, mock: ApiMock, identity: str) -> None:
    """The response has the code and description of a CALLERROR, and the violations of an invalid answer."""
    async with mock.station(identity) as station:
        path = f"/stations/{identity}/commands/ClearCache"
        response = await answered(client, station, path, {}, 4, "NotSupported", "no cache", {"a": 1})
        assert (response["outcome"], response["code"], response["description"]) == ("error", "NotSupported", "no cache")
        assert response["details"] == {"a": 1}
        response = await answered(client, station, path, {}, 3, {"status": "Perhaps"})
        assert (response["outcome"], response["answer"]) == ("invalid", {"status": "Perhaps"})
        assert any("Perhaps" in violation for violation in response["violations"])


async def test_each_reason_for_no_answer_has_its_status(client: Client, mock: ApiMock, identity: str) -> None:
    """Unknown station: 404; not connected: 409; no answer in time: 504; connection lost while waiting: 502."""
    assert "NOBODY" in await client.problem("POST", "/stations/NOBODY/commands/Reset", {}, 404)
    path = f"/stations/{identity}/commands/ClearCache"
    async with mock.station(identity) as station:
        assert "no answer" in await client.problem("POST", path, {"timeout": 0.05}, 504)
        await station.expect(2, ..., "ClearCache")
        asking = asyncio.create_task(client.problem("POST", path, {}, 502))
        await station.expect(2, ..., "ClearCache")
        await station.socket.close()
        assert "connection was lost" in await asking
    assert "not connected" in await client.problem("POST", path, {}, 409)


async def test_wrong_commands_are_not_sent(client: Client, mock: ApiMock, identity: str) -> None:
    """An unknown action, an action of stations, or an invalid payload gets 422 and a hint, unless `raw` is set."""
    async with mock.station(identity) as station:
        for action, body, expected in (
            ("Rset", {}, "did you mean 'Reset'?"),
            ("Heartbeat", {}, "sent by stations only"),
            ("Reset", {"payload": {"type": "Never"}}, "Never"),
            ("Reset", {"payload": [1]}, "JSON object"),
            ("Reset", {"payload": {"type": "{{nope}}"}}, "nope"),
            ("Reset", {"timeout": 0}, "timeout"),
        ):
            assert expected in await client.problem("POST", f"/stations/{identity}/commands/{action}", body)
        path = f"/stations/{identity}/commands/Reset"
        asking = asyncio.create_task(client.post(path, {"payload": ["raw"], "raw": True}))
        _, id_, _, payload = await station.expect(2, ..., "Reset")
        await station.send([4, id_, "FormatViolation", "", {}])
        assert (payload, (await asking)["outcome"]) == (["raw"], "error")
        asking = asyncio.create_task(client.post(f"/stations/{identity}/commands/Own", {"payload": {}, "raw": True}))
        _, id_, *_ = await station.expect(2, ..., "Own")
        await station.send([3, id_, {"a": 1}])
        assert (await asking)["answer"] == {"a": 1}


async def test_commands_wait_for_their_turn(client: Client, mock: ApiMock, identity: str) -> None:
    """Each of ten simultaneous commands gets its own answer, although only one at a time is sent to the station."""
    async with mock.station(identity) as station:
        path = f"/stations/{identity}/commands/DataTransfer"
        bodies = [{"payload": {"vendorId": "V", "messageId": str(number)}} for number in range(10)]
        asking = [asyncio.create_task(client.post(path, body)) for body in bodies]
        for _ in bodies:
            _, id_, _, payload = await station.expect(2, ..., "DataTransfer")
            await station.send([3, id_, {"status": "Accepted", "data": payload["messageId"]}])
        response = [await each for each in asking]
        assert [each["answer"]["data"] for each in response] == [str(number) for number in range(10)]
        assert [each["request"]["payload"]["messageId"] for each in response] == [str(number) for number in range(10)]


async def test_a_command_goes_to_all_that_match(client: Client, mock: ApiMock) -> None:
    """The response has the outcome of each station that matches; stations without an answer have the reason."""
    async with mock.station("M-1") as one, mock.station("M-2") as two, mock.station("X-1") as other:
        asking = asyncio.create_task(client.post("/commands/ClearCache", {"timeout": 1}, match="m-*"))
        await one.obey("ClearCache")
        await two.expect(2, ..., "ClearCache")
        response = await asking
        assert (response["sent"], list(response["outcomes"]), list(response["problems"])) == (2, ["M-1"], ["M-2"])
        assert "no answer" in response["problems"]["M-2"]
        await other.nothing(0.05)


async def test_secrets_are_masked_in_answers(client: Client, mock: ApiMock, identity: str) -> None:
    """The response and the events do not contain a password that the command sends."""
    variable = {"component": {"name": "SecurityCtrlr"}, "variable": {"name": "BasicAuthPassword"}}
    async with mock.station(identity) as station:
        body = {"payload": {"setVariableData": [{**variable, "attributeValue": "swordfish-swordfish"}]}}
        result = {"setVariableResult": [{**variable, "attributeStatus": "Accepted"}]}
        reply = await answered(client, station, f"/stations/{identity}/commands/SetVariables", body, 3, result)
        assert "swordfish" not in str(reply)
        assert reply["answer"] == result
        response = await client.http.get("/api/v1/events")
        assert "swordfish" not in response.text
