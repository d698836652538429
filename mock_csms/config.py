"""Every setting of the mock: one field is one flag, one row of the README, and the one place to add another."""

from collections.abc import Sequence
from dataclasses import dataclass

from mock_csms import tables, values
from mock_csms.behavior.admission import Cuts, Refusals
from mock_csms.behavior.authorization import MODES, info_rules, mode_rules
from mock_csms.behavior.commands import Script
from mock_csms.behavior.presets import boot_first_rules, boot_rules, cost_rules, offline_rules
from mock_csms.behavior.rules import Answer, Rule
from mock_csms.behavior.templates import escape
from mock_csms.behavior.validation import Validation
from mock_csms.flags import Form, flag, switch
from mock_csms.protocol.actions import Json

_TOKEN = values.fitting("AuthorizeRequest", "idToken", "idToken")
_STATUS = values.one_of(values.enumeration("BootNotificationResponse", "status"))


@dataclass(frozen=True, kw_only=True)
class Config:
    """The settings of one mock."""

    host: str = flag("127.0.0.1", "address to listen on", values.text, "HOST")
    port: int = flag(9000, "port to listen on; 0 picks a free one", values.integer(0, 65535), "PORT")
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
        "normal: all tokens are Accepted; whitelist: others are Blocked; blacklist: those are Blocked; "
        "rate_limit: all are NotAtThisTime",
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
    offline: bool = switch(
        "answer Authorize with CALLERROR InternalError",
        rules=lambda _: offline_rules(),
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
    token: Sequence[Rule[Answer]] = flag(
        (),
        "what single tokens get, before the mode decides",
        tables.tokens,
        forms={
            "token": Form(
                ("ID=STATUS[,group=G][,expiry=SEC][,type=T][,evse=1+2]",),
                "what a token gets, before the mode decides: one of the 10 statuses, a group, a cache expiry, EVSEs; "
                "with `type` only a token of that type",
                tables.token_table,
            )
        },
        rules=lambda config: config.token,
    )
    rule: tables.Rules = flag(
        tables.Rules(),
        "scripted answers and faults; the first that matches counts",
        tables.rules,
        forms={
            "reply": Form(
                ("MATCH", "JSON"), "lay this over the default answer; @FILE reads it from a file", tables.reply_table
            ),
            "error": Form(("MATCH", "CODE[:DESCRIPTION]"), "answer with this CALLERROR", tables.error_table),
            "fault": Form(
                ("MATCH", "FAULT"), "spoil the answer, or the command where MATCH names one", tables.fault_table
            ),
        },
        rules=lambda config: config.rule.answers,
    )
    require_boot: bool = switch(
        "SecurityError to all but BootNotification until one was Accepted, but for what was asked for while Pending",
        rules=lambda _: boot_first_rules(),
    )
    command: str | None = flag(
        None,
        "send this command, once (--delay) or again and again (--period)",
        values.command,
        "ACTION",
        short="-c",
        rivals=("commands",),
        needs=("delay", "period"),
    )
    delay: float | None = flag(
        None,
        "send --command once, after so long",
        values.number(),
        "SEC",
        short="-d",
        rivals=("period",),
        needs=("command",),
    )
    period: float | None = flag(
        None,
        "send --command every so long, from start to start",
        values.number(above=True),
        "SEC",
        short="-p",
        needs=("command",),
    )
    commands: tuple[tuple[str, float], ...] = flag(
        (),
        "send these one after another; each delay counts from the end of the command before",
        values.delayed_commands,
        "ACTION:SEC,…",
    )
    payload: Json | None = flag(
        None,
        "JSON merge patch over the payload of --command; @FILE reads it from a file",
        values.json_object,
        "JSON|@FILE",
        needs=("command",),
    )
    after: str = flag(
        "connect",
        "when delays start to run: at the connection, or at the first Accepted boot",
        values.one_of(lambda: ("connect", "boot")),
        "connect|boot",
    )
    station: str = flag("*", "which stations get the commands, as a pattern with * and ?", values.text, "GLOB")
    rerun_commands: bool = switch("run the commands again on every new connection")
    script: Sequence[Script] = flag((), "commands, each with its own timing (only in files)", tables.scripts, forms={})
    trigger_message: str = flag(
        "StatusNotification",
        "what TriggerMessage asks for",
        values.trigger,
        "MESSAGE",
        sets=("TriggerMessage.requestedMessage",),
    )
    reset_type: str = flag(
        "Immediate",
        "`type` of Reset",
        values.one_of(values.enumeration("ResetRequest", "type")),
        "Immediate|OnIdle",
        sets=("Reset.type",),
    )
    availability_status: str = flag(
        "Operative",
        "`operationalStatus` of ChangeAvailability",
        values.one_of(values.enumeration("ChangeAvailabilityRequest", "operationalStatus")),
        "Operative|Inoperative",
        sets=("ChangeAvailability.operationalStatus",),
    )
    set_variables: list[Json] | None = flag(
        None,
        "what SetVariables sets; a comma separates only where NAME.NAME follows",
        values.variables_to_set,
        "C.V=VALUE,…",
        sets=("SetVariables.setVariableData",),
        shown="OCPPCommCtrlr.HeartbeatInterval=30",
    )
    get_variables: list[Json] | None = flag(
        None,
        "what GetVariables asks for",
        values.variables_to_get,
        "C.V,…",
        sets=("GetVariables.getVariableData",),
        shown="ChargingStation.AvailabilityState",
    )
    local_list_tokens: list[Json] | None = flag(
        None,
        "tokens of SendLocalList",
        values.local_list,
        "TOKEN",
        several=True,
        sets=("SendLocalList.localAuthorizationList",),
        shown="test_token",
    )
    reservation_id: int = flag(
        1,
        "reservation that ReserveNow makes and CancelReservation cancels",
        values.integer(),
        "N",
        sets=("ReserveNow.id", "CancelReservation.reservationId"),
    )
    reserve_id_token: str = flag(
        "reserved_token", "token of ReserveNow", values.text, "TOKEN", sets=("ReserveNow.idToken.idToken",)
    )
    reserve_evse_id: int = flag(1, "EVSE of ReserveNow", values.integer(), "N", sets=("ReserveNow.evseId",))
    refuse: Refusals | None = flag(
        None,
        "refuse upgrade requests of each station: with that HTTP status, by TCP RST, or by never answering; the first "
        "N, or for SEC from the first one (with --disconnect-after: from the cut)",
        values.refusals,
        "STATUS|reset|hang[*N][ for=SEC]",
    )
    disconnect_after: Cuts | None = flag(
        None, "cut each connection so long after it opened, or the first N of each station", values.cuts, "SEC[*N]"
    )
    known_stations: tuple[str, ...] | None = flag(
        None, "refuse all other stations with 404", values.texts, "ID", several=True
    )
    basic_auth: dict[str, str] | None = flag(
        None,
        "refuse stations without their password with 401 (security profile 1); @FILE has one on each line",
        values.passwords,
        "ID:PASSWORD|@FILE",
        repeated=True,
        is_secret=True,
    )
    on_duplicate: str = flag(
        "new",
        "which connection of one identity survives",
        values.one_of(lambda: ("new", "old", "both")),
        "new|old|both",
    )
    on_subprotocol_mismatch: str = flag(
        "close",
        "what a station without a common subprotocol gets: a handshake and a close (Part 4, 3.2), or HTTP 400",
        values.one_of(lambda: ("close", "400")),
        "close|400",
    )
    validate: Validation = flag(
        Validation(),
        "refuse payloads that break their schema, only report them, or do not look; for these actions, or for all",
        values.validation,
        "strict|report|off[:ACTION,…]",
        repeated=True,
        shown="strict",
    )
    timestamp_format: str = flag(
        ".000Z", "how times end", values.one_of(lambda: values.TIMESTAMPS), "|".join(values.TIMESTAMPS)
    )
    clock_offset: float = flag(0.0, "how far the mock's clock is ahead", values.number(-values.LONGEST), "SEC")
    seed: int | None = flag(
        None,
        "makes all chance repeatable: probabilities, jitter, fresh ids",
        values.integer(0, 2**63),
        "N",
        shown="by chance",
    )
    call_timeout: float = flag(30.0, "how long a command waits for its answer", values.number(above=True), "SEC")
    ping_interval: float = flag(20.0, "time between WebSocket pings; 0 switches them off", values.number(), "SEC")
    ping_timeout: float = flag(
        20.0, "how long a ping waits for its pong before the connection is closed; 0: for ever", values.number(), "SEC"
    )
    no_compression: bool = switch("refuse permessage-deflate, which is accepted otherwise")
    max_message_size: int = flag(
        1048576,
        "largest message that a station may send; a larger one closes the connection with 1009",
        values.integer(1),
        "BYTES",
    )
    log_level: str = flag(
        "INFO",
        "least severity of the lines on stderr; DEBUG shows messages in full",
        values.one_of(lambda: ("DEBUG", "INFO", "WARNING", "ERROR")),
        "LEVEL",
    )
    ready_file: str | None = flag(None, "file to write the URL into once the server listens", values.text, "PATH")
