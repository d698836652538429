"""Checks of what OCPP 2.1 has added."""
