"""The decisions of the mock that are specific to OCPP 1.6."""
