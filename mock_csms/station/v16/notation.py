"""How users write the data of a 1.6 station."""

from collections.abc import Callable, Mapping, Sequence

from mock_csms.protocol.names import did_you_mean
from mock_csms.protocol.v16.v16 import TAG
from mock_csms.station.machine import Notation
from mock_csms.station.v2.notation import parse_token
from mock_csms.station.v16.model import KEYS, name_of


def keys(value: Sequence[str]) -> dict[str, str]:
    """Parse values of configuration keys, each `KEY=VALUE`. Raises ValueError."""
    given: dict[str, str] = {}
    for item in value:
        written, equals, wanted = item.partition("=")
        name = name_of(written)
        if not equals or name is None:
            raise ValueError(f"{item!r} is not KEY=VALUE of a known configuration key{did_you_mean(written, KEYS)}")
        accepts = KEYS[name].accepts
        if accepts is not None and not accepts(wanted):
            raise ValueError(f"{item!r}: this key does not take this value")
        given[name] = wanted
    return given


def _at_most(length: int) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if len(text) > length:
            raise ValueError(f"{text!r} is longer than {length} characters")
        return text

    return parse


IDENTITY: Mapping[str, Callable[[str], str]] = {
    "vendor": _at_most(20),
    "model": _at_most(20),
    "serial_number": _at_most(25),
}

NOTATION = Notation(
    token=parse_token,
    default_token=TAG,
    variables=keys,
    features=lambda _: frozenset(),
    default_features=frozenset(),
    identity=IDENTITY,
)
