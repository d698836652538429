"""Console lines made by cutting the text of a message are equal to those made from its parsed payload."""

import asyncio
import json
import random
from collections.abc import Iterator, Sequence
from typing import Any

import orjson
import pytest

from benchmarks.messages import TRANSACTION_EVENT
from mock_csms.protocol.decoding import decode
from mock_csms.protocol.long_way import force_long_way, is_long_way_forced
from mock_csms.protocol.messages import Call, Result
from mock_csms.protocol.versions import V201, Version, versions
from mock_csms.runtime.bus import Bus
from mock_csms.twin.events import Event, Noted, Received, Sent
from mock_csms.watch.console import Console, Look
from mock_csms.watch.gist import gist
from mock_csms.watch.layouts import Layouts
from mock_csms.watch.quick_console import QuickConsole, console_for
from tests.wire import PATIENCE

FORCED = is_long_way_forced()
"""Whether the whole suite runs without shortcuts."""

TODAY = 1_790_000_000.0
STRINGS = [
    "",
    "a",
    "Accepted",
    "x" * 300,
    "2026-09-21T13:33:20.000Z",
    "100%",
    "7331",
    "\u00e9t\u00e9",
    "\x7f",
    "a b, c: d",
]
STRINGS += ["{[]}", "\u202e", 'a"b', "back\\slash", "line\n", "</x>", "\U0001f600", ":,", "eventType", "status"]
NUMBERS = [0, 1, -1, 7, 12, 123456789, 12345678901, 1234567890123456, 2**63, 0.5, -0.5, 1.0, 100.25, 1e22, 1e-7, 0.0001]
NUMBERS += [-0.0, 123456789.12345678, 15234.125]


class Out:
    """Records what a console writes."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def write(self, data: bytes) -> None:
        """Record the bytes."""
        self.pieces.append(data)


def sample(root: Any, node: Any, chance: random.Random) -> Any:
    """Return a random value that fits a schema."""
    while "$ref" in node:
        node = root["definitions"][node["$ref"].rpartition("/")[2]]
    if "enum" in node:
        return chance.choice(node["enum"])
    match node.get("type"):
        case "object":
            required = node.get("required", [])
            names = [name for name in node.get("properties", {}) if name in required or chance.random() < 0.4]
            chance.shuffle(names)
            return {name: sample(root, node["properties"][name], chance) for name in names}
        case "array":
            return [sample(root, node["items"], chance) for _ in range(chance.randint(1, 3))]
        case "integer":
            return chance.randint(0, 10_000)
        case "number":
            return round(chance.uniform(-10, 10_000), chance.randint(0, 6))
        case "boolean":
            return chance.random() < 0.5
    return f"{chance.choice('ABC')}{chance.randint(0, 999)}"


def varied(value: Any, chance: random.Random, odds: float) -> Any:
    """Return a JSON value of the same structure with other strings and numbers, some of them odd."""
    if isinstance(value, dict):
        return {key: varied(item, chance, odds) for key, item in value.items()}
    if isinstance(value, list):
        return [varied(item, chance, odds) for item in value]
    if isinstance(value, str):
        return chance.choice(STRINGS) if chance.random() < odds else value[:1] + str(chance.randint(0, 99_999))
    if isinstance(value, bool) or value is None:
        return value
    return chance.choice(NUMBERS) if chance.random() < odds else value + chance.randint(0, 99)


def mutated(text: bytes, chance: random.Random) -> bytes:
    """Return the text in an unusual form, with odd values, or changed so that it may not be a message any more."""
    loaded = orjson.loads(text)
    kind = chance.randrange(9)
    place = chance.randrange(len(text))
    names = [name for name in (loaded[-1] if isinstance(loaded[-1], dict) else {}) if name.isascii()]
    name = chance.choice(names) if names else "status"
    twice = b'"%b":%b' % (name.encode(), chance.choice([b'"X"', b"5", b"{}", b"null"]))
    match kind:
        case 0:
            return json.dumps(loaded).encode()
        case 1:
            return orjson.dumps(loaded, option=orjson.OPT_INDENT_2)
        case 2:
            return text.replace(b"{", b"{" + twice + b",", chance.randint(1, 3))
        case 3:
            return text.replace(b"}", b"," + twice + b"}", chance.randint(1, 3))
        case 4:
            return text[:-2] + b"," + twice + b"}]"
        case 5:
            return text.replace(b"A", b"\\u0041")
        case 6:
            return text.replace(b"5", chance.choice([b"5.0", b"5e0", b"5.50", b"-0", b"55555555555555555555"]), 1)
        case 7:
            return text[:place] + chance.choice([b'"', b"{", b" ", b"0", b",", b"x", b"\\"]) + text[place + 1 :]
    return text[:place] + chance.choice([b" ", b"1", b"x"]) + text[place:]


def messages(version: Version, action: str, name: str, head: list[Any], chance: random.Random) -> Iterator[bytes]:
    """Yield texts with payloads of one schema: ordinary ones, odd ones, and mutated ones."""
    schema = version.schemas.schema(name)
    shapes = [sample(schema, schema, chance) for _ in range(3)]
    for number in range(120):
        payload = varied(shapes[0] if number < 40 else chance.choice(shapes), chance, 0.02 if number < 60 else 0.2)
        text = orjson.dumps([*head, f"id-{chance.randint(0, 10**6)}", *([action] if head == [2] else []), payload])
        yield mutated(text, chance) if number > 40 and chance.random() < 0.5 else text


def events(version: Version, action: str, seed: int) -> Iterator[Event]:
    """Yield events with calls and results of an action, of several stations."""
    chance, at = random.Random(seed), TODAY
    calls = list(messages(version, action, f"{action}Request", [2], chance))
    results = list(messages(version, action, f"{action}Response", [3], chance))
    for text, answer in zip(calls, results, strict=True):
        at += chance.choice([0.0, 0.0002, 0.7])
        call, result, station = decode(text), decode(answer), f"CS-{chance.randint(1, 3)}" + "x" * (seed % 9)
        came = type(call) is Call
        if came:
            yield Received(at, station, text, call, (), None, chance.random() < 0.03, False, version)
        if came and type(result) is Result and chance.random() < 0.9:
            assert isinstance(call, Call)
            yield Sent(at, station, answer, result, (), call, "", "", version)


def written(happened: Sequence[Event], look: Look, *, is_long: bool) -> bytes:
    """Return what a console writes about these events."""
    out, bus = Out(), Bus()
    force_long_way(is_forced=is_long)
    try:
        console = console_for(bus, out, look)
    finally:
        force_long_way(is_forced=FORCED)
    assert type(console) is (Console if is_long else QuickConsole)
    for event in happened:
        bus.publish(event)
    console.tell()
    return b"".join(out.pieces)


@pytest.mark.parametrize("version", versions(), ids=lambda version: version.name)
@pytest.mark.parametrize("look", [Look(), Look(width=80, is_coloured=True)], ids=["160", "80"])
async def test_the_shortcut_writes_the_same_lines(look: Look, version: Version) -> None:
    """For ordinary, odd and hostile payloads of all actions, the lines are equal byte by byte."""
    for seed, (action, row) in enumerate(version.actions.items()):
        happened = list(events(version, action, seed)) if not row.is_send else []
        lines = zip(
            written(happened, look, is_long=False).split(b"\n"),
            written(happened, look, is_long=True).split(b"\n"),
            strict=True,
        )
        assert [pair for pair in lines if pair[0] != pair[1]] == []


def test_messages_with_a_frequent_layout_are_cut() -> None:
    """After some messages with the same layout, all further ones are cut, whatever their values are."""
    layouts, cut = Layouts(200), []
    for number in range(40):
        text = TRANSACTION_EVENT.replace("@", "i").replace("~", str(number % 10)).replace("1000000000", str(number))
        call = decode(text.encode())
        assert isinstance(call, Call)
        result = layouts.cut(text.encode(), call, None, V201)
        cut.append(result is not None)
        assert result is None or gist(call, None).startswith(result)
    assert cut == [False] * 16 + [True] * 24


@pytest.mark.parametrize(
    ("usual", "probe"),
    [
        ('{"type": "Immediate", "evseId": 1}', '{"type": "OnIdle", "evseId": 2}'),
        ('{"type" : "Immediate" , "evseId"\n:1 }', '{"type" : "OnIdle" , "evseId"\n:2 }'),
        ('{"type":"A","evseId":1,"type":"B"}', '{"type":"C","evseId":2,"type":"D"}'),
        ('{"evseId":1,"a":{"b":1,"b":2}}', '{"evseId":1,"a":{"b":3,"b":4}}'),
        ('{"type":"A","evseId":1}', '{"type":"A","evseId":-0}'),
        ('{"type":"A","evseId":1}', '{"type":"A","evseId":-0.5}'),
        ('{"type":"A","evseId":1}', '{"type":"A","evseId":1.50}'),
        ('{"type":"A","evseId":1}', '{"type":"A","evseId":12345678901.12345}'),
        ('{"type":"A","evseId":1.5}', '{"type":"A","evseId":0.00001}'),
        ('{"type":"A","x":1e400}', '{"type":"A","x":1e400}'),
        ('{"type":"A","7331000000000009":1}', '{"type":"B","7331000000000009":2}'),
        ('{"type":"A","100%b":"b"}', '{"type":"B","100%b":"c"}'),
        ('{"type":["a","b"],"x":null}', '{"type":["c","d"],"x":null}'),
        ('["type",1,true]', '["b",2,true]'),
        ('"text"', '"other"'),
    ],
)
def test_layouts_that_cannot_be_cut(usual: str, probe: str) -> None:
    """After any frequent message, the next one is shown as its payload requires, or is not cut."""
    layouts = Layouts(200)
    for payload in (*[usual] * 20, probe):
        text = f'[2,"id","Reset",{payload}]'.encode()
        call = decode(text)
        assert isinstance(call, Call)
        assert layouts.cut(text, call, None, V201) in (None, gist(call, None))


@pytest.mark.skipif(FORCED, reason="the suite runs without shortcuts")
async def test_an_exchange_is_one_write() -> None:
    """The line of a call is written with the line of its answer, or before another line, or after a short time."""
    out, bus = Out(), Bus()
    console_for(bus, out, Look())
    call, result = Call("1", "Heartbeat", {}), Result("1", {})
    came = Received(TODAY, "CS", b'[2,"1","Heartbeat",{}]', call, (), None, False, False)
    for event in (came, Sent(TODAY, "CS", b'[3,"1",{}]', result, (), call, "", "")):
        bus.publish(event)
    assert [piece.count(b"\n") for piece in out.pieces] == [2]
    bus.publish(came)
    bus.publish(Noted(TODAY, "CS", "a note"))
    assert b"Heartbeat" in out.pieces[1].split(b"\n")[0]
    assert b"a note" in out.pieces[1].split(b"\n")[1]
    bus.publish(came)
    async with asyncio.timeout(PATIENCE):
        while len(out.pieces) < 3:
            await asyncio.sleep(0.001)
    assert out.pieces[2].count(b"Heartbeat") == 1
