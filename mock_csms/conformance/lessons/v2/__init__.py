"""What messages of OCPP 2.x teach."""
