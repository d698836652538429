"""Folds what the mock's answers are made of from the events, and says when that is done.

The order is the same for every event, and `runtime/csms.py` keeps it: first the checks judge the event by what was
known before it, then the model is folded, then those who watch are told, and then the mock decides its answer. So
checks compare an event with what came before, while answers, commands and plans know it already.

`fold` takes payloads of any shape, and all messages that were not refused. The twin is folded by its lessons
(`lessons.py`): by an inspector, which has looked at the event anyway, or without checks by a `Folder`.
"""

from collections.abc import Callable, Mapping
from typing import Any

from mock_csms.protocol.messages import Call, Result
from mock_csms.protocol.records import Record
from mock_csms.twin.events import Event, Received, Sent
from mock_csms.twin.station import StationModel


class Meaning(Record):
    """Which message tells what answers are made of, in one version of OCPP, by action."""

    calls: Mapping[str, Callable[[StationModel, Any], None]]
    """What a call of the station tells."""
    results: Mapping[str, Callable[[StationModel, Any, Any], None]]
    """What the answer of the station to a command tells: from the request and the response."""
    responses: Mapping[str, Callable[[StationModel, Any], None]]
    """What the mock's answer to a call means for the station."""
    asks_for: Callable[[str, Any], str | None]
    """Returns the action that a command makes the station send, by the command's action and payload."""


def fold(station: StationModel, event: Event, meaning: Meaning) -> None:
    """Take over into `station` what `event` tells about it; what was refused tells nothing.

    Payloads may be wrong in any way: they need not be checked.
    """
    if type(event) is Received:
        message, answers = event.message, event.answers
        if event.is_refused:
            return
        if type(message) is Call:
            learn = meaning.calls.get(message.action)
            if learn:
                learn(station, message.payload)
        elif type(message) is Result and answers is not None and not event.violations:
            learn_result = meaning.results.get(answers.action)
            if learn_result:
                learn_result(station, answers.payload, message.payload)
    elif type(event) is Sent:
        _fold_sent(station, event, meaning)


def _fold_sent(station: StationModel, event: Sent, meaning: Meaning) -> None:
    message, answers = event.message, event.answers
    if type(message) is Result and answers is not None:
        learn = meaning.responses.get(answers.action)
        if learn and answers.id == message.id:
            learn(station, message.payload)
    elif type(message) is Call:
        action = meaning.asks_for(message.action, message.payload)
        if action is not None:
            station.asked_for |= {action}
