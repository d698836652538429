"""TLS between a socket and a WebSocket of the mock; loaded only with a flag that wants it.

`layer` stands between the two, `watched` is the TLS object that tells what a handshake was about, `reasons` puts into
words why one failed, and `contexts` makes the settings of OpenSSL. `handling` has what all this asks of the mock.
"""
