"""Judges reports that come in parts, for all checks of such reports (B07, B08, K09, N02, N09, O03, O04)."""

from mock_csms.conformance.facts.v2.parts import REQUESTING
from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.lessons.v2.parts import is_repeat
from mock_csms.conformance.subject import CheckResult, Due, Later
from mock_csms.twin.seen import Seen

_EMPTY = ("NotSupported", "EmptyResultSet")


def judge_parts(seen: Seen, station: KnownStation) -> CheckResult:
    """Report parts with a wrong requestId or seqNo, and parts without an end.

    For a check that looks at the results of commands and at the parts. `last_is_missing` judges its deadlines.
    """
    wrong = None
    if seen.kind == "call":
        wrong = wrong_id(seen, station) or (wrong_number(seen, station) if "seqNo" in seen.payload else None)
    return wrong or until_the_last(seen, station)


def is_of_nothing(seen: Seen, station: KnownStation) -> bool:
    """Whether the station sends a part although it answered NotSupported or EmptyResultSet."""
    entry = station.parts.of(seen)
    return entry is not None and entry.status in _EMPTY


def wrong_id(seen: Seen, station: KnownStation) -> str | None:
    """Return what is wrong with the requestId of a part: no command had it, or the station did not accept that command.

    Silent if the mock may not know the command: it has seen no boot yet, or more commands came than it remembers.
    """
    id_, entry = seen.payload["requestId"], station.parts.of(seen)
    if entry is None and station.boots.count and not station.parts.is_full:
        return f"{seen.action} has the requestId {id_}, but nothing was requested with it"
    if entry is not None and entry.status not in (None, "Accepted") and not entry.is_in_doubt:
        return f"{seen.action} has the requestId {id_}, which was answered with {entry.status}"
    return None


def wrong_number(seen: Seen, station: KnownStation) -> str | None:
    """Return what is wrong with the seqNo of a part; parts after the last one are not judged here."""
    entry, number = station.parts.of(seen), seen.payload["seqNo"]
    if entry is None or entry.is_in_doubt or entry.is_complete or number == entry.next or is_repeat(seen, station):
        return None
    return f"{seen.action} of request {seen.payload['requestId']} has the seqNo {number}, not {entry.next}"


def until_the_last(seen: Seen, station: KnownStation) -> CheckResult:
    """Set a deadline for the last part when the command is accepted, and again with each part.

    Report a part that comes after the last one. `last_is_missing` judges the deadlines.
    """
    telling = REQUESTING.get(seen.action, seen.action)
    id_ = (seen.request if seen.kind == "result" else seen.payload)["requestId"]
    entry = station.parts.asked.get((telling, id_))
    if entry is None or entry.is_in_doubt:
        return None
    if seen.kind == "call" and entry.is_complete and not is_repeat(seen, station):
        return f"{telling} of request {id_} continues after its last part"
    text = f"the last {telling} of request {id_} did not come within {station.terms.patience:g} s"
    is_agreed = seen.kind == "call" or (seen.payload["status"] == "Accepted" and not entry.is_complete)
    return Later(text, station.terms.patience, (telling, id_)) if is_agreed else None


def last_is_missing(due: Due, station: KnownStation) -> CheckResult:
    """Report that the last part did not come; wait longer while the station still sends another report."""
    late, patience = station.parts.asked.get(due.key), station.terms.patience
    if late is None or not late.is_agreed or late.is_complete or late.is_in_doubt:
        return None
    others = [other.heard_at for other in station.parts.asked.values() if other is not late]
    is_busy = due.at - max(others, default=0.0) < patience
    return Later(due.text, patience, due.key) if is_busy else due.text
