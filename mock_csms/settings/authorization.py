"""What is answered about idTokens: the rules of a later setting lie over those of an earlier one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from mock_csms.behavior.authorization import MODES, info_rules, mode_rules
from mock_csms.behavior.presets import offline_rules
from mock_csms.behavior.rules import Answer, Rule
from mock_csms.behavior.templates import escape
from mock_csms.settings import tables, values
from mock_csms.settings.flags import Form, flag, switch

_TOKEN = values.fitting("AuthorizeRequest", "idToken", "idToken")


@dataclass(frozen=True, kw_only=True, init=False, repr=False, eq=False)
class Authorization:
    """What is answered about idTokens."""

    title: ClassVar[str] = "authorization"

    auth_mode: str = flag(
        "normal",
        "which status idTokens get; normal: Accepted; whitelist: Blocked unless listed in --whitelist; blacklist: "
        "Blocked if listed in --blacklist; rate_limit: NotAtThisTime; idTokens of type NoAuthorization are Accepted in "
        "every mode",
        values.one_of(lambda: MODES),
        "|".join(MODES),
        rules=lambda config: mode_rules(config.auth_mode, config.whitelist, config.blacklist),
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
        "`groupIdToken` in every idTokenInfo; its type is Central",
        _TOKEN,
        "ID",
        rules=lambda config: info_rules({"groupIdToken": {"idToken": escape(config.auth_group_id), "type": "Central"}}),
    )
    auth_cache_expiry: float | None = flag(
        None,
        "`cacheExpiryDateTime` in every idTokenInfo; SEC seconds after the time of the answer",
        values.number(),
        "SEC",
        rules=lambda config: info_rules({"cacheExpiryDateTime": f"{{{{now+{config.auth_cache_expiry:f}}}}}"}),
    )
    offline: bool = switch(
        "answer every Authorize with CALLERROR InternalError; the mock stays connected",
        rules=lambda _: offline_rules(),
    )
    token: Sequence[Rule[Answer]] = flag(
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
        rules=lambda config: config.token,
    )
