"""The machine behind settings: one dataclass field is one flag, with everything that follows from it.

It knows no setting; the other files of this folder list those of the mock.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import Field, field, fields
from typing import TYPE_CHECKING, Any, TypeVar

from mock_csms.behavior.dialect import AnswerRules, Dialect
from mock_csms.protocol.records import Record

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Settings = TypeVar("Settings", bound="DataclassInstance")


class Form(Record):
    """An option that writes one table of a setting: its words, what it means, and the table that they make."""

    metavar: tuple[str, ...]
    help: str
    table: Callable[[Sequence[str]], Mapping[str, Any]]


class Flag(Record):
    """What is to be known of a setting besides its name, type and default.

    parse: text to value, or for `several` and `repeated` a list of texts; None for a switch. With `forms` the setting
    is a list of tables, which `parse` gets, and those are the options that write them.
    rivals: settings that exclude this one. needs: one of these must be given with it.
    sets: the places in what the mock sends that it fills (`Reset.type`).
    rules: makes the rules that the setting stands for, out of all settings.
    shown: the default for people, where the value says too little. is_secret: its value is never shown. is_json: its
    text is JSON, so that files may write it as a value of their own.
    """

    help: str
    parse: Callable[[Any], Any] | None
    metavar: str
    short: str = ""
    several: bool = False
    repeated: bool = False
    forms: Mapping[str, Form] | None = None
    rivals: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    rules: Callable[[Any, Dialect], AnswerRules] | None = None
    shown: str = ""
    is_secret: bool = False
    is_json: bool = False

    @property
    def takes_list(self) -> bool:
        """Whether its value is written as a list."""
        return self.several or self.repeated


def flag(default: Any, help_: str, parse: Callable[[Any], Any] | None = None, metavar: str = "", **more: Any) -> Any:
    """Return the dataclass field of a setting."""
    return field(default=default, metadata={"flag": Flag(help_, parse, metavar, **more)})


def switch(help_: str, **more: Any) -> Any:
    """Return the dataclass field of a setting that is off unless its flag is given."""
    return flag(False, help_, **more)  # noqa: FBT003 - the one default of all switches


def flag_of(setting: Field[Any]) -> Flag:
    """Return what `flag` said of a field."""
    declared: Flag = setting.metadata["flag"]
    return declared


def option(name: str) -> str:
    """Return the command line's spelling of a setting."""
    return "--" + name.replace("_", "-")


class Source(Record):
    """A place that gives settings: by name their text, list of texts or of tables, or True for a switch.

    `where` names a setting as people write it in that place.
    """

    values: Mapping[str, Any]
    where: Callable[[str], str] = option


def read(settings: type[Settings], sources: Sequence[Source]) -> Settings:
    """Return `settings` as the `sources` say, of which a later one wins; of tables its come first.

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
    """Refuse what a source gives without what it needs; what an earlier one gave is of no use then, and is left out."""
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
            str(text).encode()  # what came from the command line may be no text at all
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
