"""The cost of a transaction in the answer to its events (I02, I03)."""

from mock_csms.behavior.dialect import AnswerRules
from mock_csms.behavior.matching import Condition
from mock_csms.behavior.rules import Match, Reply, Rule
from mock_csms.behavior.templates import compile_template


def cost_rules(event_type: str, cost: float) -> AnswerRules:
    """Answer events of this type with the `cost` so far (Updated, I02) or in the end (Ended, I03)."""
    match = Match("TransactionEvent", (Condition(("eventType",), event_type),))
    return [Rule(match, Reply(compile_template({"totalCost": cost})))]
