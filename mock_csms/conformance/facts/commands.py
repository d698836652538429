"""The last command of each action that a station answered or accepted."""

from typing import Any

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Mutable, Record, field


class AnsweredCommand(Record):
    """A command that was answered with a CALLRESULT."""

    at: float
    """When the answer came."""
    request: Json
    answer: Json
    id: str
    """The message id."""

    @property
    def status(self) -> Any:
        """The status of the answer; None if it has none."""
        return self.answer.get("status")


class AnsweredCommands(Mutable):
    """The last command of each action, by action."""

    answered: dict[str, AnsweredCommand] = field(default_factory=dict)
    """By action: the last command that the station answered in any way."""
    agreed: dict[str, AnsweredCommand] = field(default_factory=dict)
    """By action: the last command that the station accepted."""
