"""How users write the data of a 2.x station: idTokens, variables, optional features, the device file."""

from collections.abc import Sequence

from mock_csms.protocol.actions import Json
from mock_csms.protocol.names import did_you_mean
from mock_csms.protocol.v2.fragments import TOKEN
from mock_csms.settings import values
from mock_csms.settings.texts import read_text
from mock_csms.station.machine import Notation
from mock_csms.station.v2.device import FEATURES, USUAL_FEATURES, Device
from mock_csms.station.v2.identity import IDENTITY
from mock_csms.station.v2.model import DEFAULTS, VARIABLES
from mock_csms.station.v2.variables import Name, accepts


def parse_token(text: str) -> Json:
    """Return the idToken in a text `ID` or `ID:TYPE`; the ID may contain colons if the TYPE is there."""
    id_token, colon, kind = text.rpartition(":")
    if not colon:
        id_token, kind = text, ""
    known = values.enumeration("AuthorizeRequest", "idToken", "type")
    kind = values.one_of(known)(kind) if kind else "ISO14443"
    return {"idToken": values.fitting("AuthorizeRequest", "idToken", "idToken")(id_token), "type": kind}


def variables(value: Sequence[str]) -> dict[Name, str]:
    """Parse values of variables, each `COMPONENT.VARIABLE=VALUE`. Raises ValueError.

    The instance may be left out if the variable has only one.
    """
    given: dict[Name, str] = {}
    shorts = [".".join(name).partition("[")[0] for name in DEFAULTS]
    known = {short: name for short, name in zip(shorts, DEFAULTS, strict=True) if shorts.count(short) == 1}
    known |= {".".join(name): name for name in DEFAULTS}
    for item in value:
        name, equals, wanted = item.partition("=")
        if not equals or name not in known:
            raise ValueError(f"{item!r} is not COMPONENT.VARIABLE=VALUE of a known variable{did_you_mean(name, known)}")
        if not accepts(VARIABLES[known[name]], wanted):
            raise ValueError(f"{item!r}: this variable does not take this value")
        if given.get(known[name], wanted) != wanted:
            raise ValueError(f"{name} is given twice, with different values")
        given[known[name]] = wanted
    return given


def described(path: str) -> Device:
    """Read the device file at a path, and return the station. Raises ValueError."""
    from mock_csms.station.v2.device_file import read_device  # noqa: PLC0415 - few users have such a file

    text = read_text(path)
    try:
        return read_device(text)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def features(value: str) -> frozenset[str]:
    """Parse optional features, separated by commas; the empty text means none. Raises ValueError."""
    given = frozenset(value.split(",") if value else ())
    for name in given - {*FEATURES}:
        raise ValueError(f"{name!r} is not one of {', '.join(FEATURES)}")
    return given


NOTATION = Notation(
    token=parse_token,
    default_token=TOKEN["idToken"],
    variables=variables,
    features=features,
    default_features=USUAL_FEATURES,
    device=described,
    identity=IDENTITY,
)
