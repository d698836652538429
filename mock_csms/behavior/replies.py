"""Decides the answer to a call: merges what the rules say into the template of its action, and applies faults."""

from collections.abc import Mapping, Sequence

from mock_csms.behavior.dialect import Dialect
from mock_csms.behavior.emissions import Act, Emission
from mock_csms.behavior.rules import COMMAND, RESPONSE, Answer, Entry, Refusal, Reply, Rule, RuleBook, Spoil
from mock_csms.behavior.spoiling import spoil
from mock_csms.behavior.templates import Context, Template, merge
from mock_csms.protocol.messages import Call, Error, Message, Result
from mock_csms.protocol.records import Record, replace


class Decision(Record):
    """What to send, and by which rule."""

    message: Message
    acts: Sequence[Act]
    """What to do on the connection."""
    rule: str = ""
    """The text of the user's rule that decided; empty for none."""
    fault: str = ""
    """The texts of the user's faults that were applied; empty for none."""


class Replies:
    """What a mock answers to stations of one version: `defaults` by action, then `layers` of rules, then `faults`.

    The first matching rule of each layer changes the result of the layers before it: a reply is merged into their
    payload. A refusal replaces the result, unless a later layer replies. Faults change the message that is sent.
    """

    def __init__(
        self,
        defaults: Mapping[str, Template],
        layers: Sequence[RuleBook[Answer]] = (),
        faults: RuleBook[Spoil] | None = None,
        dialect: Dialect | None = None,
    ) -> None:
        self._defaults = defaults
        self._layers = {action: [layer for layer in reversed(layers) if action in layer] for action in defaults}
        self._faults = faults or RuleBook([])
        self._completions = dialect.completions if dialect else {}
        self._filler = dialect.filler if dialect else None

    def answer(self, call: Call, refusal: Error | None, context: Context) -> Decision:
        """Return how to answer a station's `call`; `refusal` is the error to send if the call is invalid."""
        if refusal is not None:
            key = call.action if call.action in self._defaults else ""
            return self._spoiled(key, call, refusal, "", context)
        payload = self._defaults[call.action](context)
        refused: Refusal | None = None
        name = ""
        for rule in self._rules(call, context):
            name = rule.name or name
            if isinstance(rule.then, Refusal):
                refused = rule.then
            else:
                said = rule.then.payload(context)
                payload, refused = said if rule.then.is_raw else merge(payload, said), None
        complete = self._completions.get(call.action)
        if complete is not None:
            payload = complete(payload)
        message = Result(call.id, payload) if refused is None else Error(call.id, refused.code, refused.description)
        return self._spoiled(call.action, call, message, name, context)

    def rules_for(self, action: str) -> Sequence[Rule[Answer]]:
        """Return all rules about the answers to an action."""
        return [rule for layer in self._layers[action] for rule in layer.rules if rule.match.is_about(action)]

    def may_spoil(self, action: str) -> bool:
        """Whether a rule with a fault applies to answers to an action."""
        return self._faults.has_any(action, RESPONSE)

    def templates_for(self, call: Call, context: Context) -> Sequence[Template] | None:
        """Return the templates from which the answer to a call is made; None if the call gets a CALLERROR."""
        matching = [rule.then for rule in self._rules(call, context)]
        if any(isinstance(then, Refusal) for then in matching):
            return None
        return [self._defaults[call.action], *(then.payload for then in matching if isinstance(then, Reply))]

    def _rules(self, call: Call, context: Context) -> Sequence[Rule[Answer]]:
        """Return the matching rules for `call`, at most one of each layer; the last one decides."""
        found: list[Rule[Answer]] = []
        is_final = False
        for layer in self._layers[call.action]:
            if is_final:
                layer.pass_over(call.action, call.payload, context.station)
                continue
            rule = layer.use(call.action, call.payload, context.station)
            if rule is not None:
                found.append(rule)
                is_final = isinstance(rule.then, Refusal) and rule.then.is_final
        found.reverse()
        return found

    def reject(self, message: Error, context: Context) -> Decision:
        """Return how to send `message` in answer to a message that is not a call."""
        return self._spoil(self._faults.due("", None, context.station, RESPONSE), message, "", context)

    def command(self, call: Call, context: Context) -> Decision:
        """Return how to send our own `call`."""
        key = call.action + COMMAND if call.action in self._defaults else call.action
        return self._spoiled(key, call, call, "", context)

    def _spoiled(self, key: str, call: Call, message: Message, name: str, context: Context) -> Decision:
        """Apply every fault that matches `call` to a message, one after the other."""
        kind = COMMAND if message is call else RESPONSE
        due = self._faults.due(key, call.payload, context.station, kind)
        if not due:
            return Decision(message, (Emission(message),), name)
        return self._spoil(due, message, name, context)

    def _spoil(self, due: Sequence[Entry[Spoil]], message: Message, name: str, context: Context) -> Decision:
        acts, fault = spoil(due, message, self._faults, replace(context, filler=self._filler))
        return Decision(message, acts, name, fault)
