"""Learners of facts from the messages of OCPP 2.x."""
