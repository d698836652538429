"""The example CSMS from the documentation of the Python package `ocpp`, with validation in both directions.

Prints its URL; ends on SIGTERM.
"""

import asyncio
import logging
import signal
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from ocpp.routing import on
from ocpp.v201 import ChargePoint, call_result
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

logging.getLogger("ocpp").setLevel(logging.ERROR)


class Csms(ChargePoint):  # type: ignore[misc] # the package has no types
    """The CSMS's side of one connection."""

    @on("BootNotification")  # type: ignore[untyped-decorator] # as above
    def on_boot(self, **_: Any) -> call_result.BootNotification:
        """Accept every boot."""
        return call_result.BootNotification(current_time=_now(), interval=60, status="Accepted")

    @on("Heartbeat")  # type: ignore[untyped-decorator] # as above
    def on_heartbeat(self, **_: Any) -> call_result.Heartbeat:
        """Return the current time."""
        return call_result.Heartbeat(current_time=_now())

    @on("TransactionEvent")  # type: ignore[untyped-decorator] # as above
    def on_transaction_event(self, **_: Any) -> call_result.TransactionEvent:
        """Return a cost, like the mock."""
        return call_result.TransactionEvent(total_cost=10)


def _now() -> str:
    return datetime.now(UTC).isoformat()  # noqa: TID251 - a program of its own


async def talk(connection: ServerConnection) -> None:
    """Answer until the connection ends."""
    assert connection.request is not None
    with suppress(ConnectionClosed):
        await Csms(connection.request.path.strip("/"), connection).start()


async def main() -> None:
    """Serve until SIGTERM."""
    async with serve(talk, "127.0.0.1", 0, compression=None, subprotocols=[Subprotocol("ocpp2.0.1")]) as server:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, server.close)
        host, port = next(iter(server.sockets)).getsockname()
        print(f"Listening on ws://{host}:{port}", flush=True)
        await server.wait_closed()


if __name__ == "__main__":
    asyncio.run(main())
