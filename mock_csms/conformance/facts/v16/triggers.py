"""The messages that the CSMS has triggered, and which of them came."""

from mock_csms.protocol.records import Mutable, field


class AskedMessage(Mutable):
    """A trigger whose message has not come yet."""

    connector: int | None
    """The connector that it is about; None for all."""
    is_answered: bool = False
    is_early: bool = False
    """Whether such a message came between the command and its answer."""
    came: set[int] = field(default_factory=set)
    """The connectors of the messages that came; -1 for messages without one."""
    came_at: float = 0.0
    """When the first of these messages came."""
    earlier: "AskedMessage | None" = None
    """The trigger of the same message before this one, which still counts if this one is not accepted."""
    is_in_doubt: bool = False
    """Whether the message may be lost, refused or unreadable."""


class AskedMessages(Mutable):
    """The last trigger of each action."""

    open: dict[str, AskedMessage] = field(default_factory=dict)
