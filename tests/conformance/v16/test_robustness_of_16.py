"""No order and no content of messages of OCPP 1.6 makes a check or a learner fail."""

from collections.abc import Sequence
from random import Random
from typing import Any

import pytest

from mock_csms.behavior.validation import Validation
from mock_csms.conformance.catalogue import CHECKS
from mock_csms.conformance.exercised import Exercised
from mock_csms.conformance.inspector import Inspector
from mock_csms.protocol.actions import Sender
from mock_csms.protocol.conversation import Conversation
from mock_csms.protocol.messages import Call, Result, encode
from mock_csms.protocol.records import replace
from mock_csms.protocol.versions import V16
from mock_csms.twin.events import Event, Received
from tests.conformance.v16.live import perform
from tests.conformance.v16.scenarios import SCENARIOS
from tests.conformance.witness import TERMS

ODD: Sequence[Any] = (
    "",
    "soon",
    "9999-12-31T23:59:60Z",
    "-1",
    "1e999",
    "Ä",
    0,
    -1,
    2**31 - 1,
    2**62,
    True,
    None,
    [],
    {},
    [{}],
)


def changed(value: Any, chance: Random) -> Any:
    """Return a payload in which a few parts are odd or missing."""
    if chance.random() < 0.06:
        return chance.choice(ODD)
    if isinstance(value, dict):
        return {key: changed(part, chance) for key, part in value.items() if chance.random() > 0.03}
    return [changed(part, chance) for part in value] if isinstance(value, list) else value


def spoiled(event: Event, chance: Random) -> Event:
    """Return a message of the station with an odd payload, as the mock reads it."""
    if not isinstance(event, Received) or not isinstance(event.message, Call | Result) or chance.random() < 0.4:
        return event
    message: Any = event.message
    other = type(message)(
        *(
            (message.id, message.action, changed(message.payload, chance))
            if isinstance(message, Call)
            else (message.id, changed(message.payload, chance))
        )
    )
    talk = Conversation(V16, Sender.STATION)
    if event.answers is not None:
        talk.open(event.answers)
    came = talk.receive(encode(other), Validation())
    parts = {"text": encode(other), "message": came.message, "violations": came.violations}
    return replace(event, **parts, is_refused=came.is_refused)


@pytest.mark.parametrize("seed", range(12))
def test_odd_messages_in_any_order(seed: int) -> None:
    """Odd, lost, repeated and exchanged messages raise no error; the shortcut for repeated values changes nothing."""
    chance, inspector = Random(seed), Inspector(CHECKS.values(), TERMS, exercised=Exercised())
    quick, thorough = (Inspector(CHECKS.values(), TERMS, is_thorough=each) for each in (False, True))
    for scenario in SCENARIOS:
        events = [spoiled(event, chance) for event in perform(scenario).events if chance.random() > 0.05]
        for _ in range(len(events) // 8):
            one, other = chance.randrange(len(events)), chance.randrange(len(events))
            events[one], events[other] = (
                replace(events[other], at=events[one].at),
                replace(events[one], at=events[other].at),
            )
        for event in events:
            inspector.look_at(event)
            assert [*quick.look_at(event)] == [*thorough.look_at(event)]
        assert quick.stations == thorough.stations
        inspector.tick(events[-1].at + 1e6)
