"""What events and messages of every version of OCPP say about a station."""
