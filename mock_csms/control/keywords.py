"""Settings as keyword arguments: the keys of a configuration file with `_` instead of `-`, and flags for tables.

`boot_status_sequence=["Pending", "Accepted"]`, `token=["TAG1=Expired"]`, `reply=[("Authorize", {"idTokenInfo": {}})]`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from mock_csms.protocol.names import did_you_mean
from mock_csms.settings import Config
from mock_csms.settings.flags import Flag, Form, Source, flag_of
from mock_csms.settings.sources import as_written


def keyword_source(given: Mapping[str, Any]) -> Source:
    """Return the settings in keyword arguments. Raises ValueError, in one line with the keyword."""
    declared = {setting.name: flag_of(setting) for setting in fields(Config)}
    forms = {name: (setting, form) for setting, flag in declared.items() for name, form in (flag.forms or {}).items()}
    written: dict[str, Any] = {}
    for keyword, value in given.items():
        name = "script" if keyword == "command" and isinstance(value, list) else keyword
        try:
            if name in forms:
                setting, form = forms[name]
                written[setting] = [*written.get(setting, ()), *_tables(value, form)]
            elif name in declared:
                written[name] = (
                    [*written.get(name, ()), *value] if declared[name].forms else _plain(value, declared[name])
                )
            else:
                raise ValueError(f"is not a setting{did_you_mean(keyword, [*declared, *forms])}")
        except ValueError as error:
            raise ValueError(f"{keyword}: {error}") from None
    return Source(written, lambda name: name)


def _plain(value: Any, declared: Flag) -> Any:
    return as_written(list(value) if isinstance(value, tuple) else value, declared)


def _tables(value: Any, form: Form) -> Sequence[Mapping[str, Any]]:
    """Return the tables for one use of a flag, or for several. A use is the words of the flag, or a table."""
    uses = value if isinstance(value, list) else [value]
    tables = []
    for use in uses:
        words = [use] if isinstance(use, str) else use
        if not isinstance(words, Mapping) and len(words) != len(form.metavar):
            raise ValueError(f"{use!r} is not {' '.join(form.metavar)}")
        tables.append(words if isinstance(words, Mapping) else form.table(words))
    return tables
