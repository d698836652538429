"""The endpoints for the answers to single tokens."""

from typing import Any

from mock_csms.behavior.dialect import TokenAnswer
from mock_csms.behavior.dialects import dialect_of
from mock_csms.control.api.contract.rules import TokenBody, TokenQuery, TokenRow
from mock_csms.control.api.request import ApiRequest, Content, Trouble
from mock_csms.control.api.routes.actions import spoken_version
from mock_csms.control.api.routes.rules import table_of
from mock_csms.control.panel import Panel
from mock_csms.protocol.names import did_you_mean
from mock_csms.protocol.records import UNSET, json_text
from mock_csms.protocol.versions import DEFAULT
from mock_csms.settings.tables import tokens
from mock_csms.twin.v2.energy import TOKEN_PATH


def _row(panel: Panel, answer: TokenAnswer) -> TokenRow:
    def hidden(id_: str) -> str:
        shown: str = panel.secrets.at(TOKEN_PATH, id_)
        return shown

    return TokenRow(
        id=hidden(answer.id),
        status=answer.status,
        group=UNSET if answer.group is None else hidden(answer.group),
        expiry=UNSET if answer.expiry is None else answer.expiry,
        evse=list(answer.evse) if answer.evse else UNSET,
        type=UNSET if answer.type is None else answer.type,
        certificate=UNSET if answer.certificate is None else answer.certificate,
    )


def list_tokens(asked: ApiRequest[None, None]) -> list[TokenRow]:
    """Return all tokens."""
    return [_row(asked.panel, answer) for answer in asked.panel.csms.rulebase.tokens.all]


def _find(panel: Panel, id_: str) -> TokenAnswer | None:
    return panel.csms.rulebase.tokens.find(id_)


def read_token(asked: ApiRequest[Any, Any]) -> TokenRow:
    """Return one token."""
    id_ = asked.place["token"]
    answer = _find(asked.panel, id_)
    if answer is None:
        known = [each.id for each in asked.panel.csms.rulebase.tokens.all]
        raise Trouble(404, asked.panel.records.mask(f"there is no token {id_!r}{did_you_mean(id_, known)}"))
    return _row(asked.panel, answer)


def set_token(asked: ApiRequest[TokenQuery, TokenBody]) -> Content:
    """Set the answer for a token."""
    id_, version = asked.place["token"], spoken_version(asked.query.ocpp) or DEFAULT
    most = dialect_of(version).longest_token()
    if len(id_) > most:
        raise ValueError(f"id = {id_!r}: is longer than {most} characters, the most in OCPP {version.name}")
    [answer] = tokens([{"id": id_, **table_of(asked.body)}])
    status = 201 if _find(asked.panel, id_) is None else 200
    asked.panel.csms.rulebase.set_token(answer)
    return Content(json_text(read_token(asked)), status=status)


def remove_token(asked: ApiRequest[None, None]) -> None:
    """Remove the answer for a token."""
    asked.panel.csms.rulebase.remove_token(asked.place["token"])
