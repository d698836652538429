"""Learners of OCPP 1.6: each one updates the facts that its checks need, beyond the twin."""
