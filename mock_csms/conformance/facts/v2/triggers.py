"""The messages that the CSMS triggered, and which of them came."""

from mock_csms.protocol.records import Mutable, field


class OpenTrigger(Mutable):
    """A TriggerMessage whose messages have not all come yet."""

    evses: frozenset[int]
    """The EVSEs that the messages must cover; empty if the trigger names one, or none is known."""
    owed: int = 0
    """The number of messages for earlier triggers that were missing when the mock sent this one.

    They may come first.
    """
    came: int = 0
    """The number of messages that came since the trigger."""
    places: set[int] = field(default_factory=set)
    """The EVSEs of these messages."""
    is_open: bool = True
    """Whether the station has not answered the trigger yet."""
    is_early: bool = False
    """Whether the message came before the answer, and certainly because of the trigger."""
    is_in_doubt: bool = False
    """Whether the message may have been unreadable or lost."""

    @property
    def is_next(self) -> bool:
        """Whether the next message is for this trigger, because all messages for earlier triggers have come."""
        return self.came >= self.owed

    @property
    def is_done(self) -> bool:
        """Whether all messages have come."""
        return self.came > self.owed and self.evses <= self.places


class Triggers(Mutable):
    """The triggers that wait for their messages."""

    open: dict[str, OpenTrigger] = field(default_factory=dict)
    """The last trigger of each message."""
    firmware: str = ""
    """The last firmware status since the station booted; empty if there is none."""

    def is_due(self, message: str) -> bool:
        """Whether a message was triggered and has not come yet."""
        trigger = self.open.get(message)
        return trigger is not None and not trigger.came
