"""Waits for the answer to one of our calls; the call may first wait for the trace to be written."""

import asyncio

from mock_csms.protocol.actions import Json
from mock_csms.runtime.transport.write_buffer import WriteBuffer


async def within(seconds: float, answer: "asyncio.Future[Json]", buffer: WriteBuffer) -> Json:
    """Return the answer. Raises TimeoutError after so many seconds, which start again if messages had to wait."""
    loop, stops = asyncio.get_running_loop(), buffer.stops
    timer: asyncio.TimerHandle

    def expire() -> None:
        nonlocal stops, timer
        if buffer.stops != stops:
            stops = -1 if buffer.keeps_any else buffer.stops
            timer = loop.call_later(seconds, expire)
        elif not answer.done():
            answer.set_exception(TimeoutError())

    timer = loop.call_later(seconds, expire)
    try:
        return await answer
    finally:
        timer.cancel()
