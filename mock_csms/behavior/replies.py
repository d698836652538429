"""The one decision "what is answered": rule, then responder, then the template of the action's row."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mock_csms.behavior.responders import RESPONDERS, Settings
from mock_csms.behavior.rules import Rule, RuleBook
from mock_csms.behavior.templates import Context, compile_template
from mock_csms.protocol.actions import Sender
from mock_csms.protocol.messages import Call, Error, Message, Result
from mock_csms.protocol.schemas import Violation
from mock_csms.protocol.versions import Version, refusal


@dataclass(frozen=True, slots=True)
class Emission:
    """Something to send, `after` so many seconds."""

    message: Message
    after: float = 0.0


class Replies:
    """What a mock with those settings and rules answers to stations that speak `version`."""

    def __init__(self, version: Version, settings: Settings, rules: Iterable[Rule] = ()) -> None:
        self._settings = settings
        self._rules = RuleBook(rules)
        self._templates = {
            action: compile_template(row.response)
            for action, row in version.actions.items()
            if row.sent_by(Sender.STATION)
        }

    def answer(self, call: Call, violations: Sequence[Violation], context: Context) -> Sequence[Emission]:
        """Return what to send for `call`, which has those violations."""
        if violations:
            return (Emission(refusal(call, violations)),)
        return (Emission(self._rules.error(call) or self._result(call, context)),)

    def _result(self, call: Call, context: Context) -> Result | Error:
        response = self._templates[call.action](context)
        responder = RESPONDERS.get(call.action)
        return Result(call.id, responder(call.payload, response, context, self._settings) if responder else response)
