"""One line for people about each event: `->` comes from the station, `<-` goes to it."""

import re
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any, TypeAlias

from mock_csms.behavior.credentials import form_of
from mock_csms.protocol.messages import Call, Error, Malformed, Message, Result
from mock_csms.protocol.records import Record, replace
from mock_csms.protocol.sends import ResultError
from mock_csms.protocol.versions import Version
from mock_csms.twin import events
from mock_csms.twin.events import Event
from mock_csms.twin.ocpi_events import OcpiExchanged
from mock_csms.watch.gist import as_json, gist

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
DEBUG, INFO, WARNING, ERROR = range(4)
RED, DIM = "\x1b[31m", "\x1b[2m"
_COLOURS: Mapping[type, str] = {Result: DIM, Error: RED}
_LEVELS = {"info": INFO, "warning": WARNING, "error": ERROR}
SUBJECT_WIDTH = 28
_MOST_OF_FRAME = 200


class Line(Record):
    """A line about an event."""

    level: int
    """Its position in `LEVELS`."""
    way: str
    """`->`, `<-`, or empty if the event is not a message."""
    subject: str
    rest: str
    more: str = ""
    """A text that is added if there is room."""
    colour: str = ""
    """The colour that the line has if its level is INFO."""
    is_marked: bool = True
    """Whether the level is written, if it is above INFO."""


Carry: TypeAlias = Callable[[Call | Result, Call | None, Version], str]
"""Formats the payload of a message, from the message, the call that it answers, and the version of OCPP."""


def describe(event: Event) -> Line:
    """Return the line about an event, with the whole payload of a message."""
    return LINES[type(event)](event)


def as_text(line: Line, most: int | None = None) -> str:
    """Return a line without time and station; `most` limits the characters of its rest."""
    return f"{beginning(line)}{line.rest[:most]}".rstrip()


def beginning(line: Line, width: int = SUBJECT_WIDTH) -> str:
    """Return the part of a line before its rest."""
    if not line.subject:
        return f"{line.way or '  '} "
    mark = f"{LEVELS[line.level]}: " if line.level > INFO and line.is_marked else ""
    return f"{line.way or '  '} {line.subject.ljust(width)} {mark}"


# Messages.


def _received(event: events.Received, carry: Carry) -> Line:
    message = event.message
    if type(message) is Call and not event.violations and not event.binary:
        return Line(INFO, "->", message.action, carry(message, None, event.version))
    if isinstance(message, Malformed):
        return Line(WARNING, "->", "?", f"{message.problem}: {_frame(event)}")
    name, carried = _name(message, event.answers), _carried(event, carry)
    if event.violations:
        return Line(WARNING, "->", name, f"{carried} is invalid: {event.violations[0]}")
    if event.binary:
        return Line(WARNING, "->", name, f"{carried} came in a binary frame")
    if event.answers is None and not isinstance(message, Call | ResultError):
        return Line(WARNING, "->", name, f"{carried} answers no open call")
    return Line(
        WARNING if isinstance(message, Error) else INFO, "->", name, carried, "", _COLOURS.get(type(message), "")
    )


def _sent(event: events.Sent, carry: Carry) -> Line:
    message = event.message
    if type(message) is Result and event.answers is not None and not event.violations:
        return Line(
            INFO, "<-", f"{event.answers.action}.response", carry(message, event.answers, event.version), "", DIM
        )
    name, carried = _name(event.message, event.answers), _carried(event, carry)
    if event.violations:
        return Line(WARNING, "<-", name, f"{carried} is invalid: {event.violations[0]}")
    return Line(INFO, "<-", name, carried, "", _COLOURS.get(type(event.message), ""))


def _name(message: Message, answers: Call | None) -> str:
    """Return the name of a message: its action, with `.response` or `.error` for an answer.

    A CALLRESULTERROR (OCPP 2.1) ends with `.refused`.
    """
    if isinstance(message, Call):
        return message.action
    kind = "response" if isinstance(message, Result) else "refused" if isinstance(message, ResultError) else "error"
    return f"{answers.action if answers else '?'}.{kind}"


def _carried(event: events.Received | events.Sent, carry: Carry) -> str:
    """Return the payload or the error of a message; it is never malformed here."""
    message = event.message
    if isinstance(message, Error):
        return f"{message.code}: {message.description}"
    return "" if isinstance(message, Malformed) else carry(message, event.answers, event.version)


def _whole(message: Call | Result, _: Call | None, __: Version) -> str:
    return as_json(message.payload)


def _frame(event: events.Received) -> str:
    return event.text[:_MOST_OF_FRAME].decode(errors="replace")


# Refused messages.


def refused(event: events.Received, finding: events.Finding | None, *, is_short: bool) -> Line:
    """Return the line about a refused message: the reason, with the finding about it if there is one."""
    message, reason = event.message, reason_of_refusal(event)
    if isinstance(message, Malformed):
        name, more = "?", _frame(event)
    else:
        name, more = _name(message, event.answers), _carried(event, _whole)
    if finding is None:
        return Line(WARNING, "->", name, f"invalid: {reason}", more)
    problem = finding.problem.removeprefix(f"{name}: ")
    problem = problem if reason in problem else f"{problem}; {reason}"
    rest = f"{finding.check} invalid: {problem}" if is_short else f"invalid, {_finding(finding, problem)}"
    return Line(max(WARNING, _LEVELS[finding.severity]), "->", name, rest, more, is_marked=False)


def reason_of_refusal(event: events.Received) -> str:
    """Return why a message was refused."""
    message = event.message
    return message.problem if isinstance(message, Malformed) else str(event.violations[0])


def is_about_refusal(finding: events.Finding, event: events.Received) -> bool:
    """Whether a finding is about a message that was refused, because of its form."""
    return (finding.at, finding.station, finding.check[:1]) == (event.at, event.station, "R")


def _finding(finding: events.Finding, problem: str) -> str:
    why = f" ({finding.why})" if finding.why else ""
    return f"finding {finding.severity.upper()} {finding.check} ({finding.requirement}): {problem}{why}"


# Faults.


@cache
def _fault_pattern() -> re.Pattern[str]:
    from mock_csms.behavior.faults import FAULTS  # noqa: PLC0415 - only those who use faults wait for them

    return re.compile(rf"(?P<rule>.+?) (?P<kind>{'|'.join(FAULTS)})(?P<how>( [a-z]+=\S+)*)", re.DOTALL)


def _lost(event: events.Lost) -> Line:
    line = _received(event.received, gist)
    return replace(line, level=INFO, rest=f"lost by the mock ({event.fault})", more="")


def _spoiled(event: events.Spoiled) -> Line:
    text = "; ".join(map(_done, event.fault.split("; ")))
    return Line(INFO, "<-", _name(event.message, event.answers), f"fault: {text}")


def _done(fault: str) -> str:
    """Return the effect of a fault, together with its rule."""
    if fault.startswith(events.LOSS):
        return f"lost by the mock ({fault})"
    from mock_csms.behavior.faults import FAULTS  # noqa: PLC0415 - as above

    found = _fault_pattern().fullmatch(fault)
    return f"{FAULTS[found['kind']].done}{found['how']} (rule {found['rule']})" if found else fault


def _connected(event: events.Connected) -> Line:
    others = "" if event.offered == (event.subprotocol,) else f" (offered: {', '.join(event.offered) or 'none'})"
    return Line(INFO, "", "connected", f"{event.subprotocol}{others}")


def _knocked(event: events.Knocked) -> Line:
    form = form_of(event.visitor)
    return Line(DEBUG, "", "knocked", event.visitor.path + (f" (Authorization: {form})" if form else ""))


# TLS.


def _tls_offered(event: events.TlsOffered) -> Line:
    name = f" for {event.server_name}" if event.server_name else ""
    compressed = ", with compression" if event.is_compressed else ""
    return Line(
        DEBUG, "", "TLS offered", f"{', '.join(event.versions)}{name}{compressed}: {', '.join(event.suites) or 'none'}"
    )


def _tls_agreed(event: events.TlsAgreed) -> Line:
    parts = [event.tls_version, event.suite, *filter(None, [event.certificate, event.doubt and f"({event.doubt})"])]
    return Line(WARNING if event.doubt else INFO, "", "TLS", f"{' '.join(parts)}{_fault_of(event)}")


def _tls_failed(event: events.TlsFailed) -> Line:
    certificate = f"; {event.certificate}" if event.certificate else ""
    alert = f" (alert {event.alert})" if event.alert and event.by == "mock" else ""
    return Line(WARNING, "", "TLS failed", f"{event.reason}{alert}{certificate}{_fault_of(event)}")


def _fault_of(event: events.TlsAgreed | events.TlsFailed) -> str:
    return f"; fault: {event.fault}" if event.fault else ""


# Files.


def _file_requested(event: events.FileRequested) -> Line:
    part = f", {event.wanted}" if event.wanted else ""
    fault = f"; fault: {event.fault}" if event.fault else ""
    return Line(INFO, "", f"{event.method} file", f"{event.path} by {event.protocol} from {event.client}{part}{fault}")


def _file_transferred(event: events.FileTransferred) -> Line:
    kept = f", kept as {event.kept}" if event.kept else ""
    told = f"{event.path} {event.outcome}, {event.size} bytes in {event.seconds:.1f} s{kept}"
    fault = f"; fault: {event.fault}" if event.fault else ""
    return Line(INFO if event.outcome == events.COMPLETE or event.fault else WARNING, "", "file", f"{told}{fault}")


def _ocpi_exchanged(event: OcpiExchanged) -> Line:
    code = "" if event.code is None else f" {event.code}"
    outcome = f"{event.status}{code}" if event.status else f"no answer: {event.reason}"
    level = INFO if event.status and event.status < 400 and (event.code or 0) < 2000 else WARNING
    way = "<-" if event.is_ours else "->"
    return Line(level, way, f"{event.method} {event.module or '?'}", f"{event.path} {outcome}", is_marked=False)


LINES: Mapping[type[Event], Callable[[Any], Line]] = {
    events.Started: lambda event: Line(INFO, "", "listening", f"on {event.url}, --seed {event.seed}"),
    events.Reconfigured: lambda _: Line(INFO, "", "configured", "the settings were read again"),
    events.TlsOffered: _tls_offered,
    events.TlsAgreed: _tls_agreed,
    events.TlsFailed: _tls_failed,
    events.Knocked: _knocked,
    events.Connected: _connected,
    events.Refused: lambda event: Line(WARNING, "", "refused", event.reason),
    events.Breached: lambda event: Line(WARNING, "", "breached", f"{event.clause}: {event.problem}"),
    events.Disconnected: lambda event: Line(INFO, "", "disconnected", f"{event.code} {event.reason}".rstrip()),
    events.Received: partial(_received, carry=_whole),
    events.Sent: partial(_sent, carry=_whole),
    events.FileRequested: _file_requested,
    events.FileTransferred: _file_transferred,
    events.Lost: _lost,
    events.Spoiled: _spoiled,
    events.Unanswered: lambda event: Line(WARNING, "<-", event.call.action, f"stays unanswered: {event.reason}"),
    events.Judged: lambda event: Line(
        INFO if event.outcome == "met" else WARNING, "", event.outcome, event.expectation
    ),
    events.Finding: lambda event: Line(_LEVELS[event.severity], "", "", _finding(event, event.problem)),
    OcpiExchanged: _ocpi_exchanged,
    events.Noted: lambda event: Line(INFO, "", "note", event.note),
    events.Failed: lambda event: Line(ERROR, "", "failed", event.problem),
}
"""By kind of event: makes its line."""
SHORT_LINES: Mapping[type[Event], Callable[[Any], Line]] = {
    **LINES,
    events.Received: partial(_received, carry=gist),
    events.Sent: partial(_sent, carry=gist),
}
"""By kind of event: makes its line with the most important values first, for people who read during the run."""
