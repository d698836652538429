"""The checks for all versions use the message types, error codes and rules of the version of each message."""

from collections.abc import Sequence

import pytest

from mock_csms.behavior.validation import Validation
from mock_csms.conformance.catalogue import CHECKS
from mock_csms.conformance.common.versions import RULES, rules_of
from mock_csms.conformance.subject import JUDGED
from mock_csms.protocol.actions import Sender
from mock_csms.protocol.conversation import Conversation
from mock_csms.protocol.messages import TYPES, Call, Framing, MessageType
from mock_csms.protocol.records import replace
from mock_csms.protocol.versions import V201, Version
from mock_csms.twin.events import Received
from tests.conformance.story import accepted, sent
from tests.conformance.witness import STATION, inspect
from tests.station.bench import NOW
from tests.toy_version import TOY

MORE_TYPES = {**TYPES, 5: MessageType("NOTE", ("id", "text", "more"), lambda _, __: None, is_answer=False)}
OTHER = replace(V201, framing=Framing(types=MORE_TYPES, codes=("Weary",)))
"""A version like 2.0.1, but with one more message type, and with a single error code."""
RESET = Call("c", "Reset", {"type": "OnIdle"})


def found(version: Version, text: bytes) -> Sequence[str]:
    """Return the message checks that report something about an answer to a command, in this version."""
    talk = Conversation(version, Sender.STATION)
    talk.open(RESET)
    read = talk.receive(text, Validation())
    came = Received(
        NOW + 2, STATION, text, read.message, read.violations, read.answers, False, read.is_refused, version
    )
    events = [*accepted().events, sent(NOW + 1, RESET), came]
    return [each.check for each in inspect(events, NOW + 3, [id_ for id_ in CHECKS if id_.startswith("R")])]


@pytest.mark.parametrize(
    ("text", "of_201", "of_other"),
    [
        (b'[5,"1","a","b"]', ["R02"], []),
        (b'[5,"1","a"]', ["R02"], ["R03"]),
        (b'[4,"c","Weary","",{}]', ["R13"], []),
        (b'[4,"c","InternalError","",{}]', [], ["R13"]),
    ],
)
def test_each_version_has_its_own_messages(text: bytes, of_201: list[str], of_other: list[str]) -> None:
    """Each version defines its own message types, their number of items, and the error codes."""
    assert (found(V201, text), found(OTHER, text)) == (of_201, of_other)


def test_each_judged_version_has_rules() -> None:
    """Each judged version has a row of rules; a version without a row gets empty rules."""
    assert set(JUDGED) <= RULES.keys()
    assert (rules_of(TOY.name).custom, rules_of(TOY.name).hollow) == ("", ())
