"""What the mock decides in the terms of OCPP 2.x."""
