"""Where connections come in: what all of one listener share."""

from typing import cast

from websockets.extensions.permessage_deflate import enable_server_permessage_deflate

from mock_csms.runtime.sink import Backpressure
from mock_csms.runtime.transport.connection import Transport
from mock_csms.runtime.transport.deadlines import Deadlines
from mock_csms.runtime.transport.gate import Gate, Limits
from mock_csms.runtime.transport.incoming import HANDSHAKE_TIMEOUT, Incoming
from mock_csms.runtime.transport.pool import Pool


class Endpoint(Pool):
    """What all connections of one listener share; call it for the transport of the next one."""

    def __init__(self, gate: Gate, limits: Limits, backpressure: Backpressure | None = None) -> None:
        super().__init__(limits, backpressure)
        self.gate = gate
        self.extensions = enable_server_permessage_deflate(None) if limits.compression else None
        self.handshakes = Deadlines(HANDSHAKE_TIMEOUT, Incoming.give_up)

    def __call__(self) -> Transport:
        return Incoming(self)

    def forget(self, transport: Transport) -> None:
        """Hold nothing any more of a transport whose connection is gone."""
        self.handshakes.stop(cast(Incoming, transport))
        super().forget(transport)
