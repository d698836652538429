"""The trace of a run, compared with the frames that the station sent and received."""

import asyncio
import re
import signal
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema_rs
import orjson
import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from tests.raw import until
from tests.wire import PATIENCE, Mock

TYPES = {2: "CALL", 3: "CALLRESULT", 4: "CALLERROR"}
DIRECTIONS = {">": "cp-to-csms", "<": "csms-to-cp"}
SCHEMA = jsonschema_rs.Draft202012Validator(
    {
        "type": "object",
        "required": ["schemaVersion", "timestamp", "transport", "direction", "messageType"],
        "additionalProperties": False,
        "properties": {
            "schemaVersion": {"const": "1.1"},
            "timestamp": {"type": "string", "format": "date-time"},
            "ocppVersion": {"type": "string"},
            "transport": {"enum": ["json", "soap"]},
            "chargePointId": {"type": "string"},
            "connectorId": {"type": "integer", "minimum": 0},
            "direction": {"enum": list(DIRECTIONS.values())},
            "messageType": {"enum": list(TYPES.values())},
            "messageId": {"type": "string"},
            "action": {"type": "string"},
            "payload": {},
            "raw": {"type": "string"},
            "error": {
                "type": "object",
                "additionalProperties": False,
                "properties": {"code": {"type": "string"}, "description": {"type": "string"}, "details": {}},
            },
            "meta": {"type": "object"},
        },
        "allOf": [
            {"if": {"properties": {"messageType": {"const": "CALL"}}}, "then": {"required": ["action"]}},
            {
                "if": {"properties": {"messageType": {"const": "CALLERROR"}}},
                "then": {"required": ["error"]},
                "else": {"properties": {"error": False}},
            },
        ],
    },
    validate_formats=True,
)
"""The OCPP trace format 1.1."""


class Frame(NamedTuple):
    """A frame that the station sent (`>`) or received (`<`)."""

    way: str
    text: str


class Tape:
    """A station that records every frame that it sends and receives."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self.frames: list[Frame] = []

    async def send(self, text: str, *, binary: bool = False) -> None:
        """Send a text, or its bytes in a binary frame."""
        self.frames.append(Frame(">", text))
        await self._socket.send(text.encode() if binary else text)

    async def see(self) -> str:
        """Return the text of the next frame."""
        data = await asyncio.wait_for(self._socket.recv(), PATIENCE)
        text = data if isinstance(data, str) else data.decode()
        self.frames.append(Frame("<", text))
        return text


def read(path: Path) -> list[Any]:
    """Return the complete lines of a file of JSON Lines."""
    return [orjson.loads(line) for line in path.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]


def assert_tells(record: Any, identity: str, frame: Frame) -> None:
    """Check that a record is valid and describes exactly this frame."""
    SCHEMA.validate(record)
    kind, id_, *rest = orjson.loads(frame.text)
    about: dict[str, Any] = {
        "schemaVersion": "1.1",
        "ocppVersion": "2.0.1",
        "transport": "json",
        "chargePointId": identity,
    }
    about |= {"direction": DIRECTIONS[frame.way], "messageType": TYPES[kind], "messageId": id_, "raw": frame.text}
    if kind == 4:
        about["error"] = dict(zip(("code", "description", "details"), rest, strict=True))
    else:
        about["payload"] = rest[-1]
    assert {key: record[key] for key in record if key not in ("timestamp", "action", "meta")} == about


TOKEN = '{"idToken": {"idToken":"\\u0041bc","type":"ISO14443"} }'
FLAGS = ["--commands", "Reset:0,ClearCache:0", "--reply", "Authorize*1", '{"idTokenInfo":{"status":"Expired"}}']
FLAGS += ["--error", "Heartbeat*1", "SecurityError:no", "--fault", "Heartbeat*2", "delay seconds=0.2"]
FLAGS += ["--fault", "Authorize*1", "duplicate"]

TRANSCRIPT = """
<                                           | Reset             |
> [3,"{id}",{"status":"Accepted"}]          | Reset             | roundTripMs
<                                           | ClearCache        |
> [ 4, "{id}", "NotSupported", "é 🚗", {"a":[1,2.50]} ] | ClearCache | roundTripMs
> [2,"a","Authorize",TOKEN]                 | Authorize         |
<                                           | Authorize         | roundTripMs .*Authorize.*Expired
<                                           | Authorize         | .*Authorize.*Expired
> [2,"b","Authorize",TOKEN]                 | Authorize         |
<                                           | Authorize         | roundTripMs
>   [2, "c" ,"Heartbeat", { } ]             | Heartbeat         |
<                                           | Heartbeat         | roundTripMs .*Heartbeat.*SecurityError
> [2,"d","Heartbeat",{"a\\u0000":"\\t\\u2028"}] | Heartbeat      | violations
<                                           | Heartbeat         | roundTripMs
> [2,"e","Nonsense",[]]                     | Nonsense          | violations
<                                           | Nonsense          | roundTripMs
> [3,"stray",{"b":2,"a":1}]                 |                   |
> [4,"stray","Odd","",{}]                   |                   |
> [2,"g","Heartbeat",{"customData":{"vendorId":"v","deep":DEEP}}] | Heartbeat |
<                                           | Heartbeat         | roundTripMs
"""


async def play(tape: Tape, way: str, text: str) -> None:
    """Do a line of the transcript; {id} is the message id of the mock's last call."""
    if way == "<":
        await tape.see()
        return
    calls = [orjson.loads(frame.text) for frame in tape.frames if frame.way == "<"]
    id_ = next((call[1] for call in reversed(calls) if call[0] == 2), "")
    text = text.replace("{id}", id_).replace("TOKEN", TOKEN).replace("DEEP", "[" * 240 + "]" * 240)
    await tape.send(text)


async def test_trace_has_every_frame(tmp_path: Path) -> None:
    """Each frame has one record, in order, verbatim, with the action (also of answers) and the mock's own fields."""
    lines = [tuple(map(str.strip, line[1:].split("|"))) for line in TRANSCRIPT.strip().splitlines()]
    ways = [line[0] for line in TRANSCRIPT.strip().splitlines()]
    file = tmp_path / "trace.jsonl"
    async with Mock("--trace", str(file), *FLAGS) as mock, mock.station("CS é") as station:
        tape = Tape(station.socket)
        for way, (text, _, _) in zip(ways, lines, strict=True):
            await play(tape, way, text)
        await until(lambda: len(read(file)) >= len(lines))
        mock.stop()
    records = read(file)
    assert [record["raw"] for record in records] == [frame.text for frame in tape.frames]
    for record, frame, (_, action, meta) in zip(records, tape.frames, lines, strict=True):
        assert_tells(record, "CS é", frame)
        found = str(record.get("meta", {}))
        assert record.get("action", "") == action, record
        assert [word for word in meta.split() if not re.search(word, found)] == [], record
        assert ("roundTripMs" in found, "violations" in found) == ("roundTripMs" in meta, "violations" in meta), record
    times = [record["timestamp"] for record in records]
    assert times == sorted(times)


async def test_round_trip(tmp_path: Path) -> None:
    """The round trip is from a call to its answer, in ms, in both directions, also if two stations use the same ids."""
    file = tmp_path / "trace.jsonl"
    flags = ["--trace", str(file), "--commands", "Reset:0", "--station", "A"]
    flags += ["--fault", "Heartbeat@A", "delay seconds=0.3"]
    async with Mock(*flags) as mock, mock.station("A") as slow, mock.station("B") as quick:
        id_ = (await slow.expect(2, ..., "Reset"))[1]
        await slow.send([2, "same", "Heartbeat", {}])
        await quick.call("Heartbeat")
        await quick.send([2, "same", "Heartbeat", {}])
        await quick.expect(3, "same")
        await slow.expect(3, "same")
        await slow.send([3, id_, {"status": "Accepted"}])
        await until(lambda: len(read(file)) >= 8)
    trips = {
        (r["chargePointId"], r["messageId"]): r["meta"]["roundTripMs"] for r in read(file) if r["messageType"] != "CALL"
    }
    assert 300 <= trips["A", "same"] <= trips["A", id_] < 5000
    assert 0 <= trips["B", "same"] < 300


FAULTED = {
    "duplicate": 2,
    "delay seconds=0.05": 1,
    "invalid": 1,
    "oversize bytes=70000": 1,
    "split frames=3": 1,
    "binary": 1,
    "malformed": 1,
    "truncate": 1,
    "drop": 0,
    "close": 0,
    "reset": 0,
}
"""For each fault how many frames it sends."""


@pytest.mark.parametrize(("fault", "frames"), FAULTED.items())
async def test_spoiled_frames(tmp_path: Path, fault: str, frames: int) -> None:
    """A damaged frame is in the trace as sent, with the name of the fault, even if it is not an array."""
    trace, events = tmp_path / "trace.jsonl", tmp_path / "events.jsonl"
    flags = ["--trace", str(trace), "--events", str(events), "--fault", "Heartbeat*1", fault]
    async with Mock(*flags) as mock:
        async with mock.station() as station:
            tape = Tape(station.socket)
            await tape.send('[2,"x","Heartbeat",{}]')
            if fault in ("close", "reset"):
                await station.closed()
            else:
                for _ in range(frames):
                    await tape.see()
        await until(lambda: b'"Disconnected"' in events.read_bytes())
    answers = [record for record in read(trace) if record["direction"] == "csms-to-cp"]
    seen = [frame.text for frame in tape.frames[1:]]
    assert [answer["raw"] for answer in answers] == seen[:frames]
    assert [SCHEMA.is_valid(answer) and fault in str(answer.get("meta")) for answer in answers] == [True] * frames
    logged = read(events)
    assert [event["text"] for event in logged if event["event"] == "Sent"] == seen
    assert [fault in str(event) for event in logged if event["event"] == "Spoiled"] == [True]


NO_MESSAGES = ["junk", "{}", "[]", "5", '"[2]"', "[2]", '[2,"x","Heartbeat"]', '[2,5,"Heartbeat",{}]', '[2,"x",5,{}]']
NO_MESSAGES += ['[3,"x"]', '[9,"x",{}]', "[" * 10_000, '[2,"é","Heartbeat",{}', "", "\u0000"]


async def test_frames_that_are_no_messages(tmp_path: Path) -> None:
    """A text that is not an OCPP-J message is in a valid record verbatim; the mock's answer has its own record."""
    trace, events = tmp_path / "trace.jsonl", tmp_path / "events.jsonl"
    async with Mock("--trace", str(trace), "--events", str(events)) as mock, mock.station() as station:
        tape = Tape(station.socket)
        for text in NO_MESSAGES:
            await tape.send(text)
        await tape.send('[2,"last","Heartbeat",{}]', binary=True)
        while orjson.loads(await tape.see())[1] != "last":
            pass
        await until(lambda: len(read(trace)) >= len(tape.frames))
        mock.stop()
    last, *seen = tape.frames[len(NO_MESSAGES) :]
    records = read(trace)
    *malformed, whole = [record for record in records if record["direction"] == "cp-to-csms"]
    assert_tells(whole, "CS-1", last)
    assert [(record["raw"], SCHEMA.is_valid(record)) for record in malformed] == [(text, True) for text in NO_MESSAGES]
    assert [record for record in malformed if not record["meta"]["malformed"]] == []
    types = {record["raw"]: record["messageType"] for record in malformed}
    assert (types['[3,"x"]'], types['[2,"x","Heartbeat"]'], types["junk"]) == ("CALLRESULT", "CALL", "CALL")
    answers = [record for record in records if record["direction"] == "csms-to-cp"]
    for answer, frame in zip(answers, seen, strict=True):
        assert_tells(answer, "CS-1", frame)
    assert len(records) == 1 + len(NO_MESSAGES) + len(answers)
    assert [event["text"] for event in read(events) if event["event"] == "Received"] == [*NO_MESSAGES, last.text]


async def test_a_record_is_on_disk_before_the_answer_arrives(tmp_path: Path) -> None:
    """When the station receives an answer, the records of the call and the answer are already in the file."""
    file = tmp_path / "trace.jsonl"
    async with Mock("--trace", str(file)) as mock, mock.station() as station:
        for number in range(200):
            await station.send([2, f"call {number}", "Heartbeat", {}])
            await station.expect(3)
            last = [(record["messageType"], record["messageId"]) for record in read(file)[-2:]]
            assert last == [("CALL", f"call {number}"), ("CALLRESULT", f"call {number}")]


async def test_kill_loses_no_answered_frame(tmp_path: Path) -> None:
    """After kill -9 during traffic, every answered frame has its record."""
    file = tmp_path / "trace.jsonl"
    async with Mock("--trace", str(file)) as mock:
        mock.statuses = (-signal.SIGKILL,)
        async with mock.station("A") as one, mock.station("B") as other:
            for number in range(500):
                await one.send([2, f"a{number}", "Heartbeat", {}])
                await other.send([2, f"b{number}", "Heartbeat", {}])
            answered = {(await station.expect(3))[1] for station in (one, other) for _ in range(250)}
            mock.process.kill()
            answered |= {orjson.loads(text)[1] for station in (one, other) for text in await rest(station.socket)}
            mock.process.wait(PATIENCE)
    assert len(answered) >= 500
    assert answered - {record["messageId"] for record in read(file) if record["messageType"] == "CALL"} == set()


async def rest(socket: ClientConnection) -> Sequence[str | bytes]:
    """Return the frames that come until the connection ends."""
    frames: list[str | bytes] = []
    with suppress(ConnectionClosed):
        while True:
            frames.append(await asyncio.wait_for(socket.recv(), PATIENCE))
    return frames


async def test_names_of_stations(tmp_path: Path) -> None:
    """Trace records have the identity of the station, whatever bytes it has."""
    file = tmp_path / "trace.jsonl"
    async with Mock("--trace", str(file)) as mock:
        for path in ("A%22%5C%0A", "%F0%9F%9A%97", "%FF%FE", "%ED%A0%80", "last"):
            async with mock.station(path) as station:
                await station.ask("Heartbeat")
        await until(lambda: len(read(file)) >= 10)
    records = read(file)
    assert [SCHEMA.is_valid(record) for record in records] == [True] * 10
    names = [record["chargePointId"] for record in records[::2]]
    assert (names[:2], names[-1], len(set(names))) == (['A"\\\n', "🚗"], "last", 5)


async def test_an_old_trace_is_replaced(tmp_path: Path) -> None:
    """A run replaces the trace of an earlier one."""
    file = tmp_path / "trace.jsonl"
    file.write_text("old\n" * 1000)
    async with Mock("--trace", str(file)) as mock, mock.station() as station:
        await station.ask("Heartbeat")
    assert [record["messageType"] for record in read(file)] == ["CALL", "CALLRESULT"]
