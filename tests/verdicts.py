"""Runs with expectations: short transcripts of stations, and their verdicts."""

import asyncio
import re
import shlex
import signal
from contextlib import AsyncExitStack, suppress
from typing import Any, TypeAlias

from websockets.exceptions import WebSocketException

from tests.pace import PACES
from tests.wire import BOOT, PATIENCE, Mock, Station, transaction

TOKEN = {"idToken": "AbC-1", "type": "ISO14443"}
NUMBER = {"idToken": "12345678", "type": "ISO14443"}
METER = [{"timestamp": "2026-01-01T00:00:00Z", "sampledValue": [{"value": 1.5}, {"value": 2}]}]
RICH = transaction(
    "Updated",
    "a,]b",
    seqNo=3,
    offline=True,
    evse={"id": 1},
    idToken=NUMBER,
    meterValue=METER,
    customData={"vendorId": "v", "n": 1, "text": "x"},
)
MESSAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "boot": ("BootNotification", BOOT),
    "beat": ("Heartbeat", {}),
    "started": ("TransactionEvent", transaction("Started", seqNo=0)),
    "updated": ("TransactionEvent", transaction("Updated", seqNo=1)),
    "ended": ("TransactionEvent", transaction("Ended", seqNo=2)),
    "rich": ("TransactionEvent", RICH),
    "authorize": ("Authorize", {"idToken": TOKEN}),
    "invalid": ("BootNotification", {}),
    "unknown": ("HeartBeat", {}),
}
"""The action and the payload for each word of a transcript."""


Judged: TypeAlias = tuple[int, str]
"""The status of a run, and what it wrote to stdout after the first line."""


Verdicts: TypeAlias = dict[tuple[str, ...], Judged | BaseException]
"""The result of a run with these flags and this transcript."""


class Run(Mock):
    """A run that ends with a verdict."""

    statuses: tuple[int, ...] = (0, 1, 3, 4, 130)

    async def ended(self) -> Judged:
        """Wait until it has ended."""
        assert self.process.stdout
        report = await asyncio.wait_for(asyncio.to_thread(self.process.stdout.read), PATIENCE)
        return await asyncio.to_thread(self.process.wait, PATIENCE), report.decode()


async def execute_word(station: Station, word: str) -> None:
    """Execute one word of a transcript."""
    command = re.fullmatch(r"(\w+)([=!])(\w+)", word)
    if command:
        action, kind, value = command.groups()
        id_ = (await station.expect(2, ..., action))[1]
        await station.send([3, id_, {"status": value}] if kind == "=" else [4, id_, value, "because", {}])
    elif word == "junk":
        await station.send("junk")
        await station.expect(4)
    elif word == "bye":
        await station.socket.close()
    else:
        await station.call(*MESSAGES[word])


async def play(mock: Mock, transcript: str, stack: AsyncExitStack) -> bool:
    """Execute a transcript until the mock ends; return whether all of it was executed before.

    `A:` continues as station A, which connects; the first station is CS-1. `Reset=Accepted` answers the next command,
    `Reset!NotSupported` refuses it, `bye` disconnects, TERM and INT are signals. Other words are keys of `MESSAGES`.
    """
    stations: dict[str, Station] = {}
    name = "CS-1"
    with suppress(WebSocketException, OSError, EOFError):
        for word in transcript.split():
            if word in ("TERM", "INT"):
                mock.process.send_signal(signal.Signals[f"SIG{word}"])
                continue
            name = word.removesuffix(":") if word.endswith(":") else name
            if name not in stations:
                stations[name] = await stack.enter_async_context(mock.station(name))
            if word == "bye":
                await stations.pop(name).socket.close()
            elif not word.endswith(":"):
                await execute_word(stations[name], word)
        return True
    return False


async def judged(flags: str, transcript: str) -> Judged:
    """Run the program with these flags while stations do what the transcript says, until it ends by itself.

    If a deadline expired before everything was sent, because the machine is slow, the run is repeated with a later one.
    """
    for pace in PACES:
        at_pace = slower(flags, pace) + (" --linger 0" if "--expect " in flags and "--linger" not in flags else "")
        async with await asyncio.to_thread(Run, *shlex.split(at_pace)) as mock, AsyncExitStack() as stack:
            whole = await play(mock, transcript, stack)
            ended = await mock.ended()
        if whole or not TIMED.search(flags):
            break
    return ended


TIMED = re.compile(r"(--within|--duration) ([\d.]+)")
"""A deadline for the stations."""


def slower(flags: str, pace: int) -> str:
    """Return the flags with the deadlines multiplied."""
    return TIMED.sub(lambda time: f"{time[1]} {float(time[2]) * pace}", flags)


def rows(table: str) -> list[tuple[str, ...]]:
    """Return the rows of a table; each line is a row."""
    return [tuple(cell.strip() for cell in line.split("|")) for line in table.splitlines() if line]


ENDED = "--expect TransactionEvent[eventType=Ended]"

ORDER = "--expect-order --expect BootNotification --expect Heartbeat"
