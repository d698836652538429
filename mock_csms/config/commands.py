"""Which commands stations get, when, and with what in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from mock_csms import tables, values
from mock_csms.behavior.commands import Script
from mock_csms.flags import flag, switch
from mock_csms.protocol.actions import Json


@dataclass(frozen=True, kw_only=True, init=False, repr=False, eq=False)
class Commands:
    """Which commands stations get, when, and with what in them."""

    title: ClassVar[str] = "commands"

    command: str | None = flag(
        None,
        "send this command: at once, later (--delay), or again and again (--period)",
        values.command,
        "ACTION",
        short="-c",
        rivals=("commands",),
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
        is_json=True,
    )
    payload_raw: values.Raw | None = flag(
        None,
        "the whole payload of --command, any JSON, which no schema is asked about; @FILE reads it from a file",
        values.raw,
        "JSON|@FILE",
        rivals=("payload",),
        needs=("command",),
        is_json=True,
    )
    script: Sequence[Script] = flag((), "commands, each with its own timing (only in files)", tables.scripts, forms={})
    after: str = flag(
        "connect",
        "when delays start to run: at the connection, or at the first Accepted boot",
        values.one_of(lambda: ("connect", "boot")),
        "connect|boot",
    )
    station: str = flag("*", "which stations get the commands, as a pattern with * and ?", values.text, "GLOB")
    rerun_commands: bool = switch("run the commands again on every new connection")
    call_timeout: float = flag(30.0, "how long a command waits for its answer", values.number(above=True), "SEC")
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
