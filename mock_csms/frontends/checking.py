"""The subcommands about conformance: `mock-csms checks` prints the table, `mock-csms check` judges a recorded trace."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mock_csms import values
from mock_csms.behavior.events import Finding
from mock_csms.behavior.templates import rfc3339
from mock_csms.config.conformance import Conformance
from mock_csms.conformance import CHECKS
from mock_csms.conformance.inspector import Inspector
from mock_csms.conformance.known import Terms
from mock_csms.conformance.selection import select
from mock_csms.conformance.unjudged import UNJUDGED
from mock_csms.flags import flag, read
from mock_csms.frontends.arguments import Parser, command_line_source, parser_for
from mock_csms.frontends.console import Console, look_for
from mock_csms.frontends.findings import Findings, table
from mock_csms.frontends.junit import junit
from mock_csms.frontends.playback import play_back
from mock_csms.frontends.stdout import Stdout
from mock_csms.frontends.verdict import FAILED, FINE
from mock_csms.runtime import clock
from mock_csms.runtime.bus import Bus

DESCRIPTION = "Judges the stations of a trace that --trace, or another tool, has recorded: the same checks, no station."


@dataclass(frozen=True, kw_only=True)
class TraceSettings(Conformance):
    """The settings of `mock-csms check`."""

    junit: str | None = flag(None, "write a case for every check as JUnit XML", values.text, "FILE")


def checks(arguments: Sequence[str]) -> int:
    """Print every check of the catalogue."""
    Parser("mock-csms checks", description="Prints every conformance check.").parse_args(arguments)
    rows = [(check.id, check.requirement, str(check.severity), check.subject, check.title) for check in CHECKS.values()]
    unjudged = UNJUDGED.items()
    rows += [(id_, clause, "-", "-", f"{title} (not judged: {why})") for id_, (clause, title, why) in unjudged]
    lines = table(("check", "requirement", "severity", "subject", "title"), rows)
    Stdout().write("".join(f"{line}\n" for line in lines).encode())
    return FINE


def check(arguments: Sequence[str]) -> int:
    """Judge a trace, and return the exit status."""
    parser = parser_for("mock-csms check", DESCRIPTION, TraceSettings)
    parser.add_argument("trace", metavar="TRACE", help="a file in the OCPP trace format 1.1")
    parsed = vars(parser.parse_args(arguments))
    try:
        settings = read(TraceSettings, [command_line_source(TraceSettings, parsed)])
    except ValueError as error:
        parser.error(str(error))
    began, bus, out = clock.now(), Bus(), Stdout()
    findings = Findings(settings, bus)
    Console(bus, out, look_for(sys.stdout.fileno(), "INFO", is_verbose=True))
    for finding in _found(parser, settings, parsed["trace"]):
        bus.publish(finding)
    out.write(((findings.summary() or "no findings\n") + findings.verdict()).encode())
    if settings.junit:
        report = junit({"conformance": findings.cases()}, rfc3339(began), clock.now() - began)
        Path(settings.junit).write_bytes(report)
    return FAILED if findings.fails else FINE


def _found(parser: Parser, settings: TraceSettings, path: str) -> Iterator[Finding]:
    """Yield what the checks find in a trace, up to its last record: what would have come later is not judged."""
    inspector = Inspector(select(settings.checks), Terms(settings.tolerance))
    try:
        with Path(path).open("rb") as lines:
            for event in play_back(lines):
                yield from inspector.look_at(event)
    except OSError as error:
        parser.error(f"{path}: {values.reason_of(error)}")
    except ValueError as error:
        parser.error(f"{path}: {error}")
