"""How users write the data of a 2.x station: idTokens, variables, optional features, the device file."""

from collections.abc import Mapping, Sequence
from functools import partial

from mock_csms.protocol.actions import Json
from mock_csms.protocol.names import did_you_mean
from mock_csms.protocol.v2.fragments import TOKEN
from mock_csms.protocol.v2.identifiers import TOKEN_TYPES_OF_21
from mock_csms.settings import values
from mock_csms.settings.texts import read_text
from mock_csms.station.machine import Notation
from mock_csms.station.v2.device import Device
from mock_csms.station.v2.features import FEATURES, USUAL_FEATURES
from mock_csms.station.v2.identity import IDENTITY
from mock_csms.station.v2.model import VARIABLES
from mock_csms.station.v2.variables import Name, Variable, accepts


def parse_token(text: str, more_types: Sequence[str] = ()) -> Json:
    """Return the idToken in a text `ID` or `ID:TYPE`; the ID may contain colons if the TYPE is there.

    A TYPE is one of 2.0.1 or of `more_types`.
    """
    id_token, colon, kind = text.rpartition(":")
    if not colon:
        id_token, kind = text, ""
    known = [*values.enumeration("AuthorizeRequest", "idToken", "type")(), *more_types]
    kind = values.one_of(lambda: known)(kind) if kind else "ISO14443"
    return {"idToken": values.fitting("AuthorizeRequest", "idToken", "idToken")(id_token), "type": kind}


def variables(value: Sequence[str], rows: Mapping[Name, Variable] = VARIABLES) -> dict[Name, str]:
    """Parse values of variables in `rows`, each `COMPONENT.VARIABLE=VALUE`. Raises ValueError.

    The instance may be left out if the variable has only one.
    """
    given: dict[Name, str] = {}
    settable = [name for name, row in rows.items() if row.default is not None]
    shorts = [".".join(name).partition("[")[0] for name in settable]
    known = {short: name for short, name in zip(shorts, settable, strict=True) if shorts.count(short) == 1}
    known |= {".".join(name): name for name in settable}
    for item in value:
        name, equals, wanted = item.partition("=")
        if not equals or name not in known:
            raise ValueError(f"{item!r} is not COMPONENT.VARIABLE=VALUE of a known variable{did_you_mean(name, known)}")
        if not accepts(rows[known[name]], wanted):
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
    token=partial(parse_token, more_types=TOKEN_TYPES_OF_21),
    default_token=TOKEN["idToken"],
    variables=variables,
    features=features,
    default_features=USUAL_FEATURES,
    device=described,
    identity=IDENTITY,
)
