"""Wrong reports of connectors after boots and outages (checks B07, B08, B12, B13, B16 and B17)."""

from mock_csms.conformance.facts import Known
from mock_csms.conformance.facts.v2.availability import CLOSED
from mock_csms.conformance.facts.v2.reports import connectors_of
from mock_csms.conformance.subject import ERROR, WARNING, Done, Later, Said
from mock_csms.conformance.v2.provisioning import BOOT, PROVISIONING
from mock_csms.conformance.v2.transactions import LEFT
from mock_csms.protocol.times import seconds_of
from mock_csms.twin.connectors import Connector
from mock_csms.twin.seen import Seen, call, driven, response, when
from mock_csms.twin.v2.connectors import current_in, statuses_in
from mock_csms.twin.v2.transactions import evse_in

STATUS, NOTIFY, EVENT = "StatusNotification", "NotifyEvent", "TransactionEvent"
_MOVES = {"CablePluggedIn", "EVDetected", *LEFT}
"""The triggers that go with another status of the connector."""


@PROVISIONING.check(
    "B07", "B01.FR.05", ERROR, "after a boot the status of every connector is reported", response(BOOT), when("due")
)
def reports_after_boots(seen: Seen, known: Known) -> Said:
    """A connector of which nothing came after the boot was accepted; none at all where it is not known which exist.

    A second boot without a start asks for nothing: what came after the first one is enough.
    """
    boots = known.boots
    if seen.kind == "due":
        return _missing(known, boots.up_at, "after the boot")
    if seen.payload["status"] != "Accepted" or not boots.count or not boots.is_new:
        return None
    return Later("", known.terms.patience)


@PROVISIONING.check("B08", "B01.FR.05", ERROR, "EVSEs and connectors are numbered from 1", call(STATUS))
def numbers_from_one(seen: Seen, _: Known) -> Said:
    """A status of an EVSE or a connector that cannot be."""
    evse, connector = seen.payload["evseId"], seen.payload["connectorId"]
    return None if evse > 0 and connector > 0 else f"evseId is {evse}, connectorId is {connector}"


def _first_statuses(seen: Seen, known: Known) -> list[tuple[Connector, str]]:
    """Return the statuses that are the first of their connectors after a boot."""
    boots, told_at = known.boots, known.connectors.told_at
    if not boots.is_accepted or boots.accepted_at is None:
        return []
    told = current_in(seen.action, seen.payload, known)
    return [(place, status) for place, status in told if told_at.get(place, 0.0) < boots.accepted_at]


def reopened(seen: Seen, known: Known) -> list[tuple[Connector, str]]:
    """Return the first statuses after a boot of what was closed before: B12 reports them."""
    orders, found = known.availability, []
    for place, status in _first_statuses(seen, known) if orders.places else ():
        order = orders.closing(place)
        if order is None or status in CLOSED or order.at >= known.boots.asked_at:
            continue
        if not order.is_scheduled or known.connectors.statuses.get(place) in CLOSED:
            found.append((place, status))
    return found


@PROVISIONING.check(
    "B12",
    "B01.FR.07, B11.FR.02, B12.FR.06, G01.FR.02",
    ERROR,
    "connectors set Inoperative are still Unavailable after a reboot",
    call(STATUS, NOTIFY),
)
def stays_closed(seen: Seen, known: Known) -> Said:
    """The first status after a boot of what was closed before; what waited for a transaction, if it was closed then."""
    text = "connector {} is {} after the boot, although it was set Inoperative"
    return [text.format(name(place), status) for place, status in reopened(seen, known)]


@PROVISIONING.check(
    "B13",
    "B01.FR.13, B11.FR.05",
    ERROR,
    "reserved connectors are still Reserved after a reboot",
    call(STATUS, NOTIFY),
)
def stays_reserved(seen: Seen, known: Known) -> Said:
    """The first status after a boot of a connector that was Reserved before, or is the only one of its EVSE."""
    kept, text = known.reservations.keeping, "connector {} is Available after the boot, but has the reservation {}"
    return [text.format(name(place), kept[place[0]].id) for place in unreserved(seen, known)]


def unreserved(seen: Seen, known: Known) -> list[Connector]:
    """Return the connectors that are Available after a boot, and were reserved: B13 reports them."""
    kept, connectors, found = known.reservations.keeping, known.connectors, []
    for place, status in _first_statuses(seen, known) if kept else ():
        reservation = kept.get(place[0])
        if status != "Available" or not reservation or reservation.expires_at - known.terms.tolerance <= seen.at:
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
    when("connected", "due"),
)
def reports_after_outages(seen: Seen, known: Known) -> Said:
    """A connector of which nothing came; a boot asks for the same (B07). The station may have seen the outage late."""
    if seen.kind == "due":
        return _missing(known, known.connections.opened_at, "after the outage")
    threshold, lost = _threshold(known), known.connections.lost_at
    if seen.kind == "call" or threshold is None or lost is None or not known.boots.is_accepted:
        return Done()
    late = (known.variables.number("OCPPCommCtrlr", "WebSocketPingInterval") or 0.0) + known.terms.tolerance
    return Later("", known.terms.patience) if seen.at - lost > threshold + late else None


@PROVISIONING.check(
    "B17",
    "B04.FR.02",
    WARNING,
    "after a short outage only changed connectors are reported, and all of those",
    call(STATUS, NOTIFY),
    driven(),
)
def reports_changes(seen: Seen, known: Known) -> Said:
    """The same status as before, with no event of a change and back; or none where a cable was plugged in meanwhile."""
    line = known.connections
    if not line.outages or known.boots.asked_at >= line.opened_at or known.resets.is_under_way:
        return None
    if seen.action == EVENT:
        return _changes(seen, known)
    if seen.at - line.opened_at > known.terms.patience:
        return None
    told = statuses_in(seen.action, seen.payload)
    done = [Done(place) for place, _ in told]
    if not _is_unchanged(seen, known) or _has_moved(told[0][0][0], known):
        return done
    (place, status), key = told[0], ("as before", told[0][0][0])
    text = f"unchanged connector {name(place)} was reported: {status}"
    return [*done, Later(text, known.terms.patience, key)]


def _has_moved(evse: int, known: Known) -> bool:
    """Whether an event has told of a change at an EVSE during the outage: what is as before has changed twice."""
    here = [each for each in known.transactions.by_id.values() if each.evse == evse]
    told = [event for each in here for event in each.events.values() if event.at >= known.connections.opened_at]
    return any(event.is_offline and _moves(event.kind, event.trigger) for event in told)


def _moves(kind: str, trigger: str) -> bool:
    return kind != "Updated" or trigger in _MOVES


def _changes(seen: Seen, known: Known) -> Said:
    """Expect the report of a connector that is in use since the outage, as long as it is; none other is as before."""
    payload, evse = seen.payload, evse_in(seen.payload, known)
    if not payload.get("offline") or evse is None:
        return None
    back = [Done(("as before", evse))] if _moves(payload["eventType"], payload["triggerReason"]) else []
    plugged = _plugged(seen, known) if "connectorId" in payload.get("evse", {}) else None
    return [*back, plugged] if plugged else back


def _plugged(seen: Seen, known: Known) -> Later | Done | None:
    """Expect the report of a connector that was Available before the outage, and is not told of since."""
    payload, connector = seen.payload, (seen.payload["evse"]["id"], seen.payload["evse"]["connectorId"])
    if payload["triggerReason"] in LEFT or payload["eventType"] == "Ended":
        return Done(connector)
    at, told_at = seconds_of(payload["timestamp"]), known.connectors.told_at.get(connector, seen.at)
    is_free = known.connectors.statuses.get(connector) == "Available" and told_at < known.connections.outages[-1][0]
    if payload["triggerReason"] != "CablePluggedIn" or not is_free or at is None or not known.connections.is_outage(at):
        return None
    text = f"connector {name(connector)} was plugged in during the outage, but not reported"
    return Later(text, known.terms.patience, connector)


def _is_unchanged(seen: Seen, known: Known) -> bool:
    """Whether a status is told that was known, and taken, before a short outage; nobody has asked for it."""
    threshold, tolerance, (lost, back) = _threshold(known), known.terms.tolerance, known.connections.outages[-1]
    if seen.action != STATUS or threshold is None or not 0 < back - lost < threshold - tolerance:
        return False  # a trace does not tell when a connection was lost
    payload, connectors = seen.payload, known.connectors
    place, at = (payload["evseId"], payload["connectorId"]), seconds_of(payload["timestamp"])
    is_known = connectors.told_at.get(place, seen.at) <= known.availability.taken_at.get(place, 0.0) < lost - tolerance
    is_same = connectors.statuses.get(place) == payload["connectorStatus"]
    is_now = at is not None and not lost - tolerance < at < back - tolerance
    return is_known and is_same and is_now and known.availability.triggered_at < lost


def name(place: Connector) -> str:
    """Return how a connector is called in findings."""
    return f"{place[0]}.{place[1]}"


def _missing(known: Known, since: float, when_: str) -> str | None:
    """Return which connectors were not reported since then, but for the reserved ones (H02)."""
    reserved, told = known.reservations.keeping, known.connectors
    connectors = sorted(place for place in connectors_of(known) if place[0] not in reserved)
    missing = [name(place) for place in connectors if not told.is_told(place, since)]
    if connectors:
        return f"no status of {', '.join(missing)} came {when_}" if missing else None
    is_misnumbered = any(at >= since for _, at in told.misnumbered.values())  # B08
    return None if reserved or is_misnumbered else f"no status of any connector came {when_}"


def _threshold(known: Known) -> float | None:
    return known.variables.number("OCPPCommCtrlr", "OfflineThreshold")
