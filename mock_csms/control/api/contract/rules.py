"""The endpoints for rules, tokens and scripts. Their bodies are the tables of configuration files, as JSON."""

from typing import Annotated, Any, Literal

from mock_csms.control.api.operation import PREFIX, Fields, Operation, about
from mock_csms.protocol.records import UNSET, Record, UnsetType, field

_RULES, _TOKENS, _SCRIPTS = f"{PREFIX}/rules", f"{PREFIX}/tokens", f"{PREFIX}/scripts"
_NO_RULE, _NO_TOKEN, _NO_SCRIPT = "there is no such rule", "there is no such token", "no such script runs"


class RuleBody(Fields):
    """A `[[rule]]`: `match` with one of `reply`, `reply-raw` and `error`, with a `fault`, or with both."""

    match: Annotated[str, about("which messages it is for, as after --reply and --fault")]
    reply: Annotated[dict[str, Any] | str | UnsetType, about("merged into the default answer")] = UNSET
    reply_raw: Annotated[Any, about("the answer, not merged and not checked")] = field(default=UNSET, name="reply-raw")
    error: Annotated[str | UnsetType, about("CODE or CODE:DESCRIPTION of a CALLERROR")] = UNSET
    fault: Annotated[str | UnsetType, about("the fault of the answer, or of the command")] = UNSET


class RuleRow(Record):
    """A rule that a user wrote."""

    id: str
    kind: Literal["answer", "fault"]
    table: Annotated[dict[str, Any], about("the table of the rule, with secrets masked")]
    is_added: Annotated[bool, about("whether it was added while the mock runs")]
    hits: Annotated[int, about("how often it was used, by all stations together")]
    times: Annotated[int | None, about("how often each station may use it; null for no limit")]
    left: Annotated[dict[str, int], about("the uses left by station; stations that are not listed have used none")]


class RuleAdded(Record):
    """A rule that was added."""

    id: Annotated[str, about("its id; if the table has an answer and a fault, the id of the answer")]
    ids: Annotated[list[str], about("the ids of all rules that the table became")]
    warnings: Annotated[list[str], about("warnings if its answer breaks OCPP, which is allowed")]


class AddQuery(Fields):
    """The place of a new rule."""

    at: Annotated[int, about("how many rules of its kind come before it", ge=0)] = 0


class OrderBody(Fields):
    """A new order of the rules."""

    order: Annotated[list[str], about("ids of rules; the other rules follow in their old order")]


class TokenQuery(Fields):
    """The version of OCPP whose limits apply to the id."""

    ocpp: Annotated[
        str, about("its version: an id has at most 20 characters in 1.6, 36 in 2.0.1 (without it), 255 in 2.1")
    ] = ""


class TokenBody(Fields):
    """A `[[token]]` without its id."""

    status: Annotated[str, about("its status in the answer")]
    group: Annotated[str | UnsetType, about("the id of its group")] = UNSET
    expiry: Annotated[float | UnsetType, about("the seconds after which caches must forget the answer")] = UNSET
    evse: Annotated[list[int] | UnsetType, about("the EVSEs that it is valid for; all if it is left out")] = UNSET
    type: Annotated[str | UnsetType, about("the type that a token must have for this answer")] = UNSET
    certificate: Annotated[str | UnsetType, about("the status of a contract certificate that comes with it")] = UNSET


class TokenRow(TokenBody, forbid_unknown_fields=False, kw_only=True):
    """A token."""

    id: str


class ScriptBody(Fields):
    """A `[[command]]`."""

    action: str
    payload: Annotated[dict[str, Any] | UnsetType, about("merged into the default payload")] = UNSET
    payload_raw: Annotated[Any, about("sent as it is")] = field(default=UNSET, name="payload-raw")
    delay: Annotated[float | UnsetType, about("seconds to wait before it")] = UNSET
    period: Annotated[float | UnsetType, about("seconds from one start to the next")] = UNSET
    on: Annotated[str | UnsetType, about("the calls of stations after which it is sent")] = UNSET
    station: Annotated[str | UnsetType, about("the pattern of the stations that get it")] = UNSET
    repeat: Annotated[int | UnsetType, about("how often each station gets it at most")] = UNSET


class ScriptRow(Record):
    """A running script."""

    id: str
    actions: list[str]
    station: str
    period: float | None
    repeat: int | None


class ScriptStarted(Record):
    """A script that was started."""

    id: str


ENDPOINTS = (
    Operation(
        method="GET",
        path=_RULES,
        name="list_rules",
        help="the rules that users wrote, in order: answers first, then faults",
        answer=list[RuleRow],
    ),
    Operation(
        method="POST",
        path=_RULES,
        name="add_rule",
        help="add a rule before all others, or at the position `at`",
        query=AddQuery,
        body=RuleBody,
        is_body_needed=True,
        answer=RuleAdded,
        status=201,
    ),
    Operation(
        method="PUT",
        path=_RULES,
        name="order_rules",
        help="change the order of the rules",
        body=OrderBody,
        is_body_needed=True,
        answer=list[RuleRow],
        problems={404: _NO_RULE},
    ),
    Operation(
        method="GET",
        path=f"{_RULES}/{{rule}}",
        name="read_rule",
        help="one rule, with its hits and the uses that are left",
        answer=RuleRow,
        problems={404: _NO_RULE},
    ),
    Operation(
        method="PUT",
        path=f"{_RULES}/{{rule}}",
        name="change_rule",
        help="replace a rule by another one of its kind, which keeps the id and the position",
        body=RuleBody,
        is_body_needed=True,
        answer=RuleRow,
        problems={404: _NO_RULE},
    ),
    Operation(
        method="DELETE",
        path=f"{_RULES}/{{rule}}",
        name="remove_rule",
        help="remove a rule",
        status=204,
        problems={404: _NO_RULE},
    ),
    Operation(
        method="GET",
        path=_TOKENS,
        name="list_tokens",
        help="the answers for single tokens; --auth-mode decides about all others",
        answer=list[TokenRow],
    ),
    Operation(
        method="GET",
        path=f"{_TOKENS}/{{token}}",
        name="read_token",
        help="one token",
        answer=TokenRow,
        problems={404: _NO_TOKEN},
    ),
    Operation(
        method="PUT",
        path=f"{_TOKENS}/{{token}}",
        name="set_token",
        help="set the answer for a token (201 if it is new); an id has at most 36 characters, in OCPP 1.6 at most 20",
        query=TokenQuery,
        body=TokenBody,
        is_body_needed=True,
        answer=TokenRow,
        also=201,
    ),
    Operation(
        method="DELETE",
        path=f"{_TOKENS}/{{token}}",
        name="remove_token",
        help="remove the answer for a token: --auth-mode decides again",
        status=204,
        problems={404: _NO_TOKEN},
    ),
    Operation(
        method="GET",
        path=_SCRIPTS,
        name="list_scripts",
        help="the scripts of commands that run",
        answer=list[ScriptRow],
    ),
    Operation(
        method="POST",
        path=_SCRIPTS,
        name="start_script",
        help="start a script that sends a command, also to stations that are connected already",
        body=ScriptBody,
        is_body_needed=True,
        answer=ScriptStarted,
        status=201,
    ),
    Operation(
        method="DELETE",
        path=f"{_SCRIPTS}/{{script}}",
        name="stop_script",
        help="stop a script",
        status=204,
        problems={404: _NO_SCRIPT},
    ),
)
"""The rows for rules, tokens and scripts."""
