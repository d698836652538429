"""Checks payloads against the JSON schemas of OCPP, and reads paths, enumerations and formats from these schemas.

The schemas are data files of the `ocpp` package. They are read as files, because the import of any module of that
package takes a quarter of a second. Each is compiled when the first payload needs it. Most declare draft-06, in which
100.0 is an integer; all are compiled as draft 4, in which it is not, so that such numbers can be turned into integers.
"""

import importlib.util
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import orjson

from mock_csms.protocol.actions import Json
from mock_csms.protocol.json_values import NESTED, is_huge, with_integers
from mock_csms.protocol.messages import ErrorCode
from mock_csms.protocol.names import did_you_mean
from mock_csms.protocol.records import Record
from mock_csms.protocol.schema_parts import resolve, shortened

if TYPE_CHECKING:
    from jsonschema_rs import Draft4Validator, ValidationError

_REQUEST = "Request"
"""The end of the name of a request's schema."""

_MOST_ITEMS = 50
_MOST_VIOLATIONS = 1000
_LONGEST_TEXT = 200
"""How many characters about a wrong payload are reported, because a megabyte of them would delay other stations."""

_VALUE = ErrorCode.PropertyConstraintViolation
_CODES = {
    "required": ErrorCode.OccurrenceConstraintViolation,
    "minItems": ErrorCode.OccurrenceConstraintViolation,
    "maxItems": ErrorCode.OccurrenceConstraintViolation,
    "type": ErrorCode.TypeConstraintViolation,
    "additionalProperties": ErrorCode.FormatViolation,
}
"""The error code for each keyword of a schema (Part 4, 4.3); other keywords are about a value."""

_PRECEDENCE = (
    ErrorCode.OccurrenceConstraintViolation,
    ErrorCode.TypeConstraintViolation,
    ErrorCode.FormatViolation,
    ErrorCode.PropertyConstraintViolation,
)
"""If there are several violations, the one whose code comes first here decides the code of the answer."""


Field: TypeAlias = tuple[str, Any, bool]
"""A field of a payload: its path, its value, and whether it is required."""


class Violation(Record):
    """One violation of a schema by a payload, or of the version by a call."""

    path: str
    """The place in the payload: property names and positions, such as `evse.0.id`; empty for the whole payload."""
    message: str
    """What is wrong there."""
    code: ErrorCode
    """The error code for it (Part 4, 4.3)."""

    @property
    def is_of_payload(self) -> bool:
        """Whether the payload is wrong, not the action."""
        return self.code in _PRECEDENCE

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class Schemas:
    """The JSON schemas of one version of OCPP.

    folder: the name of the version's package in `ocpp`, such as `v201`. secrets: the fields whose values violations
    must not repeat. request_suffix: the end of the file names of request schemas. sends: the actions that are sent as a
    SEND; their file names have no such end.
    """

    def __init__(
        self,
        folder: str,
        secrets: Container[str] = (),
        *,
        request_suffix: str = _REQUEST,
        sends: Container[str] = (),
    ) -> None:
        self._folder = folder
        self._sends = sends
        self._secrets = secrets
        self._request_suffix = request_suffix
        self._validators: dict[tuple[str, str], Draft4Validator] = {}

    def request_violations(self, action: str, payload: Any) -> Sequence[Violation]:
        """Return the violations of the request schema of `action`, the worst first; empty for a valid payload."""
        return self.look(action, _REQUEST, payload)[1]

    def response_violations(self, action: str, payload: Any) -> Sequence[Violation]:
        """Return the violations of the response schema of `action`, the worst first; empty for a valid payload."""
        return self.look(action, "Response", payload)[1]

    def look(self, action: str, kind: str, payload: Any, huge: Sequence[str] = ()) -> tuple[Any, Sequence[Violation]]:
        """Return `payload` with integers in place of `1.0`, and its violations of the schema, the worst first.

        `kind` is Request or Response. `huge` are the paths to numbers outside the range of a double, which are
        violations.
        """
        key = (action, kind)
        validator = self._validators.get(key) or self._compile(key)
        if not huge and validator.is_valid(payload):
            return payload, ()
        violations = [Violation(path, "is beyond the range of a 64-bit float", _VALUE) for path in huge]
        root = _cached_schema(self, "".join(key))
        cut = with_integers(shortened(root, root, payload, _LONGEST_TEXT))
        found = _explain(lambda: validator.iter_errors(cut), self._secrets)
        if found:
            return payload, [*found, *violations]
        whole = with_integers(payload)
        if not validator.is_valid(whole):  # after the kept part of a very long array
            violations = [*_explain(lambda: [_first_error(validator, whole)], self._secrets), *violations]
        return (payload, violations) if violations else (whole, ())

    def _compile(self, key: tuple[str, str]) -> "Draft4Validator":
        from jsonschema_rs import Draft4Validator  # noqa: PLC0415 - start-up does not wait for it

        validator = self._validators[key] = Draft4Validator(self.schema("".join(key)), validate_formats=False)
        return validator

    def schema(self, name: str) -> Json:
        """Return the JSON schema called `name`, such as `BootNotificationRequest`."""
        stem = name
        if name.endswith(_REQUEST):
            action = name.removesuffix(_REQUEST)
            stem = action + ("" if action in self._sends else self._request_suffix)
        schema: Json = orjson.loads((_package_folder() / self._folder / "schemas" / f"{stem}.json").read_bytes())
        return schema

    def values(self, name: str, *path: str) -> tuple[str, ...]:
        """Return the values that the schema `name` allows for the enumeration at `path`."""
        return tuple(self.node(name, path)["enum"])

    def places(self, name: str, format_: str) -> Sequence[Sequence[str]]:
        """Return the paths to texts of a format (`date-time`) in the schema `name`; `*` is each item of an array."""
        root = _cached_schema(self, name)
        return tuple(path for path, node in _nodes(root, root, ()) if node.get("format") == format_)

    def named(self, name: str, field: str) -> Sequence[Sequence[str]]:
        """Return the paths to all fields called `field` in the schema `name`; `*` is each item of an array."""
        root = _cached_schema(self, name)
        return tuple(path for path, _ in _nodes(root, root, ()) if path[-1:] == (field,))

    def fields(self, name: str, payload: Any) -> Iterator[Field | None]:
        """Yield each field of a payload that the schema `name` defines, and None for every other value.

        So the caller can count the values of a hostile payload.
        """
        root = _cached_schema(self, name)
        return _fields(root, root, payload, "")

    def field(self, name: str, payload: Any, path: str) -> Field | None:
        """Return one field of a payload; None if the schema `name` does not define the path or the payload lacks it."""
        root = _cached_schema(self, name)
        node, value, found = root, payload, None
        for part in path.split("."):
            if isinstance(value, list) and "items" in node and part.isdecimal() and int(part) < len(value):
                node, value, found = resolve(root, node["items"]), value[int(part)], None  # an item is not a field
            elif isinstance(value, dict) and part in value and part in node.get("properties", {}):
                found = (path, value[part], part in node.get("required", ()))
                node, value = resolve(root, node["properties"][part]), value[part]
            else:
                return None
        return found

    def node(self, name: str, path: Sequence[str]) -> Json:
        """Return the part of the schema `name` for `path`; empty if any value is allowed (customData).

        Positions in arrays are digits. Raises ValueError for a path that the schema does not have.
        """
        return node_at(_cached_schema(self, name), name, path)


def node_at(root: Json, name: str, path: Sequence[str]) -> Json:
    """Return the part of the schema `root`, called `name`, for `path`, as `Schemas.node` does."""
    node = root
    for depth, part in enumerate(path):
        if "items" in node and part.isdigit():
            node = resolve(root, node["items"])
        elif part in node.get("properties", {}):
            node = resolve(root, node["properties"][part])
        elif _is_free(node):
            return {}
        else:
            known = node.get("properties", {})
            raise ValueError(f"{name} has no {'.'.join(path[: depth + 1])!r}{did_you_mean(part, known)}")
    return node


def _nodes(root: Json, node: Json, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Json]]:
    """Yield each path in a schema, and the part of the schema for it. No schema of OCPP is recursive."""
    node = resolve(root, node) if "$ref" in node else node
    yield path, node
    for name, inner in node.get("properties", {}).items():
        yield from _nodes(root, inner, (*path, name))
    if "items" in node:
        yield from _nodes(root, node["items"], (*path, "*"))


def _fields(root: Json, node: Json, value: Any, path: str) -> Iterator[Field | None]:
    """Yield the fields in a value of any shape that a schema defines, also those in the items of arrays."""
    if isinstance(value, dict):
        known, required = node.get("properties", {}), node.get("required", ())
        for name, item in value.items():
            if name not in known:
                yield None
                continue
            yield f"{path}{name}", item, name in required
            if item and type(item) in NESTED:
                yield from _fields(root, resolve(root, known[name]), item, f"{path}{name}.")
    elif isinstance(value, list) and "items" in node:
        inner = resolve(root, node["items"])
        for number, item in enumerate(value):
            yield None
            if item and type(item) in NESTED:
                yield from _fields(root, inner, item, f"{path}{number}.")


def _is_free(node: Json) -> bool:
    """Whether a schema allows properties that it does not name, or any value at all."""
    return node.get("additionalProperties", True) is True and node.get("type", "object") == "object"


@cache
def _cached_schema(schemas: Schemas, name: str) -> Json:
    return schemas.schema(name)


@cache
def _package_folder() -> Path:
    """Return the folder of the package `ocpp`, without importing it."""
    spec = importlib.util.find_spec("ocpp")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("the package 'ocpp' is not installed; it holds the schemas of OCPP")
    return Path(spec.submodule_search_locations[0])


def _explain(errors: "Callable[[], Iterable[ValidationError]]", secrets: Container[str]) -> Sequence[Violation]:
    """Return the violations for the errors of the validator, the worst first."""
    try:
        violations = [each for error in errors() for each in _violations(error, secrets)]
    except ValueError as error:  # the validator fails if the payload is nested too deep
        return (Violation("", str(error).lower(), ErrorCode.FormatViolation),)
    return sorted(violations, key=lambda violation: _PRECEDENCE.index(violation.code))[:_MOST_VIOLATIONS]


def _first_error(validator: "Draft4Validator", payload: Any) -> "ValidationError":
    from jsonschema_rs import ValidationError  # noqa: PLC0415 - start-up does not wait for it

    try:
        validator.validate(payload)
    except ValidationError as error:
        return error
    raise ValueError("is wrong and right at once")


def _violations(error: "ValidationError", secrets: Container[str]) -> Iterable[Violation]:
    """Yield the violations for an error of the validator, each with its field.

    The validator reports a missing or an unknown field at the object around it.
    """
    kind: Any = error.kind  # its stub leaves out what each keyword adds
    keyword: str = kind.name
    path = [str(part) for part in error.instance_path]
    names: Sequence[str] = ()
    if keyword == "required":
        names, message = [kind.property], "is missing"
    elif keyword == "additionalProperties":
        names, message = kind.unexpected, "is not a property of the schema"
    elif keyword == "type" and "integer" in kind.types and is_huge(error.instance):
        keyword, message = "maximum", "is an integer beyond 64 bits"
    else:
        message = error.message
        if path and path[-1] in secrets:
            message = message.replace(orjson.dumps(error.instance).decode(), "it")
    for place in [[*path, name] for name in names[:_MOST_ITEMS]] or [path]:
        where = _cut(".".join(place))
        yield Violation(where, _cut(message), _CODES.get(keyword, ErrorCode.PropertyConstraintViolation))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else text[:_LONGEST_TEXT] + "…"
