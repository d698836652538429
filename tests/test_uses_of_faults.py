"""Faults: which stations, when and how often; several faults at once; probabilities."""

import asyncio
import re

import orjson
import pytest
from websockets.frames import Opcode

from tests.raw import TOKEN, logged, naked, refused, until
from tests.spoiled import TIME, UNDAMAGED, answer
from tests.wire import BOOT, PATIENCE, Mock, masked

# Which stations, when and how often.


async def texts(mock: Mock, identity: str, count: int) -> list[str]:
    """Send `count` Heartbeats and a last call on one connection; return the ids of the answers before the last one."""
    async with naked(mock, identity) as station:
        for number in range(count):
            await station.say(2, str(number), "Heartbeat", {})
        await station.say(2, "last", "DataTransfer", {"vendorId": "V"})
        answered: list[str] = []
        while "last" not in answered:
            answered.append(orjson.loads((await station.frame()).data)[1])
    return answered[:-1]


async def test_uses_are_counted_for_each_station_over_reconnects() -> None:
    """`*3` damages the first three matches of every station that matches the glob, over its reconnections."""
    async with Mock("--fault", "Heartbeat*3@CS-[12]", "drop") as mock:
        assert await texts(mock, "CS-1", 2) == []
        assert await texts(mock, "CS-2", 4) == ["3"]
        assert await texts(mock, "CS-1", 3) == ["1", "2"]
        assert await texts(mock, "CS-3", 2) == ["0", "1"]
        assert await texts(mock, "xCS-1", 1) == ["0"]


async def test_faults_add_up() -> None:
    """All matching faults with uses left apply, in order; after one that sends nothing no more apply."""
    flags = [
        "Heartbeat*1",
        "drop",
        "Heartbeat*2",
        "binary",
        "DataTransfer[vendorId=W]",
        "drop",
        "Heartbeat*4",
        "wrong-id",
    ]
    words = [word for pair in zip(flags[::2], flags[1::2], strict=True) for word in ("--fault", *pair)]
    async with Mock(*UNDAMAGED, *words) as mock, naked(mock, "CS-1") as station:
        for number in range(5):
            await station.say(2, str(number), "Heartbeat", {})
        await station.say(2, "W", "DataTransfer", {"vendorId": "W"})
        seen = [await station.frame() for _ in range(4)]
        assert [frame.opcode for frame in seen] == [Opcode.BINARY, Opcode.BINARY, Opcode.TEXT, Opcode.TEXT]
        assert [orjson.loads(frame.data)[1] in "01234" for frame in seen] == [False, False, False, False]
        await station.say(2, "V", "DataTransfer", {"vendorId": "V"})
        assert orjson.loads(await station.text())[1] == "V"


async def test_expired_but_late() -> None:
    """--reply chooses the answer and --fault delays it: both apply."""
    flags = ["--reply", "Authorize[idToken.idToken=BAD]", '{"idTokenInfo":{"status":"Expired"}}']
    flags += ["--fault", "Authorize[idToken.idToken=bad]", "delay seconds=0.2"]
    async with Mock(*flags) as mock, naked(mock, "CS-1") as station:
        good = {"idToken": TOKEN["idToken"] | {"idToken": "GOOD"}}
        calls = [[2, "late", "Authorize", TOKEN], [2, "good", "Authorize", good]]
        await station.raw.write(b"".join(masked(orjson.dumps(call)) for call in calls))
        for id_, status in (("good", "Accepted"), ("late", "Expired")):
            assert orjson.loads(await station.text()) == [3, id_, {"idTokenInfo": {"status": status}}]


async def test_data_transfer_has_two_directions() -> None:
    """`DataTransfer` matches the answer to the station, `DataTransfer.command` the mock's own call."""
    flags = ["--command", "DataTransfer", "--delay", "0"]
    refused([*flags, "--fault", "DataTransfer[vendorId=V].command", "binary"], "--fault", ".command")
    for match, ours in (("DataTransfer", False), ("DataTransfer.command[vendorId=TestVendor]", True)):
        async with Mock(*flags, "--fault", match, "binary") as mock, naked(mock, "CS-1") as station:
            assert ((await station.frame()).opcode is Opcode.BINARY) is ours
            await station.say(2, "1", "DataTransfer", {"vendorId": "TestVendor"})
            assert ((await station.frame()).opcode is Opcode.BINARY) is not ours


@pytest.mark.parametrize("action", ["Reset", "DataTransfer.command"])
async def test_a_fault_of_a_command_ignores_calls_of_stations(action: str) -> None:
    """A fault of a command does not apply when a station sends that action, and its uses are not counted then."""
    name = action.removesuffix(".command")
    flags = ["--fault", f"{action}*1", "binary", "--command", name, "--delay", "0", "--after", "boot"]
    async with Mock(*flags) as mock, naked(mock, "CS-1") as station:
        await station.say(2, "1", action, {})
        assert orjson.loads(await station.text())[:2] == [4, "1"]
        await station.say(2, "2", "BootNotification", BOOT)
        assert orjson.loads(await station.text())[:2] == [3, "2"]
        assert (await station.frame()).opcode is Opcode.BINARY


async def test_a_fault_of_a_callerror() -> None:
    """A fault of an answer also applies to the CALLERROR to a payload that violates its schema."""
    async with Mock("--fault", "Authorize*1", "wrong-id") as mock, naked(mock, "CS-1") as station:
        for expected in (False, True):
            await station.say(2, "1", "Authorize", {})
            kind, id_, code, *_ = orjson.loads(await station.text())
            assert (kind, id_ == "1", code) == (4, expected, "OccurrenceConstraintViolation")


@pytest.mark.parametrize("fault", ["split frames=3", "binary", "malformed", "oversize bytes=70000"])
async def test_with_compression(fault: str) -> None:
    """With compression the damaged message and the next one arrive."""
    async with (
        Mock(*UNDAMAGED, "--fault", "Heartbeat*1", fault) as mock,
        mock.station(compression="deflate") as station,
    ):
        await station.send([2, "1", "Heartbeat", {}])
        text = await asyncio.wait_for(station.socket.recv(decode=False), PATIENCE)
        assert (text == answer("Heartbeat", "1")) is (fault in ("split frames=3", "binary"))
        assert await station.ask("Heartbeat") == TIME


@pytest.mark.parametrize("code", [999, 1005, 1006, 5000, 70000])
def test_close_codes_that_cannot_be_sent(code: int) -> None:
    """A code that RFC 6455 does not allow in a close frame is refused at the start."""
    refused(["--fault", "Heartbeat", f"close code={code}"], "--fault", str(code))


# Probabilities.


async def test_a_seed_makes_chance_repeatable() -> None:
    """The same seed damages the same messages; the logged seed of a run repeats it; another seed damages others."""

    async def pattern(*flags: str) -> tuple[list[str], str]:
        async with Mock("--fault", "Heartbeat", "drop probability=0.5", *flags) as mock:
            await until(logged(mock, r"--seed \d+"))
            seed = re.search(r"--seed (\d+)", mock.log)
            assert seed
            return await texts(mock, "CS-1", 64), seed[1]

    first, seed = await pattern("--seed", "7")
    assert seed == "7"
    assert await pattern("--seed", "7") == (first, "7")
    assert 0 < len(first) < 64
    assert (await pattern("--seed", "8"))[0] != first
    by_chance, seed = await pattern()
    assert await pattern("--seed", seed) == (by_chance, seed)


async def test_probabilities_0_and_1() -> None:
    """A fault with the probability 0 never applies, and with 1 always."""
    flags = ["--fault", "Heartbeat@A", "drop probability=0", "--fault", "Heartbeat@B", "drop probability=1"]
    async with Mock(*flags) as mock:
        assert len(await texts(mock, "A", 20)) == 20
        assert await texts(mock, "B", 20) == []
