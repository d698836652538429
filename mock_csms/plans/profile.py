"""The profile of a station under test: who it is, its EVSEs, which tokens it may see, how patient to be with it, and
what it can. The file `station.toml`:

    identity = "CS-1"
    connectors = [1, 1]                 # how many connectors each EVSE has
    features = ["C-13", "HFS-2"]        # what it has of the features of Part 5
    authorization = "local"             # how sessions begin where a case does not say: local or remote
    firmware = "https://…"              # where it finds firmware that it can install, and
    logs = "https://…"                  # where it can upload logs; cases that need them are skipped else
    url = "ws://10.0.0.2:9000"          # where it reaches the mock, if not where that listens
    slots = [1, 2]                      # slots of its network profiles
    interface = "Wired0"                # which of its interfaces leads to the mock

    [tokens]                            # ID, or ID:TYPE
    valid = "TAG1:ISO14443"

    [timeouts]                          # in seconds
    boot = 120

All but the identity can be left out. (`profile_text.py` writes such a file.)
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Record, field
from mock_csms.settings import values
from mock_csms.settings.tables import Text, take
from mock_csms.settings.texts import parse_toml, read_text
from mock_csms.station.orders import parse_token

FEATURE = re.compile(r"(C|AS|HFS|SC|ISO|LA|UI|DM|R|AQ)-\d+(\.\d+)?")
"""How the features are called (Part 5)."""
_TWO_EVSES = "HFS-8"
INTERFACES = tuple(f"{kind}{number}" for kind in ("Wired", "Wireless") for number in range(4))
"""The interfaces that there are (OCPPInterfaceEnumType)."""

VALID = "valid"
"""The kind of token that is taken where a case names none."""
TOKENS: Mapping[str, str] = {
    VALID: "test_token",
    "valid-2": "test_token_2",
    "invalid": "invalid_token",
    "blocked": "blocked_token",
    "expired": "expired_token",
    "unknown": "unknown_token",
    "master-pass": "master_token",
}
"""The kinds of tokens, with what they are where the profile names none."""


class Timeouts(Record):
    """How long things may take, in seconds.

    message: what is due at once; boot: a reboot; operator: what a person does; case: a whole case; silence: how long to
    watch that nothing comes; settle: how long it is quiet when all was said; interval: what the station is told to wait
    between boots; tolerance: of its clock.
    """

    message: float = 30.0
    boot: float = 180.0
    operator: float = 60.0
    case: float = 600.0
    silence: float = 10.0
    settle: float = 1.0
    interval: float = 15.0
    tolerance: float = 4.0


class Profile(Record):
    """A station under test, as far as the cases must know it beforehand."""

    identity: str
    connectors: tuple[int, ...] = (1,)
    features: frozenset[str] = frozenset()
    tokens: Mapping[str, Json] = field(default_factory=lambda: _tokens({}))
    timeouts: Timeouts = Timeouts()
    authorization: str = "local"
    firmware: str = ""
    logs: str = ""
    url: str = ""
    slots: tuple[int, ...] = (1, 2)
    interface: str = "Wired0"

    @property
    def places(self) -> Sequence[tuple[int, int]]:
        """Every connector, as EVSE and connector."""
        return [(evse, number) for evse, most in enumerate(self.connectors, 1) for number in range(1, most + 1)]

    def has(self, feature: str) -> bool:
        """Whether the station has a feature; several EVSEs need not be named."""
        return feature in self.features or (feature == _TWO_EVSES and len(self.connectors) > 1)


def read_profile(path: str) -> Profile:
    """Return the profile in a file; ValueError says in one line what is wrong."""
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
    "interface": Text(values.one_of(lambda: INTERFACES)),
}
