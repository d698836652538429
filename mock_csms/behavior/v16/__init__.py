"""What the mock decides in the terms of OCPP 1.6."""
