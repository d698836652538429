"""Updates the model of a station with each event, as far as the mock's own answers depend on it.

The order is the same for every event, and `runtime/csms.py` keeps it: first the checks compare the event with the model
as it was before, then the model is updated, then subscribers get the event, and then the mock decides its answer. So
answers, commands and plans already see the effect of the event.

`fold` handles all messages that were not refused, with payloads of any shape. Lessons (`lessons.py`) update the twin.
The inspector runs them, because it looks at each event anyway; a `Folder` runs them if there are no checks.
"""

from collections.abc import Mapping

from mock_csms.protocol.messages import Call, Result
from mock_csms.protocol.versions import V16, V21, V201, Version
from mock_csms.twin.events import Event, Received, Sent
from mock_csms.twin.meaning import Meaning
from mock_csms.twin.station import StationModel
from mock_csms.twin.v2 import answers, v21
from mock_csms.twin.v16 import answers as v16

MEANINGS: Mapping[Version, Meaning] = {V201: answers.MEANING, V21: v21.MEANING, V16: v16.MEANING}
"""The meaning of the messages of each version; the messages of a version without a row change nothing."""


def fold(station: StationModel, event: Event) -> None:
    """Update the model of a station with an event. Refused messages change nothing.

    Payloads may have any shape; they need not have been checked.
    """
    if type(event) is Received:
        meaning, message, call = MEANINGS.get(event.version), event.message, event.answers
        if meaning is None or event.is_refused:
            return
        if type(message) is Call:
            learn = meaning.calls.get(message.action)
            if learn is None:
                return
            learn_typed = meaning.typed_calls.get(message.action) if message.typed is not None else None
            if learn_typed is not None:
                learn_typed(station, message.typed)
            else:
                learn(station, message.payload)
        elif type(message) is Result and call is not None and not event.violations:
            learn_result = meaning.results.get(call.action)
            if learn_result:
                learn_result(station, call.payload, message.payload)
    elif type(event) is Sent:
        meaning = MEANINGS.get(event.version)
        if meaning is not None:
            _fold_sent(station, event, meaning)


def _fold_sent(station: StationModel, event: Sent, meaning: Meaning) -> None:
    message, call = event.message, event.answers
    if type(message) is Result and call is not None:
        learn = meaning.responses.get(call.action)
        if learn and call.id == message.id:
            learn(station, message.payload)
    elif type(message) is Call:
        action = meaning.asks_for(message.action, message.payload)
        if action is not None:
            station.asked_for |= {action}
