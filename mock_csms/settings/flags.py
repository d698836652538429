"""Classes of settings: a dataclass field is a flag, and its metadata has everything about the flag.

The settings of the mock are in the other files of this folder. Their patterns for values are texts, so that only those
for flags that are given are compiled.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import Field, FrozenInstanceError, dataclass, field, fields
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, dataclass_transform

from mock_csms.behavior.dialect import AnswerRules, Dialect
from mock_csms.protocol.records import Record

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Settings = TypeVar("Settings", bound="DataclassInstance")
Part = TypeVar("Part")


@dataclass_transform(frozen_default=True, kw_only_default=True, eq_default=False)
def part(fields_of_subject: type[Part]) -> type[Part]:
    """Make a class a group of settings, as a dataclass without generated methods.

    The class with all groups together gets its methods from `Immutable`.
    """
    return dataclass(kw_only=True, init=False, repr=False, eq=False)(fields_of_subject)


class Immutable:
    """The methods of a class of settings: objects are made from keywords, compared by fields, and cannot change.

    They are written here once, because @dataclass generates and compiles them for each class, 3 ms of every start.
    """

    def __init__(self, **given: Any) -> None:
        declared: Mapping[str, Field[Any]] = getattr(self, "__dataclass_fields__")  # noqa: B009 - no subclass is known
        for name in given:
            if name not in declared:
                raise TypeError(f"{type(self).__name__}() has no setting {name!r}")
        vars(self).update(given)  # the class attributes are the defaults

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise FrozenInstanceError(f"{name} cannot be changed; use dataclasses.replace")

    def __delattr__(self, name: str) -> NoReturn:
        raise FrozenInstanceError(f"{name} cannot be deleted")

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        names: Iterable[str] = getattr(self, "__dataclass_fields__")  # noqa: B009 - as above
        return all(getattr(self, name) == getattr(other, name) for name in names)

    __hash__ = None  # type: ignore[assignment] # some values are lists


class Form(Record):
    """An option that writes one table of a setting."""

    metavar: tuple[str, ...]
    """The names of its values in the help."""
    help: str
    table: Callable[[Sequence[str]], Mapping[str, Any]]
    """Converts the values to a table as in a configuration file."""


class Flag(Record):
    """The properties of a setting besides its name, type and default."""

    help: str
    parse: Callable[[Any], Any] | None
    """Converts a text to the value; None for a switch.

    It gets a list of texts with `several` and `repeated`, and tables with `forms`.
    """
    value_name: str | Callable[[], str]
    """The name of its value in the help; a function if that needs modules that no start waits for."""
    short: str = ""
    """Its short name on the command line, such as `-c`."""
    aliases: tuple[str, ...] = ()
    """Other names that it has on the command line, such as `--auth-parent-id-tag`."""
    several: bool = False
    """Whether one use of the flag has several values."""
    repeated: bool = False
    """Whether the flag is repeatable."""
    forms: Mapping[str, Form] | None = None
    """For a setting that is a list of tables: the options that write such tables, by name."""
    rivals: tuple[str, ...] = ()
    """The settings that exclude this one."""
    needs: tuple[str, ...] = ()
    """The settings of which at least one must be given together with this one."""
    sets: tuple[str, ...] = ()
    """The places in the mock's messages that it fills in, such as `Heartbeat.currentTime`.

    Only for places that are the same in every version of OCPP; a dialect has the others in its `fills`.
    """
    written: Callable[[Any], object] | None = None
    """Converts the value to the template for those places, such as `{{now+60}}`; None to use the value itself."""
    rules: Callable[[Any, Dialect], AnswerRules] | None = None
    """Returns the rules of the setting, from its value and the dialect of a version."""
    shown: str = ""
    """The default in the help; empty to show the value itself."""
    is_secret: bool = False
    """Whether the value is never shown."""
    is_json: bool = False
    """Whether the text is JSON, so that files may also write it as TOML values."""

    @property
    def metavar(self) -> str:
        """The name of its value in the help."""
        return self.value_name if isinstance(self.value_name, str) else self.value_name()

    @property
    def takes_list(self) -> bool:
        """Whether its value is a list."""
        return self.several or self.repeated


def flag(
    default: Any,
    help_: str,
    parse: Callable[[Any], Any] | None = None,
    metavar: str | Callable[[], str] = "",
    **more: Any,
) -> Any:
    """Return the dataclass field of a setting."""
    return field(default=default, metadata={"flag": Flag(help_, parse, metavar, **more)})


def switch(help_: str, **more: Any) -> Any:
    """Return the dataclass field of a setting that is off unless its flag is given."""
    return flag(False, help_, **more)  # noqa: FBT003 - the one default of all switches


def flag_of(setting: Field[Any]) -> Flag:
    """Return the properties that `flag` gave a field."""
    declared: Flag = setting.metadata["flag"]
    return declared


def option(name: str) -> str:
    """Return the name of a setting on the command line."""
    return "--" + name.replace("_", "-")


class Source(Record):
    """A source of settings: the command line, the environment, or a file."""

    values: Mapping[str, Any]
    """The value by name of the setting: a text, a list of texts or of tables, or True for a switch."""
    where: Callable[[str], str] = option
    """Returns the name of a setting as people write it in that source, for errors."""


def read(settings: type[Settings], sources: Sequence[Source]) -> Settings:
    """Return `settings` with the values of the `sources`. A later source wins; its tables come before earlier ones.

    Raises ValueError with one line that says where and what is wrong.
    """
    parsed: dict[str, Any] = {}
    for source in sources:
        _check_rivals(settings, source)
        fresh = {setting.name: _parse(setting, source) for setting in fields(settings) if setting.name in source.values}
        for pair in _rivals(settings):
            for name, rival in (pair, pair[::-1]):
                if name in fresh:
                    parsed.pop(rival, None)
        for setting in fields(settings):
            if flag_of(setting).forms is not None and setting.name in fresh and setting.name in parsed:
                fresh[setting.name] = fresh[setting.name] + parsed[setting.name]
        parsed |= fresh
        _check_needs(settings, source, parsed)
    return settings(**parsed)


def _check_needs(settings: type[Settings], source: Source, parsed: dict[str, Any]) -> None:
    """Raise ValueError if a source gives a setting without one that it needs.

    If the setting comes from an earlier source, it is dropped.
    """
    for setting in fields(settings):
        needs = flag_of(setting).needs
        if setting.name in parsed and needs and not any(name in parsed for name in needs):
            if source.values.get(setting.name):
                raise ValueError(f"{source.where(setting.name)} needs {' or '.join(map(source.where, needs))}")
            del parsed[setting.name]


def _parse(setting: Field[Any], source: Source) -> Any:
    parse, value = flag_of(setting).parse, source.values[setting.name]
    try:
        for text in value if isinstance(value, list) else [value]:
            str(text).encode()  # words of the command line may not be UTF-8
        return parse(value) if parse else value
    except UnicodeEncodeError:
        raise ValueError(f"{source.where(setting.name)}: the text is not UTF-8") from None
    except ValueError as error:
        raise ValueError(f"{source.where(setting.name)}: {error}") from None


def _check_rivals(settings: type[Settings], source: Source) -> None:
    for name, rival in _rivals(settings):
        if name in source.values and rival in source.values:
            raise ValueError(f"{source.where(name)} and {source.where(rival)} cannot be used together")


def _rivals(settings: type[Settings]) -> Iterable[tuple[str, str]]:
    return ((setting.name, rival) for setting in fields(settings) for rival in flag_of(setting).rivals)
