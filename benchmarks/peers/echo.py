"""A bare `websockets` server that sends back every message: the least work that a WebSocket server in asyncio can do.

It accepts the subprotocol of OCPP 2.0.1, so that the same load generator can connect. It prints its URL, and ends on
SIGTERM.
"""

import asyncio
import signal
from contextlib import suppress

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol


async def echo(connection: ServerConnection) -> None:
    """Send back every message until the connection ends."""
    with suppress(ConnectionClosed):
        async for message in connection:
            await connection.send(message)


async def main() -> None:
    """Serve until SIGTERM."""
    subprotocols = [Subprotocol("ocpp2.0.1")]
    async with serve(echo, "127.0.0.1", 0, compression=None, subprotocols=subprotocols) as server:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, server.close)
        host, port = next(iter(server.sockets)).getsockname()
        print(f"Listening on ws://{host}:{port}", flush=True)
        await server.wait_closed()


if __name__ == "__main__":
    asyncio.run(main())
