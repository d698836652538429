"""Rules for what other platforms say: the idTokenInfo of their tokens, and the cost by the tariff (OCPP 2.x)."""

from typing import Any

from mock_csms.behavior.dialect import AnswerRules
from mock_csms.behavior.matching import Condition
from mock_csms.behavior.rules import Match, Reply, Rule
from mock_csms.behavior.templates import Context

_TOKEN = Condition(("idToken",))


def partner_rules() -> AnswerRules:
    """Answer about tokens as other platforms do; other tokens do not change."""
    return [Rule(Match(action, (_TOKEN,)), Reply(_info)) for action in ("Authorize", "TransactionEvent")]


def _info(context: Context) -> Any:
    partners = context.world.partners
    info = partners.info(context.station.identity, context.request) if partners else None
    return {"idTokenInfo": info} if info else {}


def tariff_rules() -> AnswerRules:
    """Answer the events of a transaction with its cost by the tariff: so far (I02), and in the end (I03)."""
    for kind in ("Updated", "Ended"):
        yield Rule(Match("TransactionEvent", (Condition(("eventType",), kind),)), Reply(_cost))


def _cost(context: Context) -> Any:
    partners = context.world.partners
    price = partners.price(context.station.identity, context.request) if partners else None
    return {} if price is None else {"totalCost": price}
