"""Answers ordinary calls with few steps: calls that no check can find anything in, with a remembered answer.

Such a call and its answer change and publish the same as on the usual way (`session.py`, `publishing.py`), where they
are two events. They can be handled as one because nothing comes between the two:

* The answer is remembered (`behavior/prepared.py`), so it does not depend on what the call changes.
* Nobody who gets the event of the call can change the answer: whoever may do that subscribes to single events, and
  then the bus does not take answered calls.
* The checks find nothing in the call (`conformance/lessons/v2/repeated_values.py`) nor in the answer, so no finding is
  published between them.
* No call of the station waits for an answer, so the conversation need not note that this one does.

If any of this is not so, nothing was changed yet, and the usual way takes the call.
"""

from collections.abc import Callable, Mapping

from mock_csms.behavior.prepared import PreparedAnswers
from mock_csms.protocol.messages import Call
from mock_csms.protocol.versions import Version
from mock_csms.runtime import clock
from mock_csms.runtime.bus import Bus
from mock_csms.runtime.host import Peer
from mock_csms.runtime.inspection import Inspection
from mock_csms.twin.answered import AnsweredCall
from mock_csms.twin.folding import MEANINGS
from mock_csms.twin.station import StationModel


class ShortWay:
    """The short way of one mock; `answers` are the remembered answers for each version that came so far."""

    def __init__(
        self,
        stations: Mapping[str, StationModel],
        inspection: Inspection,
        bus: Bus,
        answers: Mapping[Version, PreparedAnswers],
    ) -> None:
        self._stations = stations
        self._inspection = inspection
        self._bus = bus
        self._answers = answers

    def take(self, session: Peer, call: Call, send: Callable[[bytes], bool]) -> bool:
        """Answer a typed call without violations, and publish both; return False if the usual way must do it.

        send: sends a text, and returns whether the connection took it.
        """
        bus, identity, version, action = self._bus, session.identity, session.version, call.action
        meaning, answers, checks = MEANINGS.get(version), self._answers.get(version), self._inspection.short_checks
        if not bus.takes_answered_calls or meaning is None or answers is None or checks is None:
            return False
        learn = meaning.typed_calls.get(action)
        if action in meaning.responses or (learn is None and action in meaning.calls):
            return False
        at = clock.now()
        answer = answers.find(call, identity, at)
        if answer is None or not checks.takes_call(call, at, identity, answer.payload):
            return False
        if learn is not None:
            station = self._stations.get(identity)
            if station is not None:
                learn(station, call.typed)
        text = answer.text_for(call.id)
        answered = AnsweredCall(at, identity, call, clock.now(), text, answer.payload, answer.violations, version)
        if send(text):
            checks.takes_answer(answered)
            bus.publish_answered(answered)
        else:
            checks.misses_answer(call, at, identity)
            bus.publish(answered.received())
        return True
