"""Rules for what other platforms say about their tokens (OCPP 1.6, which has no message with a cost)."""

from typing import Any

from mock_csms.behavior.dialect import AnswerRules
from mock_csms.behavior.matching import Condition
from mock_csms.behavior.rules import Match, Reply, Rule
from mock_csms.behavior.templates import Context


def partner_rules() -> AnswerRules:
    """Answer about idTags as other platforms do; other idTags do not change."""
    tag = Condition(("idTag",))
    return [Rule(Match(action, (tag,)), Reply(_info)) for action in ("Authorize", "StartTransaction")]


def _info(context: Context) -> Any:
    partners = context.world.partners
    info = partners.info(context.station.identity, context.request) if partners else None
    return {"idTagInfo": info} if info else {}
