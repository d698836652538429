"""Changes settings, rules and tokens of a running mock, and returns to the start or to a snapshot."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from mock_csms.behavior.admission import DoorCounts
from mock_csms.protocol.names import did_you_mean
from mock_csms.protocol.records import Record
from mock_csms.runtime import clock
from mock_csms.runtime.csms import CsmsServer
from mock_csms.runtime.rulebase import RuleState
from mock_csms.settings import FIXED, Config, with_fixed
from mock_csms.settings.checking import check
from mock_csms.settings.flags import Flag, Source, flag_of, read
from mock_csms.settings.sources import key_of, name_of, written_in
from mock_csms.settings.tables import Rules
from mock_csms.settings.written import as_toml, written_value
from mock_csms.watch.records import Recorder

PARTS = ("rules", "tokens", "settings", "counters")
"""The parts that `reset` can reset."""
_BY_TABLES = ("rule", "token", "script")
"""The settings that are tables; other parts of the API show them."""
_MOST_SNAPSHOTS = 100


class FixedSetting(ValueError):
    """A setting that is read only when the mock starts."""


class Setting(Record):
    """The current state of a setting."""

    name: str
    """Its key in a configuration file."""
    value: Any
    """Its value in the form of a configuration file; None if it has none, or is secret."""
    origin: str
    """`default`, `API`, or the flag, the variable or the file and key that set it."""
    is_fixed: bool
    is_secret: bool
    help: str


class Snapshot(Record):
    """The state of the mock at one moment."""

    name: str
    at: float
    patch: Mapping[str, Any]
    config: Config
    rules: RuleState
    tokens: int
    """The number of tokens."""
    door: Mapping[str, DoorCounts]


class Tuning:
    """The settings of a running mock: those of the start, from `sources`, and the changes since then."""

    def __init__(self, csms: CsmsServer, records: Recorder, sources: Sequence[Source]) -> None:
        self._csms = csms
        self._records = records
        self._patch: dict[str, Any] = {}
        """The changed settings, by name; the values are as the parsers get them."""
        self.snapshots: dict[str, Snapshot] = {}
        self._first = self._config = csms.rulebase.settings
        """The settings of the start, and the last ones that were set as a whole."""
        self._first_sources = self._sources = sources

    def use(self, config: Config, sources: Sequence[Source]) -> None:
        """Use other settings as a whole; changes of single settings are dropped."""
        self._records.learn(config)
        self._csms.configure(with_fixed(self._csms.config, config))
        self._config, self._sources, self._patch = config, sources, {}

    def reread(self, config: Config, sources: Sequence[Source]) -> Sequence[str]:
        """Use settings whose files were read again; settings that were changed one by one keep these changes, as flags

        would.
        Returns lines to report about that. Changes that are invalid with the new settings are forgotten.
        """
        patch = self._patch
        try:
            self._apply(config, patch, changes_rules=True)
        except ValueError as error:
            self.use(config, sources)
            return [f"what the API had changed is undone: {error}"]
        self._config, self._sources = config, sources
        return [f"{key_of(name)} stays as the API has set it" for name in patch]

    def restart(self) -> None:
        """Return to the settings of the start, and set all counts to zero."""
        self._csms.restore(self._first)
        self._config, self._sources, self._patch = self._first, self._first_sources, {}

    # Settings.

    @property
    def sources(self) -> Sequence[Source]:
        """Where the settings come from, the deciding source last."""
        return [*self._sources, Source(self._patch, key_of)] if self._patch else self._sources

    def settings(self) -> Iterator[Setting]:
        """Yield the current state of every setting, except rules, tokens and scripts."""
        from mock_csms.behavior.secret_finder import secrets_in  # noqa: PLC0415 - only who asks for settings needs it

        config = self._csms.config
        for setting in fields(Config):
            declared, value = flag_of(setting), getattr(config, setting.name)
            if setting.name in _BY_TABLES:
                continue
            written = None if value is None else written_value(setting.name, value, self.sources)
            is_secret = declared.is_secret or bool(written and secrets_in(written))
            shown = declared.shown if written is None and value is not None else written
            yield Setting(
                key_of(setting.name),
                None if is_secret else shown,
                self._origin(setting.name),
                setting.name in FIXED,
                is_secret,
                declared.help,
            )

    def _origin(self, name: str) -> str:
        if name in self._patch:
            return "API"
        return next((each.where(name) for each in reversed(self._sources) if name in each.values), "default")

    def as_toml(self) -> str:
        """Return the settings as a configuration file."""
        return as_toml(self._csms.config, self.sources)

    def change(self, content: Mapping[str, Any]) -> tuple[Sequence[str], Sequence[str]]:
        """Change settings by keys and values as in a configuration file.

        None returns a setting to its value at the start. Returns the keys, and warnings about answers that break OCPP.
        Raises FixedSetting for a setting that needs a restart, and ValueError for a wrong setting; then nothing is
        changed.
        """
        declared = {setting.name: flag_of(setting) for setting in fields(Config)}
        dropped = [name_of(key) for key, value in content.items() if value is None]
        if unknown := [name for name in dropped if name not in declared]:
            raise ValueError(f"{unknown[0]!r} is not a setting{did_you_mean(unknown[0], map(key_of, declared))}")
        given = written_in(Config, {key: value for key, value in content.items() if value is not None})
        for name in (*dropped, *given):
            if name in FIXED:
                raise FixedSetting(f"{key_of(name)}: is read when the mock starts; to change it takes a restart")
        for name, value in given.items():
            refuse_files(key_of(name), value, declared[name])
        patch = {name: value for name, value in (self._patch | given).items() if name not in dropped}
        warnings = self._apply(self._config, patch, changes_rules="rule" in given or "rule" in dropped)
        return [key_of(name) for name in (*given, *dropped)], warnings

    def _apply(self, config: Config, patch: Mapping[str, Any], *, changes_rules: bool) -> Sequence[str]:
        """Use settings with these changes, and return warnings; those about rules only if these change."""
        fresh = read(Config, [Source(patch, key_of)])
        config = replace(config, **{name: getattr(fresh, name) for name in patch})
        warnings = check(config if changes_rules else replace(config, rule=Rules()))
        self._records.learn(config if changes_rules else replace(config, rule=Rules()))
        if not changes_rules:
            config = replace(config, rule=self._csms.rulebase.given)
        self._csms.configure(with_fixed(self._csms.config, config))
        self._patch = dict(patch)
        return warnings

    # Returning to the start or to a snapshot.

    def reset(self, parts: Sequence[str] = PARTS) -> None:
        """Reset the rules, the tokens, the settings or the counters to the state at the start."""
        rulebase = self._csms.rulebase
        with rulebase.at_once():
            if "settings" in parts:
                self._apply(self._first, {}, changes_rules=False)
                self._config, self._sources = self._first, self._first_sources
            if "rules" in parts:
                rulebase.restore_rules(self._first.rule)
            if "tokens" in parts:
                rulebase.reset_tokens()
            if "counters" in parts:
                rulebase.reset_counts()
        if "counters" in parts:
            self._csms.door.restore_counts({})

    def take_snapshot(self, name: str) -> Snapshot:
        """Save settings, rules, tokens and counters under a name."""
        if name not in self.snapshots and len(self.snapshots) >= _MOST_SNAPSHOTS:
            raise ValueError(f"there are {_MOST_SNAPSHOTS} snapshots already")
        rulebase = self._csms.rulebase
        door = dict(self._csms.door.counts)
        snapshot = Snapshot(
            name, clock.now(), dict(self._patch), rulebase.settings, rulebase.state, len(rulebase.tokens.all), door
        )
        self.snapshots[name] = snapshot
        return snapshot

    def find_snapshot(self, name: str) -> Snapshot:
        """Return the snapshot with that name. Raises LookupError if there is none."""
        if name not in self.snapshots:
            raise LookupError(f"there is no snapshot {name!r}{did_you_mean(name, self.snapshots)}")
        return self.snapshots[name]

    def restore_snapshot(self, name: str) -> Snapshot:
        """Return to a snapshot; stations stay connected. Raises LookupError if there is no snapshot with that name."""
        snapshot = self.find_snapshot(name)
        self._csms.rulebase.restore(snapshot.rules, with_fixed(self._csms.rulebase.settings, snapshot.config))
        self._csms.door.restore_counts(snapshot.door)
        self._patch = dict(snapshot.patch)
        return snapshot


def refuse_files(key: str, value: Any, declared: Flag) -> None:
    """Raise ValueError for a value that names a file: clients of the API must not read files of this machine."""
    if declared.forms is not None:
        for table in value:
            refuse_files_in(table, key)
    elif "@FILE" in declared.metavar and any(str(each).startswith("@") for each in _listed(value)):
        raise ValueError(f"{key}: files are not read here; write what stands in the file")


def refuse_files_in(table: Mapping[str, Any], where: str = "") -> None:
    """Raise ValueError for a table of a configuration file that names a file."""
    for key, value in table.items():
        if key in ("reply", "reply-raw", "payload", "payload-raw") and str(value).startswith("@"):
            raise ValueError(f"{where + ': ' if where else ''}{key}: files are not read here; write the JSON itself")


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else [value]
