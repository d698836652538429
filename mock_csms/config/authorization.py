"""What is answered about idTokens: the rules of a later setting lie over those of an earlier one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from mock_csms import tables, values
from mock_csms.behavior.authorization import MODES, info_rules, mode_rules
from mock_csms.behavior.presets import offline_rules
from mock_csms.behavior.rules import Answer, Rule
from mock_csms.behavior.templates import escape
from mock_csms.flags import Form, flag, switch

_TOKEN = values.fitting("AuthorizeRequest", "idToken", "idToken")


@dataclass(frozen=True, kw_only=True, init=False, repr=False, eq=False)
class Authorization:
    """What is answered about idTokens."""

    title: ClassVar[str] = "authorization"

    auth_mode: str = flag(
        "normal",
        "how idTokens are answered: normal: all are Accepted; whitelist: others are Blocked; blacklist: those are "
        "Blocked; rate_limit: all are NotAtThisTime; idTokens of type NoAuthorization are Accepted in every mode",
        values.one_of(lambda: MODES),
        "|".join(MODES),
        rules=lambda config: mode_rules(config.auth_mode, config.whitelist, config.blacklist),
    )
    whitelist: tuple[str, ...] = flag(
        ("valid_token", "test_token", "authorized_user"),
        "tokens of the mode whitelist",
        values.texts,
        "TOKEN",
        several=True,
    )
    blacklist: tuple[str, ...] = flag(
        ("blocked_token", "invalid_user"), "tokens of the mode blacklist", values.texts, "TOKEN", several=True
    )
    auth_group_id: str | None = flag(
        None,
        "`groupIdToken` of every idTokenInfo, of type Central",
        _TOKEN,
        "ID",
        rules=lambda config: info_rules({"groupIdToken": {"idToken": escape(config.auth_group_id), "type": "Central"}}),
    )
    auth_cache_expiry: float | None = flag(
        None,
        "`cacheExpiryDateTime` of every idTokenInfo: so long from now",
        values.number(),
        "SEC",
        rules=lambda config: info_rules({"cacheExpiryDateTime": f"{{{{now+{config.auth_cache_expiry:f}}}}}"}),
    )
    offline: bool = switch(
        "answer Authorize with CALLERROR InternalError",
        rules=lambda _: offline_rules(),
    )
    token: Sequence[Rule[Answer]] = flag(
        (),
        "what single tokens get, before the mode decides",
        tables.tokens,
        forms={
            "token": Form(
                ("ID=STATUS[,group=G][,expiry=SEC][,type=T][,evse=1+2][,certificate=S]",),
                "status of one idToken, whatever the mode: one of the 10 statuses, a group, a cache expiry, EVSEs, "
                "the certificateStatus where a certificate comes with it; with `type` only an idToken of that type",
                tables.token_table,
            )
        },
        rules=lambda config: config.token,
    )
