"""The parts of the protocol that are specific to OCPP 2.x: tables of actions, identifiers, hash data."""
