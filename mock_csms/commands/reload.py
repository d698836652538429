"""SIGHUP: reads the settings again, and reports which have changed and which need a restart."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import Field, fields
from typing import Any

from mock_csms.commands.given import Given, given
from mock_csms.commands.settings import read_config
from mock_csms.runtime import clock
from mock_csms.runtime.csms import CsmsServer
from mock_csms.settings import FIXED, Config, with_fixed
from mock_csms.settings.checking import check
from mock_csms.settings.flags import Source, flag_of
from mock_csms.settings.written import written_value
from mock_csms.twin.events import Failed, Noted, Reconfigured


class Reload:
    """Reads the settings again and applies them. If they are wrong, it reports that and keeps the old ones.

    `first` has the settings of the start. `use` applies settings, except those that the API has changed, and returns
    lines to report about that.
    """

    def __init__(
        self,
        csms: CsmsServer,
        first: Given,
        gather: Callable[[], Sequence[Source]],
        use: Callable[[Config, Sequence[Source]], Sequence[str]] | None = None,
    ) -> None:
        self._csms = csms
        self._use = use or self._configure
        self._gather = gather
        self._first = self._given = first

    def __call__(self) -> None:
        """Read the settings again."""
        try:
            sources = self._gather()
            config = read_config(sources)
            check(config)
        except ValueError as error:
            self._csms.publish(Failed(clock.now(), "", f"the settings were not changed: {error}"))
            return
        fresh = given(config, sources)
        above = self._use(config, sources)
        self._csms.publish(Reconfigured(clock.now(), ""))
        for line in [*(list(changes(self._first, self._given, fresh)) or ["nothing has changed"]), *above]:
            self._csms.publish(Noted(clock.now(), "", line))
        self._given = fresh

    def _configure(self, config: Config, _: Sequence[Source]) -> Sequence[str]:
        self._csms.configure(with_fixed(self._csms.config, config))
        return ()


def changes(first: Given, last: Given, after: Given) -> Iterator[str]:
    """Yield a line for each changed setting, without values that may be secret.

    Settings that need a restart are compared with those of the start (`first`), all others with those read `last`.
    """
    from mock_csms.behavior.secret_finder import secrets_in  # noqa: PLC0415 - the start need not wait for it

    for setting in fields(Config):
        name = setting.name
        before = first if name in FIXED else last
        key = "command" if name == "script" else name.replace("_", "-")
        end = " only after a restart" if name in FIXED else ""
        if flag_of(setting).forms is not None:
            is_hidden = first.config.redact or name in FIXED
            lines = _table_changes(before.tables[name], after.tables[name], is_hidden=is_hidden)
        elif getattr(before.config, name) != getattr(after.config, name):
            line = f"{_shown(setting, before)} -> {_shown(setting, after)}"
            is_hidden = first.config.redact or flag_of(setting).is_secret or bool(secrets_in(line))
            lines = ["changed" if is_hidden else line]
        else:
            continue
        yield from (f"{key}: {line}{end}" for line in lines)


def _table_changes(before: Sequence[str], after: Sequence[str], *, is_hidden: bool) -> Sequence[str]:
    """Return a line for each table that was added or removed; if there is none, a line that the order has changed."""
    from mock_csms.behavior.secret_finder import secrets_in  # noqa: PLC0415 - as above

    if list(before) == list(after):
        return []
    added = [f"added {text}" for text in after if text not in before]
    removed = [f"removed {text}" for text in before if text not in after]
    has_secret = any(map(secrets_in, (*added, *removed)))
    return ["changed"] if is_hidden or has_secret else [*added, *removed] or ["in another order"]


def _shown(setting: Field[Any], settings: Given) -> str:
    """Return a value as people write it."""
    value = getattr(settings.config, setting.name)
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return f"{value:g}"
    written = written_value(setting.name, value, settings.sources) if value is not None else None
    if written in (None, [], ""):
        return flag_of(setting).shown or "not set"
    return " ".join(map(str, written)) if isinstance(written, list) else str(written)
