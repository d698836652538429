"""Writes the settings as a configuration file."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

import orjson

from mock_csms.settings import Config
from mock_csms.settings.flags import Source, flag_of


def as_toml(config: Config, sources: Sequence[Source]) -> str:
    """Return the effective settings as a TOML file.

    A setting without a value, or with a secret in it, is written as a comment. So is the default of a setting that
    excludes or needs another one, because otherwise the file could not be read back.
    """
    import tomli_w  # noqa: PLC0415 - only --print-config needs it

    from mock_csms.behavior.secret_finder import secrets_in  # noqa: PLC0415 - as above

    given = _as_tables(config, sources)
    lines: list[str] = []
    tables: list[str] = []
    for setting in fields(Config):
        declared, value = flag_of(setting), getattr(config, setting.name)
        key = setting.name.replace("_", "-")
        if declared.forms is not None:
            tables += _written_tables("command" if setting.name == "script" else key, given[setting.name])
        elif given["script"] and setting.name in _OF_COMMAND:
            lines.append(f"# {key} is a [[command]] below\n")
        elif declared.is_secret or value is None or value == ():
            lines.append(f"# {key} = ({'not printed' if declared.is_secret and value else 'not set'})\n")
        else:
            written = written_value(setting.name, value, sources)
            shown = [declared.shown] if declared.takes_list else declared.shown
            line = tomli_w.dumps({key: shown if written is None else written})
            is_idle = value == setting.default and _depends(setting.name)
            line = f"# {key} = (not printed)\n" if secrets_in(written) else line
            lines.append("# " + line.replace("\n", " ").rstrip() + "\n" if is_idle else line)
    return "".join(lines) + "\n" + "\n".join(tables)


def _written_tables(name: str, tables: Sequence[Mapping[str, Any]]) -> Sequence[str]:
    """Return tables as TOML; a table with a secret in it is written as a comment."""
    import tomli_w  # noqa: PLC0415 - as above

    from mock_csms.behavior.secret_finder import secrets_in  # noqa: PLC0415 - as above

    shown = [table for table in tables if not secrets_in(table)]
    comments = [f"# a [[{name}]] with a secret in it is not printed\n"] * (len(tables) - len(shown))
    return [*comments, *([tomli_w.dumps({name: shown})] if shown else [])]


_OF_COMMAND = ("command", "delay", "period", "payload", "payload_raw")
"""The settings that are written as a further [[command]] if there are such tables. TOML allows each key only once."""


def _depends(name: str) -> bool:
    """Whether a setting needs or excludes another one."""
    pairs = [(setting.name, rival) for setting in fields(Config) for rival in flag_of(setting).rivals]
    needy = [setting.name for setting in fields(Config) if flag_of(setting).needs]
    return name in needy or any(name in pair for pair in pairs)


def _as_tables(config: Config, sources: Sequence[Source]) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """By setting with tables: its tables, those with the highest priority first."""
    tables = {
        setting.name: [dict(table) for source in reversed(sources) for table in source.values.get(setting.name, ())]
        for setting in fields(Config)
        if flag_of(setting).forms is not None
    }
    if tables["script"] and config.command:
        own = {"action": config.command, "station": config.station} | _own_payload(config)
        timing = {"period": config.period} if config.period else {"delay": config.delay or 0.0}
        tables["script"].insert(0, own | timing)
    return tables


def _own_payload(config: Config) -> dict[str, str]:
    """Return the payload of the command in the settings as JSON text, because TOML has no null."""
    if config.payload_raw is not None:
        return {"payload-raw": orjson.dumps(config.payload_raw.value).decode()}
    return {"payload": orjson.dumps(config.payload or {}).decode()}


def written_value(name: str, value: Any, sources: Sequence[Source]) -> Any:
    """Return a value for TOML: the value itself if TOML has its type, else the user's text.

    None if neither is possible.
    """
    if isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, tuple) and all(isinstance(item, str) for item in value):
        return list(value)
    given = [source.values[name] for source in sources if name in source.values]
    return given[-1] if given else None
