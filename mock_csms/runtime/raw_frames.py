"""Frames that a user sends unchanged."""

from mock_csms.protocol.conversation import Conversation
from mock_csms.protocol.decoding import decode
from mock_csms.protocol.messages import Call, Malformed
from mock_csms.runtime import clock
from mock_csms.twin.events import Event, Noted, Sent

FAULT = "raw frame"
"""The fault in the event for the frame, so that no check blames the station for its reaction."""
_MOST_SHOWN = 200


def raw_sent(identity: str, data: bytes, talk: Conversation) -> Event:
    """Return the event for a raw frame that was sent, and update the conversation.

    A call in the frame counts as open, so that the station may answer it. A frame without a message becomes a note.
    """
    message, now = decode(data, talk.version.framing), clock.now()
    if isinstance(message, Malformed):
        shown = data[:_MOST_SHOWN].decode(errors="backslashreplace")
        return Noted(now, identity, f"a raw frame was sent, which is no message ({message.problem}): {shown}")
    if isinstance(message, Call):
        talk.open(message)
    answers = talk.theirs.get(message.id) if message.is_answer else None
    violations = talk.sent(message, answers)
    return Sent(now, identity, data, message, violations, answers, "", FAULT, talk.version)
