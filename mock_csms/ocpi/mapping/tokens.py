"""Decides about tokens by the Tokens of eMSPs: what a station is told, and whether an eMSP must be asked before.

| whitelist | the token is |
| --- | --- |
| ALWAYS | accepted, whatever `valid` says |
| ALLOWED | accepted if it is valid |
| ALLOWED_OFFLINE | asked about; accepted if the eMSP cannot be reached |
| NEVER | asked about |

A token that no eMSP has pushed is asked about too. For 15 minutes after a START_SESSION or a RESERVE_NOW its token is
not asked about at that station; tokens of apps never are, because only eMSPs use them.
"""

from collections.abc import Mapping

from mock_csms.behavior.dialect import TokenAnswer
from mock_csms.ocpi.mapping.charges import COMMAND, REQUEST, WHITELIST
from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Record

ASK, CACHED, OFF = "ask", "cached", "off"
"""The values of --ocpi-authorize."""
REMEMBERED = 15 * 60.0
"""For how many seconds a command, or the answer of an eMSP, authorizes a token at a station."""
_OF_APPS = ("APP_USER", "AD_HOC_USER")
_STATUSES: Mapping[str, str] = {
    "ALLOWED": "Accepted",
    "BLOCKED": "Blocked",
    "EXPIRED": "Expired",
    "NO_CREDIT": "NoCredit",
    "NOT_ALLOWED": "NotAtThisLocation",
}
"""By AllowedType: the status in OCPP 2.x; the dialect of another version has its own in their place."""
_UNKNOWN, _NOT_NOW, _INVALID = "Unknown", "NotAtThisTime", "Blocked"
_TYPES: Mapping[str, str] = {
    "Central": "APP_USER",
    **dict.fromkeys(("eMAID", "EVCCID", "KeyCode", "Local", "MacAddress", "VIN"), "OTHER"),
}
"""By type of an idToken: the TokenType to ask for; RFID for all others, and for the idTags of OCPP 1.6."""


class TokenVerdict(Record):
    """What is decided about a token."""

    answer: TokenAnswer | None
    """What the station is told; None if no eMSP has a say, so that the settings of the mock decide."""
    method: str = WHITELIST
    """The AuthMethod."""
    token: Json | None = None
    """The Token, if an eMSP knows it."""
    reference: str = ""
    """The authorization_reference that the eMSP gave."""


def token_type(type_: str) -> str:
    """Return the TokenType for the type of an idToken."""
    return _TYPES.get(type_, "RFID")


def at_once(token: Json | None, *, is_commanded: bool, mode: str, has_emsp: bool) -> TokenVerdict | None:
    """Return the verdict about a token without asking anybody; None if an eMSP must be asked.

    token: the Token that an eMSP has pushed; None if none has. is_commanded: whether a command of an eMSP has named it
    at this station in the last 15 minutes. mode: ASK, CACHED or OFF. has_emsp: whether anybody can be asked.
    """
    if mode == OFF:
        return TokenVerdict(None, token=token)
    if is_commanded or (token is not None and token["type"] in _OF_APPS):
        return TokenVerdict(_answer(token, "Accepted"), COMMAND if is_commanded else WHITELIST, token)
    if token is None:
        return None if mode == ASK and has_emsp else TokenVerdict(None)
    whitelist = token["whitelist"]
    if whitelist == "ALWAYS":
        return TokenVerdict(_answer(token, "Accepted"), token=token)
    if whitelist == "ALLOWED" or mode == CACHED:
        return TokenVerdict(_answer(token, "Accepted" if token["valid"] else _INVALID), token=token)
    return None if has_emsp else unreachable(token)


def told(info: Json, evses: Mapping[str, int]) -> TokenVerdict:
    """Return the verdict by the AuthorizationInfo of an eMSP.

    evses: the EVSEs of the station, by their uids. If only some of them are allowed, the station is told.
    """
    allowed = (info.get("location") or {}).get("evse_uids") or ()
    places = tuple(evses[uid] for uid in allowed if uid in evses)
    status = _STATUSES.get(info["allowed"], _INVALID)
    only = places if len(places) < len(evses) else ()
    text = (info.get("info") or {}).get("text", "")
    language = (info.get("info") or {}).get("language", "")
    answer = _answer(info["token"], status, evse=only, message=text, message_language=language)
    return TokenVerdict(answer, REQUEST, info["token"], info.get("authorization_reference") or "")


def unknown() -> TokenVerdict:
    """Return the verdict about a token that no eMSP knows."""
    return TokenVerdict(TokenAnswer("", _UNKNOWN), REQUEST)


def unreachable(token: Json | None) -> TokenVerdict:
    """Return the verdict if the eMSP did not answer; about a token that was never pushed the mock decides."""
    if token is None:
        return TokenVerdict(None)
    is_fine = token["whitelist"] in ("ALWAYS", "ALLOWED", "ALLOWED_OFFLINE")
    fits = is_fine and (token["whitelist"] != "ALLOWED" or token["valid"])
    return TokenVerdict(_answer(token, "Accepted" if fits else _NOT_NOW), WHITELIST, token)


def _answer(token: Json | None, status: str, **more: object) -> TokenAnswer:
    found = token or {}
    group, language = found.get("group_id"), found.get("language")
    return TokenAnswer(found.get("uid", ""), status, group=group, language=language, **more)  # type: ignore[arg-type] # as named


def cdr_token(token: Json) -> Json:
    """Return the CdrToken of a Token."""
    return {name: token[name] for name in ("country_code", "party_id", "uid", "type", "contract_id")}
