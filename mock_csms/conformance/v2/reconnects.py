"""Checks of reconnects, and of stations that leave before they are accepted (checks T12 to T14)."""

from mock_csms.conformance.common.transport import TRANSPORT
from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.subject import ERROR, WARNING, CheckResult, Done, Later
from mock_csms.twin.connections import has_hung_up
from mock_csms.twin.events import Disconnected, Knocked
from mock_csms.twin.seen import Seen, call, when


@TRANSPORT.check(
    "T12",
    "Part 4 5.3",
    ERROR,
    "a reconnect waits for the back-off time, doubled after each refusal",
    when("knocked", "malformed"),
    call("BootNotification"),
    any_payload=True,
)
def waits(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a reconnect that comes too early.

    The wait is RetryBackOffWaitMinimum, doubled after each refusal, at most RetryBackOffRepeatTimes times. A longer
    wait is always right: some attempts may not reach the mock. A BootNotification cancels the finding, because a
    station that was off need not wait.
    """
    least, since = _least_wait(station), station.connections.waits_since
    if seen.kind != "knocked":  # an unreadable message may have been a boot
        return Done("lost")
    wants_websocket = seen.event_as(Knocked).visitor.wants_websocket
    if since is None or not wants_websocket or seen.at - since >= 0.9 * least - 0.1:
        return None
    waited, after = seen.at - since, "the connection was lost"
    if station.connections.refused:
        after = f"refusal {station.connections.refused}"
    text = f"it reconnected {waited:.1f} s after {after}, not after {least:g} s"
    return text if station.connections.refused else Later(text, station.terms.patience, "lost", survives=True)


def _least_wait(station: KnownStation) -> float:
    """Return the shortest wait in seconds; 0 if it is not known. Each network profile has its own waits."""
    times = station.variables.number("OCPPCommCtrlr", "RetryBackOffRepeatTimes") or 0
    slots = station.variables.several("OCPPCommCtrlr", "NetworkConfigurationPriority") or ["1"]
    doubled = min(station.connections.refused, times, 20) if len(slots) == 1 else 0
    wait: float = (station.variables.number("OCPPCommCtrlr", "RetryBackOffWaitMinimum") or 0.0) * 2**doubled
    return wait


@TRANSPORT.check(
    "T13",
    "B01.FR.03",
    WARNING,
    "no BootNotification if only the connection was lost",
    call("BootNotification", "SecurityEventNotification"),
    implies=("B11",),
)
def does_not_boot_again(seen: Seen, station: KnownStation) -> CheckResult:
    """Report an unchanged BootNotification after a lost connection, without a security event that reports a start.

    A station that has changed to another network profile must boot, also without a restart (B10.FR.10).
    """
    boots, connections = station.boots, station.connections
    if seen.action == "SecurityEventNotification":
        return Done() if seen.payload["type"] in ("StartupOfTheDevice", "ResetOrReboot") else None
    is_plain = boots.is_accepted and boots.answered_at < connections.opened_at and boots.asked == seen.payload
    if not is_plain or (connections.leaves or 0.0) > boots.asked_at or seen.payload["reason"] == "Triggered":
        return None
    if connections.url != boots.url:
        return None
    text = "BootNotification again after a lost connection, and no security event reports a start"
    return Later(text, station.terms.patience)


@TRANSPORT.check(
    "T14",
    "B02.FR.06",
    ERROR,
    "a Pending station keeps the connection open",
    when("disconnected"),
)
def stays(seen: Seen, station: KnownStation) -> CheckResult:
    """Report that a Pending station closed the connection without a cause. An Accepted station may leave."""
    event, boots = seen.event_as(Disconnected), station.boots
    if boots.status != "Pending" or not has_hung_up(event) or event.code == 1001:
        return None
    if (station.connections.leaves or -1.0) >= boots.asked_at:
        return None
    return f"closed the connection ({event.code}) while {boots.status}"
