"""Which status a token gets, and the certificate that comes with it: rules for the two actions that carry one.

The answer to an Authorize always judges its token; that to a TransactionEvent does so exactly when the event carries
one (E01.FR.11): a Started without a token must not be Blocked.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from mock_csms.behavior.matching import Condition, value_at
from mock_csms.behavior.rules import Answer, Match, Reply, Rule
from mock_csms.behavior.templates import Context, Template, compile_template
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


def mode_rules(mode: str, whitelist: Collection[str], blacklist: Collection[str]) -> Iterable[Rule[Answer]]:
    """Judge the tokens on the list of the `mode`, if it has one, and then all others."""
    if mode != "normal":
        yield from info_rules({"status": "Accepted"}, conditions=[_ANYBODY])
    for token in {"whitelist": whitelist, "blacklist": blacklist}.get(mode, ()):
        yield from info_rules({"status": MODES[mode].listed}, token)
    yield from info_rules({"status": MODES[mode].others})


def info_rules(
    info: Json, token: str | None = None, conditions: Iterable[Condition] = (), certificate_status: str = ""
) -> Iterable[Rule[Answer]]:
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


COMPLETIONS: Mapping[str, Callable[[Any], Any]] = {"Authorize": fit_certificate_status}
"""What is done to a payload by action, once all rules were asked."""
