"""The messages that the CSMS has triggered, and which of them came."""

from mock_csms.protocol.records import Mutable, field

NO_CONNECTOR = -1
"""The key for messages without a connectorId."""


class AskedMessage(Mutable):
    """A trigger whose message has not come yet."""

    connector: int | None
    """The connector in the trigger; None for all."""
    is_answered: bool = False
    early: set[int] = field(default_factory=set)
    """The connectors of the messages between the command and its answer, as in `came`."""
    came: set[int] = field(default_factory=set)
    """The connectors of the messages that came; NO_CONNECTOR for messages without one."""
    came_at: float = 0.0
    """When the first of these messages came."""
    earlier: "AskedMessage | None" = None
    """The previous trigger of the same message, which still counts if this one is not accepted."""
    is_in_doubt: bool = False
    """Whether the message may have been lost, refused or unreadable."""


NO_CONNECTOR = -1
"""What stands for the connector of a message that has none."""


class AskedMessages(Mutable):
    """The last trigger of each action."""

    open: dict[str, AskedMessage] = field(default_factory=dict)
