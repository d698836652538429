"""The misbehaviours of the 1.6 station; `station/misbehaviour.py` explains how they work."""

from mock_csms.station.misbehaviour import Kinds
from mock_csms.station.v16.misbehaviours import checked, files, sessions, stored

KINDS: Kinds = {**checked.KINDS, **sessions.KINDS, **stored.KINDS, **files.KINDS}
"""Every misbehaviour, by its name in `--misbehave`."""
