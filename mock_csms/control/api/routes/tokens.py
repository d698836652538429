"""Tokens: what single ones get, whatever --auth-mode says."""

from typing import Any

from mock_csms.behavior.dialect import TokenAnswer
from mock_csms.control.api.contract.rules import TokenBody, TokenQuery, TokenRow
from mock_csms.control.api.request import ApiRequest, Content, Trouble
from mock_csms.control.api.routes.rules import table_of
from mock_csms.control.panel import Panel
from mock_csms.protocol.identifiers import folded
from mock_csms.protocol.names import did_you_mean
from mock_csms.protocol.records import UNSET, json_text
from mock_csms.settings.tables import tokens

_LONGEST = {"1.6": 20}
"""How many characters an id has at most in versions that allow fewer than others."""


def _row(panel: Panel, told: TokenAnswer) -> TokenRow:
    def hidden(id_: str) -> str:
        shown: str = panel.records.mask(id_)
        return shown

    return TokenRow(
        id=hidden(told.id),
        status=told.status,
        group=UNSET if told.group is None else hidden(told.group),
        expiry=UNSET if told.expiry is None else told.expiry,
        evse=list(told.evse) if told.evse else UNSET,
        type=UNSET if told.type is None else told.type,
        certificate=UNSET if told.certificate is None else told.certificate,
    )


def list_tokens(asked: ApiRequest[None, None]) -> list[TokenRow]:
    """Return all tokens."""
    return [_row(asked.panel, told) for told in asked.panel.csms.rulebase.tokens]


def _find(panel: Panel, id_: str) -> TokenAnswer | None:
    return next((told for told in panel.csms.rulebase.tokens if folded(told.id) == folded(id_)), None)


def read_token(asked: ApiRequest[Any, Any]) -> TokenRow:
    """Return one token."""
    id_ = asked.place["token"]
    told = _find(asked.panel, id_)
    if told is None:
        known = [each.id for each in asked.panel.csms.rulebase.tokens]
        raise Trouble(404, asked.panel.records.mask(f"there is no token {id_!r}{did_you_mean(id_, known)}"))
    return _row(asked.panel, told)


def set_token(asked: ApiRequest[TokenQuery, TokenBody]) -> Content:
    """Say what a token gets."""
    id_, most = asked.place["token"], _LONGEST.get(asked.query.ocpp)
    if most is not None and len(id_) > most:
        raise ValueError(f"id = {id_!r}: is longer than {most} characters, the most in OCPP {asked.query.ocpp}")
    [told] = tokens([{"id": id_, **table_of(asked.body)}])
    status = 201 if _find(asked.panel, id_) is None else 200
    asked.panel.csms.rulebase.set_token(told)
    return Content(json_text(read_token(asked)), status=status)


def remove_token(asked: ApiRequest[None, None]) -> None:
    """Say nothing of a token any more."""
    asked.panel.csms.rulebase.remove_token(asked.place["token"])
