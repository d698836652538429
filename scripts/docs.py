"""Writes the tables of the documentation from the code; `--check` only checks: status 1 if they are not up to date."""

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, fields
from functools import partial
from pathlib import Path

from mock_csms.behavior.faults import FAULTS
from mock_csms.behavior.file_faults import FILE_FAULTS
from mock_csms.behavior.handshake_faults import KINDS
from mock_csms.behavior.signing import SIGN_KINDS
from mock_csms.behavior.templates import PLACEHOLDERS
from mock_csms.behavior.v2.authorization import MODES
from mock_csms.behavior.v2.secrets import SECRETS
from mock_csms.behavior.v16.authorization import MODES as MODES_OF_16
from mock_csms.behavior.v16.secrets import SECRETS as OF_16
from mock_csms.commands.arguments import titles_of
from mock_csms.conformance.catalogue import CHECKS
from mock_csms.conformance.unjudged import UNJUDGED
from mock_csms.protocol.actions import Action, Json, Sender
from mock_csms.protocol.versions import versions
from mock_csms.settings import Config
from mock_csms.settings.flags import option
from mock_csms.station.control_lines import WORDS
from mock_csms.station.loads import LOADS
from mock_csms.station.settings import StationSettings
from scripts.api_tables import endpoints, ocpi_endpoints, remote_commands, sub_commands
from scripts.bounds import MESSAGES, REMEMBERED, TURNS, WAITING, table_of
from scripts.cells import code, json
from scripts.ocpi_tables import OCPI_TABLES
from scripts.plan_tables import (
    PLANS,
    plan_actions,
    plan_matrix,
    plan_options,
    plan_profile,
    plan_states,
    plan_summary,
    plan_verdicts,
)
from scripts.scale_tables import scale_calls, scale_limits, scale_memory, scale_run, scale_sizes
from scripts.settings_tables import configuration, flags_of_group

ROOT = Path(__file__).parent.parent
PAGES = (*sorted((ROOT / "docs").glob("*.md")), PLANS / "README.md", ROOT / "benchmarks" / "README.md")
"""The files with tables; a table stands between `<!-- table: NAME -->` and `<!-- end -->`."""
_PLACE = re.compile(r"(<!-- table: ([\w-]+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def commands() -> Iterable[tuple[str, ...]]:
    """Return a row for every command that the CSMS can send, in each version in which it differs."""
    yield "command", "OCPP", "default payload"
    yield from _of_versions(Sender.CSMS, lambda row: row.request)


def answers() -> Iterable[tuple[str, ...]]:
    """Return a row for every call that stations can send, in each version in which its answer differs."""
    yield "action", "OCPP", "default answer"
    yield from _of_versions(Sender.STATION, lambda row: None if row.is_send else row.response)


def _of_versions(sender: Sender, payload: Callable[[Action], Json | None]) -> Iterable[tuple[str, ...]]:
    """Return a row for each different payload of an action, with the versions that have it."""
    rows: dict[tuple[str, str], list[str]] = {}
    for version in sorted(versions(), key=lambda version: version.name):
        for action, row in version.actions.items():
            if row.sent_by(sender):
                shown = payload(row)
                text = "none: it is a SEND" if shown is None else code(json(shown))
                rows.setdefault((action, text), []).append(version.name)
    for (action, text), names in sorted(rows.items(), key=lambda each: (each[0][0].lower(), each[1])):
        yield f"`{action}`", ", ".join(names), text


def faults() -> Iterable[tuple[str, ...]]:
    """Return a row for every fault."""
    yield "fault", "what the station sees"
    for name, fault in FAULTS.items():
        attributes = [
            f"`{setting.name}=`{'' if setting.default is MISSING else f' (default {setting.default:g})'}: "
            + setting.metadata["help"]
            for setting in fields(fault)  # type: ignore[arg-type] # all are dataclasses
        ]
        yield f"`{name}`", "; ".join([str(fault.__doc__).rstrip("."), *attributes])


def tls_faults() -> Iterable[tuple[str, ...]]:
    """Return a row for every fault of a TLS handshake."""
    yield "kind", "what the station sees"
    for name, sight in KINDS.items():
        yield f"`{name}`", sight


def sign_kinds() -> Iterable[tuple[str, ...]]:
    """Return a row for every kind of --sign."""
    yield "kind", "what the station gets"
    for name, gets in SIGN_KINDS.items():
        yield f"`{name}`", gets


def file_faults() -> Iterable[tuple[str, ...]]:
    """Return a row for every kind of --files-fault."""
    yield "kind", "what the station sees"
    for name, sight in FILE_FAULTS.items():
        yield f"`{name}`", sight


def secrets() -> Iterable[tuple[str, ...]]:
    """Return a row for every kind of secret in messages: the versions, the actions, and the masked field."""
    yield "OCPP", "messages, and their answers", "what is masked"
    for names, places in (("1.6", OF_16.messages), ("2.0.1, 2.1", SECRETS.messages)):
        for place in dict.fromkeys(places.values()):
            yield names, ", ".join(f"`{action}`" for action in places if places[action] == place), place


def placeholders() -> Iterable[tuple[str, ...]]:
    """Return a row for every placeholder."""
    yield "placeholder", "stands for"
    for name, (help_, _) in PLACEHOLDERS.items():
        yield f"`{{{{{name}}}}}`", help_


def lines() -> Iterable[tuple[str, ...]]:
    """Return a row for every control line of mock-station."""
    yield "line", "what it does"
    for name, word in WORDS.items():
        yield f"`{name} {word.usage}".rstrip() + "`", word.help


def loads() -> Iterable[tuple[str, ...]]:
    """Return a row for every ready load test of mock-station."""
    yield "`--load`", "stands for"
    for name, flags in LOADS.items():
        words = [
            f"{option(flag)} {text}" if isinstance(text, str) else option(flag)
            for flag, value in flags.items()
            for text in (value if isinstance(value, list) else [value])
        ]
        yield f"`{name}`", f"`{' '.join(words)}`"


def modes() -> Iterable[tuple[str, ...]]:
    """Return a row for every authorization mode."""
    yield "`--auth-mode`", "tokens on its list", "all others"
    for name, mode in MODES.items():
        old = MODES_OF_16[name][1]
        others = mode.others if old == mode.others else f"{mode.others}; in OCPP 1.6 {old}"
        yield f"`{name}`", f"{mode.listed}" if name.endswith("list") else "", others


def speed() -> Iterable[tuple[str, ...]]:
    """Return a row for every ratio of the last run of all benchmarks."""
    import orjson

    yield "what", "measured on", "must", "goal", "ratio", "verdict"
    for verdict in orjson.loads((ROOT / "benchmarks" / "results.json").read_bytes())["rows"]:
        row = verdict["row"]
        numbers = (row["must"], row["goal"], verdict["ratio"])
        yield row["what"], row["measured_on"], *("" if n is None else f"{n:.3g}" for n in numbers), verdict["word"]


def speed_run() -> Iterable[tuple[str, ...]]:
    """Return one row: when and how the last run of all benchmarks was made."""
    import orjson

    last = orjson.loads((ROOT / "benchmarks" / "results.json").read_bytes())
    yield "when", "rounds", "seconds per rate", "processor", "Python"
    numbers = (str(last["rounds"]), str(last["scale"]["seconds"]))
    yield last["at"], *numbers, last["machine"]["processor"], last["versions"]["python"]


def checks() -> Iterable[tuple[str, ...]]:
    """Return a row for every conformance check."""
    from mock_csms.conformance.judgings import requirement_of, versions_of

    yield "check", "OCPP", "requirement", "severity", "what is right"
    for check in CHECKS.values():
        yield check.id, versions_of(check), requirement_of(check), str(check.severity), check.title


def unjudged() -> Iterable[tuple[str, ...]]:
    """Return a row for every check of the catalogue that is not implemented."""
    yield "check", "requirement", "what is right", "why it is not judged"
    for id_, (requirement, title, why) in UNJUDGED.items():
        yield id_, requirement, title, why


TABLES: Mapping[str, Callable[[], Iterable[tuple[str, ...]]]] = {
    **{
        f"flags_{title.replace(' ', '_')}": partial(flags_of_group, Config, title)
        for title in sorted({*titles_of(Config).values()})
    },
    **{
        f"station_{title.replace(' ', '_')}": partial(flags_of_group, StationSettings, title)
        for title in sorted({*titles_of(StationSettings).values()})
    },
    "flags_configuration": configuration,
    "faults": faults,
    "tls_faults": tls_faults,
    "sign_kinds": sign_kinds,
    "file_faults": file_faults,
    "placeholders": placeholders,
    "secrets": secrets,
    "bounds_turns": partial(table_of, TURNS, "in one turn of the event loop"),
    "bounds_messages": partial(table_of, MESSAGES, "what comes"),
    "bounds_waiting": partial(table_of, WAITING, "what waits"),
    "bounds_memory": partial(table_of, REMEMBERED, "what is remembered"),
    "modes": modes,
    "commands": commands,
    "answers": answers,
    "endpoints": endpoints,
    "ocpi_endpoints": ocpi_endpoints,
    "sub_commands": sub_commands,
    "remote_commands": remote_commands,
    "checks": checks,
    "unjudged": unjudged,
    "lines": lines,
    "loads": loads,
    "speed": speed,
    "speed_run": speed_run,
    "scale_run": scale_run,
    "scale_calls": scale_calls,
    "scale_memory": scale_memory,
    "scale_sizes": scale_sizes,
    "scale_limits": scale_limits,
    "plan_options": plan_options,
    "plan_profile": plan_profile,
    "plan_actions": plan_actions,
    "plan_states": plan_states,
    "plan_verdicts": plan_verdicts,
    "plan_summary": plan_summary,
    "plan_matrix": plan_matrix,
    **OCPI_TABLES,
}
"""Every table by name."""


def _markdown(rows: Iterable[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    columns = lines[0].count(" | ") + 1
    return "\n".join([lines[0], "|" + " --- |" * columns, *lines[1:]])


def with_tables(text: str) -> str:
    """Return `text` with all tables updated. Raises KeyError for a table that does not exist."""
    return _PLACE.sub(lambda place: f"{place[1]}{_markdown(TABLES[place[2]]())}\n{place[4]}", text)


def places(text: str) -> list[str]:
    """Return the names of the tables in `text`."""
    return [place[2] for place in _PLACE.finditer(text)]


def update() -> None:
    """Write the tables into all pages."""
    for page in PAGES:
        page.write_text(with_tables(page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    current = [page.read_text(encoding="utf-8") for page in PAGES]
    if "--check" in sys.argv:
        raise SystemExit([with_tables(text) for text in current] != current)
    update()
