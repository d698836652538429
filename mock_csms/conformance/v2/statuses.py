"""Checks of the statuses of connectors after boots and outages (checks B07, B08, B12, B13, B16 and B17)."""

from mock_csms.conformance.facts.v2.availability import CLOSED
from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.lessons.v2.reports import connectors_of
from mock_csms.conformance.subject import ERROR, WARNING, CheckResult, Done, Due, Later
from mock_csms.conformance.v2.provisioning import BOOT, PROVISIONING
from mock_csms.conformance.v2.transactions import LEFT
from mock_csms.protocol.times import seconds_of
from mock_csms.twin.connectors import Connector
from mock_csms.twin.seen import Seen, call, response, when
from mock_csms.twin.v2.connectors import current_in, statuses_in
from mock_csms.twin.v2.occasions import driven
from mock_csms.twin.v2.transactions import evse_in

STATUS, NOTIFY, EVENT = "StatusNotification", "NotifyEvent", "TransactionEvent"
_MOVES = {"CablePluggedIn", "EVDetected", *LEFT}
"""The triggers of events at which a connector changes its status."""


@PROVISIONING.check("B07", "B01.FR.05", ERROR, "after a boot the status of every connector is reported", response(BOOT))
def reports_after_boots(seen: Seen, station: KnownStation) -> CheckResult:
    """Report the connectors without a status after the boot was accepted.

    If the mock does not know the connectors, it reports that no status came at all. A second BootNotification without a
    start requires no new statuses: those after the first one are enough.
    """
    boots = station.boots
    if seen.payload["status"] != "Accepted" or not boots.count or not boots.is_new:
        return None
    return Later("", station.terms.patience)


@PROVISIONING.deadline("B07")
def miss_after_boots(_: Due, station: KnownStation) -> CheckResult:
    """Return the missing connectors as a text."""
    return _missing(station, station.boots.up_at, "after the boot")


@PROVISIONING.check("B08", "B01.FR.05", ERROR, "EVSEs and connectors are numbered from 1", call(STATUS))
def numbers_from_one(seen: Seen, _: KnownStation) -> CheckResult:
    """Report a status with an evseId or a connectorId below 1."""
    evse, connector = seen.payload["evseId"], seen.payload["connectorId"]
    return None if evse > 0 and connector > 0 else f"evseId is {evse}, connectorId is {connector}"


def _first_statuses(seen: Seen, station: KnownStation) -> list[tuple[Connector, str]]:
    """Return the connectors in a message that report for the first time after a boot, with their statuses."""
    boots, told_at = station.boots, station.connectors.reported_at
    if not boots.is_accepted or boots.accepted_at is None:
        return []
    reported = current_in(seen.action, seen.payload, station)
    return [(place, status) for place, status in reported if told_at.get(place, 0.0) < boots.accepted_at]


def reopened(seen: Seen, station: KnownStation) -> list[tuple[Connector, str]]:
    """Return connectors that were closed before a boot and usable after it, with their statuses; B12 reports them."""
    availability, found = station.availability, []
    for place, status in _first_statuses(seen, station) if availability.places else ():
        order = availability.closing(place)
        if order is None or status in CLOSED or order.at >= station.boots.asked_at:
            continue
        if not order.is_scheduled or station.connectors.statuses.get(place) in CLOSED:
            found.append((place, status))
    return found


@PROVISIONING.check(
    "B12",
    "B01.FR.07, B11.FR.02, B12.FR.06, G01.FR.02",
    ERROR,
    "connectors set Inoperative are still Unavailable after a reboot",
    call(STATUS, NOTIFY),
)
def stays_closed(seen: Seen, station: KnownStation) -> CheckResult:
    """Report the first status after a boot if the connector was set Inoperative before and is usable now.

    An order that waited for a transaction counts only if the connector was closed before the boot.
    """
    text = "connector {} is {} after the boot, although it was set Inoperative"
    return [text.format(name(place), status) for place, status in reopened(seen, station)]


@PROVISIONING.check(
    "B13",
    "B01.FR.13, B11.FR.05",
    ERROR,
    "reserved connectors are still Reserved after a reboot",
    call(STATUS, NOTIFY),
)
def stays_reserved(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a connector that is Available after a boot although its reservation is still valid.

    It must have been Reserved before, or be the only connector of its EVSE.
    """
    kept, text = station.reservations.keeping, "connector {} is Available after the boot, but has the reservation {}"
    return [text.format(name(place), kept[place[0]].id) for place in unreserved(seen, station)]


def unreserved(seen: Seen, station: KnownStation) -> list[Connector]:
    """Return the reserved connectors whose first status after a boot is Available; B13 reports these."""
    kept, connectors, found = station.reservations.keeping, station.connectors, []
    for place, status in _first_statuses(seen, station) if kept else ():
        reservation = kept.get(place[0])
        if status != "Available" or not reservation or reservation.expires_at - station.terms.tolerance <= seen.at:
            continue
        if connectors.statuses.get(place) == "Reserved" or len(connectors.of(place[0])) == 1:
            found.append(place)
    return found


@PROVISIONING.check(
    "B16",
    "B04.FR.01",
    ERROR,
    "after a long outage the status of every connector is reported",
    call(BOOT),
    when("connected"),
)
def reports_after_outages(seen: Seen, station: KnownStation) -> CheckResult:
    """Report the connectors without a status after an outage longer than OfflineThreshold.

    The station may notice an outage late, so the threshold gets a margin. After a boot, B07 requires the same.
    """
    threshold, lost = _threshold(station), station.connections.lost_at
    if seen.kind == "call" or threshold is None or lost is None or not station.boots.is_accepted:
        return Done()
    late = (station.variables.number("OCPPCommCtrlr", "WebSocketPingInterval") or 0.0) + station.terms.tolerance
    return Later("", station.terms.patience) if seen.at - lost > threshold + late else None


@PROVISIONING.deadline("B16")
def miss_after_outages(_: Due, station: KnownStation) -> CheckResult:
    """Return the missing connectors as a text."""
    return _missing(station, station.connections.opened_at, "after the outage")


@PROVISIONING.check(
    "B17",
    "B04.FR.02",
    WARNING,
    "after a short outage only changed connectors are reported, and all of those",
    call(STATUS, NOTIFY),
    driven(),
)
def reports_changes(seen: Seen, station: KnownStation) -> CheckResult:
    """Report an unchanged status after a short outage, or no status of a connector that was plugged in during it.

    A status that changed twice during the outage, as an event shows, may be reported.
    """
    connections = station.connections
    if not connections.outages or station.boots.asked_at >= connections.opened_at or station.resets.is_under_way:
        return None
    if seen.action == EVENT:
        return _changes(seen, station)
    if seen.at - connections.opened_at > station.terms.patience:
        return None
    reported = statuses_in(seen.action, seen.payload)
    done = [Done(place) for place, _ in reported]
    if not _is_unchanged(seen, station) or _has_moved(reported[0][0][0], station):
        return done
    (place, status), key = reported[0], ("as before", reported[0][0][0])
    text = f"unchanged connector {name(place)} was reported: {status}"
    return [*done, Later(text, station.terms.patience, key)]


def _has_moved(evse: int, station: KnownStation) -> bool:
    """Whether an event shows that an EVSE changed during the outage: then an unchanged status has changed twice."""
    here = [each for each in station.transactions.by_id.values() if each.evse == evse]
    reported = [event for each in here for event in each.events.values() if event.at >= station.connections.opened_at]
    return any(event.is_offline and _moves(event.kind, event.trigger) for event in reported)


def _moves(kind: str, trigger: str) -> bool:
    return kind != "Updated" or trigger in _MOVES


def _changes(seen: Seen, station: KnownStation) -> CheckResult:
    """Set a deadline for the status of a connector that came into use during the outage.

    The event also explains why a status of its EVSE may come although it is unchanged.
    """
    payload, evse = seen.payload, evse_in(seen.payload, station)
    if not payload.get("offline") or evse is None:
        return None
    back = [Done(("as before", evse))] if _moves(payload["eventType"], payload["triggerReason"]) else []
    plugged = _plugged(seen, station) if "connectorId" in payload.get("evse", {}) else None
    return [*back, plugged] if plugged else back


def _plugged(seen: Seen, station: KnownStation) -> Later | Done | None:
    """Set a deadline for the status of a connector that was Available before the outage and has sent none since."""
    payload, connector = seen.payload, (seen.payload["evse"]["id"], seen.payload["evse"]["connectorId"])
    if payload["triggerReason"] in LEFT or payload["eventType"] == "Ended":
        return Done(connector)
    at, told_at = seconds_of(payload["timestamp"]), station.connectors.reported_at.get(connector, seen.at)
    is_free = station.connectors.statuses.get(connector) == "Available" and told_at < station.connections.outages[-1][0]
    if (
        payload["triggerReason"] != "CablePluggedIn"
        or not is_free
        or at is None
        or not station.connections.is_outage(at)
    ):
        return None
    text = f"connector {name(connector)} was plugged in during the outage, but not reported"
    return Later(text, station.terms.patience, connector)


def _is_unchanged(seen: Seen, station: KnownStation) -> bool:
    """Whether a status without a trigger repeats one that the mock knew, and had answered, before a short outage."""
    threshold, tolerance, (lost, back) = _threshold(station), station.terms.tolerance, station.connections.outages[-1]
    if seen.action != STATUS or threshold is None or not 0 < back - lost < threshold - tolerance:
        return False  # a trace does not show when a connection was lost
    payload, connectors = seen.payload, station.connectors
    place, at = (payload["evseId"], payload["connectorId"]), seconds_of(payload["timestamp"])
    is_known = (
        connectors.reported_at.get(place, seen.at) <= station.availability.taken_at.get(place, 0.0) < lost - tolerance
    )
    is_same = connectors.statuses.get(place) == payload["connectorStatus"]
    is_now = at is not None and not lost - tolerance < at < back - tolerance
    return is_known and is_same and is_now and station.availability.triggered_at < lost


def name(place: Connector) -> str:
    """Return the name of a connector in findings: EVSE.connector."""
    return f"{place[0]}.{place[1]}"


def _missing(station: KnownStation, since: float, when_: str) -> str | None:
    """Return a text with the connectors without a status since a time, except reserved ones, which H02 reports."""
    reserved, reported = station.reservations.keeping, station.connectors
    connectors = sorted(place for place in connectors_of(station) if place[0] not in reserved)
    missing = [name(place) for place in connectors if not reported.has_reported(place, since)]
    if connectors:
        return f"no status of {', '.join(missing)} came {when_}" if missing else None
    is_misnumbered = any(at >= since for _, at in reported.misnumbered.values())  # B08 reports them
    return None if reserved or is_misnumbered else f"no status of any connector came {when_}"


def _threshold(station: KnownStation) -> float | None:
    return station.variables.number("OCPPCommCtrlr", "OfflineThreshold")
