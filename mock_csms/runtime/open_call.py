"""A command that waits for its answer."""

import asyncio

from mock_csms.protocol.actions import Json
from mock_csms.protocol.conversation import IncomingMessage
from mock_csms.protocol.messages import Call, Error, Result
from mock_csms.protocol.records import Mutable


class CallFailed(Exception):
    """A command was not answered as it should be; the text says why."""

    def __init__(self, reason: str, *, code: str = "", is_late: bool = False) -> None:
        super().__init__(reason)
        self.code = code
        """The code of a CALLERROR; empty for another failure."""
        self.is_late = is_late
        """Whether no answer came in time."""


class OpenCall(Mutable):
    """A CALL of ours that waits for its answer."""

    call: Call
    answer: "asyncio.Future[Json]"
    """Gets the payload of the result, or CallFailed."""

    def end(self, came: IncomingMessage) -> None:
        """End the call with its answer."""
        if not isinstance(came.message, Result) or came.is_refused:
            self.fail(came.failure, str(came.message.code) if isinstance(came.message, Error) else "")
        elif not self.answer.done():
            self.answer.set_result(came.message.payload)

    def fail(self, reason: str, code: str = "") -> None:
        """End the call without a result; `code` is that of a CALLERROR."""
        if not self.answer.done():
            self.answer.set_exception(CallFailed(reason, code=code))
