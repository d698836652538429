"""Wrong reports of connectors after boots and outages (checks B07, B08, B12, B13, B16 and B17)."""

from collections.abc import Iterator

from mock_csms.behavior.times import seconds_of
from mock_csms.conformance.known import Known
from mock_csms.conformance.known.connectors import Connector, connectors_of, statuses_in
from mock_csms.conformance.provisioning import BOOT, PROVISIONING
from mock_csms.conformance.seen import Seen
from mock_csms.conformance.subject import ERROR, WARNING, Done, Later, Said, call, driven, response, when

STATUS, NOTIFY, EVENT = "StatusNotification", "NotifyEvent", "TransactionEvent"
_CLOSED = {"Unavailable", "Faulted"}
_LEFT = {"EVCommunicationLost", "EVDeparted"}


@PROVISIONING.check(
    "B07", "B01.FR.05", ERROR, "every connector is reported after a boot", response(BOOT), when("due"), implies=("B08",)
)
def reports_after_boots(seen: Seen, known: Known) -> Said:
    """A connector of which nothing came after the boot was accepted; none at all where it is not known which exist."""
    boots = known.boots
    if seen.kind == "due":
        return _missing(known, boots.accepted_at or 0.0, "after the boot")
    if seen.payload["status"] != "Accepted" or not boots.count or not boots.is_new:
        return None
    return Later("", known.terms.patience)


@PROVISIONING.check(
    "B08", "B01.FR.05", ERROR, "EVSEs and connectors are numbered from 1", call(STATUS), implies=("B07", "B16", "G01")
)
def numbers_from_one(seen: Seen, _: Known) -> Said:
    """A status of an EVSE or a connector that cannot be."""
    evse, connector = seen.payload["evseId"], seen.payload["connectorId"]
    return None if evse > 0 and connector > 0 else f"evseId is {evse}, connectorId is {connector}"


def _first_statuses(seen: Seen, known: Known) -> Iterator[tuple[Connector, str]]:
    """Yield the statuses that are the first of their connectors after a boot."""
    boots, told_at = known.boots, known.connectors.told_at
    if not boots.is_accepted or boots.accepted_at is None:
        return
    for place, status in statuses_in(seen.action, seen.payload):
        if told_at.get(place, 0.0) < boots.accepted_at:
            yield place, status


@PROVISIONING.check(
    "B12",
    "B01.FR.07, B11.FR.02, B12.FR.06, G01.FR.02",
    ERROR,
    "what the CSMS set Inoperative is Unavailable after a reboot",
    call(STATUS, NOTIFY),
    implies=("G06",),
)
def stays_closed(seen: Seen, known: Known) -> Said:
    """The first status after a boot of what was closed before; what waited for a transaction, if it was closed then."""
    orders, before = known.closures, known.connectors.statuses
    found = []
    for place, status in _first_statuses(seen, known) if orders.places else ():
        order = orders.closing(place)
        if not order or status in _CLOSED or order.at >= known.boots.asked_at:
            continue
        if not order.is_scheduled or before.get(place) in _CLOSED:
            found.append(f"connector {name(place)} is {status} after the boot, and was set Inoperative")
    return found


@PROVISIONING.check(
    "B13",
    "B01.FR.13, B11.FR.05",
    ERROR,
    "what is reserved is Reserved after a reboot",
    call(STATUS, NOTIFY),
    implies=("G06",),
)
def stays_reserved(seen: Seen, known: Known) -> Said:
    """The first status after a boot of a connector that was Reserved before, or is the only one of its EVSE."""
    reserved, connectors = known.closures.reserved, known.connectors
    found = []
    for place, status in _first_statuses(seen, known) if reserved else ():
        id_, until = reserved.get(place[0], (0, 0.0))
        if status != "Available" or until - known.terms.tolerance <= seen.at:
            continue
        if connectors.statuses.get(place) == "Reserved" or len(connectors.of(place[0])) == 1:
            found.append(f"connector {name(place)} is {status} after the boot, and has the reservation {id_}")
    return found


@PROVISIONING.check(
    "B16",
    "B04.FR.01",
    ERROR,
    "every connector is reported after a long outage",
    call(BOOT),
    when("connected", "due"),
    implies=("B08",),
)
def reports_after_outages(seen: Seen, known: Known) -> Said:
    """A connector of which nothing came; a boot asks for the same (B07). The station may have seen the outage late."""
    if seen.kind == "due":
        return _missing(known, known.line.opened_at, "after the outage")
    threshold, lost = _threshold(known), known.line.lost_at
    if seen.kind == "call" or threshold is None or lost is None or not known.boots.is_accepted:
        return Done()
    late = (known.variables.number("OCPPCommCtrlr", "WebSocketPingInterval") or 0.0) + known.terms.tolerance
    return Later("", known.terms.patience) if seen.at - lost > threshold + late else None


@PROVISIONING.check(
    "B17",
    "B04.FR.02",
    WARNING,
    "after a short outage those connectors are reported that have changed, and no others",
    call(STATUS, NOTIFY),
    driven(),
)
def reports_changes(seen: Seen, known: Known) -> Said:
    """The same status as before, or none where a cable was plugged in meanwhile."""
    line = known.line
    if not line.outages or seen.at - line.opened_at > known.terms.patience:
        return None
    if known.boots.asked_at >= line.opened_at or known.resets.is_under_way:
        return None
    if seen.action == EVENT:
        return _changes(seen, known)
    told = statuses_in(seen.action, seen.payload)
    unchanged = f"connector {name(told[0][0])} is {told[0][1]} as before" if _is_unchanged(seen, known) else None
    return [*(Done(place) for place, _ in told), *([unchanged] if unchanged else [])]


def _changes(seen: Seen, known: Known) -> Said:
    """Expect the report of a connector that is in use since the outage, as long as it is."""
    payload, place = seen.payload, seen.payload.get("evse", {})
    if not payload.get("offline") or "connectorId" not in place:
        return None
    connector = (place["id"], place["connectorId"])
    if payload["triggerReason"] in _LEFT or payload["eventType"] == "Ended":
        return Done(connector)
    at, told_at = seconds_of(payload["timestamp"]), known.connectors.told_at.get(connector, seen.at)
    is_free = known.connectors.statuses.get(connector) == "Available" and told_at < known.line.outages[-1][0]
    if payload["triggerReason"] != "CablePluggedIn" or not is_free or at is None or not known.line.is_outage(at):
        return None
    return Later(f"connector {name(connector)} was plugged in during the outage, and not reported", 30.0, connector)


def _is_unchanged(seen: Seen, known: Known) -> bool:
    """Whether a status is told that was known, and taken, before a short outage; nobody has asked for it."""
    threshold, tolerance, (lost, back) = _threshold(known), known.terms.tolerance, known.line.outages[-1]
    if seen.action != STATUS or threshold is None or back - lost >= threshold - tolerance:
        return False
    payload, connectors = seen.payload, known.connectors
    place, at = (payload["evseId"], payload["connectorId"]), seconds_of(payload["timestamp"])
    is_known = connectors.told_at.get(place, seen.at) <= known.closures.taken_at.get(place, 0.0) < lost - tolerance
    is_same = connectors.statuses.get(place) == payload["connectorStatus"]
    is_now = at is not None and not lost - tolerance < at < back - tolerance
    return is_known and is_same and is_now and known.closures.triggered_at < lost


def name(place: Connector) -> str:
    """Return how a connector is called in findings."""
    return f"{place[0]}.{place[1]}"


def _missing(known: Known, since: float, when_: str) -> str | None:
    """Return which connectors were not reported since then, but for the reserved ones (H02)."""
    reserved, told_at = known.closures.reserved, known.connectors.told_at
    connectors = sorted(place for place in connectors_of(known) if place[0] not in reserved)
    missing = [name(place) for place in connectors if told_at.get(place, -1.0) < since]
    if connectors:
        return f"no status of {', '.join(missing)} came {when_}" if missing else None
    return None if reserved else f"no status of any connector came {when_}"


def _threshold(known: Known) -> float | None:
    return known.variables.number("OCPPCommCtrlr", "OfflineThreshold")
