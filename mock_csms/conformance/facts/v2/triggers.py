"""What is known of the messages that the CSMS wanted to hear: what came of each trigger."""

from mock_csms.protocol.records import Mutable, field


class OpenTrigger(Mutable):
    """One trigger of which the messages have not all come."""

    evses: frozenset[int]
    """The EVSEs that have to be told of; none where one was named, or none is known."""
    came: int = 0
    """How many messages came since."""
    places: set[int] = field(default_factory=set)
    """The EVSEs that they are about."""
    is_open: bool = True
    """Whether it is not answered yet."""
    is_early: bool = False
    """Whether the message came before the answer, and says that it was triggered."""
    is_in_doubt: bool = False
    """Whether something came since that nobody can read."""


class Triggers(Mutable):
    """The triggers that wait for messages."""

    open: dict[str, OpenTrigger] = field(default_factory=dict)
    """The last trigger of each message."""
    firmware: str = ""
    """The status of firmware that was told last since the station booted."""

    def is_due(self, message: str) -> bool:
        """Whether a message was triggered, and has not come yet."""
        trigger = self.open.get(message)
        return trigger is not None and not trigger.came
