"""Every way in which the reference station can be wrong, by subject; the mechanism is `station/misbehaviour.py`."""

from mock_csms.station.misbehaviour import Kinds
from mock_csms.station.misbehaviours import (
    authorization,
    commands,
    connection,
    firmware,
    metering,
    provisioning,
    security,
    transactions,
    variables,
)

KINDS: Kinds = {
    **connection.KINDS,
    **provisioning.KINDS,
    **variables.KINDS,
    **security.KINDS,
    **authorization.KINDS,
    **transactions.KINDS,
    **metering.KINDS,
    **firmware.KINDS,
    **commands.KINDS,
}
"""Every misbehaviour by the name that people write."""
