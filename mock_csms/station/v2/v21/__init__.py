"""The reference station of OCPP 2.1: the station of 2.0.1, with what 2.1 has added."""
