"""What stations are answered: the rules of a later setting lie over those of an earlier one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from mock_csms import tables, values
from mock_csms.behavior.authorization import MODES, info_rules, mode_rules
from mock_csms.behavior.notation import parse_latency
from mock_csms.behavior.presets import boot_rules, cost_rules, offline_rules
from mock_csms.behavior.rules import Answer, Rule
from mock_csms.behavior.templates import escape
from mock_csms.flags import Form, flag, switch

if TYPE_CHECKING:
    from mock_csms.behavior.faults import Latency

_TOKEN = values.fitting("AuthorizeRequest", "idToken", "idToken")
_STATUS = values.one_of(values.enumeration("BootNotificationResponse", "status"))


@dataclass(frozen=True, kw_only=True, init=False, repr=False, eq=False)
class Answers:
    """What stations are answered: the rules of a later setting lie over those of an earlier one."""

    title: ClassVar[str] = "answers"

    boot_status: str = flag(
        "Accepted", "answer to BootNotification", _STATUS, "STATUS", sets=("BootNotification.status",)
    )
    boot_status_sequence: tuple[str, ...] = flag(
        (),
        "answers to the BootNotifications of each station in turn, over reconnects; the last one stays",
        values.several(_STATUS),
        "STATUS,STATUS,…",
        rivals=("boot_status",),
        rules=lambda config: boot_rules(config.boot_status_sequence),
    )
    boot_interval: int = flag(
        60, "`interval` of the BootNotification response", values.integer(), "SEC", sets=("BootNotification.interval",)
    )
    total_cost: float = flag(
        10.0,
        "`totalCost` in TransactionEvent Updated responses",
        values.number(),
        "N",
        rules=lambda config: cost_rules("Updated", config.total_cost),
    )
    final_cost: float | None = flag(
        None,
        "`totalCost` in TransactionEvent Ended responses",
        values.number(),
        "N",
        rules=lambda config: cost_rules("Ended", config.final_cost),
    )
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
    rule: tables.Rules = flag(
        tables.Rules(),
        "scripted answers, of which the first that matches counts, and faults, which add up",
        tables.rules,
        forms={
            "reply": Form(
                ("MATCH", "JSON"), "lay this over the default answer; @FILE reads it from a file", tables.reply_table
            ),
            "reply_raw": Form(
                ("MATCH", "JSON"),
                "answer with exactly this, any JSON, which no schema is asked about; @FILE reads it from a file",
                tables.reply_raw_table,
            ),
            "error": Form(("MATCH", "CODE[:DESCRIPTION]"), "answer with this CALLERROR", tables.error_table),
            "fault": Form(
                ("MATCH", "FAULT"),
                "spoil the answer, or the command where MATCH names one; several add up, in their order",
                tables.fault_table,
            ),
        },
        rules=lambda config: config.rule.answers,
    )
    latency: "Latency | None" = flag(
        None,
        "deliver every message, both ways, so much later, more or less by up to JITTER",
        parse_latency,
        "SEC[+-JITTER]",
    )
    loss: float = flag(0.0, "lose so many percent of all messages, both ways", values.percent, "PERCENT")
    seed: int | None = flag(
        None,
        "makes all chance repeatable: probabilities, jitter, fresh ids",
        values.integer(0, 2**63),
        "N",
        shown="by chance",
    )
