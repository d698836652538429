"""Updates the model of a station with what each event says, as far as the mock's own answers depend on it.

The order is the same for every event, and `runtime/csms.py` keeps it: first the checks compare the event with the model
as it was before, then the model is updated, then subscribers get the event, and then the mock decides its answer. So
answers, commands and plans already see what the event says.

`fold` takes all messages that were not refused, with payloads of any shape. The twin is updated by its lessons
(`lessons.py`): by the inspector, which looks at each event anyway, or by a `Folder` if there are no checks.
"""

from collections.abc import Callable, Mapping
from typing import Any

from mock_csms.protocol.messages import Call, Result
from mock_csms.protocol.records import Record
from mock_csms.twin.events import Event, Received, Sent
from mock_csms.twin.station import StationModel


class Meaning(Record):
    """What the messages of one version of OCPP say about a station, by their action."""

    calls: Mapping[str, Callable[[StationModel, Any], None]]
    """Updates the model with the payload of a call of the station."""
    results: Mapping[str, Callable[[StationModel, Any, Any], None]]
    """Updates the model with a command and its answer: the payload of the request, and that of the response."""
    responses: Mapping[str, Callable[[StationModel, Any], None]]
    """Updates the model with the payload of the mock's answer to a call."""
    asks_for: Callable[[str, Any], str | None]
    """Returns the action that a command makes the station send, from the command's action and payload, or None."""


def fold(station: StationModel, event: Event, meaning: Meaning) -> None:
    """Update `station` with what `event` says about it. Refused messages say nothing.

    Payloads may have any shape; they need not have been checked.
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
