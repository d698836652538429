"""What only OCPP 1.6 says: its table of actions, how its messages look, identifiers."""
