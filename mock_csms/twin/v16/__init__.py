"""Updates of the twin and of the `StationModel` that are specific to OCPP 1.6."""
