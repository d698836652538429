"""Where connections come in: what all of one listener share."""

from collections.abc import Callable

from websockets.extensions.permessage_deflate import enable_server_permessage_deflate

from mock_csms.runtime.transport.connection import Transport
from mock_csms.runtime.transport.deadlines import Deadlines
from mock_csms.runtime.transport.gate import Gate, Limits
from mock_csms.runtime.transport.incoming import Incoming
from mock_csms.runtime.transport.pool import Pool

HANDSHAKE_TIMEOUT = 10.0


class Endpoint(Pool):
    """What all connections of one listener share; call it for the transport of the next one."""

    def __init__(self, gate: Gate, limits: Limits, write_ahead: Callable[[], None] | None = None) -> None:
        super().__init__(limits, write_ahead)
        self.gate = gate
        self.extensions = enable_server_permessage_deflate(None) if limits.compression else None
        self.handshakes = Deadlines(HANDSHAKE_TIMEOUT, Transport.abort)

    def __call__(self) -> Transport:
        return Incoming(self)

    def forget(self, transport: Transport) -> None:
        """Hold nothing any more of a transport whose connection is gone."""
        self.handshakes.stop(transport)
        super().forget(transport)
