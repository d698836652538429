"""When a run with expectations ends, and what it writes to stdout then."""

import asyncio
import re
import signal
import socket
from contextlib import AsyncExitStack
from itertools import count

import pytest

from tests.pace import takes, turns
from tests.raw import run as run_to_end
from tests.raw import until
from tests.verdicts import ENDED, ORDER, Run, judged, play
from tests.wire import PATIENCE


def test_cannot_start() -> None:
    """A run that cannot start prints one line and has status 3, not that of a failed verdict."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ended = run_to_end("--expect", "Heartbeat", "--port", str(taken.getsockname()[1]))
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (3, "", 1), ended


@pytest.mark.parametrize("flags", ["", "--expect Heartbeat"])
async def test_second_signal(flags: str) -> None:
    """A second signal ends the process at once, with status 130, although a station does not answer the close frame."""
    for turn in turns():  # the mock only waits for one second
        with turn:
            async with Run(*flags.split()) as mock, mock.raw() as mute:
                mock.process.send_signal(signal.SIGTERM)
                assert (await mute.frame())[0] == 8
                mock.process.send_signal(signal.SIGINT)
                assert (await mock.ended())[0] == 130


async def test_first_signal_after_the_verdict() -> None:
    """A signal right after a run has ended by itself counts as the first: the verdict stands."""
    async with Run("--expect", "Heartbeat") as mock, mock.raw() as mute, AsyncExitStack() as stack:
        await play(mock, "beat", stack)
        assert (await mute.frame())[0] == 8
        mock.process.send_signal(signal.SIGTERM)
        assert (await mock.ended())[0] == 0


async def test_ends_as_soon_as_or_at_the_end_of_within() -> None:
    """A run ends once all expectations are met; with an upper bound or a forbidden message, at the end of --within."""

    async def at_the_end(flags: str) -> None:
        for turn in turns():
            with turn as pace:
                words = f"--within {1.5 * pace} --expect Heartbeat {flags}".split()
                async with await asyncio.to_thread(Run, *words) as mock, AsyncExitStack() as stack:
                    with takes(1.5 * pace):
                        await play(mock, "beat", stack)
                        assert (await mock.ended())[0] == 0

    await asyncio.gather(*map(at_the_end, ["--expect Authorize*0..1", "--forbid Authorize"]))
    assert (await judged(f"--within {60 * PATIENCE} --expect Heartbeat", "beat"))[0] == 0


async def test_within_counts_from_the_first_connection() -> None:
    """--within starts with the first connection; later connections do not start it again."""
    flags = f"--expect Heartbeat*2.. --within 1 --wait-for-station {PATIENCE}"
    async with Run(*flags.split()) as mock, AsyncExitStack() as stack:
        await asyncio.sleep(1.2)
        with takes(1):
            ended = asyncio.ensure_future(mock.ended())
            for number in count():
                if ended.done():
                    break
                await play(mock, f"{number}: beat", stack)
                await asyncio.sleep(0.1)
            assert (await ended)[0] == 1


async def test_a_station_that_left_may_come_back() -> None:
    """Counts and the order of messages are kept for each station over its connections."""
    assert (await judged("--expect Heartbeat*3..", "beat bye beat A: beat CS-1: bye beat"))[0] == 0
    assert (await judged(f"{ORDER} --expect disconnect", "boot bye beat bye"))[0] == 0


async def test_report_has_each_expectation() -> None:
    """The report has each expectation with its count for each station, also the met ones."""
    flags = f"--expect Heartbeat*2.. --expect BootNotification {ENDED}"
    _, report = await judged(flags, "A: beat beat beat boot B: beat updated TERM")
    seen = re.split(r"^(?=ok|FAILED)", report, flags=re.MULTILINE)[1:]
    for text, *wanted in [(seen[0], "A.*3", "B.*1"), (seen[1], "A.*1", "B.*0"), (seen[2], "A.*0", "B.*0")]:
        assert [pattern for pattern in wanted if not re.search(pattern, text)] == [], report


async def test_report_has_the_nearest_miss() -> None:
    """The report shows the received message with the fewest differences, path by path."""
    flags = "--expect TransactionEvent[eventType=Ended,seqNo=9,evse.id=1] --within 9"
    _, report = await judged(flags, "started rich TERM")
    assert re.search("eventType: expected Ended, got Updated; seqNo: expected 9, got 3", report), report
    assert "evse.id: " not in report
    _, report = await judged("--expect TransactionEvent[evse.id=1]", "started TERM")
    assert "evse.id: expected 1, got nothing" in report


async def test_report_has_the_message_sequence() -> None:
    """The report of a failed run lists all messages in the order of the wire, with refused and sent ones."""
    flags = f"{ENDED} --commands Reset:0 --within 9 --checks none"
    _, report = await judged(flags, "A: Reset=Accepted boot invalid junk B: Reset!NotSupported bye A: updated TERM")
    sequence = """A.*connected|A <- Reset|A -> Reset.response +.*Accepted|A -> BootNotification +.*PowerUp
        A <- BootNotification.response|A -> BootNotification.*missing|A <- BootNotification.error|A -> .*junk
        A <- .*RpcFrameworkError|B.*connected|B <- Reset|B -> Reset.error.*NotSupported|B.*disconnected.*1000
        A -> TransactionEvent.*Updated|A <- TransactionEvent.response"""
    pattern = ".*\n.*".join(part.strip() for line in sequence.splitlines() for part in line.split("|"))
    assert re.search(pattern, report), report


async def test_verdict_is_the_last_thing_on_stdout() -> None:
    """Stdout has the URL and the verdict, its summary last; everything else goes to stderr."""
    async with Run("--expect", "Heartbeat") as mock, AsyncExitStack() as stack:
        await play(mock, "boot beat", stack)
        status, report = await mock.ended()
        assert (status, mock.first_line.startswith("Listening on ws://")) == (0, True)
        assert "BootNotification" not in report
        assert report.splitlines()[-1].startswith("passed")
        await until(lambda: "BootNotification" in mock.log)
    assert (await judged("--expect Heartbeat", "TERM"))[1].splitlines()[-1].startswith("failed")


async def test_stdout_that_nobody_reads() -> None:
    """If nobody reads stdout, the exit status still has the verdict."""
    async with Run("--expect", "Heartbeat") as mock, AsyncExitStack() as stack:
        assert mock.process.stdout
        mock.process.stdout.close()
        mock.process.stdout = None
        await play(mock, "beat", stack)
        assert await asyncio.to_thread(mock.process.wait, PATIENCE) == 0
