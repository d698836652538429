"""Controls a station by lines: typed at a terminal with history and completion, from a pipe, or from a file."""

import asyncio
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import suppress
from io import TextIOWrapper

from mock_csms.runtime import clock
from mock_csms.settings import values
from mock_csms.settings.texts import read_text
from mock_csms.station import cues
from mock_csms.station.control_lines import (
    WORDS,
    Order,
    Quit,
    SendCall,
    ShowHelp,
    ShowStatus,
    StayAway,
    Wait,
    parse_line,
)
from mock_csms.station.player import Player
from mock_csms.station.requests import request
from mock_csms.station.state import State
from mock_csms.twin.events import Failed

_PATIENCE = 35.0
"""How many seconds the last messages may take after the last line."""


async def follow(player: Player, lines: AsyncIterator[str], say: Callable[[str], None]) -> None:
    """Execute the lines after the CSMS has answered the first boot, then wait for the last answers.

    Without any line the station keeps running. `say` prints the result of each line. Raises TimeoutError if the CSMS
    does not answer the last messages.
    """
    is_driven = False
    await player.until(lambda device: device.boot_status is not None, values.LONGEST)
    async for line in lines:
        is_driven = True
        try:
            order = parse_line(line)
            if isinstance(order, Quit):
                return
            if order is not None:
                await _obey(player, order, say)
        except ValueError as error:
            player.site.bus.publish(Failed(clock.now(), player.identity, str(error)))
    if not is_driven:
        await asyncio.get_running_loop().create_future()
    await player.until(_is_at_rest, _PATIENCE)


def _is_at_rest(device: State) -> bool:
    """Whether all messages are answered and no reboot is planned."""
    return device.outbox.is_empty and not device.is_leaving and device.boot_status is not None


async def _obey(player: Player, order: Order, say: Callable[[str], None]) -> None:
    match order:
        case SendCall(action, given):
            payload = request(player.version, action, given, player.identity, player.moment())
            player.tell(cues.CallRequested(action, payload))
        case StayAway(seconds):
            player.stay_away(seconds)
        case Wait(seconds):
            await asyncio.sleep(player.site.real(seconds))
        case ShowStatus():
            say("\n".join(_status(player)))
        case ShowHelp():
            say("\n".join(f"{name + ' ' + word.usage:24} {word.help}" for name, word in WORDS.items()))
        case Quit():
            pass
        case _:
            player.tell(order)


def _status(player: Player) -> Iterator[str]:
    """Yield lines with the state of a station."""
    device = player.device
    line = "online" if device.is_online else "offline"
    yield f"{player.identity}: {line}, boot {device.boot_status or 'not answered yet'}"
    yield from player.machine.describe(device, player.moment())
    yield f"  {len(device.outbox.waiting)} messages wait"


def lines_of_file(path: str) -> AsyncIterator[str]:
    """Return the lines of a file. Raises ValueError that names the wrong line, before any line is executed."""
    lines = read_text(path).split("\n")
    for number, line in enumerate(lines, 1):
        try:
            parse_line(line)
        except ValueError as error:
            raise ValueError(f"{path}, line {number}: {error}") from None
    return _each(lines)


async def _each(lines: Sequence[str]) -> AsyncIterator[str]:
    for line in lines:
        yield line


async def typed_lines() -> AsyncIterator[str]:
    """Yield the lines that a user types, or that come through a pipe, until the end of input."""
    queue: asyncio.Queue[str | None] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    read = _terminal_lines if sys.stdin is not None and sys.stdin.isatty() else _piped_lines

    def listen() -> None:
        with suppress(RuntimeError):  # the loop ended while the thread was reading
            for line in read():
                loop.call_soon_threadsafe(queue.put_nowait, line)
            loop.call_soon_threadsafe(queue.put_nowait, None)

    threading.Thread(target=listen, daemon=True).start()
    while (line := await queue.get()) is not None:
        yield line


def _piped_lines() -> Iterator[str]:
    if isinstance(sys.stdin, TextIOWrapper):  # None if it is closed
        is_utf8 = sys.stdin.encoding.lower() in ("utf-8", "utf8")
        sys.stdin.reconfigure(encoding="utf-8-sig" if is_utf8 else None, errors="replace")
        yield from iter(sys.stdin.readline, "")


def _terminal_lines() -> Iterator[str]:
    """Read lines with the editing, history and completion of the standard library."""
    with suppress(ImportError):
        import readline  # noqa: PLC0415 - not on every system, and only for people

        readline.set_completer(lambda text, state: [*(w + " " for w in WORDS if w.startswith(text)), None][state])
        readline.parse_and_bind("tab: complete")
    with suppress(EOFError):
        while True:
            yield input()
    yield "quit"
