"""What every small type with named parts is made of; the only importer of `msgspec`.

A record is made several times for every message: a frozen dataclass takes ten times as long, and its class half a
millisecond of every start. (Settings and faults are dataclasses all the same: their fields describe themselves.)
"""

from functools import partial
from typing import Any, TypeVar, dataclass_transform

from msgspec import DecodeError, Raw, Struct, field
from msgspec.json import Decoder
from msgspec.json import encode as json_text
from msgspec.structs import asdict, replace

__all__ = ["Bounded", "Mutable", "Record", "asdict", "bounded", "field", "json_items", "json_text", "replace"]

Key = TypeVar("Key")
Value = TypeVar("Value")
_ITEMS = Decoder(list[Raw])


def json_items(text: bytes) -> list[bytes]:
    """Return the items of a JSON array as they are written in its `text`; none where it is no array."""
    try:
        return [bytes(item) for item in _ITEMS.decode(text)]
    except (DecodeError, RecursionError):
        return []


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class Record(Struct, frozen=True):
    """A type whose annotated names are its parts; equal when they are, and never changed."""


class Mutable(Struct):
    """The same for what changes."""


class Bounded(dict[Key, Value]):
    """A dict with at most so many items: one more, and the oldest is forgotten, so that no station fills the memory.

    An item that is set again stays where it was; `renew` makes it the newest one.
    """

    __slots__ = ("most",)

    def __init__(self, most: int) -> None:
        self.most = most

    def __setitem__(self, key: Key, value: Value) -> None:
        dict.__setitem__(self, key, value)  # super() takes longer, and this is done for most messages
        if len(self) > self.most:
            del self[next(iter(self))]

    def renew(self, key: Key, value: Value) -> None:
        """Set an item and make it the newest one."""
        self.pop(key, None)
        self[key] = value


def bounded(most: int) -> Any:
    """Return the default of a field that is a `Bounded` with at most `most` items."""
    return field(default_factory=partial(Bounded, most))
