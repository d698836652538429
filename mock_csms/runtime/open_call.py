"""A command that waits for its answer."""

import asyncio

from mock_csms.protocol.actions import Json
from mock_csms.protocol.conversation import IncomingMessage
from mock_csms.protocol.messages import Call, Result
from mock_csms.protocol.records import Mutable


class CallFailed(Exception):
    """A command was not answered as it should be; the text says why."""


class OpenCall(Mutable):
    """A CALL of ours that waits for its answer."""

    call: Call
    answer: "asyncio.Future[Json]"
    """Gets the payload of the result, or CallFailed."""

    def end(self, came: IncomingMessage) -> None:
        """End the call with its answer."""
        if not isinstance(came.message, Result) or came.is_refused:
            self.fail(came.failure)
        elif not self.answer.done():
            self.answer.set_result(came.message.payload)

    def fail(self, reason: str) -> None:
        """End the call without a result."""
        if not self.answer.done():
            self.answer.set_exception(CallFailed(reason))
