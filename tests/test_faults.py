"""Faults: a raw client gets exactly the damage, then the next message undamaged; other stations are not affected."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator, Sequence
from inspect import getmembers, isclass
from typing import NamedTuple

import orjson
import pytest
from websockets.frames import Opcode

from mock_csms.behavior import faults
from mock_csms.behavior.faults import FAULTS
from tests.pace import turns
from tests.raw import Naked, naked
from tests.spoiled import ASKED, REQUESTS, RESET, UNDAMAGED, answer, at, next_is_undamaged, whole
from tests.wire import Mock, breaks, masked

# What a station gets instead of the message, for each fault.


async def comes_late(station: Naked, text: bytes) -> None:
    """A later message is answered first."""
    await next_is_undamaged(station, "before")
    assert await station.frame() == whole(text)


async def never_comes(station: Naked, text: bytes) -> None:
    """No byte comes."""
    await station.nothing(0.2)


async def comes_twice(station: Naked, text: bytes) -> None:
    """The message comes exactly twice."""
    assert [await station.frame() for _ in range(2)] == [whole(text)] * 2


async def comes_four_times(station: Naked, text: bytes) -> None:
    """The message comes four times."""
    assert [await station.frame() for _ in range(4)] == [whole(text)] * 4


async def has_another_id(station: Naked, text: bytes) -> None:
    """Only the message id differs, and it is valid in OCPP-J."""
    right, wrong = orjson.loads(text), orjson.loads(await station.text())
    assert wrong[:1] + wrong[2:] == right[:1] + right[2:]
    assert wrong[1] != right[1]
    assert 1 <= len(wrong[1]) <= 36


async def is_not_json(station: Naked, text: bytes) -> None:
    """The text has the right length, but is not JSON."""
    wrong = await station.text()
    assert len(wrong) == len(text)
    with pytest.raises(orjson.JSONDecodeError):
        orjson.loads(wrong)


async def is_cut_off(station: Naked, text: bytes) -> None:
    """Only the beginning of the message comes."""
    wrong = await station.text()
    assert text.startswith(wrong)
    assert 0 < len(wrong) < len(text)


async def breaks_its_schema(station: Naked, text: bytes) -> None:
    """The array is valid, but its last item has an additional field that violates the schema."""
    right, wrong = orjson.loads(text), orjson.loads(await station.text())
    assert wrong[:-1] == right[:-1]
    assert wrong[-1].items() > right[-1].items()
    if right[0] != 4:  # the details of a CALLERROR may be anything
        assert breaks(*(("Heartbeat", "Response") if right[0] == 3 else ("Reset", "Request")), wrong[-1])


async def has_another_type(station: Naked, text: bytes) -> None:
    """The message has the number of another message type, whose array has another length."""
    right, wrong = orjson.loads(text), orjson.loads(await station.text())
    assert wrong[1:] == right[1:]
    assert wrong[0] != right[0]
    assert len(wrong) != {2: 4, 3: 3, 4: 5}[wrong[0]]


async def has_no_known_type(station: Naked, text: bytes) -> None:
    """The message has a number that is not a message type."""
    right, wrong = orjson.loads(text), orjson.loads(await station.text())
    assert wrong[1:] == right[1:]
    assert wrong[0] == 9


async def is_huge(station: Naked, text: bytes) -> None:
    """The message has the requested length, and is right except for its customData."""
    wrong = await station.text()
    assert 100_000 <= len(wrong) < 110_000
    array = orjson.loads(wrong)
    if array[0] != 4:
        assert breaks(*(("Heartbeat", "Response") if array[0] == 3 else ("Reset", "Request")), array[-1]) == []
    array[-1].pop("customData")
    assert array == orjson.loads(text)


async def closes_instead(station: Naked, text: bytes) -> None:
    """After a while a close frame with the code comes instead, and the connection ends."""
    await station.nothing(0.1)
    assert await station.goodbye() == 4001


async def closes_normally(station: Naked, text: bytes) -> None:
    """A close frame with 1000 comes instead, and the end."""
    assert await station.goodbye() == 1000


async def slams_the_door(station: Naked, text: bytes) -> None:
    """No byte comes, only a TCP RST."""
    await station.was_reset()


async def plays_dead(station: Naked, text: bytes) -> None:
    """Nothing comes, not even a pong; then everything comes, the message first."""
    await station.ping()
    await station.say(2, "meanwhile", "Heartbeat", {})
    await station.nothing(0.2)
    assert await station.frame() == whole(text)
    assert {(await station.frame())[1:] for _ in range(2)} == {
        (Opcode.PONG, b"?"),
        (Opcode.TEXT, answer("Heartbeat", "meanwhile")),
    }


async def comes_in_three_frames(station: Naked, text: bytes) -> None:
    """The message comes in three text frames, none of them empty."""
    seen = [await station.frame() for _ in range(3)]
    assert [frame[:2] for frame in seen] == [(False, Opcode.TEXT), (False, Opcode.CONT), (True, Opcode.CONT)]
    assert b"".join(frame.data for frame in seen) == text
    assert all(frame.data for frame in seen)


async def comes_as_binary(station: Naked, text: bytes) -> None:
    """The message comes in a binary frame."""
    assert await station.frame() == (True, Opcode.BINARY, text)


class Row(NamedTuple):
    """The notation of a fault, the function that checks its effect, and whether it ends the connection."""

    fault: str
    damage: Callable[[Naked, bytes], Awaitable[None]]
    ends: bool = False


TABLE = [
    Row("delay seconds=0.2 jitter=0.1", comes_late),
    Row("latency seconds=0.2 jitter=0.1", comes_late),
    Row("drop", never_comes),
    Row("duplicate", comes_twice),
    Row("duplicate times=4", comes_four_times),
    Row("wrong-id", has_another_id),
    Row("malformed", is_not_json),
    Row("truncate", is_cut_off),
    Row("invalid", breaks_its_schema),
    Row("wrong-type", has_another_type),
    Row("unknown-type", has_no_known_type),
    Row("oversize bytes=100000", is_huge),
    Row("close", closes_normally, ends=True),
    Row("close code=4001 after=0.2", closes_instead, ends=True),
    Row("reset", slams_the_door, ends=True),
    Row("stall seconds=0.4", plays_dead),
    Row("split frames=3", comes_in_three_frames),
    Row("binary", comes_as_binary),
]
ROWS = pytest.mark.parametrize("row", TABLE, ids=lambda row: row.fault)


def test_gate_every_fault_has_a_row() -> None:
    """Gate: every fault class has a name for users and a row in the table of tests."""
    classes = {name for name, kind in getmembers(faults, isclass) if hasattr(kind, "spoil")} - {"Fault"}
    assert classes == {getattr(kind, "__name__", "") for kind in FAULTS.values()}, (
        "each class needs its name in FAULTS, behavior/faults.py"
    )
    assert {row.fault.split()[0] for row in TABLE} == set(FAULTS), "each fault needs a row in TABLE of this file"


def spoiling(pace: int) -> list[str]:
    """Return rules for each row and action that damage the first answer to the station with their names."""
    rows = [(f"{action}*1@{n}-{action}", at(pace, row.fault)) for n, row in enumerate(TABLE) for action in ASKED]
    return [word for match, fault in rows for word in ("--fault", match, fault)]


@pytest.fixture(scope="module", params=[(), ("--trace", os.devnull)], ids=["plain", "traced"])
def kept(request: pytest.FixtureRequest) -> Sequence[str]:
    """Flags: none, or those of a trace, which writes each record before its frame is sent."""
    flags: Sequence[str] = request.param
    return flags


@pytest.fixture(scope="module")
def spoiler(kept: Sequence[str]) -> Iterator[Mock]:
    """A mock with these faults at the usual pace."""
    mock = Mock(*kept, *UNDAMAGED, *spoiling(1))
    yield mock
    mock.finish()


@pytest.mark.parametrize("action", ASKED)
@ROWS
async def test_spoiled_answer(spoiler: Mock, kept: Sequence[str], row: Row, action: str) -> None:
    """A fault damages a CALLRESULT or CALLERROR once; meanwhile other stations get undamaged answers."""
    for turn in turns():
        with turn as pace:
            if pace == 1:
                await spoils_answer(spoiler, row, action)
            else:
                async with Mock(*kept, *UNDAMAGED, *spoiling(pace)) as slower:
                    await spoils_answer(slower, row, action)


async def spoils_answer(spoiler: Mock, row: Row, action: str) -> None:
    """Check that the answer is damaged as the row says."""
    identity = f"{TABLE.index(row)}-{action}"
    async with naked(spoiler, "other") as other:
        async with naked(spoiler, identity) as station:
            await station.say(2, "spoil-me", action, REQUESTS[action])
            await next_is_undamaged(other)
            await row.damage(station, answer(action, "spoil-me"))
            if not row.ends:
                await next_is_undamaged(station)
        async with naked(spoiler, identity) as station:
            await station.say(2, "again", action, REQUESTS[action])
            assert await station.frame() == whole(answer(action, "again"))
        await next_is_undamaged(other, "last")


@pytest.mark.parametrize("row", [row for row in TABLE if row.fault in ("close", "reset")], ids=lambda row: row.fault)
async def test_earlier_calls_are_answered_before_the_end(kept: Sequence[str], row: Row) -> None:
    """A call in the same packet before the one whose fault ends the connection is still answered."""
    async with Mock(*kept, *UNDAMAGED, "--fault", "Heartbeat", row.fault) as mock, naked(mock, "CS-1") as station:
        actions = {"first": "GetCertificateStatus", "last": "Heartbeat"}
        calls = [[2, id_, action, REQUESTS[action]] for id_, action in actions.items()]
        await station.raw.write(b"".join(masked(orjson.dumps(call)) for call in calls))
        assert orjson.loads(await station.text())[1] == "first"
        await row.damage(station, b"")


async def test_earlier_calls_are_answered_before_the_close_frame(kept: Sequence[str]) -> None:
    """A call in the same packet before a close frame is answered before the close frame."""
    async with Mock(*kept) as mock, naked(mock, "CS-1") as station:
        call = masked(orjson.dumps([2, "first", "Heartbeat", {}]))
        await station.raw.write(call + masked((1000).to_bytes(2), Opcode.CLOSE))
        assert orjson.loads(await station.text())[1] == "first"
        assert await station.frame() == (True, Opcode.CLOSE, (1000).to_bytes(2))


@pytest.fixture(scope="module")
def command() -> bytes:
    """The text of the undamaged command of a mock with this seed."""

    async def get() -> bytes:
        async with Mock(*RESET) as mock, naked(mock, "CS-1") as station:
            return await station.text()

    return asyncio.run(get())


@ROWS
async def test_spoiled_command(command: bytes, row: Row) -> None:
    """A fault damages a command of the mock in the same way, but no answers and no other stations."""
    assert orjson.loads(command)[2:] == ["Reset", {"type": "Immediate"}]
    for turn in turns():
        with turn as pace:
            await spoils_command(command, row, at(pace, row.fault))


async def spoils_command(command: bytes, row: Row, fault: str) -> None:
    """Check that the command is damaged as the row says."""
    async with Mock(*UNDAMAGED, *RESET, "--fault", "Reset[type=immediate]", fault) as mock:
        async with naked(mock, "other") as other, naked(mock, "CS-1") as station:
            await next_is_undamaged(other)
            await row.damage(station, command)
            if not row.ends:
                await next_is_undamaged(station)
        async with naked(mock, "CS-1") as station:
            await next_is_undamaged(station)


async def test_a_stalled_connection_is_not_read() -> None:
    """During a stall the mock reads nothing; it reads the messages of the station afterwards."""
    for turn in turns():
        with turn as pace:
            await stays_unread(pace)


async def stays_unread(seconds: float) -> None:
    """Stall for this many seconds, and check that the mock reads nothing."""
    filler = {"vendorId": "V", "data": "x" * 1_000_000}
    async with Mock("--fault", "Heartbeat*1", f"stall seconds={seconds}") as mock, naked(mock, "CS-1") as station:
        await station.say(2, "stall", "Heartbeat", {})
        await asyncio.sleep(0.1)
        text = orjson.dumps([2, "fill", "DataTransfer", filler])
        station.raw.writer.write(masked(text) * 20)
        await asyncio.sleep(0.3)
        assert station.raw.writer.transport.get_write_buffer_size() > 0
        assert orjson.loads(await station.text())[1] == "stall"
        assert [orjson.loads(await station.text())[1] for _ in range(20)] == ["fill"] * 20
