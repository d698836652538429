"""The JSON Schema of configuration files, for editors."""

from dataclasses import Field, fields
from typing import Any

import orjson

from mock_csms.commands.arguments import shown_default
from mock_csms.protocol.actions import Json
from mock_csms.settings import Config, ocpi_sites, tables, values
from mock_csms.settings.flags import flag_of

_KEYS = {**tables.KEYS, "ocpi_location": ocpi_sites.KEYS}
"""By setting with tables: the parser of each key."""


def config_schema() -> str:
    """Return the schema as JSON text."""
    properties = {setting.name.replace("_", "-"): _of_setting(setting) for setting in fields(Config)}
    properties["command"] = {"oneOf": [properties["command"], properties.pop("script")]}
    schema = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Configuration of mock-csms",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }
    return orjson.dumps(schema, option=orjson.OPT_INDENT_2).decode() + "\n"


def _of_setting(setting: Field[Any]) -> Json:
    declared = flag_of(setting)
    schema: Json = {"description": declared.help}
    if declared.forms is not None:
        name = "command" if setting.name == "script" else setting.name
        table = {key: _of_value(parse) for key, parse in _KEYS[name].items()}
        return schema | {
            "type": "array",
            "items": {"type": "object", "properties": table, "additionalProperties": False},
        }
    shown = shown_default(declared, setting.default)
    if shown:
        schema["default"] = setting.default if isinstance(setting.default, int | float | str) else shown
    if declared.parse is None:
        return schema | {"type": "boolean"}
    if declared.takes_list:
        return schema | {"type": ["array", "string"], "items": {"type": "string"}}
    return schema | _of_value(declared.parse)


def _of_value(parse: Any) -> Json:
    """Return the schema of the values that `parse` accepts; for a name, its spellings."""
    if isinstance(parse, tables.Text):
        return {"type": "string"} | {key: value for key, value in _of_value(parse.parse).items() if key == "enum"}
    if isinstance(parse, values.one_of):
        return {"enum": list(parse.names())}
    if parse is values.command:
        return {"enum": list(values.commands())}
    return {"type": ["string", "number", "array", "object", *(["boolean"] if parse is tables.raw else [])]}
