"""A configurable mock CSMS (charging-station management system) for OCPP."""

__version__ = "0.1.0"
