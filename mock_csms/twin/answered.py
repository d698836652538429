"""A call of a station and the mock's answer to it as one record, for calls that are answered at once."""

from collections.abc import Sequence

from mock_csms.protocol.actions import Json
from mock_csms.protocol.messages import Call, Result
from mock_csms.protocol.records import Record
from mock_csms.protocol.schemas import Violation
from mock_csms.protocol.versions import Version
from mock_csms.twin.events import Received, Sent


class AnsweredCall(Record):
    """A call without violations and its answer. It says the same as a `Received` and the `Sent` that follows it."""

    at: float
    """When the call came, in seconds since 1970 (UTC)."""
    station: str
    call: Call
    """The call; its `text` is the frame."""
    answered_at: float
    text: bytes
    """The frame of the answer."""
    payload: Json
    """The payload of the answer."""
    violations: Sequence[Violation]
    """How that payload breaks its schema."""
    version: Version

    def received(self) -> Received:
        """Return the event of the call."""
        return Received(self.at, self.station, self.call.text, self.call, version=self.version)

    def sent(self) -> Sent:
        """Return the event of the answer."""
        answer = Result(self.call.id, self.payload)
        return Sent(self.answered_at, self.station, self.text, answer, self.violations, self.call, "", "", self.version)
