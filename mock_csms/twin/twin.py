"""Everything that a station has reported; each part has its own file."""

from weakref import ReferenceType

from mock_csms.protocol.messages import Call
from mock_csms.protocol.records import Bounded, Mutable, bounded, field
from mock_csms.twin.boots import Boots
from mock_csms.twin.connections import Connections
from mock_csms.twin.connectors import Connectors
from mock_csms.twin.firmware import Firmware
from mock_csms.twin.local_list import LocalList
from mock_csms.twin.reservations import Reservations
from mock_csms.twin.resets import Resets
from mock_csms.twin.transactions import Transactions
from mock_csms.twin.variables import Variables


class Twin(Mutable):
    """Everything that a station has reported since the twin was made."""

    connections: Connections = field(default_factory=Connections)
    boots: Boots = field(default_factory=Boots)
    connectors: Connectors = field(default_factory=Connectors)
    transactions: Transactions = field(default_factory=Transactions)
    reservations: Reservations = field(default_factory=Reservations)
    resets: Resets = field(default_factory=Resets)
    variables: Variables = field(default_factory=Variables)
    firmware: Firmware = field(default_factory=Firmware)
    local_list: LocalList = field(default_factory=LocalList)
    unsound: "Bounded[int, ReferenceType[Call]]" = bounded(1000)
    """The last calls and commands that broke their schema, by `id()` of the message.

    They are not kept alive, because a thousand of them may be a gigabyte: an answer refers to its call. Only lessons
    for any payload learn from the answers to them.
    """

    def __repr__(self) -> str:
        """Return a text without facts about the station. They may be secret, and a failed test prints this text."""
        return f"{type(self).__name__}(…)"
