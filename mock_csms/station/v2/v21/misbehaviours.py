"""Misbehaviours with what OCPP 2.1 has added."""

from mock_csms.station.misbehaviour import Kinds
from mock_csms.station.v2.misbehaviours import KINDS as OF_201

NEW: Kinds = {}

KINDS: Kinds = {**OF_201, **NEW}
"""Every misbehaviour of a 2.1 station, by its name in `--misbehave`."""
