"""The subcommand `mock-csms check`: judges recorded traces."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from io import FileIO
from pathlib import Path
from typing import BinaryIO

from mock_csms.behavior.secrets import Secrets
from mock_csms.behavior.templates import rfc3339
from mock_csms.commands.arguments import command_line_source, parser_for
from mock_csms.commands.clashes import refuse_same
from mock_csms.commands.parser import Parser
from mock_csms.commands.stdout import Stdout
from mock_csms.commands.tracereading import Reading
from mock_csms.conformance.exercised import Exercised
from mock_csms.conformance.facts.station import Terms
from mock_csms.conformance.inspector import Inspector
from mock_csms.conformance.losses import Losses
from mock_csms.conformance.occasions import is_in_a_trace
from mock_csms.conformance.selection import select
from mock_csms.conformance.subject import Check
from mock_csms.protocol.printable import printable
from mock_csms.runtime import clock
from mock_csms.runtime.bus import Bus
from mock_csms.runtime.place import Place
from mock_csms.settings import values
from mock_csms.settings.color import color
from mock_csms.settings.conformance import Conformance
from mock_csms.settings.flags import Immutable, flag, part, read
from mock_csms.twin.events import Connected, Event, Failed, Finding, Received, Sent
from mock_csms.watch.console import Console, look_for
from mock_csms.watch.findings import Findings
from mock_csms.watch.junit import junit
from mock_csms.watch.shown import ShownBus
from mock_csms.watch.statuses import Status, gravest, to_stderr

DESCRIPTION = "Checks recorded traces (of --trace, or another tool): the same conformance checks, without a station."
STDIN = "-"
_NOTHING = "the trace has no record that can be checked"
_UNSEEN = "not exercised: a trace does not show handshakes and how connections end"


@part
class TraceSettings(Conformance, Immutable):
    """The settings of `mock-csms check`."""

    junit: str | None = flag(
        None, "write a JUnit XML report into this file; it has a test case for every check", values.text, "FILE"
    )
    color: str = color()


def check(arguments: Sequence[str]) -> int:
    """Judge traces, and return the exit status."""
    parser = parser_for("mock-csms check", DESCRIPTION, TraceSettings)
    parser.add_argument(
        "trace",
        metavar="TRACE",
        nargs="+",
        help="files in the OCPP trace format 1.1; each is checked separately; - is stdin",
    )
    parsed = vars(parser.parse_args(arguments))
    try:
        settings = read(TraceSettings, [command_line_source(TraceSettings, parsed)])
        named = [("--expected-findings", path) for path in [parsed.get("expected_findings")] if path]
        traces = [("TRACE", path) for path in parsed["trace"] if path != STDIN]
        refuse_same([("--junit", settings.junit)] if settings.junit else [], [*named, *traces])
    except ValueError as error:
        parser.error(str(error))
    with ExitStack() as stack:
        files = {path: _opened(parser, path, stack) for path in parsed["trace"]}
        report = _report(parser, settings.junit, stack) if settings.junit else None
        try:
            return _judge(settings, files, report)
        except KeyboardInterrupt:  # users who type the records, or wait for them, may press Ctrl-C
            return Status.FORCED


def _opened(parser: Parser, path: str, stack: ExitStack) -> BinaryIO:
    """Open a trace for reading. If that fails, exit with status 2, before any trace is judged."""
    if path == STDIN:
        return sys.stdin.buffer
    try:
        return stack.enter_context(Path(path).open("rb"))
    except (OSError, ValueError) as error:
        parser.error(f"{path}: {values.reason_of(error)}")


def _report(parser: Parser, path: str, stack: ExitStack) -> FileIO:
    try:
        return stack.enter_context(FileIO(path, "w"))
    except (OSError, ValueError) as error:
        reason = " ".join(values.reason_of(error).split())
        parser.exit(Status.NOT_WRITTEN, f"{parser.prog}: error: --junit: {path}: {reason}\n")


def _judge(settings: TraceSettings, files: "dict[str, BinaryIO]", report: FileIO | None) -> Status:
    """Judge the records of all files, print the findings, and return the exit status."""
    began, bus, out, exercised = clock.now(), Bus(), Stdout(), Exercised()
    secrets = Secrets()
    shown = ShownBus(bus, lambda: secrets, is_redacted=False)
    findings = Findings(settings, shown, lambda: exercised.ids, _NOTHING)
    lines = Bus()
    Console(lines, out, look_for(sys.stdout.fileno(), "INFO", is_verbose=True, color=settings.color))
    shown.subscribe(lines.publish, Finding, Failed)
    shown.subscribe(lambda _: None, Received, Sent)  # find the secrets first, because findings may repeat them
    readings = [Reading(path, _complain) for path in files]
    for reading, file in zip(readings, files.values(), strict=True):
        checks, terms = select(settings.checks), Terms(settings.tolerance)
        inspector = Losses(Inspector(checks, terms, exercised=exercised), checks, terms)
        for event in reading.events(file):
            if isinstance(event, (Connected, Received, Sent)):
                bus.publish(event)
            for found in _found(inspector, event):
                bus.publish(found)
        reading.end()
    is_wrong = any(reading.count for reading in readings)
    statuses = [findings.status, Status.WRONG_INPUT if is_wrong else Status.FINE]
    if report is not None:
        cases = {"conformance": findings.cases(_unseen)}
        statuses.append(_written(report, junit(cases, rfc3339(began), clock.now() - began)))
    if not (is_wrong and findings.unjudged):  # all faults were already reported
        out.write(((findings.summary() or "no findings\n") + findings.verdict(gravest(*statuses))).encode())
    for reading in readings:
        reading.sum_up()
    return gravest(*statuses, out.status)


def _found(inspector: Losses, event: Event) -> Iterator[Event]:
    """Yield the findings about an event. Nothing is reported as missing after the end of the trace."""
    try:
        yield from inspector.look_at(event)
    except Exception as error:  # an error in one record must not end the check of the others
        yield Failed(event.at, event.station, f"internal error: a check failed: {error!r}")


def _unseen(check: Check) -> str:
    return "" if is_in_a_trace(check) else _UNSEEN


def _complain(line: str) -> None:
    to_stderr(f"mock-csms check: {printable(Secrets().words(line))}\n")


def _written(report: FileIO, data: bytes) -> Status:
    """Write the report, and return whether it is complete."""
    place, problem = Place(str(report.name), os.fstat(report.fileno())), None
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[report.write(rest) or 0 :]
        report.close()
        problem = place.gone()
    except OSError as error:
        problem = values.reason_of(error)
    if problem:
        _complain(f"error: {place.path} is incomplete: {problem}")
    return Status.NOT_WRITTEN if problem else Status.FINE
