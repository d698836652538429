"""The settings of answers about idTokens. The rules of a later setting override those of an earlier one."""

from collections.abc import Sequence
from functools import lru_cache
from typing import ClassVar

from mock_csms.behavior.dialect import AnswerRules, Dialect, TokenAnswer
from mock_csms.protocol import records
from mock_csms.settings import tables, values, versioned
from mock_csms.settings.flags import Form, flag, part, switch


def _group_rules(group: str, dialect: Dialect) -> AnswerRules:
    return dialect.group_rules(group) if len(group) <= dialect.longest_token() else ()


@lru_cache(maxsize=4096)
def _token_rules(told: TokenAnswer, dialect: Dialect) -> AnswerRules:
    """Return the rules for a token, with ids, from a cache: whenever a token changes, those of all are needed."""
    rules = enumerate(dialect.token_rules(told), start=1)
    return tuple(records.replace(rule, id=f"token {told.id} {number}") for number, rule in rules)


@part
class Authorization:
    """The settings of answers about idTokens."""

    title: ClassVar[str] = "authorization"

    auth_mode: str = flag(
        "normal",
        "which status idTokens get; normal: Accepted; whitelist: Blocked unless listed in --whitelist; blacklist: "
        "Blocked if listed in --blacklist; rate_limit: NotAtThisTime; idTokens of type NoAuthorization are Accepted in "
        "every mode",
        versioned.named("auth_mode"),
        lambda: "|".join(versioned.names("auth_mode")),
        rules=lambda config, dialect: dialect.mode_rules(config.auth_mode, config.whitelist, config.blacklist),
    )
    whitelist: tuple[str, ...] = flag(
        ("valid_token", "test_token", "authorized_user"),
        "idTokens that `--auth-mode whitelist` accepts",
        values.texts,
        "TOKEN",
        several=True,
    )
    blacklist: tuple[str, ...] = flag(
        ("blocked_token", "invalid_user"),
        "idTokens that `--auth-mode blacklist` blocks",
        values.texts,
        "TOKEN",
        several=True,
    )
    auth_group_id: str | None = flag(
        None,
        "`groupIdToken` in every idTokenInfo; its type is Central; in OCPP 1.6 `parentIdTag` in every idTagInfo",
        versioned.token(),
        "ID",
        aliases=("--auth-parent-id-tag",),
        rules=lambda config, dialect: _group_rules(config.auth_group_id, dialect),
    )
    auth_cache_expiry: float | None = flag(
        None,
        "`cacheExpiryDateTime` in every idTokenInfo; SEC seconds after the answer; in OCPP 1.6 `expiryDate`",
        values.number(),
        "SEC",
        rules=lambda config, dialect: dialect.expiry_rules(config.auth_cache_expiry),
    )
    ocpi_authorize: str = flag(
        "ask",
        "how the tokens of --ocpi decide; ask: ask the eMSP as `whitelist` of the token says, also about a token that "
        "no eMSP has sent; cached: only by what eMSPs have sent; off: not at all",
        values.one_of(lambda: ("ask", "cached", "off")),
        "ask|cached|off",
        needs=("ocpi",),
        rules=lambda config, dialect: dialect.partner_rules() if config.ocpi and config.ocpi_authorize != "off" else (),
    )
    offline: bool = switch(
        "answer every Authorize with CALLERROR InternalError; the mock stays connected",
        rules=lambda _, dialect: dialect.offline_rules(),
    )
    token: Sequence[TokenAnswer] = flag(
        (),
        "answers for single idTokens; they come before --auth-mode",
        tables.tokens,
        forms={
            "token": Form(
                ("ID=STATUS[,group=G][,expiry=SEC][,type=T][,evse=1+2][,certificate=S]",),
                "answer for one idToken, whatever --auth-mode says; STATUS is one of the 10 AuthorizationStatus "
                "values; `group` is its groupIdToken, `expiry` its cacheExpiryDateTime in seconds from now, `evse` the "
                "EVSEs it is valid for, `certificate` the certificateStatus when a certificate comes with it; `type` "
                "restricts this to idTokens of that type",
                tables.token_table,
            )
        },
        rules=lambda config, dialect: [rule for told in config.token for rule in _token_rules(told, dialect)],
    )
