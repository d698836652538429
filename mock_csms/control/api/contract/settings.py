"""The endpoints for settings, snapshots and resets, and for the mock itself."""

from typing import Annotated, Any, Literal, TypeAlias, get_args

from mock_csms.control.api.operation import PREFIX, Fields, Operation, about
from mock_csms.protocol.records import Record

_SETTINGS, _SNAPSHOTS = f"{PREFIX}/settings", f"{PREFIX}/snapshots"
_NO_SNAPSHOT = "there is no such snapshot"

Part: TypeAlias = Literal["rules", "tokens", "settings", "events", "findings", "counters", "expectations"]
PARTS: tuple[Part, ...] = get_args(Part)
"""The parts that can be reset."""


class About(Record):
    """The mock: its version, addresses and counts."""

    name: str
    version: str
    url: Annotated[str, about("its URL for stations")]
    api: Annotated[str, about("its URL for this API")]
    seed: int
    since: Annotated[str, about("when it was started (RFC 3339)")]
    cursor: Annotated[int, about("the number of the last event")]
    counts: Annotated[dict[str, int], about("counts: stations, connected, transactions, findings, events")]
    panes: Annotated[list[str], about("the ES modules of further panes of the page")]
    versions: Annotated[list[str], about("the versions of OCPP that it speaks")]
    features: Annotated[dict[str, bool], about("the features that are on")]


class SettingsQuery(Fields):
    """The format of the settings."""

    format: Annotated[Literal["json", "toml"], about("a list with origins, or a configuration file")] = "json"


class SettingRow(Record):
    """One setting."""

    name: Annotated[str, about("its key in a configuration file")]
    value: Annotated[Any, about("its value as a configuration file has it; null if it is not set, or secret")]
    origin: Annotated[str, about("`default`, `API`, or the flag, the variable or the file and key that set it")]
    is_fixed: Annotated[bool, about("whether it is read once, when the mock starts")]
    is_secret: bool
    help: str


class SettingsPatch(Fields, forbid_unknown_fields=False):
    """A JSON merge patch with keys of a configuration file; null returns a setting to its value at the start."""


class Changed(Record):
    """The result of a change of settings."""

    changed: Annotated[list[str], about("the keys of the settings that were changed")]
    warnings: list[str]


class SnapshotRow(Record):
    """A snapshot."""

    name: str
    at: str
    rules: int
    tokens: int


class ResetBody(Fields):
    """The parts to reset; empty for all."""

    what: Annotated[
        tuple[Part, ...],
        about("rules, tokens and settings become those of the start"),
    ] = ()


class WasReset(Record):
    """The result of a reset."""

    reset: tuple[str, ...]


class ShutdownBody(Fields):
    """How the mock is to end."""

    verdict: Annotated[bool, about("whether the answer has the verdict in words")] = True


class EndingNow(Record, omit_defaults=True):
    """The result at the end of the mock."""

    status: Annotated[int, about("the exit status: 0 passed, 1 failed, 3 a record is incomplete, 4 nothing was judged")]
    verdict: str = ""


ENDPOINTS = (
    Operation(method="GET", path=PREFIX, name="read_about", help="the mock, with its cursor and counts", answer=About),
    Operation(
        method="GET",
        path=_SETTINGS,
        name="read_settings",
        help="the effective settings, and where each comes from; no secret is shown",
        query=SettingsQuery,
        answer=list[SettingRow],
        answers_media=("application/json", "text/plain"),
    ),
    Operation(
        method="PATCH",
        path=_SETTINGS,
        name="change_settings",
        help="change settings from now on",
        body=SettingsPatch,
        is_body_needed=True,
        answer=Changed,
        problems={409: "the setting can only be changed by a restart"},
    ),
    Operation(
        method="DELETE",
        path=_SETTINGS,
        name="reset_settings",
        help="go back to the settings of the start; rules, tokens and counters stay",
        status=204,
    ),
    Operation(method="GET", path=_SNAPSHOTS, name="list_snapshots", help="the snapshots", answer=list[SnapshotRow]),
    Operation(
        method="POST",
        path=f"{_SNAPSHOTS}/{{snapshot}}",
        name="take_snapshot",
        help="remember settings, rules, tokens and counters under a name",
        answer=SnapshotRow,
        status=201,
    ),
    Operation(
        method="POST",
        path=f"{_SNAPSHOTS}/{{snapshot}}/restore",
        name="restore_snapshot",
        help="go back to a snapshot; stations stay connected",
        answer=SnapshotRow,
        problems={404: _NO_SNAPSHOT},
    ),
    Operation(
        method="DELETE",
        path=f"{_SNAPSHOTS}/{{snapshot}}",
        name="remove_snapshot",
        help="forget a snapshot",
        status=204,
        problems={404: _NO_SNAPSHOT},
    ),
    Operation(
        method="POST",
        path=f"{PREFIX}/reset",
        name="reset",
        help="go back to the start, as a whole or in parts; stations stay connected",
        body=ResetBody,
        answer=WasReset,
    ),
    Operation(
        method="POST",
        path=f"{PREFIX}/shutdown",
        name="shut_down",
        help="judge the run and end the mock, as SIGTERM does; the answer has the exit status",
        body=ShutdownBody,
        answer=EndingNow,
        problems={409: "the mock runs in a Python program, which ends it"},
    ),
)
"""The rows for settings and the mock itself."""
