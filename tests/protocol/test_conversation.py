"""A conversation without I/O: which messages end calls, and which messages get a CALLERROR."""

from typing import Any

import orjson
import pytest

from mock_csms.behavior.validation import Strictness, Validation
from mock_csms.protocol.actions import Sender
from mock_csms.protocol.conversation import Conversation, IncomingMessage
from mock_csms.protocol.messages import Call, Error, ErrorCode, Malformed, Result
from mock_csms.protocol.versions import V201

RESET = Call("r-1", "Reset", {"type": "Immediate"})
BEAT = Call("h-1", "Heartbeat", {})
LAX = Validation(Strictness.REPORT)


def talk(*ours: Call) -> Conversation:
    """Return the conversation of a CSMS that has sent these calls to a station."""
    conversation = Conversation(V201, Sender.STATION)
    for call in ours:
        conversation.open(call)
    return conversation


def receive(conversation: Conversation, *array: Any, validation: Validation | None = None) -> IncomingMessage:
    """Receive a message, and return its meaning for the conversation."""
    return conversation.receive(orjson.dumps(array), validation or Validation())


def test_a_call_of_the_peer_is_open_until_it_is_answered() -> None:
    """A call of the peer is open under its id until we send an answer to it."""
    conversation = talk()
    assert receive(conversation, 2, "h-1", "Heartbeat", {}) == IncomingMessage(BEAT)
    assert conversation.theirs == {"h-1": BEAT}
    assert conversation.sent(Result("h-1", {"currentTime": "2026-01-01T00:00:00Z"}), BEAT) == ()
    assert conversation.theirs == {}


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (["Heartbeat", {"x": 1}], ErrorCode.FormatViolation),
        (["BootNotification", {}], ErrorCode.OccurrenceConstraintViolation),
        (["Reset", {"type": "Immediate"}], ErrorCode.NotSupported),
        (["Xyzzy", {}], ErrorCode.NotImplemented),
    ],
)
def test_a_wrong_call_is_refused(call: list[Any], code: ErrorCode) -> None:
    """The CALLERROR to an invalid call has the id of the call, and the code of its worst violation."""
    incoming = receive(talk(), 2, "7", *call)
    assert incoming.is_refused
    assert incoming.refusal is not None
    assert (incoming.refusal.id, incoming.refusal.code) == ("7", code)


def test_a_violation_that_is_only_reported() -> None:
    """With `--validate report` a call that breaks its schema is accepted, and its violations are reported."""
    incoming = receive(talk(), 2, "7", "Heartbeat", {"x": 1}, validation=LAX)
    assert (incoming.is_refused, incoming.refusal) == (False, None)
    assert [violation.path for violation in incoming.violations] == ["x"]


@pytest.mark.parametrize(
    ("array", "failure"),
    [
        ([3, "r-1", {"status": "Accepted"}], ""),
        ([3, "r-1", {}], "the answer breaks its schema: status: is missing"),
        ([4, "r-1", "NotSupported", "no", {}], "NotSupported: no"),
        ([3, "r-1"], "a CALLRESULT has 3 items (id, payload after the type), not 2"),
    ],
)
def test_an_answer_ends_its_call_once(array: list[Any], failure: str) -> None:
    """Any answer, even an invalid one, ends the open call with its id, once; no answer is answered."""
    conversation = talk(RESET)
    first, again = receive(conversation, *array), receive(conversation, *array)
    assert (first.answers, first.failure, first.refusal) == (RESET, failure, None)
    assert (again.answers, again.refusal) == (None, None)


def test_an_answer_with_another_id_leaves_the_call_open() -> None:
    """An answer with another id leaves the call open."""
    conversation = talk(RESET)
    assert receive(conversation, 3, "r-2", {"status": "Accepted"}).answers is None
    assert conversation.ours == {"r-1": RESET}


def test_a_late_answer_ends_no_call() -> None:
    """An answer after the time-out of its call ends no call."""
    conversation = talk(RESET)
    conversation.give_up(RESET)
    assert receive(conversation, 3, "r-1", {"status": "Accepted"}).answers is None


def test_a_call_with_our_id_ends_no_call() -> None:
    """Each side has its own ids: a call of the peer with the id of our open call does not end our call."""
    conversation = talk(RESET)
    assert receive(conversation, 2, "r-1", "Heartbeat", {}).answers is None
    assert (conversation.ours, list(conversation.theirs)) == ({"r-1": RESET}, ["r-1"])


def test_a_malformed_message_is_refused() -> None:
    """A text that is not a message is answered with a CALLERROR with its id, or `-1` if it has none."""
    incoming = receive(talk(), 2, "7", "Heartbeat")
    assert isinstance(incoming.message, Malformed)
    assert incoming.refusal == Error("7", ErrorCode.RpcFrameworkError, incoming.message.problem)
    unreadable = talk().receive(b"x", Validation()).refusal
    assert unreadable is not None
    assert unreadable.id == "-1"


def test_sent_messages_are_validated() -> None:
    """The schemas are also applied to our own calls and results; a CALLERROR has no schema."""
    conversation = talk()
    assert [each.path for each in conversation.sent(Call("r-1", "Reset", {}), None)] == ["type"]
    assert [each.path for each in conversation.sent(Result("h-1", {}), BEAT)] == ["currentTime"]
    assert conversation.sent(Error("h-1", "InternalError"), BEAT) == ()


def test_unanswered_calls_are_bounded() -> None:
    """The conversation keeps the last thousand unanswered calls, and forgets older ones."""
    conversation = talk()
    for number in range(1200):
        receive(conversation, 2, str(number), "Heartbeat", {})
    assert list(conversation.theirs) == [str(number) for number in range(200, 1200)]
