"""Rules for the status of an idTag: in the answers to Authorize, StartTransaction and StopTransaction (OCPP 1.6).

An idTagInfo has only the fields that were set. The answer to a StopTransaction has an idTagInfo only if the call names
an idTag (1.6, 4.10).
"""

from collections.abc import Collection, Mapping

from mock_csms.behavior.dialect import AnswerRules, TokenAnswer
from mock_csms.behavior.matching import Condition
from mock_csms.behavior.rules import Match, Refusal, Reply, Rule
from mock_csms.behavior.templates import compile_template, escape
from mock_csms.protocol.actions import Json

_ACTIONS = ("Authorize", "StartTransaction", "StopTransaction")

MODES: Mapping[str, tuple[str, str]] = {
    "normal": ("Accepted", "Accepted"),
    "whitelist": ("Accepted", "Blocked"),
    "blacklist": ("Blocked", "Accepted"),
    "rate_limit": ("Blocked", "Blocked"),
}
"""By --auth-mode: the status of idTags on its list, and the status of all others."""

_STATUSES: Mapping[str, str] = {
    "NoCredit": "Blocked",
    "NotAllowedTypeEVSE": "Blocked",
    "NotAtThisLocation": "Blocked",
    "NotAtThisTime": "Blocked",
    "Unknown": "Invalid",
}
"""By status of a later version: the status of 1.6 in its place."""
_TYPES = (None, "ISO14443", "ISO15693", "Local", "Central", "KeyCode")
"""The types of tokens in later versions that an idTag can be. Messages of 1.6 do not name the type."""


def mode_rules(mode: str, whitelist: Collection[str], blacklist: Collection[str]) -> AnswerRules:
    """Set the status of idTags on the list of the `mode`, if it has one, and of all others."""
    listed, others = MODES[mode]
    for tag in {"whitelist": whitelist, "blacklist": blacklist}.get(mode, ()):
        yield from info_rules({"status": listed}, tag)
    yield from info_rules({"status": others})


def info_rules(info: Json, tag: str | None = None) -> AnswerRules:
    """Merge `info`, which may have placeholders, into the idTagInfo of one idTag, or of every idTag if that is None."""
    carries = Condition(("idTag",)) if tag is None else Condition(("idTag",), tag)
    reply = Reply(compile_template({"idTagInfo": info}))
    return [Rule(Match(action, (carries,)), reply) for action in _ACTIONS]


def group_rules(group: str) -> AnswerRules:
    """Put every idTag into a group (`parentIdTag`)."""
    return info_rules(_group(group))


def expiry_rules(seconds: float) -> AnswerRules:
    """Let the answer about every idTag expire after so many seconds (`expiryDate`)."""
    return info_rules(_expiry(seconds))


def token_info(token: TokenAnswer) -> Json:
    """Return the idTagInfo for the answer about a token; it has no place for languages and messages."""
    info: Json = {"status": _STATUSES.get(token.status, token.status)}
    if token.group is not None:
        info["parentIdTag"] = token.group
    return info


def token_rules(token: TokenAnswer) -> AnswerRules:
    """Answer about one idTag as a user wants; `token` may also have types, EVSEs and certificates, which 1.6 lacks."""
    if token.type not in _TYPES:
        return ()
    info: Json = escape(token_info(token))
    if token.expiry is not None:
        info |= _expiry(token.expiry)
    return info_rules(info, token.id)


def _group(group: str) -> Json:
    return {"parentIdTag": escape(group)}


def _expiry(seconds: float) -> Json:
    return {"expiryDate": f"{{{{now+{seconds:f}}}}}"}


def offline_rules() -> AnswerRules:
    """Answer every Authorize with a CALLERROR."""
    return [Rule(Match("Authorize"), Refusal("InternalError", "authorization is switched off (--offline)"))]
