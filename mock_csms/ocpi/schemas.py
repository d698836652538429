"""Checks objects of OCPI against JSON schemas, which are made from the tables of a version."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from mock_csms.ocpi.times import time_of
from mock_csms.ocpi.v221 import ObjectProperty, enums, objects

if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator, ValidationError

_MOST = 10
"""The most problems that are told."""
_LONGEST = 200
"""The greatest length of a problem."""
_TIME = "ocpi-time"
_MESSAGES = {"format": "it is not a date and time of OCPI"}
_TYPES: Mapping[str, Mapping[str, Any]] = {
    "string": {"type": "string"},
    "CiString": {"type": "string", "pattern": "^[\\x20-\\x7e]*$"},
    "URL": {"type": "string", "maxLength": 255},
    "DateTime": {"type": "string", "maxLength": 25, "format": _TIME},
    "int": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "ModuleID": {"type": "string", "minLength": 1},
    "VersionNumber": {"type": "string", "minLength": 1},
}
"""The schemas of types that are no objects. Modules and versions of our own may have other names."""


def problems(kind: str, value: Any, *, is_patch: bool = False) -> Sequence[str]:
    """Return what is wrong with an object of that kind (`Location`, `Session`, …), each problem with its place.

    Properties that OCPI does not define are allowed. With `is_patch` the object may lack all properties.
    """
    try:
        return [
            _told(error) for _, error in zip(range(_MOST), _validator(kind, is_patch).iter_errors(value), strict=False)
        ]
    except ValueError as error:  # the validator fails if the value is nested too deep
        return [str(error)[:_LONGEST]]


def unknown_properties(kind: str, value: Any, place: str = "") -> Sequence[str]:
    """Return the places of all properties in an object that OCPI does not define."""
    if not isinstance(value, dict) or kind not in objects():
        return ()
    known = {each.name: each for each in objects()[kind]}
    found = []
    for name, item in value.items():
        if name not in known:
            found.append(f"{place}{name}")
            continue
        for number, inner in enumerate(item) if isinstance(item, list) else ((None, item),):
            here = f"{place}{name}." if number is None else f"{place}{name}.{number}."
            found += unknown_properties(known[name].kind, inner, here)
    return found


def schema_of(kind: str, *, is_patch: bool = False) -> dict[str, Any]:
    """Return the JSON schema of an object."""
    definitions = {name: _object(each) for name, each in objects().items()}
    definitions |= {name: {"enum": [*values]} for name, values in enums().items() if name not in _TYPES}
    root = _object(objects()[kind])
    if is_patch:
        root.pop("required")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$defs": definitions, **root}


def _object(properties: Sequence[ObjectProperty]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {each.name: _property(each) for each in properties},
        "required": [each.name for each in properties if each.is_required],
    }


def _property(each: ObjectProperty) -> dict[str, Any]:
    """Return the schema of a property. What is optional may also be null."""
    schema: dict[str, Any] = dict(_TYPES.get(each.kind) or {"$ref": f"#/$defs/{each.kind}"})
    if each.longest and each.kind == "int":
        schema["maximum"] = 10**each.longest - 1
    elif each.longest:
        schema["maxLength"] = each.longest
    if each.is_list:
        schema = {"type": "array", "items": schema} | ({"minItems": 1} if each.is_required else {})
    return schema if each.is_required else {"anyOf": [schema, {"type": "null"}]}


@cache
def _validator(kind: str, is_patch: bool) -> "Draft202012Validator":  # noqa: FBT001 - a key of the cache
    from jsonschema_rs import Draft202012Validator  # noqa: PLC0415 - the start does not wait for it

    formats = {_TIME: lambda text: time_of(text) is not None}
    return Draft202012Validator(schema_of(kind, is_patch=is_patch), formats=formats, validate_formats=True)


def _told(error: "ValidationError") -> str:
    """Return the text for an error of the validator: of several alternatives the one that is not null."""
    kind: Any = error.kind  # its stub leaves out what each keyword adds
    if kind.name == "anyOf":
        inner = next((each for each in kind.context[0]), None)
        if inner is not None:
            return _told(inner)
    place = ".".join(map(str, error.instance_path))
    message = _MESSAGES.get(kind.name, error.message)
    if place == "token" and isinstance(error.instance, str):
        message = "it is no credentials token"  # which nobody should read in a log
    return (f"{place}: {message}" if place else message)[:_LONGEST]
