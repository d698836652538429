"""How stations of OCPP 1.6 tell and are told what OCPI is about."""
