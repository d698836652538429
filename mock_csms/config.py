"""Every setting of the mock: one field is one flag, one row of the README, and the one place to add another."""

from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

from mock_csms import values
from mock_csms.behavior.authorization import MODES, Authorization
from mock_csms.behavior.commands import Script, Step
from mock_csms.behavior.rules import Rule
from mock_csms.behavior.templates import SAMPLE, compile_template, merge
from mock_csms.flags import flag, flag_of, switch
from mock_csms.protocol.actions import Json
from mock_csms.protocol.versions import V201

_STATUS = values.one_of(values.enumeration("BootNotificationResponse", "status"))


@dataclass(frozen=True, kw_only=True)
class Config:
    """The settings of one mock."""

    host: str = flag("127.0.0.1", "address to listen on", values.text, "HOST")
    port: int = flag(9000, "port to listen on; 0 picks a free one", values.integer(0, 65535), "PORT")
    boot_status: str = flag("Accepted", "answer to BootNotification", _STATUS, "STATUS")
    boot_status_sequence: tuple[str, ...] = flag(
        (),
        "answers to the BootNotifications of each station in turn, over reconnects; the last one stays",
        values.several(_STATUS),
        "STATUS,STATUS,…",
        rivals=("boot_status",),
    )
    boot_interval: int = flag(60, "`interval` of the BootNotification response", values.integer(), "SEC")
    total_cost: float = flag(10.0, "`totalCost` in TransactionEvent Updated responses", values.number(), "N")
    final_cost: float | None = flag(None, "`totalCost` in TransactionEvent Ended responses", values.number(), "N")
    auth_mode: str = flag(
        "normal",
        "normal: all tokens are Accepted; whitelist: others are Blocked; blacklist: those are Blocked; "
        "rate_limit: all are NotAtThisTime",
        values.one_of(lambda: MODES),
        "|".join(MODES),
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
        rules=lambda: [Rule("Authorize", "InternalError", "the mock plays an offline authorization")],
    )
    auth_group_id: str | None = flag(None, "`groupIdToken` of every idTokenInfo, of type Central", values.text, "ID")
    auth_cache_expiry: float | None = flag(
        None, "`cacheExpiryDateTime` of every idTokenInfo: so long from now", values.number(), "SEC"
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

    def __post_init__(self) -> None:
        """Raise ValueError for a command whose payload has an unknown placeholder or breaks its schema."""
        for step in self.script.steps:
            violations = V201.schemas.request_violations(step.action, step.payload(SAMPLE))
            if violations:
                raise ValueError(f"the payload of {step.action} is not valid: {violations[0]}")

    @property
    def boot_statuses(self) -> tuple[str, ...]:
        """The answers to a station's BootNotifications; the last one stays."""
        return self.boot_status_sequence or (self.boot_status,)

    @cached_property
    def authorization(self) -> Authorization:
        """How tokens are judged."""
        tokens = {"whitelist": self.whitelist, "blacklist": self.blacklist}.get(self.auth_mode, ())
        return Authorization(MODES[self.auth_mode], tokens, self.auth_group_id, self.auth_cache_expiry)

    @property
    def rules(self) -> list[Rule]:
        """The rules that the settings stand for."""
        makers = [flag_of(setting).rules for setting in fields(self) if getattr(self, setting.name)]
        return [rule for make in makers if make for rule in make()]

    @cached_property
    def script(self) -> Script:
        """The commands to send, and when."""
        pairs = self.commands or (((self.command, self.period or self.delay or 0.0),) if self.command else ())
        steps = tuple(Step(action, compile_template(self.command_payload(action)), delay) for action, delay in pairs)
        return Script(
            steps, self.period, after_boot=self.after == "boot", rerun=self.rerun_commands, stations=self.station
        )

    def command_payload(self, action: str) -> Json:
        """Return the payload of the command `action`: its row, then the settings for it, then --payload."""
        payload = V201.actions[action].request
        for setting in fields(self):
            value = getattr(self, setting.name)
            for place in flag_of(setting).sets:
                target, *path = place.split(".")
                if target == action and value is not None:
                    payload = merge(payload, _nested(path, value))
        patched: Json = merge(payload, self.payload) if action == self.command and self.payload else payload
        return patched


def _nested(path: list[str], value: Any) -> Any:
    """Return `value` inside one object for each part of `path`."""
    return _nested(path[:-1], {path[-1]: value}) if path else value
