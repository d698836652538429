"""The checks that hold for every version of OCPP: the connection, OCPP-J itself, payloads and their times."""
