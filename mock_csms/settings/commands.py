"""The settings of commands to stations: which commands, when they are sent, and with which payload."""

from collections.abc import Sequence
from typing import ClassVar

from mock_csms.behavior.commands import Script
from mock_csms.protocol.actions import Json
from mock_csms.settings import tables, values, versioned
from mock_csms.settings.flags import flag, part, switch


@part
class Commands:
    """The settings of commands to stations."""

    title: ClassVar[str] = "commands"

    command: str | None = flag(
        None,
        "send this command to each station; at once, after --delay SEC, or every --period SEC",
        values.command,
        "ACTION",
        short="-c",
        rivals=("commands",),
    )
    delay: float | None = flag(
        None,
        "send --command once, after this many seconds; --after says from when they count",
        values.number(),
        "SEC",
        short="-d",
        rivals=("period",),
        needs=("command",),
    )
    period: float | None = flag(
        None,
        "send --command again every SEC seconds; counted from one start to the next",
        values.number(above=True),
        "SEC",
        short="-p",
        needs=("command",),
    )
    commands: tuple[tuple[str, float], ...] = flag(
        (),
        "send these commands one after another; each delay in seconds counts from the end of the previous command",
        values.delayed_commands,
        "ACTION:SEC,…",
    )
    payload: Json | None = flag(
        None,
        "merge this JSON into the default payload of --command; @FILE reads the JSON from a file",
        values.json_object,
        "JSON|@FILE",
        needs=("command",),
        is_json=True,
    )
    payload_raw: values.Raw | None = flag(
        None,
        "send exactly this JSON as the payload of --command; it is not merged and not checked against the schema; "
        "@FILE reads the JSON from a file",
        values.raw,
        "JSON|@FILE",
        rivals=("payload",),
        needs=("command",),
        is_json=True,
    )
    script: Sequence[Script] = flag(
        (), "commands, each with its own timing; only in configuration files, as [[command]]", tables.scripts, forms={}
    )
    after: str = flag(
        "connect",
        "when delays start to run; connect: when the connection opens; boot: at the first Accepted BootNotification",
        values.one_of(lambda: ("connect", "boot")),
        "connect|boot",
    )
    station: str = flag(
        "*",
        "send the commands only to stations whose identity matches this pattern; * and ? are wildcards",
        values.text,
        "GLOB",
    )
    rerun_commands: bool = switch(
        "send the commands again on every new connection; without this flag they are sent once per station"
    )
    call_timeout: float = flag(
        30.0,
        'seconds that a command waits for its answer; checks use it too, where the specification only says "within a '
        'set time"',
        values.number(above=True),
        "SEC",
    )
    trigger_message: str = flag(
        "StatusNotification",
        "`requestedMessage` of TriggerMessage",
        versioned.named_or_short("trigger_message"),
        "MESSAGE",
    )
    reset_type: str = flag(
        "Immediate",
        "`type` of Reset; in OCPP 1.6 Immediate is Hard and OnIdle is Soft, and both names are taken in every version",
        versioned.named("reset_type"),
        "Immediate|OnIdle|Hard|Soft",
    )
    availability_status: str = flag(
        "Operative",
        "`operationalStatus` of ChangeAvailability; Operative or Inoperative; in OCPP 1.6 it is the `type`",
        versioned.named("availability_status"),
        "STATUS",
        aliases=("--availability-type",),
    )
    evse_id: int | None = flag(
        None,
        "EVSE of commands; RequestStartTransaction, UnlockConnector, TriggerMessage and ChangeAvailability have one; "
        "in OCPP 1.6 it is the connector",
        values.integer(),
        "N",
        aliases=("--connector-id",),
    )
    set_variables: list[tuple[str, str, str]] | None = flag(
        None,
        "variables that SetVariables sets; values may contain commas: a comma starts a new variable only before "
        "NAME.NAME; in OCPP 1.6 each is a ChangeConfiguration of the key with the same meaning; a name without a "
        "component is such a key",
        values.variables_to_set,
        "C.V=VALUE,…",
        shown="OCPPCommCtrlr.HeartbeatInterval=30",
    )
    get_variables: list[tuple[str, str]] | None = flag(
        None,
        "variables that GetVariables reads, as COMPONENT.VARIABLE; in OCPP 1.6 each is a GetConfiguration of the key "
        "with the same meaning; a name without a component is such a key",
        values.variables_to_get,
        "C.V,…",
        shown="ChargingStation.AvailabilityState",
    )
    local_list_tokens: list[str] | None = flag(
        None,
        "idTokens that SendLocalList sends; all are Accepted",
        lambda tokens: list(values.texts(tokens)),
        "TOKEN",
        several=True,
        shown="test_token",
    )
    reservation_id: int = flag(
        1,
        "reservation id of ReserveNow and CancelReservation",
        values.integer(),
        "N",
    )
    reserve_id_token: str = flag(
        "reserved_token", "idToken of ReserveNow", values.text, "TOKEN", aliases=("--reserve-id-tag",)
    )
    reserve_evse_id: int = flag(
        1,
        "EVSE of ReserveNow; in OCPP 1.6 the connector",
        values.integer(),
        "N",
        aliases=("--reserve-connector-id",),
    )
