"""The bases of all small types with named parts; the only importer of `msgspec`.

Several records are made for every message. A frozen dataclass takes ten times as long to make, and half a millisecond
of every start to define. (Settings and faults are dataclasses, because their fields carry descriptions.)
"""

from functools import partial
from typing import Any, TypeVar, dataclass_transform

from msgspec import (
    NODEFAULT,
    UNSET,
    DecodeError,
    Meta,
    Raw,
    Struct,
    UnsetType,
    ValidationError,
    convert,
    defstruct,
    field,
    to_builtins,
)
from msgspec.json import Decoder, schema_components
from msgspec.json import decode as json_value
from msgspec.json import encode as json_text
from msgspec.structs import asdict, force_setattr, replace
from msgspec.structs import fields as fields_of

__all__ = [
    "NODEFAULT",
    "UNSET",
    "Bounded",
    "DecodeError",
    "Decoder",
    "Meta",
    "Mutable",
    "Raw",
    "Record",
    "UnsetType",
    "ValidationError",
    "asdict",
    "bounded",
    "convert",
    "defstruct",
    "field",
    "fields_of",
    "force_setattr",
    "json_text",
    "json_value",
    "last_json_item",
    "replace",
    "schema_components",
    "to_builtins",
]

Key = TypeVar("Key")
Value = TypeVar("Value")
_ITEMS = Decoder(list[Raw])


def last_json_item(text: bytes) -> bytes:
    """Return the text of the last item of a JSON array; empty for an empty array or another text."""
    try:
        items = _ITEMS.decode(text)
    except (DecodeError, RecursionError):
        return b""
    return bytes(items[-1]) if items else b""


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class Record(Struct, frozen=True):
    """A class whose annotated names are its fields. It cannot be changed, and equals another one with equal fields."""


class Mutable(Struct):
    """A `Record` whose fields can be changed."""


class Bounded(dict[Key, Value]):
    """A dict with at most `most` items: a further one removes the oldest, so that no station can fill the memory.

    An item that is set again keeps its age; `renew` makes it the newest one.
    """

    __slots__ = ("most",)

    def __init__(self, most: int) -> None:
        self.most = most

    def __setitem__(self, key: Key, value: Value) -> None:
        dict.__setitem__(self, key, value)  # faster than super(), because it runs for most messages
        if len(self) > self.most:
            del self[next(iter(self))]

    def renew(self, key: Key, value: Value) -> None:
        """Set an item and make it the newest one."""
        self.pop(key, None)
        self[key] = value


def bounded(most: int) -> Any:
    """Return the default of a field that holds a `Bounded` with at most `most` items."""
    return field(default_factory=partial(Bounded, most))
