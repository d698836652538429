"""Tables of the documentation about OCPI: the CPO, and the mock eMSP."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, fields
from functools import partial

from mock_csms.commands.arguments import titles_of
from mock_csms.ocpi.cpo.table import PREFIX as CPO_PREFIX
from mock_csms.ocpi.cpo.table import ROWS as CPO_ROWS
from mock_csms.ocpi.emsp.checks.catalogue import OCPI_CHECKS
from mock_csms.ocpi.emsp.faults import OCPI_FAULTS
from mock_csms.ocpi.emsp.hand import HAND_ROWS
from mock_csms.ocpi.emsp.settings import PRESET_A, PRESET_C, EmspSettings
from mock_csms.ocpi.emsp.table import PREFIX, ROWS
from mock_csms.ocpi.modules import path_of
from mock_csms.protocol.records import fields_of
from scripts.settings_tables import flags_of_group


def emsp_paths() -> Iterable[tuple[str, ...]]:
    """Return a row for every path of the eMSP."""
    yield "request", "what it does", ""
    for row in ROWS:
        yield f"`{row.method} {path_of(row, PREFIX)}`", row.help, "extension" if row.is_extension else ""


def cpo_paths() -> Iterable[tuple[str, ...]]:
    """Return a row for every path of the CPO."""
    yield "request", "what it does"
    for row in CPO_ROWS:
        yield f"`{row.method} {path_of(row, CPO_PREFIX)}`", row.help


def emsp_commands() -> Iterable[tuple[str, ...]]:
    """Return a row for every command of `mock-csms ocpi`."""
    yield "command", "what it does", "flags"
    for row in HAND_ROWS.values():
        word = row.word.upper() if row.needs_word else f"[{row.word.upper()}]" if row.word else ""
        names = [each.encode_name.replace("_", "-") for each in fields_of(row.fields) if each.encode_name != row.word]
        yield f"`{row.name} {word}".rstrip() + "`", row.help, ", ".join(f"`--{name}`" for name in names)


def ocpi_faults() -> Iterable[tuple[str, ...]]:
    """Return a row for every fault of the eMSP."""
    yield "fault", "what the CPO sees"
    for name, kind in OCPI_FAULTS.items():
        attributes = [
            f"`{each.name}=`{'' if each.default is MISSING else f' (default {each.default:g})'}: "
            + each.metadata["help"]
            for each in fields(kind)
        ]
        yield f"`{name}`", "; ".join([str(kind.__doc__).rstrip("."), *attributes])


def ocpi_checks() -> Iterable[tuple[str, ...]]:
    """Return a row for every check of OCPI."""
    yield "check", "clause", "severity", "what is right"
    for check in OCPI_CHECKS.values():
        yield check.id, check.requirement, str(check.severity), check.title


def preset_tokens() -> Iterable[tuple[str, ...]]:
    """Return a row for every preset token."""
    yield "token", "what it is for"
    yield from ((f"`{token}`", "the registration of a CPO (token A), once") for token in PRESET_A)
    yield from ((f"`{token}`", "requests without a registration (token C)") for token in PRESET_C)


OCPI_TABLES: Mapping[str, Callable[[], Iterable[tuple[str, ...]]]] = {
    **{
        f"emsp_{title}": partial(flags_of_group, EmspSettings, title)
        for title in sorted({*titles_of(EmspSettings).values()})
    },
    "cpo_paths": cpo_paths,
    "emsp_paths": emsp_paths,
    "emsp_commands": emsp_commands,
    "ocpi_faults": ocpi_faults,
    "ocpi_checks": ocpi_checks,
    "preset_tokens": preset_tokens,
}
"""The tables by name."""
