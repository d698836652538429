"""After the last expectation is met the mock continues for a while, and forbidden messages still fail the run."""

import asyncio
import re
import signal
from contextlib import AsyncExitStack

import pytest

from tests.pace import takes, turns
from tests.raw import run
from tests.verdicts import Run, judged, play, rows


async def test_the_next_message_is_answered() -> None:
    """The mock still answers messages right after the last expected one; then the run ends by itself."""
    for turn in turns():
        with turn as pace:
            flags = f"--expect BootNotification --linger {2 * pace}"
            async with Run(*flags.split()) as mock, AsyncExitStack() as stack:
                assert await play(mock, "boot", stack)
                with takes(2 * pace):
                    await asyncio.sleep(0.2 * pace)
                    station = await stack.enter_async_context(mock.station("CS-2"))
                    assert await station.ask("Heartbeat")
                    assert (await mock.ended())[0] == 0


def test_default() -> None:
    """By default the run ends when the stations are quiet for a second."""
    printed = run("--expect", "Heartbeat", "--print-config").stdout
    assert "linger = 1.0" in [line.removeprefix("# ") for line in printed.splitlines()]


@pytest.mark.parametrize(
    ("flags", "last", "report"),
    [
        ("--expect BootNotification --forbid Authorize", "authorize", "FAILED +not Authorize"),
        ("--expect BootNotification --expect Authorize*0", "authorize", "exactly 0.* 1 seen"),
        ("--expect BootNotification*1", "boot", "exactly 1.* 2 seen"),
    ],
)
async def test_a_forbidden_message_during_linger(flags: str, last: str, report: str) -> None:
    """A forbidden message, or one too many, also fails the run during --linger, even after --within."""
    for turn in turns():
        with turn as pace:
            async with Run(*flags.split(), "--within", f"{pace}", "--linger", "9") as mock, AsyncExitStack() as stack:
                assert await play(mock, "boot", stack)
                await asyncio.sleep(1.2)
                await play(mock, last, stack)
                status, result = await mock.ended()
            assert (status, bool(re.search(report, result))) == (1, True), result


async def test_a_signal_during_linger() -> None:
    """A signal during --linger ends the run at once with its verdict."""
    async with Run("--expect", "BootNotification", "--linger", "9") as mock, AsyncExitStack() as stack:
        await play(mock, "boot", stack)
        mock.process.send_signal(signal.SIGTERM)
        assert (await mock.ended())[0] == 0


CASES = """
--expect Heartbeat --forbid Authorize               | boot authorize | not reached +Heartbeat: .*0 seen
--expect Heartbeat --expect BootNotification*0      | boot           | not reached +Heartbeat: .*0 seen
--expect Heartbeat*2 --forbid Authorize             | beat authorize | not reached +Heartbeat\\*2: .*1 seen
--expect BootNotification --forbid Authorize        | boot authorize | ok +BootNotification
--expect Heartbeat --forbid Authorize               | boot TERM      | FAILED +Heartbeat
"""


@pytest.mark.parametrize(("flags", "transcript", "report"), rows(CASES))
async def test_pending_expectations(flags: str, transcript: str, report: str) -> None:
    """If a forbidden message ends the run, pending expectations are reported as not reached, not as failed."""
    status, result = await judged(flags, transcript)
    assert (status, bool(re.search(f"^{report}", result, re.MULTILINE))) == (1, True), result
    assert result.count("FAILED") == 1
