"""The reference station of OCPP 1.6."""
