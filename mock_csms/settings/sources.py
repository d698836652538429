"""Reads settings from TOML files and the environment."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from typing import Any

from mock_csms.protocol.long_way import force_long_way
from mock_csms.protocol.names import did_you_mean
from mock_csms.settings.flags import Flag, Settings, Source, flag_of
from mock_csms.settings.texts import as_json_text, parse_toml, read_text

ENVIRONMENT = "MOCK_CSMS_"
"""The prefix of environment variables; the name of the flag follows in capitals, with _ for -."""
_LONG_WAY = "LONG_WAY"
"""The end of the name of the only such variable that is not a setting."""
OF_CLIENTS = ("MOCK_CSMS_API_URL", "MOCK_CSMS_EMSP_URL")
"""Variables that only subcommands read: where a running mock is."""


def file_source(settings: type[Settings], path: str) -> Source:
    """Return the settings in a TOML file. Raises ValueError if it cannot be read or has an unknown key."""
    try:
        text = read_text(path)
    except ValueError as error:
        reason = str(error).removeprefix(f"cannot read {path!r}: ")
        raise ValueError(f"{path}: cannot read the file: {reason}") from None
    try:
        content = parse_toml(text)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None
    return Source(written_in(settings, content, f"{path}: "), lambda name: _place(path, name))


def written_in(settings: type[Settings], content: Mapping[str, Any], where: str = "") -> dict[str, Any]:
    """Return settings by name, in the form for their parsers, from the content of a configuration file.

    Raises ValueError for an unknown key or a value of the wrong type; the text begins with `where`.
    """
    declared = {setting.name: flag_of(setting) for setting in fields(settings)}
    given: dict[str, Any] = {}
    for key, value in content.items():
        name = name_of(key, value)
        if name not in declared:
            raise ValueError(f"{where}{key!r} is not a setting{_hint(key, declared)}")
        if name in given:
            raise ValueError(f"{where}{key!r} is given twice, once with - and once with _")
        try:
            given[name] = _as_written(key, value, declared[name])
            _refuse_masks(given[name])
        except ValueError as error:
            raise ValueError(f"{where}{key}: {error}") from None
    return given


def name_of(key: str, value: Any = None) -> str:
    """Return the name of the setting for a key of a file; for `command` the value decides which setting it is."""
    return _tables_name(key, value).replace("-", "_")


def _refuse_masks(value: Any) -> None:
    """Raise ValueError if a mask such as `***` stands in place of a secret, as in a file copied from a record."""
    if "*" in str(value):
        from mock_csms.behavior.secret_finder import is_masked_in  # noqa: PLC0415 - few files contain an asterisk

        if is_masked_in(value):
            raise ValueError("a mask (***) stands in place of a secret; write the secret itself")


def _hint(key: str, declared: Mapping[str, Flag]) -> str:
    """Return a hint for an unknown key: the key that was probably meant."""
    tables = {key_of(form): key_of(name) for name, flag in declared.items() for form in flag.forms or ()}
    settings = [key_of(name) for name in declared]
    table = tables.get(key_of(key)) if key_of(key) not in settings else None
    return f"; write it in a [[{table}]]" if table else did_you_mean(key, [*settings, *tables])


def key_of(name: str) -> str:
    """Return the key of a setting in a configuration file."""
    return "command" if name == "script" else name.replace("_", "-")


def _as_written(key: str, value: Any, declared: Flag) -> Any:
    """Return a value in the form for its parser.

    Raises ValueError if it must be a table and is none, or the reverse.
    """
    values = value if isinstance(value, list) else [value]
    is_table = [isinstance(each, dict) for each in values]
    if declared.forms is not None and not (all(is_table) and isinstance(value, list)):
        raise ValueError(f"must be written as [[{key_of(key)}]]")
    if declared.forms is None and any(is_table) and key in ("command", "commands"):
        raise ValueError("must be text; tables are written as [[command]]")
    return as_written(value, declared)


def _tables_name(key: str, value: Any) -> str:
    """Return the setting for a key.

    For `command` it is the flag if the value is a text, and `script` if it is tables.
    """
    return "script" if key == "command" and isinstance(value, list) else key


def _place(path: str, name: str) -> str:
    return f"{path}: {key_of(name)}"


def as_written(value: Any, declared: Flag) -> Any:
    """Return a TOML value in the form of the command line: a text, a list, or True or False."""
    if declared.forms is not None:
        if not isinstance(value, list) or not all(isinstance(table, dict) for table in value):
            raise ValueError("must be written as an array of tables, such as [[rule]]")
        return value
    if declared.parse is None:
        if not isinstance(value, bool):
            raise ValueError("must be true or false")
        return value
    if declared.is_json:
        return as_json_text(value)
    if isinstance(value, list):
        texts = [_text(item, declared) for item in value]
        if not (declared.takes_list or "," in declared.metavar):
            raise ValueError("must be one value, not a list")
        return texts if declared.takes_list else ",".join(texts)
    return [_text(value, declared)] if declared.takes_list else _text(value, declared)


def _text(value: Any, declared: Flag) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        shown = "an entry" if declared.is_secret else repr(value)
        raise ValueError(f"{shown} is neither a string nor a number")
    return str(value)


def environment_source(settings: type[Settings], environment: Mapping[str, str] = os.environ) -> Source:
    """Return the settings in the environment, written as on the command line; a switch is on for 1, true, yes or on."""
    if not any(name.startswith(ENVIRONMENT) for name in environment):
        return Source({})
    given: dict[str, Any] = {}
    for setting in fields(settings):
        text = environment.get(ENVIRONMENT + setting.name.upper())
        declared = flag_of(setting)
        if text is not None and declared.forms is None:
            with _named(setting.name):
                given |= dict(_from_text(setting.name, text, declared))
        for form_name, form in (declared.forms or {}).items():
            with _named(form_name):
                words = _words(environment.get(ENVIRONMENT + form_name.upper(), ""))
                tables = [form.table(part) for part in _groups(words, len(form.metavar))]
                if tables and declared.parse:
                    declared.parse(tables)
                    given[setting.name] = given.get(setting.name, []) + tables
    return Source(given, lambda name: ENVIRONMENT + name.upper())


def read_long_way(environment: Mapping[str, str] = os.environ) -> None:
    """Turn all shortcuts off if the environment asks for it; tests compare both ways."""
    if environment.get(ENVIRONMENT + _LONG_WAY):
        force_long_way()


def unknown_variables(settings: type[Settings], environment: Mapping[str, str] = os.environ) -> Iterator[str]:
    """Yield a warning for each variable that begins with MOCK_CSMS_ and is not a setting."""
    declared = {setting.name: flag_of(setting) for setting in fields(settings)}
    known = {name.upper() for name, flag in declared.items() if flag.forms is None}
    known |= {form.upper() for flag in declared.values() for form in flag.forms or ()}
    for name in sorted(environment):
        word = name.removeprefix(ENVIRONMENT)
        if word not in (name, _LONG_WAY) and word not in known and name not in OF_CLIENTS:
            near = did_you_mean(name, [ENVIRONMENT + each for each in known])
            yield f"the environment variable {name} is not a setting and is ignored{near}"


def _from_text(name: str, text: str, declared: Flag) -> Iterable[tuple[str, Any]]:
    if declared.parse is not None:
        yield name, _words(text) if declared.takes_list else text
    elif text.lower() in ("1", "true", "yes", "on"):
        yield name, True
    elif text.lower() in ("0", "false", "no", "off", ""):
        yield name, False
    else:
        raise ValueError(f"{text!r} is neither true nor false")


def _words(text: str) -> list[str]:
    """Split a text as a shell does."""
    import shlex  # noqa: PLC0415 - only users of the environment wait for it

    return shlex.split(text)


@contextmanager
def _named(name: str) -> Iterator[None]:
    """Add the name of the variable to an error."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{ENVIRONMENT}{name.upper()}: {error}") from None


def _groups(words: Sequence[str], size: int) -> Iterable[Sequence[str]]:
    if len(words) % size:
        raise ValueError(f"takes {size} words for each use, but {len(words)} words were given")
    return (words[start : start + size] for start in range(0, len(words), size))
