"""The dialect of a version of OCPP: how it expresses settings, faults and --learn.

The dialect of a version has its own folder (`v2/`), and a row in `dialects.py`.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TypeAlias

from mock_csms.behavior.commands import Step
from mock_csms.behavior.rules import Answer, Rule
from mock_csms.behavior.signing import SigningWords
from mock_csms.behavior.templates import Filler, Template
from mock_csms.protocol.actions import Json
from mock_csms.protocol.messages import Call
from mock_csms.protocol.records import Record, field

AnswerRules: TypeAlias = Iterable[Rule[Answer]]
Names: TypeAlias = Callable[[], Iterable[str]]
"""Returns the allowed values of a setting; a function, so that schemas are read late."""
VariableName: TypeAlias = tuple[str, str]
"""A component and a variable of the device model; the instance of a variable follows a slash."""


class Fill(Record):
    """The places of a setting's value in the default messages of the mock."""

    places: tuple[str, ...]
    """The places, each an action with a path in its payload, such as `Reset.type`."""
    written: Callable[..., object] = lambda value: value
    """Converts the value of the setting to the JSON for these places; returns None to leave the places out."""
    each: bool = False
    """Whether the value is a list, and the command is sent once for each of its items, in order."""


class TokenAnswer(Record):
    """The answer about one token: of a user, in a `[[token]]` table, or of an eMSP."""

    id: str
    status: str
    group: str | None = None
    """The token of its group."""
    expiry: float | None = None
    """After how many seconds caches must forget the answer."""
    evse: tuple[int, ...] = ()
    """The EVSEs that the token is valid for; empty for all."""
    type: str | None = None
    """The type that a token must have for this answer; None for any."""
    certificate: str | None = None
    """The status of a contract certificate that comes with the token; None to derive it from that of the token."""
    language: str | None = None
    """The language that its owner prefers."""
    message: str = ""
    """A text for the driver."""
    message_language: str = ""
    """The language of that text."""


class DeviceModel(Record):
    """How the mock asks a station for its device model (--learn)."""

    report: Callable[[int], Step]
    """Returns the command that requests a full report with this number."""
    is_reported: Callable[[Json], bool]
    """Whether the answer to that command announces the report."""
    is_last_part: Callable[[Call, int], bool | None]
    """Whether a call of the station is the last part of the report with this number; None for any other call."""
    get: Callable[[Sequence[VariableName]], Step]
    """Returns the command that reads these variables."""
    limit: VariableName
    """The variable that says how many variables one such command may read."""
    first_value: Callable[[Json], str]
    """Returns the value of the first variable in the result of that command; empty without one."""
    is_whole: Callable[[Json], bool] = lambda _: False
    """Whether the answer to the command for a full report is the whole report itself."""


class SecretPlaces(Record):
    """The places of secrets in the messages of a version; records and lines never show them (`secrets.py`)."""

    messages: Mapping[str, str] = field(default_factory=dict)
    """The actions whose messages and answers may contain secrets, and a text about these secrets.

    Others are not searched.
    """
    fields: tuple[str, ...] = ()
    """The names of fields with a secret; `vpn.key` is a `key` in an object called `vpn`."""
    names: tuple[tuple[str, ...], ...] = ()
    """The paths of a variable's name, in the object that also has its value."""
    component: tuple[str, ...] = ()
    """The path of the component's name; empty if the version has no components."""
    values: tuple[str, ...] = ()
    """The fields with a value of a variable."""
    limits: tuple[str, ...] = ()
    """Fields of objects whose value is a limit, such as that of a monitor, and not the value of the variable."""
    mutability: tuple[str, str] = ("", "")
    """The field and the value that mark a variable as write-only. Such a variable counts as a secret."""


def _no_rules(*_: object) -> AnswerRules:
    return ()


class Dialect(Record, eq=False, kw_only=True):
    """How one version of OCPP expresses settings and faults.

    A version without a dialect of its own gets `Dialect()`: the mock answers and sends what the version's table says,
    and boot statuses, users' rules, faults, expectations and commands work. The settings about tokens, costs and
    command payloads change nothing, --redact masks only what other versions call a token, and --learn asks nothing.
    """

    fills: Mapping[str, Fill] = field(default_factory=dict)
    """By setting: its places. (`sets` of the flag has places that are the same in every version.)"""
    names: Mapping[str, Names] = field(default_factory=dict)
    """By setting, or key of a `[[token]]` table (`token.status`): the allowed values in this version."""
    commands: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By command of another version: the commands of this version for it.

    The first one that accepts the payload is sent.
    """
    passwords: Callable[[str], Collection[str]] = lambda password: (password,)
    """Returns the texts that a station may send as its password in the Authorization header."""
    short_names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By setting: other names for its values, in lower case."""
    token_keys: tuple[str, ...] = ()
    """The properties whose value is a token."""
    longest_token: Callable[[], int] = lambda: 0
    """Returns the greatest length of a token in characters."""
    mode_rules: Callable[[str, Sequence[str], Sequence[str]], AnswerRules] = _no_rules
    """Returns rules that give tokens a status, for --auth-mode, the whitelist and the blacklist."""
    group_rules: Callable[[str], AnswerRules] = _no_rules
    """Returns rules that put every token into a group."""
    expiry_rules: Callable[[float], AnswerRules] = _no_rules
    """Returns rules that let the answer about every token expire after so many seconds."""
    token_rules: Callable[[TokenAnswer], AnswerRules] = _no_rules
    """Returns rules that answer about one token."""
    token_info: Callable[[TokenAnswer], Json] = lambda _: {}
    """Returns what is answered about one token, as the object in answers."""
    partner_rules: Callable[[], AnswerRules] = _no_rules
    """Returns rules that answer about tokens as other platforms say (--ocpi)."""
    offline_rules: Callable[[], AnswerRules] = _no_rules
    """Returns rules that answer every Authorize with a CALLERROR."""
    cost_rules: Callable[[float], AnswerRules] = _no_rules
    """Returns rules that send the cost of a running transaction."""
    final_cost_rules: Callable[[float], AnswerRules] = _no_rules
    """Returns rules that send the cost of an ended transaction."""
    tariff_rules: Callable[[], AnswerRules] = _no_rules
    """Returns rules that send the cost by the tariff of --ocpi."""
    additions: Mapping[str, Callable[[Template], Template]] = field(default_factory=dict)
    """By action: changes the default answer, which is made from its row and the settings."""
    completions: Mapping[str, Callable[[object], object]] = field(default_factory=dict)
    """By action: changes the payload of an answer after all rules."""
    filler: Filler | None = None
    """Makes a message longer, for the fault `oversize`; None to add white space."""
    secrets: SecretPlaces = SecretPlaces()
    """The places of secrets in its messages."""
    signing: SigningWords | None = None
    """How a station asks for a certificate; None if the version has no such message, so that --sign does nothing."""
    device_model: DeviceModel | None = None
    """How to ask for the device model; None if --learn does nothing."""
