"""The occasions that really exercise a check of OCPP 1.6, if they differ from those at which the check runs."""

from collections.abc import Mapping

from mock_csms.conformance.exercise import Exercise

EXERCISES: Mapping[str, Exercise] = {}
"""What exercises a check, by the id of the check."""
CLOSINGS: frozenset[str] = frozenset()
"""Checks of messages that must know how connections ended, or began."""
