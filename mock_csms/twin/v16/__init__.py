"""How messages of OCPP 1.6 change the facts about a station."""
