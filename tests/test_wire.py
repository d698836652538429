"""Wire behaviour: the mock handles handshakes, frames and messages of any kind, and keeps running."""

import asyncio
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
import pytest
from websockets.frames import Opcode

from mock_csms.protocol.actions import Sender
from mock_csms.protocol.v2.v201 import ACTIONS
from tests.wire import BOOT, HANDSHAKE, PATIENCE, Mock, Raw, Station, example, masked, transaction

FROM_STATION = [action for action, row in ACTIONS.items() if row.sent_by(Sender.STATION)]
FROM_CSMS = [action for action, row in ACTIONS.items() if row.sent_by(Sender.CSMS)]
HEARTBEAT = '[2,"hb","Heartbeat",{}]'
RPC, TYPE, MISSING = "RpcFrameworkError", "TypeConstraintViolation", "OccurrenceConstraintViolation"
FORMAT, VALUE = "FormatViolation", "PropertyConstraintViolation"


async def assert_alive(mock: Mock) -> None:
    """Check that a new connection is served."""
    async with mock.station("neighbour") as neighbour:
        await neighbour.ask("Heartbeat")


# The handshake.


async def test_identity() -> None:
    """The identity is the last segment of the path, percent-decoded, without the query."""
    async with Mock("--station", "a/b ä", "-c", "ClearCache", "-d", "0", "--rerun-commands") as mock:
        for path in ("a%2Fb%20%C3%A4", "ocpp/v1/a%2fb%20%c3%a4", "x%2Fy/a%2Fb%20%C3%A4?token=1/2"):
            async with mock.station(path) as station:
                await station.obey("ClearCache")


@pytest.mark.parametrize("path", ["/", "/?identity=CS", "//", "/?/CS"])
async def test_no_identity(mock: Mock, path: str) -> None:
    """A path without an identity gets HTTP 404."""
    async with mock.tcp() as tcp:
        assert (await tcp.get(path, HANDSHAKE))[0] == 404


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        ("ocpp2.0.1", "ocpp2.0.1"),
        ("ocpp2.0 ocpp2.0.1", "ocpp2.0"),
        ("ocpp2.2 ocpp1.5 ocpp2.0.1", "ocpp2.0.1"),
        ("ocpp1.5 ocpp2.0", "ocpp2.0"),
    ],
)
async def test_subprotocol(mock: Mock, identity: str, offered: str, chosen: str) -> None:
    """The mock chooses the first that the station offers and it speaks; it treats ocpp2.0 as 2.0.1."""
    async with mock.station(identity, *offered.split()) as station:
        assert station.socket.subprotocol == chosen
        await station.ask("BootNotification", BOOT)


async def test_no_common_subprotocol() -> None:
    """Without a common subprotocol the handshake is completed without the header, and the connection closed."""
    async with Mock() as mock:
        for offer in ("Sec-WebSocket-Protocol: ocpp1.5, ocpp9\r\n", ""):
            async with mock.tcp() as tcp:
                status, head = await tcp.get("/CS", re.sub("Sec-WebSocket-Protocol.*\r\n", offer, HANDSHAKE))
                assert (status, "sec-websocket-protocol" in head.lower()) == (101, False)
                assert (await tcp.frame())[0] == Opcode.CLOSE
        mock.stop()
        assert re.search("ocpp1.5.*ocpp9", mock.log), "the log says what was offered"


async def test_http(mock: Mock) -> None:
    """GET /healthz gets 200, other plain requests an error."""
    for path, statuses in (("/healthz", [200]), ("/", [404, 426]), ("/CS", [404, 426])):
        async with mock.tcp() as tcp:
            assert (await tcp.get(path))[0] in statuses


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /CS HTTP/1.1\r\nHost: mock\r\nX: " + b"x" * 100_000,
        b"POST /healthz HTTP/1.1\r\nHost: mock\r\nContent-Length: 5\r\n\r\nhello",
        f"GET /CS HTTP/1.1\r\n{HANDSHAKE}\r\n".replace("Version: 13", "Version: 7").encode(),
        f"GET /CS HTTP/1.1\r\n{HANDSHAKE}\r\n".replace("dGhlIHNhbXBsZSBub25jZQ==", "?").encode(),
        f"GET /%FF%0A HTTP/1.1\r\n{HANDSHAKE}\r\n".encode(),
    ],
)
async def test_broken_handshake(mock: Mock, data: bytes) -> None:
    """After any bytes instead of a handshake the connection ends, and the mock keeps running."""
    async with mock.tcp() as tcp, asyncio.timeout(PATIENCE):
        with suppress(ConnectionError):
            await tcp.write(data)
            tcp.writer.write_eof()
            await tcp.reader.read()
    await assert_alive(mock)


async def test_second_connection(mock: Mock, station: Station, identity: str) -> None:
    """A second connection of the same identity replaces the first one."""
    async with mock.station(identity) as second:
        await station.closed()
        await second.ask("Heartbeat")


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
    told = {violation["path"] for violation in details["violations"]}
    assert {path for path in paths.split() if path not in told and path not in description} == set()
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


# Frames.


async def assert_answered(raw: Raw, *ids: str) -> None:
    """Check that the next texts are answers to these ids, in order."""
    for id_ in ids:
        opcode, text = await raw.frame()
        assert (opcode, orjson.loads(text)[:2]) == (Opcode.TEXT, [3, id_])


async def test_pipelined_frames(mock: Mock) -> None:
    """Frames in one packet, the first one together with the handshake, are all answered in order."""
    calls = [[2, "1", "BootNotification", BOOT], [2, "2", "Heartbeat", {}], [2, "3", "Heartbeat", {}]]
    async with mock.tcp() as raw:
        frames = b"".join(masked(orjson.dumps(call)) for call in calls)
        await raw.write(f"GET /RAW HTTP/1.1\r\n{HANDSHAKE}\r\n".encode() + frames)
        await raw.reader.readuntil(b"\r\n\r\n")
        await assert_answered(raw, "1", "2", "3")


async def test_byte_by_byte(mock: Mock) -> None:
    """The handshake and frames may arrive byte by byte."""
    async with mock.tcp() as raw:
        for byte in f"GET /RAW HTTP/1.1\r\n{HANDSHAKE}\r\n".encode() + masked(HEARTBEAT) * 2:
            await raw.write(bytes([byte]))
            await asyncio.sleep(0)
        await raw.reader.readuntil(b"\r\n\r\n")
        await assert_answered(raw, "hb", "hb")


async def test_fragments(mock: Mock) -> None:
    """A fragmented message is one message, also if a character is split and control frames come in between."""
    data = '[2,"é","Heartbeat",{}]'.encode()
    async with mock.raw() as raw:
        await raw.write(masked(data[:5], fin=False) + masked(b"p1", Opcode.PING))
        assert await raw.frame() == (Opcode.PONG, b"p1")
        await raw.write(masked(b"", Opcode.CONT, fin=False) + masked(b"", Opcode.PONG))
        await raw.write(masked(data[5:], Opcode.CONT) + masked(HEARTBEAT))
        await assert_answered(raw, "é", "hb")


async def test_closing_handshake(mock: Mock) -> None:
    """A close frame is answered with the same code; what follows it is ignored, and the connection ends."""
    async with mock.raw() as raw:
        await raw.write(masked((3000).to_bytes(2) + b"bye", Opcode.CLOSE) + masked(HEARTBEAT))
        opcode, data = await raw.frame()
        assert (opcode, data[:2]) == (Opcode.CLOSE, (3000).to_bytes(2))
        assert await asyncio.wait_for(raw.reader.read(), PATIENCE) == b""


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\x81\x02[]", 1002),
        (b"\x83\x80mask", 1002),
        (b"\xc1\x80mask", 1002),
        (b"\x91\x80mask", 1002),
        (b"\x09\x80mask", 1002),
        (b"\x89\xfe\x00\x7emask" + b"p" * 126, 1002),
        (b"\x88\x81maskx", 1002),
        (masked(b"x", Opcode.CONT), 1002),
        (masked(b"x", fin=False) + masked(HEARTBEAT), 1002),
        (masked(b'["\xff"]'), 1007),
        (masked(b'["\xc3'), 1007),
        (masked(b'["\xed\xa0\x80"]'), 1007),
        (masked(b'["\xc3', fin=False) + masked(b'"]', Opcode.CONT), 1007),
        (b"\x81\xff\x00\x00\x00\x00\x00\x10\x00\x01mask", 1009),
        (b"\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xffmask", 1009),
        (masked(b"x" * 600_000, fin=False) + masked(b"x" * 600_000, Opcode.CONT), 1009),
    ],
    ids=["unmasked", "opcode 3", "RSV1", "RSV3", "ping in fragments", "long ping", "short close", "CONT first",
         "text among fragments", "UTF-8", "cut UTF-8", "surrogate", "UTF-8 over fragments", "1 MiB + 1", "2^63 bytes",
         "large fragments"],
)  # fmt: skip
async def test_protocol_error(mock: Mock, station: Station, data: bytes, code: int) -> None:
    """A violation of RFC 6455 closes the connection with its code, and does not affect other stations."""
    async with mock.raw() as raw:
        await raw.write(data)
        opcode, close = await raw.frame()
        assert (opcode, int.from_bytes(close[:2])) == (Opcode.CLOSE, code)
    await station.ask("Heartbeat")


@pytest.mark.parametrize("depth", [100, 300, 1_100, 100_000])
@pytest.mark.parametrize("nested", ["[|", "[|]", '{"a":|}'])
@pytest.mark.parametrize(
    "around", ["|", '[2,"n","Heartbeat",|]', '[2,"n","Heartbeat",{"customData":{"vendorId":"v","x":|}}]', '[3,"n",|]']
)
async def test_deep_nesting(station: Station, around: str, nested: str, depth: int) -> None:
    """A deeply nested text gets one answer at most, and the connection stays open."""
    opening, closing = nested.split("|")
    await station.send(around.replace("|", opening * depth + "1" + closing * depth))
    await station.send(HEARTBEAT)
    kind, id_, *_ = await station.expect()
    if id_ != "hb":
        assert (kind, id_) in ((3, "n"), (4, "n"), (4, "-1"))
        await station.expect(3, "hb")


@pytest.mark.parametrize(
    "text", ['[2,"\\ud800","Heartbeat",{}]', '[2,"a","\\udfff",{}]', '[2,"\\u0000","Heartbeat",{}]']
)
async def test_strange_characters(station: Station, text: str) -> None:
    """Lone surrogates and control characters in ids and actions cause no error."""
    await station.send(text)
    await station.expect()
    await station.ask("Heartbeat")


async def test_log_lines_cannot_be_forged() -> None:
    """Line breaks in an identity, an action or a payload make no new lines in the log."""
    async with Mock() as mock, mock.station("evil%0Aforged%1B%5B31m") as station:
        for text in ('[2,"a","x\\nforged",{}]', '[2,"a","DataTransfer",{"vendorId":"\\r\\nforged"}]', "x\nforged\n"):
            await station.send(text)
            await station.expect()
        await asyncio.to_thread(mock.stop)
        assert "evil" in mock.log
        assert [line for line in mock.log.splitlines() if line.lstrip().startswith("forged")] == []
        assert "\x1b" not in mock.log


async def test_station_that_does_not_read(mock: Mock, station: Station) -> None:
    """A station that sends calls but reads no answers does not block others."""
    async with mock.raw("/MUTE") as mute:
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                for _ in range(50):
                    await mute.write(masked(HEARTBEAT) * 5_000)
        await station.ask("Heartbeat")
    await station.ask("Heartbeat")


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
async def test_nothing_leaks(mock: Mock) -> None:
    """Connections that end in any way leave no file descriptor open."""
    files = Path(f"/proc/{mock.process.pid}/fd")
    async with mock.station("keeper") as keeper:
        before = len(list(files.iterdir()))
        for _ in range(20):
            async with mock.tcp(), mock.raw("/A") as a, mock.raw("/B") as b, mock.raw("/C"), mock.station("D") as d:
                await a.write(masked(HEARTBEAT)[:5])
                await b.write(masked("[" * 1000))
                await d.send('[2,"a",["Heartbeat"],{}]')
        async with asyncio.timeout(PATIENCE):
            while len(list(files.iterdir())) > before:
                await keeper.ask("Heartbeat")
