"""A station that speaks OCPP 2.x: its device, and its decisions."""
