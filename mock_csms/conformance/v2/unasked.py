"""Tests whether only an open trigger can have caused a message (for check F01)."""

from collections.abc import Callable, Mapping

from mock_csms.conformance.facts.clock import mock_time_of
from mock_csms.conformance.facts.v2.security import OWN
from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.twin.seen import Seen

_MAY_REPORT = ("ChangeAvailability", "UnlockConnector", "Reset")
"""The commands after which a station may report a status that has not changed."""
_A_START = 2.0
"""For how many seconds after Accepted a station may send its first messages."""


def is_asked_for(action: str, at: float, station: KnownStation) -> bool:
    """Whether the message was triggered, and the station has not answered the trigger yet."""
    if action == "SignCertificate":
        answered = station.commands.answered.get("TriggerMessage")
        asked_at = station.security.triggered_at
        return at - station.terms.patience < asked_at and (answered is None or answered.at < asked_at)
    trigger = station.triggers.open.get(action)
    return trigger is not None and trigger.is_open and trigger.is_next and not trigger.is_in_doubt


def may_be_the_first(action: str, at: float, station: KnownStation) -> bool:
    """Whether a heartbeat may be the first one. Some stations send one right after Accepted."""
    boots = station.boots
    accepted_at = boots.accepted_at or 0.0
    return action == "Heartbeat" and boots.beats == 1 and at - accepted_at < _A_START


def _no_beat_is_due(seen: Seen, station: KnownStation) -> bool:
    """Whether the next heartbeat is certainly not due, by the interval and the usual pause.

    False if either has changed.
    """
    boots, given = station.boots, station.commands.answered.get("SetVariables")
    since = max(boots.beat_at, boots.accepted_at or 0.0)
    is_same = given is None or given.at < since
    if boots.heartbeat is None or not is_same:
        return False
    return seen.at - since < min(boots.heartbeat, boots.pace) - station.terms.tolerance


def _no_status_is_new(seen: Seen, station: KnownStation) -> bool:
    """Whether a status was already reported and answered on this connection, and no command can be its cause."""
    payload, connectors = seen.payload, station.connectors
    place, at = (payload["evseId"], payload["connectorId"]), mock_time_of(payload["timestamp"], station)
    since = connectors.reported_at.get(place, -1.0)
    begin = max(station.connections.opened_at, station.boots.accepted_at or 0.0)
    given = [station.commands.answered[action].at for action in _MAY_REPORT if action in station.commands.answered]
    is_taken = begin < since <= station.availability.taken_at.get(place, -1.0)
    is_quiet = all(seen.at - each > station.terms.patience for each in given)
    is_now = at is not None and at >= station.availability.triggered_at - station.terms.tolerance
    return connectors.statuses.get(place) == payload["connectorStatus"] and is_taken and is_quiet and is_now


def _no_log_is_further(seen: Seen, station: KnownStation) -> bool:
    reported = station.uploads.asked.get(seen.payload.get("requestId", -1))
    return reported == seen.payload["status"] and not _is_open(seen, station)


def _no_update_is_further(seen: Seen, station: KnownStation) -> bool:
    return station.triggers.firmware == seen.payload["status"] and not _is_open(seen, station)


def _no_certificate_is_due(seen: Seen, station: KnownStation) -> bool:
    return not station.security.of(seen.payload.get("certificateType", OWN)).is_open and not _is_open(seen, station)


def _is_open(seen: Seen, station: KnownStation) -> bool:
    """Whether a call of the same action is still unanswered, so that this one may repeat it."""
    return any(action == seen.action for action, _ in station.connections.calls.values())


UNASKED: Mapping[str, Callable[[Seen, KnownStation], bool]] = {
    "Heartbeat": _no_beat_is_due,
    "StatusNotification": _no_status_is_new,
    "LogStatusNotification": _no_log_is_further,
    "FirmwareStatusNotification": _no_update_is_further,
    "SignCertificate": _no_certificate_is_due,
}
"""The messages that can be tested this way. Others say that they were triggered, or may come at any time."""
