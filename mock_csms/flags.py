"""The machine behind settings: one dataclass field is one flag, with everything that follows from it.

It knows no setting; `config.py` lists those of the mock.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import Field, dataclass, field, fields
from typing import TYPE_CHECKING, Any, TypeVar

from mock_csms.behavior.rules import Rule

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Settings = TypeVar("Settings", bound="DataclassInstance")


@dataclass(frozen=True, slots=True)
class Flag:
    """What is to be known of a setting besides its name, type and default.

    parse: text (or list of texts, where `several`) to value; None for a switch. rivals: settings that exclude this one.
    needs: one of these must be given with it. sets: the places in command payloads that it fills (`Reset.type`).
    rules: makes the rules that a switch stands for. shown: the default for people, where the value says too little.
    """

    help: str
    parse: Callable[[Any], Any] | None
    metavar: str
    short: str = ""
    several: bool = False
    rivals: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    rules: Callable[[], Iterable[Rule]] | None = None
    shown: str = ""


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


def read(settings: type[Settings], texts: Mapping[str, Any]) -> Settings:
    """Return `settings` for the flags given: each one's name with its text, list of texts, or True for a switch.

    Raises ValueError with one line that names the flag and what is wrong.
    """
    parsed: dict[str, Any] = {}
    for setting in fields(settings):
        if setting.name in texts:
            parse = flag_of(setting).parse
            try:
                parsed[setting.name] = parse(texts[setting.name]) if parse else True
            except ValueError as error:
                raise ValueError(f"{option(setting.name)}: {error}") from None
    _check_together(settings, parsed)
    return settings(**parsed)


def _check_together(settings: type[Settings], given: Mapping[str, Any]) -> None:
    for setting in fields(settings):
        declared = flag_of(setting)
        if setting.name not in given:
            continue
        for rival in declared.rivals:
            if rival in given:
                raise ValueError(f"{option(setting.name)} and {option(rival)} exclude each other")
        if declared.needs and not any(name in given for name in declared.needs):
            raise ValueError(f"{option(setting.name)} needs {' or '.join(map(option, declared.needs))}")
