"""--latency and --loss: their effect on messages in both directions, without false findings."""

import asyncio
import time
from pathlib import Path
from typing import Any

import orjson
import pytest

from mock_csms.commands.tracereading import Reading
from tests.pace import turns
from tests.raw import naked, refused, until
from tests.test_check import check
from tests.verdicts import Run
from tests.wire import Mock, transaction

COUNT = 60


def events_in(path: Path) -> list[dict[str, Any]]:
    """Return the complete lines of an event log that may still be written."""
    return [orjson.loads(line) for line in path.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]


def ids(events: list[dict[str, Any]], *kinds: str, station: str = "CS-1") -> list[str]:
    """Return the message ids of the events of these kinds."""
    return [event["messageId"] for event in events if event["event"] in kinds and event["station"] == station]


async def lose(path: Path, *flags: str, others: int = 0) -> list[dict[str, Any]]:
    """Let a station and some others send Heartbeats to a mock with --loss; return the events."""
    flags = ("--events", str(path), "--loss", "30%", *flags)
    async with Mock(*flags) as mock, naked(mock, "other") as other, mock.station() as station:
        for number in range(COUNT):
            await station.send([2, str(number), "Heartbeat", {}])
            for _ in range(others):
                await other.say(2, f"other-{number}", "Heartbeat", {})
        await until(lambda: len(ids(events_in(path), "Received", "Lost")) == COUNT)
        await until(lambda: len(ids(events_in(path), "Sent", "Spoiled", "Lost")) == COUNT)
        events = events_in(path)
        answered = ids(events, "Sent")
        assert [(await station.expect(3))[1] for _ in answered] == answered
    return events


async def test_messages_are_lost_both_ways(tmp_path: Path) -> None:
    """Some calls and some answers are lost; the rest is unchanged, and the records say which are lost."""
    events = await lose(tmp_path / "events", "--seed", "1")
    came, lost = ids(events, "Received"), ids(events, "Lost")
    spoiled, sent = ids(events, "Spoiled"), ids(events, "Sent")
    assert sorted(came + lost, key=int) == [str(number) for number in range(COUNT)]
    assert sorted(spoiled + sent, key=int) == came
    assert min(len(lost), len(spoiled), len(sent)) > 3
    assert {event["fault"] for event in events if event["event"] in ("Lost", "Spoiled")} == {"--loss 30"}


async def test_a_seed_repeats_the_losses(tmp_path: Path) -> None:
    """With the same seed the same messages of a station are lost, whatever other stations and the delays are."""
    runs = [
        await lose(tmp_path / "1", "--seed", "7"),
        await lose(tmp_path / "2", "--seed", "7", others=1),
        await lose(tmp_path / "3", "--seed", "8"),
    ]
    lost = [(ids(events, "Lost"), ids(events, "Spoiled")) for events in runs]
    assert lost[0] == lost[1] != lost[2]


async def test_latency_is_added_each_way_and_keeps_the_order() -> None:
    """An answer takes at least twice the latency; with any jitter, no message overtakes another."""
    async with Mock("--latency", "0.15+-0.05") as mock, mock.station() as station:
        began = time.monotonic()
        for number in range(COUNT):
            await station.send([2, str(number), "Heartbeat", {}])
        assert (await station.expect(3))[1] == "0"
        assert time.monotonic() - began >= 0.2
        assert [(await station.expect(3))[1] for _ in range(1, COUNT)] == [str(number) for number in range(1, COUNT)]


async def test_a_ping_is_answered_at_once() -> None:
    """Pongs are not delayed: a pong comes before the answer to a call that was sent before the ping."""
    async with Mock("--latency", "0.2") as mock, naked(mock, "CS-1") as station:
        await station.say(2, "1", "Heartbeat", {})
        await station.ping()
        assert (await station.frame()).data == b"?"
        assert orjson.loads(await station.text())[1] == "1"


async def test_malformed_messages_are_delayed_too() -> None:
    """Text that is not JSON gets its CALLERROR with the same delay, and in order."""
    async with Mock("--latency", "0.1+-0.1") as mock, mock.station() as station:
        await station.send([2, "1", "Heartbeat", {}])
        await station.send("{")
        await station.send([2, "2", "Heartbeat", {}])
        assert [(await station.expect())[:2] for _ in range(3)] == [[3, "1"], [4, "-1"], [3, "2"]]


async def test_delayed_messages_before_the_end(tmp_path: Path) -> None:
    """A delayed message that a station sent before it closed is received before the end is reported."""
    path = tmp_path / "events"
    async with Mock("--latency", "30", "--events", str(path)) as mock:
        async with mock.station() as station:
            await station.send([2, "1", "Heartbeat", {}])
        await until(lambda: any(event["event"] == "Disconnected" for event in events_in(path)))
        kinds = [event["event"] for event in events_in(path)]
        assert kinds.index("Received") < kinds.index("Disconnected")


async def test_lost_commands() -> None:
    """A lost command never comes."""
    async with Mock("--loss", "100", "--command", "Reset", "--delay", "0") as mock, mock.station() as station:
        await station.nothing(0.2)


async def test_late_commands(tmp_path: Path) -> None:
    """The latency of both directions is added to --call-timeout."""
    for turn in turns():
        with turn as pace:
            await answers_late(tmp_path / f"events-{pace}", pace)


async def answers_late(path: Path, pace: int) -> None:
    """Answer a command at once; the latency alone is longer than --call-timeout."""
    flags = [f"--latency={0.3 * pace}", f"--call-timeout={0.2 * pace}", "--events", str(path)]
    async with Mock(*flags, "--command", "Reset", "--delay", "0") as mock, mock.station() as station:
        await station.obey("Reset")
        await until(lambda: any(event["event"] == "Received" for event in events_in(path)))
        assert "Unanswered" not in [event["event"] for event in events_in(path)]


async def test_lost_messages_do_not_count() -> None:
    """Lost messages do not count for --expect and --forbid."""
    for flags in (["--expect", "Heartbeat", "--within", "1"], ["--forbid", "*", "--duration", "1"]):
        async with await asyncio.to_thread(Run, "--loss", "100", *flags) as mock, mock.station() as station:
            await station.send([2, "1", "Heartbeat", {}])
            status, _ = await mock.ended()
            assert status == (1 if "--expect" in flags else 0)


async def transactions(*flags: str, start: int = 0) -> tuple[int, str]:
    """Let a station report twenty transactions without waiting for answers; return status and report."""
    result = [("Started", start), ("Updated", start + 1), ("Ended", start + 2)]
    flags = ("--checks=X,-X14", "--fail-on-findings=warning", *flags)
    async with await asyncio.to_thread(Run, *flags) as mock:
        async with naked(mock, "CS-1") as station:
            for number in range(20):
                for kind, seq_no in result:
                    payload = transaction(kind, seqNo=seq_no)
                    payload["transactionInfo"] = payload["transactionInfo"] | {"transactionId": f"T{number}"}
                    await station.say(2, f"{number}-{seq_no}", "TransactionEvent", payload)
            await until(lambda: mock.log.count("-> TransactionEvent") == 20 * len(result))
        if mock.process.poll() is None:
            mock.process.terminate()
        return await mock.ended()


async def test_losses_are_no_findings(tmp_path: Path) -> None:
    """Gaps in seqNos and incomplete transactions are no findings if the mock lost the rest, live and in the trace."""
    trace = tmp_path / "trace.jsonl"
    status, report = await transactions("--loss=40", "--seed=3", f"--trace={trace}")
    assert (status, "X0" in report) == (0, False), report
    kinds = [each["event"] for record in events_in(trace) for each in record.get("meta", {}).get("since", ())]
    assert {"Lost", "Spoiled"} < set(kinds)
    with trace.open("rb") as file:
        read = [type(event).__name__ for event in Reading(str(trace), print).events(file)]
    assert [read.count(kind) for kind in ("Lost", "Spoiled")] == [kinds.count(kind) for kind in ("Lost", "Spoiled")]
    ended = check(str(trace), "--checks=X,-X14", "--fail-on-findings=warning")
    assert ended.returncode == 0, ended.stdout


async def test_mistakes_are_findings_despite_losses(tmp_path: Path) -> None:
    """A mistake that losses cannot explain is a finding, live and in the trace."""
    trace = tmp_path / "trace.jsonl"
    status, report = await transactions("--loss=40", "--seed=3", f"--trace={trace}", start=1)
    assert (status, "X03" in report) == (1, True), report
    ended = check(str(trace), "--checks=X,-X14", "--fail-on-findings=warning")
    assert (ended.returncode, "X03" in ended.stdout) == (1, True), ended.stdout


@pytest.mark.parametrize(
    ("flag", "value", "hint"),
    [
        ("--latency", "x", "SEC"),
        ("--latency", "1+-2", "before they are sent"),
        ("--latency", "1+-", "JITTER"),
        ("--latency", "nan", "SEC"),
        ("--latency", "=-1", "SEC"),
        ("--loss", "101", "100"),
        ("--loss", "x", "x"),
        ("--loss", "5 %%", "5"),
    ],
)
def test_bad_values(flag: str, value: str, hint: str) -> None:
    """An invalid value is refused at the start in one line that names the flag."""
    words = [flag + value] if value.startswith("=") else [flag, value]
    refused(words, flag, hint)
