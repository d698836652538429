"""What a dialect is: how one version of OCPP says what settings, faults and --learn want in every version.

The dialect of a version stands in a folder of its own (`v2/`), and `dialects.py` has a row for it.
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
"""Returns what a setting may be; a function, so that no schema is read before it is needed."""
VariableName: TypeAlias = tuple[str, str]
"""A component and a variable of the device model; the instance of a variable follows a slash."""


class Fill(Record):
    """Where the value of a setting goes in what the mock sends by default."""

    places: tuple[str, ...]
    """Each an action and the path in its payload, such as `Reset.type`."""
    written: Callable[..., object] = lambda value: value
    """Converts the value of the setting to the JSON for these places; returns None to leave the places out."""
    each: bool = False
    """Whether the value is a list, and the command is sent once for each of its items, in order."""


class TokenAnswer(Record):
    """What a user wants answered about one token: a `[[token]]` table."""

    id: str
    status: str
    group: str | None = None
    """The token of its group."""
    expiry: float | None = None
    """After how many seconds caches must forget the answer."""
    evse: tuple[int, ...] = ()
    """The EVSEs that the token is valid for; empty for all."""
    type: str | None = None
    """The type that a token must have to be meant; None for any."""
    certificate: str | None = None
    """The status of a contract certificate that comes with it; None where rules need not say one."""


class DeviceModel(Record):
    """How a station is asked what it has (--learn)."""

    report: Callable[[int], Step]
    """Returns the command that wants a report of everything, with this number."""
    is_reported: Callable[[Json], bool]
    """Whether the answer to that command promises the report."""
    is_last_part: Callable[[Call, int], bool | None]
    """Whether a call of the station is the last part of the report with this number; None for any other call."""
    get: Callable[[Sequence[VariableName]], Step]
    """Returns the command that reads these variables."""
    limit: VariableName
    """The variable that says how many variables one such command may read."""
    first_value: Callable[[Json], str]
    """Returns the value of the first variable in the answer to such a command; empty where there is none."""


class SecretPlaces(Record):
    """Where the messages of a version hold secrets, which no record and no line shows (`secrets.py`)."""

    messages: Mapping[str, str] = field(default_factory=dict)
    """The actions whose messages and answers may hold secrets, and what is masked there. No others are searched."""
    fields: tuple[str, ...] = ()
    """The fields that hold a secret; `vpn.key` is a `key` in an object called `vpn`."""
    names: tuple[tuple[str, ...], ...] = ()
    """Where the name of a variable may be, in the object that also has its value."""
    component: tuple[str, ...] = ()
    """Where the name of its component is; empty where variables have none."""
    values: tuple[str, ...] = ()
    """The fields with a value of a variable."""
    limits: tuple[str, ...] = ()
    """Fields of objects whose value is a limit, such as that of a monitor, and not the value of the variable."""
    mutability: tuple[str, str] = ("", "")
    """The field and the value that say that a variable can only be written: such a variable is a secret."""


def _no_rules(*_: object) -> AnswerRules:
    return ()


class Dialect(Record, eq=False, kw_only=True):
    """How one version of OCPP says it.

    A version without a dialect of its own gets `Dialect()`: the mock answers and sends what the version's table says,
    and boot statuses, users' rules, faults, expectations and commands work. The settings about tokens, costs and
    command payloads change nothing, --redact masks only what other versions call a token, and --learn asks nothing.
    """

    fills: Mapping[str, Fill] = field(default_factory=dict)
    """By the name of a setting. (A place that is the same in every version stands in `sets` of the flag.)"""
    names: Mapping[str, Names] = field(default_factory=dict)
    """What a setting, or a key of a `[[token]]` table (`token.status`), may be in this version."""
    commands: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By command of another version: the commands of this version for it.

    The first one that accepts the payload is sent.
    """
    passwords: Callable[[str], Collection[str]] = lambda password: (password,)
    """Returns the texts that a station may send as its password in the Authorization header."""
    short_names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By the name of a setting: other names for what it may be, in lower case."""
    token_keys: tuple[str, ...] = ()
    """The properties whose value is a token."""
    longest_token: Callable[[], int] = lambda: 0
    """Returns how many characters a token has at most."""
    mode_rules: Callable[[str, Sequence[str], Sequence[str]], AnswerRules] = _no_rules
    """Gives tokens their status by --auth-mode, the whitelist and the blacklist."""
    group_rules: Callable[[str], AnswerRules] = _no_rules
    """Tells a group with every token."""
    expiry_rules: Callable[[float], AnswerRules] = _no_rules
    """Tells with every token after how many seconds caches must forget the answer."""
    token_rules: Callable[[TokenAnswer], AnswerRules] = _no_rules
    """Answers about one token."""
    offline_rules: Callable[[], AnswerRules] = _no_rules
    """Refuses to authorize anybody."""
    cost_rules: Callable[[float], AnswerRules] = _no_rules
    """Tells what a running transaction has cost so far."""
    final_cost_rules: Callable[[float], AnswerRules] = _no_rules
    """Tells what an ended transaction has cost."""
    additions: Mapping[str, Callable[[Template], Template]] = field(default_factory=dict)
    """By action: what changes the default answer that its row and the settings make."""
    completions: Mapping[str, Callable[[object], object]] = field(default_factory=dict)
    """By action: what changes the payload of an answer after all rules."""
    filler: Filler | None = None
    """Makes a message longer (the fault `oversize`); None where white space has to do it."""
    secrets: SecretPlaces = SecretPlaces()
    """Where its messages hold secrets."""
    signing: SigningWords | None = None
    """How a station asks for a certificate; None if the version has no such message, so that --sign does nothing."""
    device_model: DeviceModel | None = None
    """None where --learn asks nothing."""
