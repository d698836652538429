"""Steps for the cases of OCPP 1.6; a connector is an EVSE with one connector."""
