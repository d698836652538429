"""What the mock remembers of disconnected stations: everything about the last ones, and facts for rules about all."""

import asyncio
import gc
from pathlib import Path

import orjson
import pytest
from websockets.exceptions import InvalidStatus

from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.control.python import Csms
from mock_csms.protocol.messages import Call
from mock_csms.runtime.bus import Bus
from mock_csms.twin.events import Disconnected, Received
from mock_csms.twin.station import MOST_VISITORS, StationModel
from mock_csms.watch.inbox import Either, Inbox, Wanted
from tests.control.in_process import station_of
from tests.wire import BOOT, PATIENCE, Mock


def findings(path: Path) -> list[str]:
    """Return the checks that reported something about CS-1."""
    events = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    return [each["check"] for each in events if each["event"] == "Finding" and each["station"] == "CS-1"]


async def come_and_go(mock: Mock, *identities: str) -> None:
    """Let stations connect, boot and leave, one after another."""
    for identity in identities:
        async with mock.station(identity) as station:
            await station.ask("BootNotification", BOOT)


@pytest.mark.parametrize(("most", "expected"), [(1, []), (3, ["R05"])])
async def test_a_forgotten_station_is_a_new_one(tmp_path: Path, most: int, expected: list[str]) -> None:
    """Checks report no mistakes against forgotten facts and no missing boot of a forgotten station."""
    events = tmp_path / "events"
    async with Mock(f"--remember={most}", f"--events={events}") as mock:
        async with mock.station("CS-1") as station:
            await station.ask("BootNotification", BOOT)
            await station.send([2, "used", "Heartbeat", {}])
            await station.expect(3, "used")
        await come_and_go(mock, "CS-2", "CS-3")
        async with mock.station("CS-1") as station:
            await station.send([2, "used", "Heartbeat", {}])
            await station.expect(3, "used")
    assert findings(events) == expected


async def test_facts_for_rules_are_never_forgotten() -> None:
    """The mock never forgets the position in a boot sequence, uses of rules, and whether a station was accepted."""
    flags = ("--remember=0", "--boot-status-sequence=Pending,Rejected,Accepted", "--require-boot")
    async with Mock(*flags, "--error", "Heartbeat*1", "FormationViolation") as mock:
        async with mock.station("CS-1") as station:
            assert (await station.ask("BootNotification", BOOT))["status"] == "Pending"
            await station.expect_error("Heartbeat", {}, "SecurityError")
        await come_and_go(mock, "CS-2", "CS-3")
        for status in ("Rejected", "Accepted"):
            async with mock.station("CS-1") as station:
                assert (await station.ask("BootNotification", BOOT))["status"] == status
        await come_and_go(mock, "CS-2", "CS-3")
        async with mock.station("CS-1") as station:
            await station.expect_error("Heartbeat", {}, "FormationViolation")
        await come_and_go(mock, "CS-2", "CS-3")
        async with mock.station("CS-1") as station:
            await station.ask("Heartbeat")


def kept(kind: type) -> int:
    """Return how many objects of a class the process has."""
    gc.collect()
    return sum(type(each) is kind for each in gc.get_objects())


async def test_memory_does_not_grow_with_identities() -> None:
    """The mock keeps the state of the last --remember stations, and of a few refused ones, however many come."""
    async with Csms(port=0, remember=10, known_stations=tuple(f"CS-{n}" for n in range(200))) as csms:
        before = kept(StationModel), kept(KnownStation)
        for number in range(200):
            async with station_of(csms, f"CS-{number}") as station:
                await station.ask("BootNotification", BOOT)
        for number in range(2 * MOST_VISITORS):
            with pytest.raises(InvalidStatus):
                await station_of(csms, f"OTHER-{number}").__aenter__()
        after = kept(StationModel), kept(KnownStation)
        assert list(csms.stations) == [f"CS-{number}" for number in range(190, 200)]
    assert [now - then for then, now in zip(before, after, strict=True)] == [10 + MOST_VISITORS] * 2


async def test_a_station_with_two_connections_is_not_forgotten() -> None:
    """With --on-duplicate=both a station is not forgotten when one of its connections ends."""
    async with Mock("--remember=0", "--on-duplicate=both", "--require-boot") as mock, mock.station("CS-1") as first:
        await first.ask("BootNotification", BOOT)
        async with mock.station("CS-1"):
            pass
        await come_and_go(mock, "CS-2")
        await first.ask("Heartbeat")


async def test_the_inbox_keeps_the_calls_of_the_last_thousand_stations() -> None:
    """The inbox drops the calls of the station that left first, unless a task waits for calls of it."""
    bus = Bus()
    inbox = Inbox(bus)
    waiting = asyncio.create_task(inbox.look_for("CS-1", Either((Wanted("Reset"),)), PATIENCE))
    await asyncio.sleep(0)
    for number in range(2000):
        call = Call("1", "Heartbeat", {})
        bus.publish(Received(0.0, f"CS-{number}", b"", call, (), None, binary=False, is_refused=False))
        bus.publish(Disconnected(0.0, f"CS-{number}", 1000, ""))
    wanted = Either((Wanted("Heartbeat"),))
    assert [n for n in range(2000) if inbox.find(f"CS-{n}", wanted)] == [1, *range(1000, 2000)]
    waiting.cancel()
