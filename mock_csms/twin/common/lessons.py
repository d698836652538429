"""The lessons that a twin learns in every version of OCPP, about connections and boots."""

from collections.abc import Sequence

from mock_csms.protocol.actions import BOOT, HEARTBEAT
from mock_csms.twin.common import boots, connections
from mock_csms.twin.lessons import Learner, Lesson, lesson
from mock_csms.twin.seen import call, command, refusal, response, when

CONNECTIONS: Sequence[Lesson] = (
    lesson(connections.knocked, when("knocked")),
    lesson(connections.opened, when("connected")),
    lesson(connections.was_refused, when("refused")),
    lesson(connections.lost, when("disconnected")),
    lesson(
        connections.message_came,
        call(),
        when("result", "error", "stray", "malformed", "send", "resulterror"),
        any_payload=True,
    ),
    lesson(connections.answered, response(), refusal(), when("spoiled"), any_payload=True),
)


def booting(asked: Learner, commanded: Learner) -> Sequence[Lesson]:
    """Return the lessons about boots. The version defines the content of a BootNotification and of commands."""
    return (
        lesson(boots.connected, when("connected")),
        lesson(boots.called, call(), any_payload=True),
        lesson(asked, call(BOOT)),
        lesson(boots.answered, response(BOOT), any_payload=True),
        lesson(boots.refused, refusal(BOOT), any_payload=True),
        lesson(boots.answer_spoiled, when("spoiled"), any_payload=True),
        lesson(boots.unread, when("malformed"), any_payload=True),
        lesson(commanded, command(), when("spoiled"), any_payload=True),
        lesson(boots.command_ended, when("result", "error", "unanswered"), any_payload=True),
        lesson(boots.beat, call(HEARTBEAT)),
    )
