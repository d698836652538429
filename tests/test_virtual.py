"""The loop with virtual time: sent bytes arrive before time moves, and nothing waits in real time."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from mock_csms.runtime import clock
from tests.virtual import Loop, virtual_time


def done(loop: Loop, work: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine on such a loop, and return its result."""
    try:
        return loop.run_until_complete(work)
    finally:
        loop.close()


def test_days_pass_in_their_order() -> None:
    """Timers run in the order of their times, and the clock has the time of the timer."""
    loop, rung = Loop(), list[tuple[str, float]]()

    def ring(name: str) -> None:
        rung.append((name, clock.now()))

    async def wait() -> None:
        for name, seconds in (("late", 200_000.0), ("soon", 0.25), ("early", 0.125)):
            loop.call_later(seconds, ring, name)
        await asyncio.sleep(1_000_000)

    with virtual_time(loop, 1000.0):
        done(loop, wait())
    assert rung == [("early", 1000.125), ("soon", 1000.25), ("late", 201_000.0)]
    assert clock.now() > 1_000_000_000


def test_sent_bytes_arrive_before_the_next_timer() -> None:
    """A mebibyte and the end of the connection arrive before the next timer runs."""
    loop = Loop()

    async def talk() -> tuple[int, float]:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(await reader.readexactly(1 << 20))
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.write(b"x" * (1 << 20))
        async with asyncio.timeout(1e-9):
            size = len(await reader.read())
        writer.close()
        server.close()
        return size, loop.time()

    assert done(loop, talk()) == (1 << 20, 0.0)


def test_waiting_for_ever_is_an_error() -> None:
    """If no event can ever happen again, the loop raises an error."""
    with pytest.raises(RuntimeError, match="nobody will ever do anything"):
        done(Loop(), asyncio.Event().wait())
