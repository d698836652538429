"""How expected calls are compared with received calls, and the error if none matches."""

import asyncio
import json
import random
import re
from typing import Any

import pytest

from mock_csms import CallFailed
from mock_csms.behavior.matching import ABSENT, Predicate
from mock_csms.control.python import Csms
from mock_csms.watch.inbox import MOST_CALLS, Either, Inbox, wanted
from tests.control.in_process import failure_of, station_of
from tests.wire import BOOT, transaction

STATUS = {"timestamp": "2026-01-01T00:00:00Z", "connectorStatus": "Available", "evseId": 1, "connectorId": 1}
SAMPLE = transaction("Ended", idToken={"idToken": "Tag1", "type": "ISO14443"}, evse={"id": 1}, offline=True)
SAMPLE["meterValue"] = [
    {"timestamp": "2026-01-01T00:00:00Z", "sampledValue": [{"value": 1.5}, {"value": 2}]},
    {"timestamp": "2026-01-01T00:01:00Z", "sampledValue": [{"value": 3}]},
]


@pytest.mark.parametrize(
    "part",
    [
        {},
        {"eventType": "Ended", "evse": {"id": 1}},
        {"idToken": {"idToken": "TAG1"}},
        {"seqNo": 0.0, "offline": True},
        {"evse": {}, "transactionInfo": ...},
        {"meterValue": [{"sampledValue": [{"value": 1.5}]}]},
        {"meterValue": ({}, {"timestamp": "2026-01-01T00:01:00Z"})},
        SAMPLE,
    ],
)
async def test_a_part_is_enough(part: Any) -> None:
    """Every expected value must be in the payload, other fields may have any value; idTokens match in any case."""
    async with Csms() as csms, station_of(csms) as station:
        await station.ask("TransactionEvent", SAMPLE)
        assert await csms.receive("CS-1", "TransactionEvent", part, within=0) == SAMPLE


@pytest.mark.parametrize(
    ("part", "differences"),
    [
        ({"eventType": "Started"}, ["eventType: expected Started, got Ended"]),
        ({"evse": {"id": "1"}}, ['evse.id: expected "1", got 1']),
        ({"offline": 1}, ["offline: expected 1, got true"]),
        ({"evse": 1}, ['evse: expected 1, got {"id":1}']),
        ({"evse": {"connectorId": 2}}, ["evse.connectorId: expected 2, got nothing"]),
        ({"customData": {}}, ["customData: expected something, got nothing"]),
        ({"seqNo": ..., "reservationId": ...}, ["reservationId: expected something, got nothing"]),
        ({"meterValue": [{}, {}, {}]}, ["meterValue.2: expected something, got nothing"]),
        ({"meterValue": [{}, {"sampledValue": []}]}, ['meterValue.1.sampledValue: expected [], got [{"value":3}]']),
        ({"evse": ()}, ['evse: expected [], got {"id":1}']),
        ({"idToken": {"idToken": "TAG2", "type": "ISO14443"}}, ["idToken.idToken: expected TAG2, got Tag1"]),
    ],
)  # fmt: skip
async def test_differences_have_a_line_per_path(part: Any, differences: list[str]) -> None:
    """In an error each differing value of the nearest call has its own line."""
    async with Csms() as csms, station_of(csms) as station:
        await station.ask("TransactionEvent", SAMPLE)
        lines = (await failure_of(csms, "TransactionEvent", part)).splitlines()
        assert [line.strip() for line in lines[2 : lines.index("came instead:")]] == differences


async def test_a_failure_lists_what_came_instead() -> None:
    """The error has the expected call, the nearest one with its differences, and everything that came."""
    async with Csms() as csms:
        async with station_of(csms) as station:
            await station.ask("BootNotification", BOOT)
            await csms.receive("CS-1", "BootNotification")
            await station.ask("TransactionEvent", transaction("Started", seqNo=1))
            await station.ask("TransactionEvent", transaction("Updated", seqNo=2))
            await station.call("Authorize", {})
            await station.send("\x1b[31m")
            await station.expect(4)
            text = await failure_of(csms, "TransactionEvent", {"eventType": "Ended", "seqNo": 2})
        await csms.receive("CS-1", "TransactionEvent", {"eventType": "Updated"})
    updated, started = (json.dumps(transaction(*x), separators=(",", ":")) for x in (("Updated",), ("Started",)))
    started, updated = started.replace('"seqNo":0', '"seqNo":1'), updated.replace('"seqNo":0', '"seqNo":2')
    boot = json.dumps(BOOT, separators=(",", ":"))
    assert text.splitlines() == [
        "CS-1 sent no TransactionEvent[eventType=Ended,seqNo=2] within 0.05 s",
        f"nearest: TransactionEvent {updated}",
        "  eventType: expected Ended, got Updated",
        "came instead:",
        "  TIME    connected                    ocpp2.0.1",
        f"  TIME -> BootNotification             {boot} (returned before)",
        f"  TIME -> TransactionEvent             {started}",
        f"  TIME -> TransactionEvent             {updated}",
        text.splitlines()[8],
        text.splitlines()[9],
    ]
    assert re.search(r"-> Authorize .*\{\} is invalid: .*idToken.* \(refused\)$", text.splitlines()[8])
    assert text.splitlines()[9].endswith(r"\x1b[31m (refused)")


async def test_a_call_that_came_too_early() -> None:
    """An error says so if the nearest call has no difference, but came before the wait for it began."""
    async with Csms() as csms, station_of(csms) as station:
        await station.ask("BootNotification", BOOT)
        inbox, wanted_ = Inbox(csms.bus), wanted("BootNotification", {})
        await station.ask("BootNotification", BOOT)
        with pytest.raises(AssertionError, match=r"nearest: .*\n  no difference, but it came too early"):
            await inbox.take("CS-1", wanted_, 0, after=inbox.count("CS-1"))


async def test_the_last_of_several_nearest_calls() -> None:
    """Of several nearest calls the error shows the last one, which the station most likely meant."""
    async with Csms() as csms, station_of(csms) as station:
        for event in ("Started", "Updated"):
            await station.ask("TransactionEvent", transaction(event))
        text = await failure_of(csms, "TransactionEvent", {"eventType": "Ended"})
        assert "\n  eventType: expected Ended, got Updated\n" in text


async def test_refused_calls_do_not_count() -> None:
    """An invalid call that got a CALLERROR does not count; with `--validate report` it does."""
    async with Csms() as csms, station_of(csms) as station:
        await station.expect_error("Authorize", {}, "OccurrenceConstraintViolation")
        assert "(refused)" in await failure_of(csms, "Authorize")
        csms.configure(validate="report")
        await station.call("Authorize", {})
        assert await csms.receive("CS-1", "Authorize", within=0) == {}


async def test_a_station_that_never_connected() -> None:
    """The error names the stations that did come, because a wrong identity is the likely cause."""
    async with Csms() as csms:
        assert (await failure_of(csms, "Heartbeat")).endswith("CS-1 has not connected (nobody has)")
        async with station_of(csms, "CS-01"):
            assert (await failure_of(csms, "Heartbeat")).endswith("CS-1 has not connected (CS-01 has)")


async def test_disconnections_and_refusals_are_listed() -> None:
    """The error also lists lost and refused connections."""
    async with Csms() as csms:
        async with station_of(csms):
            pass
        assert re.search(r"connected .*\n.* disconnected +1000", await failure_of(csms, "Heartbeat"))
        csms.configure(known_stations=["CS-2"])
        with pytest.raises(Exception, match="404"):
            async with station_of(csms):
                pass
        assert re.search(r"refused +.*404", await failure_of(csms, "Heartbeat"))


async def test_history_is_bounded() -> None:
    """The inbox keeps only the last 10,000 calls that nobody receives, and an error stays short."""
    async with Csms() as csms, station_of(csms) as station:
        await station.ask("TransactionEvent", transaction("Started"))
        for number in range(MOST_CALLS):
            await station.send([2, "1", "Heartbeat", {}])
            if number % 100 == 99:
                for _ in range(100):
                    await station.expect(3)
        assert f"({MOST_CALLS + 2 - 50} more before)" in (text := await failure_of(csms, "TransactionEvent"))
        assert len(text.splitlines()) == 52
        for _ in range(MOST_CALLS):
            await csms.receive("CS-1", "Heartbeat", within=0)
        assert "sent no Heartbeat" in await failure_of(csms, "Heartbeat")


async def test_long_calls_are_bounded() -> None:
    """Of long calls only the last few are kept, for `receive` and `messages`, but always the newest one."""
    data = random.Random(1).randbytes(450_000).hex()  # a text that does not compress well
    async with Csms(checks="none") as csms, station_of(csms) as station:
        for number in range(30):
            await station.ask("DataTransfer", {"vendorId": f"V{number}", "data": data})
        kept = [message for message in csms.messages if message.sender == "station"]
        assert 0 < len(kept) < 20
        assert kept[-1].payload["vendorId"] == "V29"
        assert await csms.receive("CS-1", "DataTransfer", {"vendorId": "V29"}, within=0)
        with pytest.raises(AssertionError):
            await csms.receive("CS-1", "DataTransfer", {"vendorId": "V0"}, within=0)


async def test_errors_are_redacted() -> None:
    """With `redact` no part of an error shows an idToken."""
    part = {"idToken": {"idToken": "S3cr3t,]1", "type": "Central"}}
    async with Csms(redact=True) as csms, station_of(csms) as station:
        await station.ask("Authorize", {"idToken": {"idToken": "S3cr3t-2", "type": "Central"}})
        await station.ask("DataTransfer", {"vendorId": "v", "data": '{"idToken":"S3cr3t-3"}'})
        await station.call("Authorize", {"idToken": "S3cr3t-2"})
        text = await failure_of(csms, "Authorize", part)
        assert "S3cr3t" not in text
        assert "idToken.idToken: expected ***, got ***" in text
        assert text.startswith(
            "CS-1 sent no Authorize[idToken.idToken=***,idToken.type=Central] within 0.05 s\nnearest: "
        )
        call = asyncio.create_task(csms.call("CS-1", "Reset"))
        await station.send([4, (await station.expect(2))[1], "GenericError", "because of S3CR3T-2", {}])
        with pytest.raises(CallFailed, match=r"^Reset to CS-1: GenericError: because of \*\*\*$"):
            await call
        assert await csms.receive("CS-1", "Authorize") == {"idToken": {"idToken": "S3cr3t-2", "type": "Central"}}


# Further functions of the inbox for other programs.


def _either(*actions: str, **part: Any) -> Either:
    return Either([wanted(action, part) for action in actions])


async def test_predicates_in_expected_calls() -> None:
    """A predicate gets the value at its path, or ABSENT; a difference shows its text."""
    some, nothing = Predicate("1 or 2", lambda found: found in (1, 2)), Predicate("nothing", lambda it: it is ABSENT)
    async with Csms() as csms, station_of(csms) as station:
        await station.ask("TransactionEvent", SAMPLE)
        text = await failure_of(csms, "TransactionEvent", {"evse": {"id": some}, "idToken": nothing, "seqNo": some})
        assert "evse.id" not in text.partition("nearest")[2].partition("came")[0]
        assert "  seqNo: expected 1 or 2, got 0" in text
        assert "  idToken: expected nothing, got {" in text
        assert await csms.receive("CS-1", "TransactionEvent", {"evse": {"id": some}}) == SAMPLE


async def test_taking_calls_after_a_number() -> None:
    """`take` returns the first matching call after the given number, and each call only once."""
    async with Csms() as csms:
        inbox = Inbox(csms.bus)
        async with station_of(csms) as station:
            for _ in range(2):
                await station.ask("Heartbeat")
            await station.ask("StatusNotification", STATUS)
            first = await inbox.take("CS-1", _either("Heartbeat", "StatusNotification"), 0)
            last = await inbox.take("CS-1", _either("StatusNotification"), 0)
            assert (first.call.action, last.call.action) == ("Heartbeat", "StatusNotification")
            assert first.at <= last.at
            assert inbox.find("CS-1", _either("Heartbeat"), first.number, last.number) is not None
            assert inbox.find("CS-1", _either("Heartbeat"), 0, first.number) is None
            assert await inbox.look_for("CS-1", _either("Heartbeat"), 0, last.number) is None
            assert await inbox.look_for("CS-1", _either("Heartbeat"), 0, first.number) is not None
            await station.ask("Heartbeat")
            assert inbox.count("CS-1") == last.number + 1


async def test_forgotten_calls_are_not_listed() -> None:
    """After `forget` an error lists only later calls; it names all alternatives that were expected."""
    async with Csms() as csms:
        inbox = Inbox(csms.bus)
        async with station_of(csms) as station:
            await station.ask("Heartbeat")
            inbox.forget("CS-1")
            await station.ask("StatusNotification", STATUS)
            with pytest.raises(AssertionError) as failure:
                await inbox.take("CS-1", _either("Heartbeat", "NotifyReport", seqNo=1), 0)
    text = str(failure.value)
    assert "sent no Heartbeat[seqNo=1] or NotifyReport[seqNo=1] within 0 s" in text
    assert [line for line in text.splitlines() if "-> Heartbeat" in line or "more before" in line] == []
    assert "-> StatusNotification" in text
