"""What is known of the commands that a station was given: the last of each action that it agreed to do."""

from typing import TYPE_CHECKING, Any

from mock_csms.conformance.subject import Subject
from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Mutable, Record, field
from mock_csms.twin.seen import Seen, result

if TYPE_CHECKING:
    from mock_csms.conformance.facts import Known

COMMANDS = Subject("commands")
_AGREED = {"Accepted", "Scheduled", "RebootRequired", "AcceptedCanceled"}


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


@COMMANDS.learn(result())
def answered(seen: Seen, known: "Known") -> None:
    """A command was answered as the schema wants it."""
    given = AnsweredCommand(seen.at, seen.request, seen.payload, seen.id)
    known.commands.answered[seen.action] = given
    if given.status in _AGREED:
        known.commands.agreed[seen.action] = given
