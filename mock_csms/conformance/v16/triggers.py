"""Check of triggered messages (check 6F01)."""

from mock_csms.conformance.facts.v16.station import KnownStation16
from mock_csms.conformance.facts.v16.triggers import NO_CONNECTOR, AskedMessage
from mock_csms.conformance.lessons.v16.triggers import COMMANDS
from mock_csms.conformance.subject import ERROR, OF_V16, WARNING, CheckResult, Due, Later, Subject, Wrong
from mock_csms.twin.seen import Seen, result
from mock_csms.twin.v16.answers import asks_for

TRIGGERS = Subject("triggers", OF_V16, "v16")
_ALL_OF = ("StatusNotification",)
"""The messages that come for each connector, 0 included, if the trigger names none."""


@TRIGGERS.check(
    "6F01",
    "1.6 5.17",
    ERROR,
    "an Accepted trigger is followed by its message, for its connector",
    result(*COMMANDS),
    implies=("6B13", "6M06"),
)
def sends_what_is_triggered(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report a message that does not come, comes for another connector, or (a warning) came before the answer."""
    action = asks_for(seen.action, seen.request)
    is_meant = seen.payload["status"] == "Accepted" and action is not None
    return Later("", station.terms.patience, action) if is_meant else None


@TRIGGERS.deadline("6F01")
def was_not_sent(due: Due, station: KnownStation16) -> CheckResult:
    """Judge which messages came since the answer."""
    asked = station.asked.open.get(due.key)
    if asked is None or asked.is_in_doubt or not asked.is_answered or station.boots.is_in_doubt:
        return None
    if not asked.came and not asked.early:
        return f"{due.key} was triggered, but did not come"
    missing = _missing(asked, due.key, station)
    late = missing - asked.early if NO_CONNECTOR not in asked.early else set()
    if late:
        text = f"{due.key} was triggered, but did not come for connector {', '.join(map(str, sorted(late)))}"
        return Wrong(text, severity=WARNING if asked.connector is None else None, why="it came for others")
    text = f"{due.key} was triggered, but came before the answer"
    return Wrong(text, severity=WARNING, why="it came nevertheless") if missing or not asked.came else None


def _missing(asked: AskedMessage, action: str, station: KnownStation16) -> set[int]:
    """Return the connectors for which no message came since the answer."""
    if NO_CONNECTOR in asked.came:
        return set()
    everyone = {0, *station.numbers} if action in _ALL_OF else set()
    return (everyone if asked.connector is None else {asked.connector}) - asked.came
