"""The checks that hold for every version of OCPP: handshakes, connections, messages, payloads and their times."""
