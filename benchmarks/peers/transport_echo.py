"""The mock's WebSocket transport with an echo behind it, for Autobahn's suite: `transport_echo.py [PORT]`."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from mock_csms.behavior.admission import LetIn, Respond, Verdict
from mock_csms.protocol.visitors import Visitor
from mock_csms.runtime.addresses import bind
from mock_csms.runtime.transport.acceptor import Acceptor
from mock_csms.runtime.transport.breaches import Breach
from mock_csms.runtime.transport.connection import Transport
from mock_csms.runtime.transport.endpoint import Endpoint
from mock_csms.runtime.transport.limits import Limits

LIMITS = Limits(max_message_size=1 << 25, compression=True, ping_interval=0, ping_timeout=0)


class Echo:
    """Sends back every message."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def receive(self, data: bytes, *, binary: bool) -> None:
        """Send the message back."""
        self._transport.send(data, binary=binary)

    def broke(self, breach: Breach) -> None:
        """Do nothing: the Autobahn test suite reports it."""

    def closed(self, code: int, reason: str) -> None:
        """Do nothing."""


class Open:
    """Accepts every connection."""

    def choose_subprotocol(self, offered: Sequence[str]) -> str | None:
        """Choose the first subprotocol that is offered."""
        return offered[0] if offered else None

    def judge(self, visitor: Visitor, subprotocol: str | None) -> Verdict:  # noqa: ARG002 - the gate's signature
        """Accept it."""
        return LetIn()

    def welcome(self, transport: Transport, visitor: Visitor, subprotocol: str) -> Echo:  # noqa: ARG002 - as above
        """Return an Echo for the connection."""
        return Echo(transport)

    def visit(self, visitor: Visitor) -> Respond:  # noqa: ARG002 - as above
        """Refuse: there are no pages."""
        return Respond(404, "a WebSocket is wanted")

    def refused(self, reason: str, visitor: Visitor, status: int | None) -> None:
        """Do nothing: the Autobahn test suite reports it."""

    def lost(self, reason: str, visitor: Visitor) -> None:
        """Do nothing."""


async def main() -> None:
    """Listen until the process is terminated."""
    port = int(sys.argv[1]) if sys.argv[1:] else 0
    for listener in bind("127.0.0.1", port):
        await Acceptor(listener, Endpoint(Open(), LIMITS), print).open()
        print("Listening on", listener.getsockname()[1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
