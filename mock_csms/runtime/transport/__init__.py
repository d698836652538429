"""WebSockets: receives and sends texts, and breaks connections for faults. The only importer of `websockets`.

It drives the library's sans-I/O protocol from asyncio's, without a task or a queue for a connection. `connection` is
one WebSocket once it is open, whichever side it is, and `frames` knows where a frame ends; `pool` is what connections
share. A server has `endpoint`, with `handshake` for how a connection opens; a client has `dial` and `outgoing`.
`receiver` and `gate` are what all this asks of the rest of the mock.

`websockets` imports `importlib.metadata`, but uses it only in its own development versions. To load it takes a tenth of
the program's start, so it is loaded when it is used first.
"""

from mock_csms.runtime.deferred import load_when_used

load_when_used("importlib.metadata")
