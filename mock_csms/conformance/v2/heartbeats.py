"""Checks of heartbeats (checks B09 and B10)."""

from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.lessons.heartbeats import MANY_BEATS
from mock_csms.conformance.subject import ERROR, WARNING, CheckResult, Due, Later
from mock_csms.conformance.v2.provisioning import PROVISIONING
from mock_csms.twin.seen import Seen, call, response, when

DAY = 86400.0
_LONG = 60.0
"""The seconds until the next look while the interval is not known."""


@PROVISIONING.check(
    "B09",
    "B01.FR.04, G02.FR.01, G02.FR.02",
    ERROR,
    "the station sends something in each heartbeat interval",
    response("BootNotification"),
    when("connected"),
)
def is_never_silent(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a silence longer than the heartbeat interval, once for each silence.

    Silent while the station may wait for an answer of the mock. Messages do not move the deadline, because that would
    cost time with each message: when the deadline expires, the check looks at the last message and sets the deadline
    again. The text of the deadline holds the time of the last reported silence.
    """
    given = seen.payload["interval"] if seen.kind == "response" else 0
    return Later("", (given or _interval(station) or _LONG) + station.terms.tolerance)


@PROVISIONING.deadline("B09")
def is_silent(due: Due, station: KnownStation) -> CheckResult:
    """Judge the silence since the last message, and set the deadline again."""
    connections, interval = station.connections, _interval(station)
    if not station.boots.is_accepted:
        return None
    since, limit = max(connections.heard_at, connections.opened_at), (interval or _LONG) + station.terms.tolerance
    if since + limit > due.at:
        return Later(due.text, since + limit - due.at)
    is_waiting = any(at >= connections.heard_at for _, at in connections.calls.values())
    if not interval or is_waiting or str(since) == due.text:
        return Later(due.text, limit)
    return f"nothing came for more than {interval:g} s", Later(str(since), limit)


@PROVISIONING.check(
    "B10",
    "G02.FR.05, G02.FR.07",
    WARNING,
    "heartbeats follow the interval, and at least one comes each day",
    call("Heartbeat"),
    response("BootNotification"),
    when("connected"),
)
def heartbeats_follow_interval(seen: Seen, station: KnownStation) -> CheckResult:
    """Report many heartbeats at less than half the interval, or a day without one if no other answer sets the clock.

    Triggered heartbeats are skipped.
    """
    boots = station.boots
    if seen.kind == "call":
        pause = seen.at - boots.beat_at
        is_asked = "Heartbeat" in boots.asked_for
        is_many = boots.early_beats == MANY_BEATS - 1 and boots.is_too_early(pause) and not station.connections.calls
        return f"{MANY_BEATS + 1} heartbeats in a row, about every {pause:.1f} s" if is_many and not is_asked else None
    return Later("", DAY + station.terms.tolerance)


@PROVISIONING.deadline("B10")
def no_heartbeat_for_a_day(due: Due, station: KnownStation) -> CheckResult:
    """Judge a day without a heartbeat, and set the deadline again."""
    boots, day = station.boots, DAY + station.terms.tolerance
    since = max(boots.beat_at, boots.accepted_at or 0.0, station.connections.opened_at)
    if since + day > due.at:
        return Later("", since + day - due.at)
    sources = station.variables.several("ClockCtrlr", "TimeSource")
    is_needed = boots.is_accepted and sources == ["Heartbeat"]
    return [Later("", day), *(["no heartbeat for a day, although nothing else sets the clock"] if is_needed else [])]


def _interval(station: KnownStation) -> float:
    """Return the heartbeat interval in seconds; 0 if it is not known."""
    given = station.boots.heartbeat
    return given or station.variables.number("OCPPCommCtrlr", "HeartbeatInterval") or 0.0
