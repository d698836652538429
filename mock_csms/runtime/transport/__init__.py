"""WebSockets: text in, text out, and the brutal acts that faults need. The only importer of `websockets`.

It drives the library's sans-I/O protocol from asyncio's, without a task or a queue for a connection. `endpoint` is what
all connections share, `handshake` opens one, `connection` is one WebSocket, `frames` knows where a frame ends, and
`gate` is what all this asks of the rest of the mock.
"""
