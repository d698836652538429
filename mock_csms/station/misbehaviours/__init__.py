"""Every way in which the reference station can be wrong, by subject; the mechanism is `station/misbehaviour.py`."""

from mock_csms.station.misbehaviour import Kinds
from mock_csms.station.misbehaviours import commands, connection, provisioning, transactions

KINDS: Kinds = {**connection.KINDS, **provisioning.KINDS, **transactions.KINDS, **commands.KINDS}
"""Every misbehaviour by the name that people write."""
