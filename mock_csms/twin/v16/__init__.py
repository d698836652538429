"""What messages of OCPP 1.6 say about a station."""
