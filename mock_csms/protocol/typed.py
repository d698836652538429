"""Parses calls and checks them in one step, with types made from the schemas.

If such a type accepts a text, the schema accepts it too, and the payload is the same as that of `messages.decode` and
`Schemas.look`. If it refuses a text, the text may still be valid: then those two decide, and say what is wrong. It
refuses, for instance, `1.0` for an integer, free-form data such as CustomData of a vendor, and any text with a
backslash.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from math import ceil, floor
from typing import Annotated, Any, Literal, TypeAlias

from mock_csms.protocol.actions import Json, Sender
from mock_csms.protocol.messages import MAX_ID_LENGTH, TYPES, UNREAD, Call
from mock_csms.protocol.records import UNSET, Decoder, Meta, UnsetType, defstruct
from mock_csms.protocol.schema_parts import resolve
from mock_csms.protocol.versions import Version

__all__ = ["UNSET", "CallReader", "call_reader", "decoder_for"]

_HEADS = (b"[2,", b"[2, ")
_COMMAS = (b",", b", ")
"""The text before the first string of a call, and the text between the first two strings."""
_BACKSLASH = ord("\\")  # `int in bytes` takes a fifth of the time of `bytes in bytes`

Decode: TypeAlias = Callable[[bytes], tuple[int, str, str, Any]]

_PLAIN: Mapping[str, Any] = {"string": str, "boolean": bool}
_BOUNDS = {
    "string": {"minLength": "min_length", "maxLength": "max_length"},
    "integer": {"minimum": "ge", "maximum": "le"},
    "number": {"minimum": "ge", "maximum": "le"},
    "array": {"minItems": "min_length", "maxItems": "max_length"},
}
_NOT_CHECKED = {"description", "javaType", "default", "format", "comment", "title", "$schema", "$id", "definitions"}
"""Keywords of a schema that `Schemas.look` ignores."""
_CHECKED = {"$ref", "type", "enum", "properties", "required", "items", "additionalItems", "additionalProperties"}
_SMALLEST, _GREATEST = -(2**63), 2**63 - 1
"""`orjson` parses an integer outside 64 bits as a float."""


class CallReader:
    """Parses the calls that one side may send in one version of OCPP."""

    def __init__(self, version: Version, sender: Sender) -> None:
        self._version = version
        type_ = version.framing.types.get(Call.number)
        is_usual = type_ is not None and type_.parts == TYPES[Call.number].parts
        self._actions = {
            name.encode(): name
            for name, row in version.actions.items()
            if is_usual and row.sent_by(sender) and not row.is_send
        }
        self._decoders: dict[bytes, Decode | None] = {}

    def read(self, data: bytes) -> Call | None:
        """Return the call in a text; None if the text must be parsed by `decode`, for instance as it is invalid."""
        try:
            head, _, comma, name, _ = data.split(b'"', 4)
            decode = self._decoders[name]
            if decode is None or head not in _HEADS or comma not in _COMMAS or _BACKSLASH in data:
                return None
            _, id_, action, typed = decode(data)
        except KeyError:
            return self.read(data) if self._learn(name) else None
        except (ValueError, RecursionError):
            return None
        return Call(id_, action, UNREAD, (), data, typed)

    def _learn(self, name: bytes) -> bool:
        """Make the decoder for an action; return False if the version does not have the action."""
        if name not in self._actions:
            return False
        decoder = decoder_for(self._version.schemas.schema(f"{self._actions[name]}Request"))
        self._decoders[name] = decoder.decode if decoder else None
        return True


@cache
def call_reader(version: Version, sender: Sender) -> CallReader:
    """Return the reader for the calls of one side."""
    return CallReader(version, sender)


def decoder_for(schema: Json) -> "Decoder[tuple[int, str, str, Any]] | None":
    """Return the decoder of calls with that payload schema; None if no type can express the schema."""
    id_ = Annotated[str, Meta(min_length=1, max_length=MAX_ID_LENGTH)]
    try:
        return Decoder(tuple[int, id_, str, _type_of(schema, schema)])  # type: ignore[misc] # made while it runs
    except NotImplementedError:
        return None


def _type_of(root: Json, node: Json) -> Any:
    """Return the type for a part of a schema. Raises NotImplementedError if no type can express one of its keywords."""
    node = resolve(root, node) if "$ref" in node else node
    kind = node.get("type")
    bounds = _BOUNDS.get(kind, {}) if isinstance(kind, str) else {}
    if not node.keys() <= _NOT_CHECKED | _CHECKED | bounds.keys() or kind is None:
        raise NotImplementedError
    limits = {bounds[name]: limit for name, limit in node.items() if name in bounds}
    if "enum" in node:
        return Literal[tuple(node["enum"])]
    if kind == "object":
        return _struct(root, node)
    if kind == "array":
        return _limited(list[_type_of(root, node["items"])], limits)  # type: ignore[misc] # made while it runs
    if kind in ("integer", "number"):
        return _integer(limits) | _limited(float, limits) if kind == "number" else _integer(limits)
    if kind not in _PLAIN:
        raise NotImplementedError
    return _limited(_PLAIN[kind], limits)


def _limited(type_: Any, limits: Mapping[str, Any]) -> Any:
    return Annotated[type_, Meta(**limits)] if limits else type_


def _integer(limits: Mapping[str, Any]) -> Any:
    lowest, highest = max(limits.get("ge", _SMALLEST), _SMALLEST), min(limits.get("le", _GREATEST), _GREATEST)
    return Annotated[int, Meta(ge=ceil(lowest), le=floor(highest))]


def _struct(root: Json, node: Json) -> Any:
    """Return the type for an object. It has no optional property whose type cannot be expressed, and so refuses it."""
    if node.get("additionalProperties", True) is not False:
        raise NotImplementedError
    required, properties = node.get("required", ()), node.get("properties", {})
    fields: list[tuple[Any, ...]] = [(name, _type_of(root, properties[name])) for name in required]
    for name in [name for name in properties if name not in required]:
        with suppress(NotImplementedError):
            fields.append((name, _type_of(root, properties[name]) | UnsetType, UNSET))
    return defstruct("Typed", fields, forbid_unknown_fields=True, kw_only=True, gc=False)
