"""The profile of a station under test: its identity, EVSEs, features, tokens and timeouts. The file `station.toml`:

    identity = "CS-1"
    connectors = [1, 1]                 # how many connectors each EVSE has
    features = ["C-13", "HFS-2"]        # which features of Part 5 it has
    authorization = "local"             # how sessions begin where a case does not say: local or remote
    firmware = "https://…"              # URL of firmware that it can install, and
    logs = "https://…"                  # URL to which it can upload logs; without them cases that need them are skipped
    version = "1.6"                     # version of OCPP that it speaks: 1.6, 2.0.1 or 2.1; default 2.0.1
    url = "ws://10.0.0.2:9000"          # URL at which it reaches the mock, if that differs from where the mock listens
    slots = [1, 2]                      # slots of its network profiles
    interface = "Wired0"                # which of its interfaces leads to the mock
    customer = "…"                      # how it names the customer of the token valid, other than by that token (C-14)

    [tokens]                            # ID, or ID:TYPE
    valid = "TAG1:ISO14443"

    [timeouts]                          # in seconds
    boot = 120

Everything except the identity is optional. (`profile_text.py` writes such a file.)
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Record, field
from mock_csms.protocol.versions import DEFAULT
from mock_csms.settings import values
from mock_csms.settings.tables import Text, take
from mock_csms.settings.texts import parse_toml, read_text
from mock_csms.station.v2.notation import parse_token

FEATURE = re.compile(r"(C|AS|HFS|SC|ISO|LA|UI|DM|R|AQ)-\d+(\.\d+)?|L02|C10")
"""The form of the id of a feature: those of Part 5, and two use cases: L02, firmware without a signature;
C10, an authorization cache that a reboot does not clear."""
_TWO_EVSES = "HFS-8"
INTERFACES = tuple(f"{kind}{number}" for kind in ("Wired", "Wireless") for number in range(4))
"""The network interfaces that a profile may name (OCPPInterfaceEnumType)."""
VERSIONS = ("1.6", "2.0.1", "2.1")
"""The versions of OCPP of which a station can be under test."""

VALID = "valid"
"""The kind of token for cases that name no other."""
TOKENS: Mapping[str, str] = {
    VALID: "test_token",
    "valid-2": "test_token_2",
    "invalid": "invalid_token",
    "blocked": "blocked_token",
    "expired": "expired_token",
    "unknown": "unknown_token",
    "master-pass": "master_token",
}
"""The kinds of tokens, with the idToken of each unless the profile names another."""


class Timeouts(Record):
    """How long things may take, in seconds."""

    message: float = 30.0
    """For a message that is due at once."""
    boot: float = 180.0
    """For a reboot."""
    operator: float = 60.0
    """For an action of the operator."""
    case: float = 600.0
    """For a whole case."""
    silence: float = 10.0
    """How long to watch that no message comes."""
    settle: float = 1.0
    """After this long without a message the station counts as idle."""
    interval: float = 15.0
    """The interval that the mock gives the station: between boots, and between periodic meter values."""
    tolerance: float = 4.0
    """The allowed deviation of its clock."""


class Profile(Record):
    """The facts about a station that the cases must know beforehand."""

    identity: str
    connectors: tuple[int, ...] = (1,)
    """How many connectors each EVSE has; in OCPP 1.6 each connector counts as an EVSE with one."""
    features: frozenset[str] = frozenset()
    """The ids of the features of Part 5 that it has."""
    tokens: Mapping[str, Json] = field(default_factory=lambda: _tokens({}))
    """The idToken of each kind of TOKENS."""
    timeouts: Timeouts = Timeouts()
    authorization: str = "local"
    """How sessions begin if a case does not choose: `local` or `remote`."""
    firmware: str = ""
    """URL of firmware that it can install; "" for none."""
    logs: str = ""
    """URL to which it can upload logs; "" for none."""
    url: str = ""
    """URL at which it reaches the mock; "" if that is where the mock listens."""
    slots: tuple[int, ...] = (1, 2)
    """The configuration slots of its network profiles."""
    interface: str = "Wired0"
    """The network interface through which it reaches the mock."""
    customer: str = ""
    """The customerIdentifier by which it finds the customer of the token `valid` (C-14); "" if it is not known."""
    password: str = ""
    """Its password for Basic authentication, of --password-file; "" if it is not known."""
    version: str = DEFAULT.name
    """The version of OCPP that it speaks."""

    @property
    def places(self) -> Sequence[tuple[int, int]]:
        """Every connector, as a pair of EVSE and connector."""
        return [(evse, number) for evse, most in enumerate(self.connectors, 1) for number in range(1, most + 1)]

    def has(self, feature: str) -> bool:
        """Whether the station has a feature. Whether it has several EVSEs (HFS-8) follows from `connectors`."""
        return feature in self.features or (feature == _TWO_EVSES and len(self.connectors) > 1)


def read_profile(path: str) -> Profile:
    """Return the profile in a file. Raises ValueError, in one line with the file's name."""
    text = read_text(path)
    try:
        return Profile(**take(parse_toml(text), _KEYS, ["identity"]))
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def _features(given: Any) -> frozenset[str]:
    for feature in _texts(given):
        if not FEATURE.fullmatch(feature):
            raise ValueError(f"{feature!r} is not a feature such as C-13, AS-2 or HFS-1")
    return frozenset(given)


def _texts(given: Any) -> Sequence[str]:
    if not isinstance(given, list) or not all(isinstance(item, str) for item in given):
        raise ValueError("must be a list of strings")
    return given


def _connectors(given: Any) -> tuple[int, ...]:
    return _numbers(given, "must be a list with the number of connectors of each EVSE", least=1)


def _slots(given: Any) -> tuple[int, ...]:
    return _numbers(given, "must be a list of numbers of slots", least=0)


def _numbers(given: Any, problem: str, *, least: int) -> tuple[int, ...]:
    if not isinstance(given, list) or not given or not all(type(item) is int and item >= least for item in given):
        raise ValueError(problem)
    return tuple(given)


def _tokens(given: Any) -> Mapping[str, Json]:
    return {kind: parse_token(text) for kind, text in TOKENS.items()} | take(_table(given), _TOKENS)


def _timeouts(given: Any) -> Timeouts:
    return Timeouts(**take(_table(given), dict.fromkeys(Timeouts.__struct_fields__, _seconds)))


def _table(given: Any) -> Mapping[str, Any]:
    if not isinstance(given, Mapping):
        raise ValueError("must be a table")
    return given


def _seconds(given: Any) -> float:
    if type(given) not in (int, float) or not 0 <= given <= values.LONGEST:
        raise ValueError("must be a number of seconds")
    return float(given)


_TOKENS: Mapping[str, Any] = dict.fromkeys(TOKENS, Text(parse_token))
_KEYS: Mapping[str, Any] = {
    "identity": Text(values.text),
    "connectors": _connectors,
    "features": _features,
    "tokens": _tokens,
    "timeouts": _timeouts,
    "authorization": Text(values.one_of(lambda: ("local", "remote"))),
    "firmware": Text(values.text),
    "logs": Text(values.text),
    "url": Text(values.text),
    "slots": _slots,
    "customer": Text(values.text),
    "version": Text(values.one_of(lambda: VERSIONS)),
    "interface": Text(values.one_of(lambda: INTERFACES)),
}
