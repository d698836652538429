"""Wrong heartbeats (checks B09 and B10)."""

from mock_csms.conformance.facts import Known
from mock_csms.conformance.facts.v2.repeated_values import MANY_BEATS
from mock_csms.conformance.subject import ERROR, WARNING, Later, Said
from mock_csms.conformance.v2.provisioning import PROVISIONING
from mock_csms.twin.seen import Seen, call, response, when

DAY = 86400.0
_LONG = 60.0
"""After how many seconds to look again where the interval is not known yet."""


@PROVISIONING.check(
    "B09",
    "B01.FR.04, G02.FR.01, G02.FR.02",
    ERROR,
    "the station sends something in each heartbeat interval",
    response("BootNotification"),
    when("connected", "due"),
)
def is_never_silent(seen: Seen, known: Known) -> Said:
    """A silence that is longer than the interval, each told once; not while the station may wait for an answer.

    What comes sets no deadline anew, as that would cost much: the deadline looks back, and is set anew when it is due.
    The time of the silence that was told last is its text.
    """
    boots, line, interval = known.boots, known.connections, _interval(known)
    if seen.kind != "due":
        given = seen.payload["interval"] if seen.kind == "response" else 0
        return Later("", (given or interval or _LONG) + known.terms.tolerance)
    if not boots.is_accepted:
        return None
    since, limit = max(line.heard_at, line.opened_at), (interval or _LONG) + known.terms.tolerance
    if since + limit > seen.at:
        return Later(seen.request, since + limit - seen.at)
    is_waiting = any(at >= line.heard_at for _, at in line.calls.values())
    if not interval or is_waiting or str(since) == seen.request:
        return Later(seen.request, limit)
    return f"nothing came for more than {interval:g} s", Later(str(since), limit)


@PROVISIONING.check(
    "B10",
    "G02.FR.05, G02.FR.07",
    WARNING,
    "heartbeats follow the interval, and at least one comes each day",
    call("Heartbeat"),
    response("BootNotification"),
    when("connected", "due"),
)
def beats_as_wanted(seen: Seen, known: Known) -> Said:
    """Many heartbeats in less than half of the interval, or none for a day where nothing else sets the clock."""
    boots, day = known.boots, DAY + known.terms.tolerance
    if seen.kind == "call":
        pause = seen.at - boots.beat_at
        is_asked = "Heartbeat" in boots.asked_for
        is_many = boots.hasty_beats == MANY_BEATS - 1 and boots.is_hasty(pause) and not known.connections.calls
        return f"{MANY_BEATS + 1} heartbeats in a row, about every {pause:.1f} s" if is_many and not is_asked else None
    if seen.kind != "due":
        return Later("", day)
    since = max(boots.beat_at, boots.accepted_at or 0.0, known.connections.opened_at)
    if since + day > seen.at:
        return Later("", since + day - seen.at)
    sources = known.variables.several("ClockCtrlr", "TimeSource")
    is_needed = boots.is_accepted and sources == ["Heartbeat"]
    return [Later("", day), *(["no heartbeat for a day, although nothing else sets the clock"] if is_needed else [])]


def _interval(known: Known) -> float:
    """Return the interval of heartbeats; 0 where it is not known."""
    given = known.boots.heartbeat
    return given or known.variables.number("OCPPCommCtrlr", "HeartbeatInterval") or 0.0
