"""What every small type with named parts is made of; the only importer of `msgspec`.

A record is made several times for every message: a frozen dataclass takes ten times as long, and its class half a
millisecond of every start. (Settings and faults are dataclasses all the same: their fields describe themselves.)
"""

from typing import dataclass_transform

from msgspec import DecodeError, Raw, Struct, field
from msgspec.json import Decoder
from msgspec.json import encode as json_text
from msgspec.structs import asdict, replace

__all__ = ["Mutable", "Record", "asdict", "field", "json_items", "json_text", "replace"]

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
