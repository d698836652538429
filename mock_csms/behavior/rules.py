"""Scripted answers: which calls a rule matches, and what is answered instead of the default."""

from collections.abc import Iterable
from dataclasses import dataclass

from mock_csms.protocol.messages import Call, Error


@dataclass(frozen=True, slots=True)
class Rule:
    """Calls of `action` are refused with the error `code` and its `description`."""

    action: str
    code: str
    description: str = ""


class RuleBook:
    """Rules, found by the action that they match; of several the first one counts."""

    def __init__(self, rules: Iterable[Rule] = ()) -> None:
        self._by_action: dict[str, Rule] = {}
        for rule in rules:
            self._by_action.setdefault(rule.action, rule)

    def error(self, call: Call) -> Error | None:
        """Return the error that a rule wants `call` to be refused with, if one does."""
        rule = self._by_action.get(call.action)
        return Error(call.id, rule.code, rule.description) if rule else None
