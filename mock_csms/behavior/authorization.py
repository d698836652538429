"""Which status a token gets: rules for the two actions that carry one.

The answer to an Authorize always judges its token; that to a TransactionEvent does so exactly when the event carries
one (E01.FR.11): a Started without a token must not be Blocked.
"""

from collections.abc import Collection, Iterable, Mapping

from mock_csms.behavior.matching import Condition
from mock_csms.behavior.rules import Answer, Match, Reply, Rule
from mock_csms.behavior.templates import compile_template
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


def mode_rules(mode: str, whitelist: Collection[str], blacklist: Collection[str]) -> Iterable[Rule[Answer]]:
    """Judge the tokens on the list of the `mode`, if it has one, and then all others."""
    for token in {"whitelist": whitelist, "blacklist": blacklist}.get(mode, ()):
        yield from info_rules({"status": MODES[mode].listed}, token)
    yield from info_rules({"status": MODES[mode].others})


def info_rules(info: Json, token: str | None = None, conditions: Iterable[Condition] = ()) -> Iterable[Rule[Answer]]:
    """Lay `info` (it may have placeholders) over the idTokenInfo of that token, or of every token."""
    carries = Condition(("idToken",)) if token is None else Condition(("idToken", "idToken"), token)
    reply = Reply(compile_template({"idTokenInfo": info}))
    for action in _ACTIONS:
        yield Rule(Match(action, (carries, *conditions)), reply)
