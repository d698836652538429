"""The status of a token and of its contract certificate: rules for Authorize and TransactionEvent (OCPP 2.x).

The answer to an Authorize always has a status. The answer to a TransactionEvent has one only if the event carries a
token (E01.FR.11): a Started without a token must not be Blocked.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from mock_csms.behavior.dialect import AnswerRules, TokenAnswer
from mock_csms.behavior.matching import Condition, value_at
from mock_csms.behavior.rules import Match, Refusal, Reply, Rule
from mock_csms.behavior.templates import Context, Template, compile_template, escape
from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Record

_ACTIONS = ("Authorize", "TransactionEvent")


class Mode(Record):
    """The statuses that tokens get in one --auth-mode."""

    listed: str
    """The status of tokens on the list of the mode."""
    others: str


MODES: Mapping[str, Mode] = {
    "normal": Mode("Accepted", "Accepted"),
    "whitelist": Mode("Accepted", "Blocked"),
    "blacklist": Mode("Blocked", "Accepted"),
    "rate_limit": Mode("NotAtThisTime", "NotAtThisTime"),
}


_ANYBODY = Condition(("idToken", "type"), "NoAuthorization")
"""The token of a driver who need not identify. It is Accepted, unless a user sets another status (C02.FR.02)."""

_CERTIFICATES = (Condition(("iso15118CertificateHashData",)), Condition(("certificate",)))
"""An Authorize that carries one of these comes with a contract certificate (C07)."""

CERTIFICATE_STATUS = "certificateStatus"
FITTING = "(fits the idTokenInfo)"
"""A placeholder for the certificateStatus, until all rules were applied; then the fitting status replaces it."""

_LONGEST_MESSAGE = 512
_CANCELLED = {"Blocked", "Expired", "Invalid", "Unknown"}


def mode_rules(mode: str, whitelist: Collection[str], blacklist: Collection[str]) -> AnswerRules:
    """Set the status of tokens on the list of the `mode`, if it has one, and of all others."""
    if mode != "normal":
        yield from info_rules({"status": "Accepted"}, conditions=[_ANYBODY])
    for token in {"whitelist": whitelist, "blacklist": blacklist}.get(mode, ()):
        yield from info_rules({"status": MODES[mode].listed}, token)
    yield from info_rules({"status": MODES[mode].others})


def info_rules(
    info: Json, token: str | None = None, conditions: Iterable[Condition] = (), certificate_status: str | None = None
) -> AnswerRules:
    """Merge `info`, which may have placeholders, into the idTokenInfo of one token, or of every token if that is None.

    `certificate_status` is answered if a contract certificate comes with the token.
    """
    carries = Condition(("idToken",)) if token is None else Condition(("idToken", "idToken"), token)
    matched = (carries, *conditions)
    if certificate_status:
        reply = Reply(compile_template({"idTokenInfo": info, CERTIFICATE_STATUS: certificate_status}))
        for certificate in _CERTIFICATES:
            yield Rule(Match("Authorize", (*matched, certificate)), reply)
    reply = Reply(compile_template({"idTokenInfo": info}))
    for action in _ACTIONS:
        yield Rule(Match(action, matched), reply)


def group_rules(group: str) -> AnswerRules:
    """Put every token into a group (`groupIdToken`)."""
    return info_rules(_group(group))


def expiry_rules(seconds: float) -> AnswerRules:
    """Let the answer about every token expire after so many seconds (`cacheExpiryDateTime`)."""
    return info_rules(_expiry(seconds))


def token_info(token: TokenAnswer) -> Json:
    """Return the idTokenInfo for the answer about a token; caches may keep it for ever."""
    info: Json = {"status": token.status}
    if token.group is not None:
        info |= {"groupIdToken": {"idToken": token.group, "type": "Central"}}
    if token.evse:
        info["evseId"] = list(token.evse)
    if token.language:
        info["language1"] = token.language
    if token.message:
        info["personalMessage"] = {"format": "UTF8", "content": token.message[:_LONGEST_MESSAGE]}
        info["personalMessage"] |= {"language": token.message_language} if token.message_language else {}
    return info


def token_rules(token: TokenAnswer) -> AnswerRules:
    """Answer about one token as a user wants it."""
    info: Json = escape(token_info(token))
    if token.expiry is not None:
        info |= _expiry(token.expiry)
    conditions = [Condition(("idToken", "type"), token.type)] if token.type is not None else []
    return info_rules(info, token.id, conditions, token.certificate)


def _group(group: str) -> Json:
    return {"groupIdToken": {"idToken": escape(group), "type": "Central"}}


def _expiry(seconds: float) -> Json:
    return {"cacheExpiryDateTime": f"{{{{now+{seconds:f}}}}}"}


def offline_rules() -> AnswerRules:
    """Answer every Authorize with a CALLERROR."""
    return [Rule(Match("Authorize"), Refusal("InternalError", "authorization is switched off (--offline)"))]


def with_certificate_status(template: Template) -> Template:
    """Return a template that adds a certificateStatus if the request carries a contract certificate."""

    def fill(context: Context) -> Any:
        carries = any(condition.holds(context.request) for condition in _CERTIFICATES)
        return template(context) | ({CERTIFICATE_STATUS: FITTING} if carries else {})

    return fill


def fit_certificate_status(payload: Any) -> Any:
    """Replace FITTING, if it is still there, by the certificateStatus that fits the status of the token.

    The certificate counts as valid, so the contract is either cancelled (C07.FR.13) or accepted (C07.FR.14).
    """
    if not isinstance(payload, dict) or payload.get(CERTIFICATE_STATUS) is not FITTING:
        return payload
    status = value_at(payload, ("idTokenInfo", "status"))
    return payload | {CERTIFICATE_STATUS: "ContractCancelled" if status in _CANCELLED else "Accepted"}
