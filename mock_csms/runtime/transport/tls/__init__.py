"""TLS between a socket and a WebSocket of the mock; loaded only with a flag for TLS.

`layer` stands between the two, `watched` is a TLS object that records the alerts and the certificate of a handshake,
`reasons` describes why one failed, and `contexts` makes the settings for OpenSSL. `handling` is the interface to the
mock.
"""
