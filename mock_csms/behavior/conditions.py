"""Conditions as people write them, `path=value`; the schema at the path gives the type of the value.

A rule may match messages of several actions and of several versions of OCPP. A path is right if at least one of their
schemas has it.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

import orjson

from mock_csms.behavior.happenings import SHAPES
from mock_csms.behavior.matching import Condition, Path
from mock_csms.protocol.actions import Json
from mock_csms.protocol.names import nearest
from mock_csms.protocol.records import Record
from mock_csms.protocol.schemas import node_at
from mock_csms.protocol.v2.identifiers import CUSTOM
from mock_csms.protocol.versions import Version


class Described(Record):
    """A message or another happening that has a schema."""

    name: str
    """The name of its schema in its version of OCPP, or a key of `SHAPES`."""
    version: Version | None
    schema: Json | None = None
    """The schema of a happening that neither OCPP nor `SHAPES` describes, such as an exchange of OCPI."""


def _node(described: Described, path: Path) -> Json:
    """Return the part of a schema at `path`. Raises ValueError if the schema has nothing at that path."""
    name = described.name
    if described.schema is not None:
        return node_at(described.schema, name, path)
    if described.version is not None:
        return described.version.schemas.node(name, path)
    _, dot, kind = name.partition(".")
    return node_at(SHAPES[dot + kind if dot else name], name, path)


def _common_node(schemas: Sequence[Described], path: Path) -> Json:
    """Return one schema for the value at `path`, from all schemas that have the path.

    Raises ValueError if there is none.
    """
    if len(schemas) == 1:
        return _node(schemas[0], path)
    nodes: list[Json] = []
    for schema in schemas:
        with suppress(ValueError):
            nodes.append(_node(schema, path))
    if not nodes:
        if len({schema.name for schema in schemas}) == 1:
            _node(schemas[0], path)  # raises the error that names what was probably meant
        raise ValueError(f"no message that this matches has {'.'.join(path)!r}")
    kinds = [{key: node[key] for key in ("type", "enum", "properties", "items") if key in node} for node in nodes]
    return nodes[0] if all(kind == kinds[0] for kind in kinds) else _merged(nodes)


def _merged(nodes: Sequence[Json]) -> Json:
    """Return a schema that accepts what at least one of `nodes` accepts; empty if their types differ."""
    types = {node.get("type") for node in nodes}
    if len(types) > 1 or None in types:
        return {}
    merged: Json = {"type": types.pop()}
    names = [name for node in nodes for name in node.get("enum", ())]
    if names:
        merged["enum"] = list(dict.fromkeys(names))
        merged["is_open"] = not all("enum" in node for node in nodes)
    if properties := {name: inner for node in reversed(nodes) for name, inner in node.get("properties", {}).items()}:
        merged["properties"] = properties
    required = [set(node.get("required", ())) for node in nodes]
    merged["required"] = sorted(set.intersection(*required))
    if items := next((node["items"] for node in nodes if "items" in node), None):
        merged["items"] = items
    return merged


def condition(schemas: Sequence[Described], path: Path, text: str) -> Condition:
    """Return the condition "the value at `path` is `text`", with `text` read as the type in the schemas."""
    node = _common_node(schemas, path)
    kind = node.get("type")
    if kind in ("object", "array"):
        parts = list(_parts(schemas, path, text))
        problem = f"{'.'.join(path)} is an {kind}"
        wanted = (path[-1], *node.get("required", ()))
        likely = [part for part in parts if part.removesuffix(f"={text}").rpartition(".")[2] in wanted]
        if len(parts) == 1 or len(likely) == 1:
            raise ValueError(f"{problem}; did you mean {(likely or parts)[0]}?")
        raise ValueError(f"{problem}; name a part of it{': ' * bool(parts)}{', '.join(parts)}")
    try:
        return Condition(path, _value(text, node))
    except ValueError as error:
        raise ValueError(f"{'.'.join(path)}={text}: {error}") from None


def _parts(schemas: Sequence[Described], path: Path, text: str) -> Iterator[str]:
    """Yield likely conditions with the value `text`, for parts of an object or of the first item of an array."""
    node = _common_node(schemas, path)
    names = ["0"] if "items" in node else [name for name in node.get("properties", {}) if name != CUSTOM]
    for name in names:
        part = (*path, name)
        known = _common_node(schemas, part)
        if known.get("type") in ("object", "array"):
            yield from _parts(schemas, part, text) if name == "0" else ()
            continue
        with suppress(ValueError):
            _value(text, known | {"is_open": False})
            yield f"{'.'.join(part)}={text}"


def _value(text: str, node: Json) -> Any:
    kind = node.get("type")
    if kind == "string" or text.startswith('"'):
        value = orjson.loads(text) if text.startswith('"') else text
        if kind not in ("string", None):
            raise ValueError(f"must be {kind}")
        return _spelled_like(value, node) if "enum" in node else value
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        if kind is None:
            return text
        raise ValueError(f"must be {kind}") from None
    types: dict[str, type | tuple[type, ...]] = {"integer": int, "number": (int, float), "boolean": bool}
    wanted = types.get(kind or "", object)
    if kind == "integer" and isinstance(value, float) and value.is_integer():
        value = int(value)  # JSON Schema counts 1.0 as an integer
    if not isinstance(value, wanted) or (isinstance(value, bool) and kind != "boolean" and kind):
        raise ValueError(f"must be {kind}")
    return value


def _spelled_like(value: str, node: Json) -> str:
    """Return a value in the spelling of the enumeration, whose case is ignored. Raises ValueError for another value.

    If some version accepts any text there, a value that is not similar to a known one is returned as it is.
    """
    names: Sequence[str] = node["enum"]
    for name in names:
        if name.lower() == value.lower():
            return name
    if node.get("is_open") and not nearest(value, names):
        return value
    raise ValueError(f"must be one of {', '.join(names)}{nearest(value, names)}")
