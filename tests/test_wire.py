"""Wire behaviour: the mock handles messages of any kind, and keeps running."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from mock_csms.protocol.actions import Sender
from mock_csms.protocol.v2.v201 import ACTIONS
from tests.wire import BOOT, Mock, Station, assert_alive, example, transaction

FROM_STATION = [action for action, row in ACTIONS.items() if row.sent_by(Sender.STATION)]
FROM_CSMS = [action for action, row in ACTIONS.items() if row.sent_by(Sender.CSMS)]
HEARTBEAT = '[2,"hb","Heartbeat",{}]'
RPC, TYPE, MISSING = "RpcFrameworkError", "TypeConstraintViolation", "OccurrenceConstraintViolation"
FORMAT, VALUE = "FormatViolation", "PropertyConstraintViolation"


# Calls that are refused.


NOT_CALLS = {
    ("-1", RPC): [
        "", "nonsense", "[", '[2,"a","Nope",{}', '[2,"a","Heartbeat",{}]]', "{}", "null", "2", '"[]"', "[]", "[2]",
        '[2,"a","Heartbeat",{"customData":{"vendorId":"v","x":NaN}}]', '[2,7,"Heartbeat",{}]', '[2,null,"Nope",{}]',
        '[2,["a"],"Heartbeat",{}]', '[2,"","Heartbeat",{}]', f'[2,"{37 * "i"}","Heartbeat",{{}}]',
    ],
    ("a", RPC): [
        '["2","a","Heartbeat",{}]', '[true,"a","Heartbeat",{}]', '[2.0,"a","Heartbeat",{}]', '[null,"a","Nope",{}]',
        '[[],"a","Nope",{}]', '[2,"a"]', '[2,"a","Heartbeat"]', '[2,"a","Heartbeat",{},{}]', '[2,"a",["Heartbeat"],{}]',
        '[2,"a",{"Heartbeat":1},{}]', '[2,"a",null,{}]', '[2,"a",2,{}]',
    ],
    ("-1", "MessageTypeNotSupported"): ['[0,5,"Heartbeat",{}]', "[9]"],
    ("a", "MessageTypeNotSupported"): ['[5,"a","Heartbeat",{}]', '[-1,"a"]'],
    (36 * "é", "NotImplemented"): [f'[2,"{36 * "é"}","Nope",{{}}]'],
    ("a", "NotImplemented"): [
        f'[2,"a","{name}",{{}}]' for name in ("Nope", "heartbeat", "HeartbeatRequest", "", "__class__", 5000 * "N")
    ],
    ("a", "NotSupported"): [f'[2,"a","{action}",{{}}]' for action in FROM_CSMS if action != "DataTransfer"],
    ("a", TYPE): [f'[2,"a","Heartbeat",{payload}]' for payload in ("null", "[]", '"x"', "5", "true")],
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "id_", "code"),
    [(text, *answer) for answer, texts in NOT_CALLS.items() for text in texts],
    ids=lambda text: text[:40],
)
async def test_refused(station: Station, text: str, id_: str, code: str) -> None:
    """An invalid call is refused with one CALLERROR; the connection stays open."""
    await station.send(text)
    *_, description, details = await station.expect(4, id_, code)
    assert (type(description), len(description) <= 255, type(details)) == (str, True, dict)
    await station.send(HEARTBEAT)
    await station.expect(3, "hb")


STATION, METER = (
    {"model": "m", "vendorName": "v"},
    {"timestamp": "2026-01-01T00:00:00Z", "sampledValue": [{"value": 1}]},
)
CERTIFICATE = {"hashAlgorithm": "SHA256", "issuerNameHash": "1", "issuerKeyHash": "2", "serialNumber": "3"}
OCSP = [{**CERTIFICATE, "responderURL": "https://ocsp.invalid/"}]


@pytest.mark.parametrize(
    ("action", "payload", "code", "paths"),
    [
        ("BootNotification", {"chargingStation": STATION}, MISSING, "reason"),
        ("BootNotification", {}, MISSING, "reason chargingStation"),
        ("BootNotification", {**BOOT, "chargingStation": {"model": "m"}}, MISSING, "chargingStation.vendorName"),
        ("Heartbeat", {"customData": {}}, MISSING, "customData.vendorId"),
        ("MeterValues", {"evseId": 1, "meterValue": []}, MISSING, "meterValue"),
        ("MeterValues", {"evseId": 1, "meterValue": [METER, {}]}, MISSING, "meterValue.1.timestamp"),
        ("Authorize", {"idToken": {"idToken": "t", "type": "Local"}, "iso15118CertificateHashData": OCSP * 5}, MISSING,
         "iso15118CertificateHashData"),
        ("BootNotification", {**BOOT, "chargingStation": {**STATION, "model": 5}}, TYPE, "chargingStation.model"),
        ("BootNotification", {**BOOT, "reason": None}, TYPE, "reason"),
        ("MeterValues", {"evseId": 1.5, "meterValue": [METER]}, TYPE, "evseId"),
        ("MeterValues", {"evseId": True, "meterValue": [METER]}, TYPE, "evseId"),
        ("MeterValues", {"evseId": 1, "meterValue": {}}, TYPE, "meterValue"),
        ("MeterValues", {"evseId": 1, "meterValue": [{**METER, "timestamp": 5}]}, TYPE, "meterValue.0.timestamp"),
        ("Heartbeat", {"extra": 1}, FORMAT, "extra"),
        ("BootNotification", {**BOOT, "chargingStation": {**STATION, "x": 1}}, FORMAT, "chargingStation.x"),
        ("BootNotification", {**BOOT, "reason": "Nope"}, VALUE, "reason"),
        ("BootNotification", BOOT | {"chargingStation": STATION | {"model": 21 * "m"}}, VALUE, "chargingStation.model"),
        ("BootNotification", {"reason": 5}, MISSING, "chargingStation reason"),
        ("BootNotification", {"reason": "Nope", "x": 1}, MISSING, "chargingStation reason x"),
        ("BootNotification", {"chargingStation": {**STATION, "model": 5}, "reason": "PowerUp", "x": 1}, TYPE,
         "chargingStation.model x"),
        ("BootNotification", {"chargingStation": {**STATION, "model": 5}, "reason": "Nope"}, TYPE,
         "chargingStation.model reason"),
        ("BootNotification", {**BOOT, "reason": "Nope", "x": 1}, FORMAT, "reason x"),
        ("MeterValues", {"evseId": "1", "meterValue": [], "x": 1}, MISSING, "meterValue evseId x"),
    ],
)  # fmt: skip
async def test_schema_violation(station: Station, action: str, payload: Any, code: str, paths: str) -> None:
    """A payload that violates its schema gets a CALLERROR with the first code that applies, and every wrong path."""
    *_, description, details = await station.expect_error(action, payload, code)
    result = {violation["path"] for violation in details["violations"]}
    assert {path for path in paths.split() if path not in result and path not in description} == set()
    await station.ask("Heartbeat")


@pytest.mark.parametrize(
    ("action", "payload", "code"),
    [
        ("Heartbeat", {f"unknown-{number:0100}": 1 for number in range(8_000)}, FORMAT),
        ("MeterValues", {"evseId": 1, "meterValue": [5] * 400_000}, TYPE),
        ("DataTransfer", {"vendorId": "v" * 900_000}, VALUE),
        ("Heartbeat", {"k" * 900_000: 1}, FORMAT),
    ],
)  # fmt: skip
async def test_huge_violation(mock: Mock, station: Station, action: str, payload: Any, code: str) -> None:
    """A megabyte of violations gets one CALLERROR, with at most 255 characters of description."""
    *_, description, _ = await station.expect_error(action, payload, code)
    assert len(description) <= 255
    await assert_alive(mock)


# Calls that are answered.


@pytest.mark.parametrize("action", FROM_STATION)
async def test_reply(station: Station, action: str) -> None:
    """Each of the 25 actions of a station gets a reply that fits its schema, with times in UTC."""
    reply = await station.ask(action, example(ACTIONS[action].request))
    if action in ("BootNotification", "Heartbeat"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", reply["currentTime"])
    if action in ("DataTransfer", "SignCertificate", "Get15118EVCertificate", "GetCertificateStatus"):
        assert reply["status"] == "Accepted"
    assert reply.get("exiResponse") == ("bW9ja19leGlfcmVzcG9uc2U=" if action == "Get15118EVCertificate" else None)


async def test_repeated_call(station: Station) -> None:
    """A repeated call with the same id is answered again."""
    for _ in range(3):
        await station.send([2, "same", "TransactionEvent", transaction("Updated")])
        await station.expect(3, "same", {"totalCost": 10.0})


async def test_custom_data(station: Station) -> None:
    """customData may have any content."""
    await station.ask("Heartbeat", {"customData": {"vendorId": "v", "any": [None, {"a b": 1.5e300}]}})


async def test_binary_frame(station: Station) -> None:
    """A binary frame with a JSON message is answered like a text frame, with a text frame."""
    await station.send(HEARTBEAT.encode())
    await station.expect(3, "hb")
    await station.send(b"\xff\xfe[")
    await station.expect(4, "-1", RPC)


# Our own calls.


async def test_calls_cross() -> None:
    """A call before the answer to our command is answered at once, and does not end the command."""
    async with Mock("--commands", "RequestStartTransaction:0,ClearCache:0") as mock, mock.station() as station:
        _, id_, _, payload = await station.expect(2, ..., "RequestStartTransaction")
        await station.ask("Authorize", {"idToken": payload["idToken"]})
        await station.ask("TransactionEvent", transaction("Started", idToken=payload["idToken"]))
        await station.send([2, id_, "Heartbeat", {}])
        await station.expect(3, id_)
        await station.send([2, id_, 5, {}])
        await station.expect(4, id_, RPC)
        await station.nothing(0.2)
        await station.send([3, id_, {"status": "Accepted"}])
        await station.obey("ClearCache")


@pytest.fixture(scope="module")
def commanding() -> Iterator[Mock]:
    """A mock that sends each station three commands."""
    mock = Mock("--commands", "ClearCache:0,GetLocalListVersion:0,Reset:0", "--call-timeout", "60")
    yield mock
    mock.finish()


@pytest.mark.parametrize(
    "answer",
    [
        [3, "ID", {"status": "Accepted"}], [3, "ID"], [3, "ID", {}, {}], [3, "ID", None], [3, "ID", []], [3, "ID", {}],
        [3, "ID", {"status": "Nope"}], [3, "ID", {"status": "Accepted", "x": 1}], [4, "ID"], [4, "ID", "InternalError"],
        [4, "ID", "InternalError", "", {}, 1], [4, "ID", 5, "", {}], [4, "ID", "InternalError", None, {}],
        [4, "ID", "InternalError", "", []], [4, "ID", "InternalError", "", {}], [4, "ID", "Nope", 999 * "x", {"a": 1}],
    ],
    ids=str,
)  # fmt: skip
async def test_any_answer_ends_the_command(commanding: Mock, identity: str, answer: list[Any]) -> None:
    """Any answer, valid, invalid or a CALLERROR, ends its command, gets no answer, and does not affect the next one."""
    async with commanding.station(identity) as station:
        _, id_, *_ = await station.expect(2, ..., "ClearCache")
        await station.send([id_ if item == "ID" else item for item in answer])
        _, second, *_ = await station.expect(2, ..., "GetLocalListVersion")
        await station.send([3, id_, {"status": "Accepted"}])
        await station.send([3, "unknown", {"versionNumber": 2}])
        await station.nothing(0.05)
        await station.send([3, second, {"versionNumber": 1}])
        await station.obey("Reset")


@pytest.mark.parametrize(
    "text",
    [
        '[3,"x",{}]', '[3,"x"]', "[3]", "[3,5]", '[3,""]', "[3,null]", '[3,"x",{},{}]', '[3,"x",null]', "[3,[],{}]",
        '[4,"x","GenericError","",{}]', "[4]", '[4,"x"]', '[4,5,"GenericError","",{}]', '[4,"x",5,6,7]', "[4,{},0,0,1]",
    ],
)  # fmt: skip
async def test_answers_are_never_answered(station: Station, text: str) -> None:
    """A CALLRESULT or CALLERROR without a command, however broken, is ignored."""
    await station.send(text)
    await station.ask("Heartbeat")


@pytest.fixture(scope="module")
def stopping() -> Iterator[Mock]:
    """A mock that sends each station a command with a transactionId once it has booted."""
    mock = Mock("--after", "boot", "--commands", "RequestStopTransaction:0,GetTransactionStatus:0,CostUpdated:0")
    yield mock
    mock.finish()


@pytest.mark.parametrize(
    ("events", "oldest"),
    [
        ("", "test_transaction_123"),
        ("Started:A", "A"),
        ("Updated:A", "A"),
        ("Started:B Started:A Updated:A Updated:B", "B"),
        ("Started:A Started:B Ended:A", "B"),
        ("Started:A Started:A Ended:A Ended:A", "test_transaction_123"),
        ("Ended:A", "test_transaction_123"),
        ("Started:A reconnect Started:B", "A"),
        ("Started:A reconnect Started:B reconnect Ended:A", "B"),
        ("Started:A reconnect Ended:A", "test_transaction_123"),
    ],
)
async def test_transactions(stopping: Mock, identity: str, events: str, oldest: str) -> None:
    """Commands name the oldest running transaction of this station, over its reconnections."""
    async with stopping.station(f"{identity}-other") as other:
        await other.ask("TransactionEvent", transaction("Started", "OTHER"))
    *connections, last = events.split("reconnect")
    for connection in connections:
        async with stopping.station(identity) as station:
            for event in connection.split():
                await station.ask("TransactionEvent", transaction(*event.split(":")))
    async with stopping.station(identity) as station:
        for event in last.split():
            await station.ask("TransactionEvent", transaction(*event.split(":")))
        await station.ask("BootNotification", BOOT)
        for action in ("RequestStopTransaction", "GetTransactionStatus", "CostUpdated"):
            assert (await station.obey(action))["transactionId"] == oldest
