"""What is specific to OCPP 1.6: its table of actions, its framing and its identifiers."""
