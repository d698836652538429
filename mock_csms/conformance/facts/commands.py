"""What is known of the commands that a station was given: the last of each action that it agreed to do."""

from typing import Any

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Mutable, Record, field


class AnsweredCommand(Record):
    """A command that was answered: when, what was asked, and the answer."""

    at: float
    request: Json
    answer: Json
    id: str

    @property
    def status(self) -> Any:
        """The status of the answer, where it has one."""
        return self.answer.get("status")


class AnsweredCommands(Mutable):
    """The last command of each action."""

    answered: dict[str, AnsweredCommand] = field(default_factory=dict)
    """However it was answered."""
    agreed: dict[str, AnsweredCommand] = field(default_factory=dict)
    """Those to which the station agreed."""
