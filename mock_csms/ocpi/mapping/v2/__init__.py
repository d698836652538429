"""How stations of OCPP 2.x tell and are told what OCPI is about."""
