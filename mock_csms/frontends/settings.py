"""The settings of a run: read from files, environment and command line, and printed so that they can be read again."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from mock_csms.config import Config
from mock_csms.flags import Source, flag_of, read
from mock_csms.frontends.arguments import command_line_source
from mock_csms.frontends.sources import environment_source, file_source


def gather(parsed: Mapping[str, Any]) -> Sequence[Source]:
    """Return the places that give settings, the deciding one last, for what argparse made of the command line.

    Raises ValueError where a file cannot be read.
    """
    files = [file_source(Config, path) for path in parsed.get("config", ())]
    return [*files, environment_source(Config), command_line_source(Config, parsed)]


def read_config(sources: Sequence[Source]) -> Config:
    """Return the settings of those places together. Raises ValueError with one line that says what is wrong where."""
    return read(Config, sources)


def as_toml(config: Config, sources: Sequence[Source]) -> str:
    """Return the effective settings as a TOML file; what is secret, or has no value, is a comment."""
    import tomli_w  # noqa: PLC0415 - only --print-config needs it

    given = {name for source in sources for name in source.values}
    lines: list[str] = []
    tables: list[str] = []
    for setting in fields(Config):
        declared, value = flag_of(setting), getattr(config, setting.name)
        key = setting.name.replace("_", "-")
        if declared.forms is not None:
            rows = [dict(table) for source in reversed(sources) for table in source.values.get(setting.name, ())]
            if rows:
                tables.append(tomli_w.dumps({"command" if setting.name == "script" else key: rows}))
        elif value is None or value == () or (setting.name not in given and _rivals(setting.name) & given):
            lines.append(f"# {key} = (not set)\n")
        elif declared.is_secret:
            lines.append(f"# {key} = (not printed)\n")
        else:
            written = _written(setting.name, value, sources)
            shown = [declared.shown] if declared.takes_list else declared.shown
            lines.append(tomli_w.dumps({key: shown if written is None else written}))
    return "".join(lines) + "\n" + "\n".join(tables)


def _rivals(name: str) -> set[str]:
    """Return the settings that exclude the one called `name`."""
    pairs = [(setting.name, rival) for setting in fields(Config) for rival in flag_of(setting).rivals]
    return {rival for own, rival in pairs if own == name} | {own for own, rival in pairs if rival == name}


def _written(name: str, value: Any, sources: Sequence[Source]) -> Any:
    """Return a value as TOML has it: itself where TOML can, else as it was written; None where nobody wrote it."""
    if isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, tuple) and all(isinstance(item, str) for item in value):
        return list(value)
    given = [source.values[name] for source in sources if name in source.values]
    return given[-1] if given else None
