"""Which status a token gets, and the certificate that comes with it: rules for the two actions that carry one.

The answer to an Authorize always judges its token; that to a TransactionEvent does so exactly when the event carries
one (E01.FR.11): a Started without a token must not be Blocked.
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
    """One way to judge: the status of tokens on the mode's list, and of all others."""

    listed: str
    others: str


MODES: Mapping[str, Mode] = {
    "normal": Mode("Accepted", "Accepted"),
    "whitelist": Mode("Accepted", "Blocked"),
    "blacklist": Mode("Blocked", "Accepted"),
    "rate_limit": Mode("NotAtThisTime", "NotAtThisTime"),
}


_ANYBODY = Condition(("idToken", "type"), "NoAuthorization")
"""The token of who need not say who they are: it is Accepted unless somebody says otherwise (C02.FR.02)."""

_CERTIFICATES = (Condition(("iso15118CertificateHashData",)), Condition(("certificate",)))
"""What an Authorize carries of a contract certificate (C07)."""

CERTIFICATE_STATUS = "certificateStatus"
FITTING = "(fits the idTokenInfo)"
"""What stands for the certificateStatus until all rules were asked."""

_CANCELLED = {"Blocked", "Expired", "Invalid", "Unknown"}


def mode_rules(mode: str, whitelist: Collection[str], blacklist: Collection[str]) -> AnswerRules:
    """Judge the tokens on the list of the `mode`, if it has one, and then all others."""
    if mode != "normal":
        yield from info_rules({"status": "Accepted"}, conditions=[_ANYBODY])
    for token in {"whitelist": whitelist, "blacklist": blacklist}.get(mode, ()):
        yield from info_rules({"status": MODES[mode].listed}, token)
    yield from info_rules({"status": MODES[mode].others})


def info_rules(
    info: Json, token: str | None = None, conditions: Iterable[Condition] = (), certificate_status: str | None = None
) -> AnswerRules:
    """Lay `info` (it may have placeholders) over the idTokenInfo of that token, or of every token.

    With a `certificate_status`, it is told of the contract certificate that comes with the token.
    """
    carries = Condition(("idToken",)) if token is None else Condition(("idToken", "idToken"), token)
    matched = (carries, *conditions)
    if certificate_status:
        told = Reply(compile_template({"idTokenInfo": info, CERTIFICATE_STATUS: certificate_status}))
        for certificate in _CERTIFICATES:
            yield Rule(Match("Authorize", (*matched, certificate)), told)
    reply = Reply(compile_template({"idTokenInfo": info}))
    for action in _ACTIONS:
        yield Rule(Match(action, matched), reply)


def group_rules(group: str) -> AnswerRules:
    """Tell that every token belongs to a group (`groupIdToken`)."""
    return info_rules(_group(group))


def expiry_rules(seconds: float) -> AnswerRules:
    """Tell with every token that caches must forget the answer after so many seconds (`cacheExpiryDateTime`)."""
    return info_rules(_expiry(seconds))


def token_rules(told: TokenAnswer) -> AnswerRules:
    """Answer about one token as a user wants it."""
    info: Json = {"status": told.status}
    if told.group is not None:
        info |= _group(told.group)
    if told.expiry is not None:
        info |= _expiry(told.expiry)
    if told.evse:
        info["evseId"] = list(told.evse)
    conditions = [Condition(("idToken", "type"), told.type)] if told.type is not None else []
    return info_rules(info, told.id, conditions, told.certificate)


def _group(group: str) -> Json:
    return {"groupIdToken": {"idToken": escape(group), "type": "Central"}}


def _expiry(seconds: float) -> Json:
    return {"cacheExpiryDateTime": f"{{{{now+{seconds:f}}}}}"}


def offline_rules() -> AnswerRules:
    """Be unable to authorize anybody."""
    return [Rule(Match("Authorize"), Refusal("InternalError", "authorization is switched off (--offline)"))]


def with_certificate_status(template: Template) -> Template:
    """Let the default answer to an Authorize tell of the contract certificate, where the request carries one."""

    def fill(context: Context) -> Any:
        carries = any(condition.holds(context.request) for condition in _CERTIFICATES)
        return template(context) | ({CERTIFICATE_STATUS: FITTING} if carries else {})

    return fill


def fit_certificate_status(payload: Any) -> Any:
    """Put the status that fits the idTokenInfo in the place of FITTING, where no rule said another or took it away.

    A certificate is taken as valid: then the contract is cancelled (C07.FR.13) or not (C07.FR.14).
    """
    if not isinstance(payload, dict) or payload.get(CERTIFICATE_STATUS) is not FITTING:
        return payload
    status = value_at(payload, ("idTokenInfo", "status"))
    return payload | {CERTIFICATE_STATUS: "ContractCancelled" if status in _CANCELLED else "Accepted"}
