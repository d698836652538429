"""Checks of transactions that start on an EVSE or connector that the CSMS has set Inoperative (check G09)."""

from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.facts.v2.waiting import may_wait
from mock_csms.conformance.lessons.v2.given_ids import may_have_begun_before
from mock_csms.conformance.subject import ERROR, WARNING, CheckResult, Wrong
from mock_csms.conformance.v2.availability import AVAILABILITY
from mock_csms.conformance.v2.statuses import name
from mock_csms.twin.connectors import Connector
from mock_csms.twin.seen import Seen
from mock_csms.twin.v2.occasions import driven
from mock_csms.twin.v2.transactions import evse_in, transaction_in

_CLOSED = {"Unavailable", "Faulted"}


@AVAILABILITY.check("G09", "G03, G04", ERROR, "no transaction starts on an Inoperative connector", driven())
def no_start_on_inoperative(seen: Seen, station: KnownStation) -> CheckResult:
    """Report the first event, and the first with an idToken or energy, of a transaction at an Inoperative place.

    The transaction must have started after the place became Inoperative. A plugged-in cable alone is only a warning:
    nobody charges yet. The check skips events that come late, and remote starts that X26 reports.
    """
    if not station.availability.places or seen.detail == "Ended" or may_wait(station, seen.at):
        return None
    is_charging, places = _begins(seen, station), _places(seen, station)
    is_new = is_charging or (seen.detail == "Started" and not seen.payload.get("offline"))
    if not is_new or not places or not all(_was_inoperative(place, seen, station) for place in places):
        return None
    if "remoteStartId" in seen.payload["transactionInfo"] and _is_remote_wrong(places[0][0], station):
        return None
    id_ = seen.payload["transactionInfo"]["transactionId"]
    problem = f"{id_} started on connector {' and '.join(map(name, places))}, which is Inoperative"
    return problem if is_charging else Wrong(problem, severity=WARNING, why="nobody charges yet")


def _begins(seen: Seen, station: KnownStation) -> bool:
    """Whether this is the first event that shows that somebody charges."""
    payload, transaction = seen.payload, transaction_in(seen.payload, station)
    is_token = "idToken" in payload and payload["triggerReason"] != "StopAuthorized"
    is_it = is_token or payload["transactionInfo"].get("chargingState") == "Charging"
    was_it = transaction is not None and (transaction.token is not None or transaction.charging_state == "Charging")
    return is_it and not was_it and not payload.get("offline")


def _places(seen: Seen, station: KnownStation) -> list[Connector]:
    """Return the connector of a transaction, or all connectors of its EVSE if the connector is not known."""
    transaction, evse = transaction_in(seen.payload, station), evse_in(seen.payload, station)
    connector = seen.payload.get("evse", {}).get("connectorId") or (transaction and transaction.connector)
    if evse is None:
        return []
    return [(evse, connector)] if connector else sorted(station.connectors.of(evse)) or [(evse, 0)]


def _was_inoperative(place: Connector, seen: Seen, station: KnownStation) -> bool:
    """Whether a place was Inoperative when the transaction started.

    If the order waited for another transaction, or is older than the last boot, only a newer status from the station
    proves it.
    """
    order, connectors, boots = station.availability.closing(place), station.connectors, station.boots
    if order is None or may_have_begun_before(seen, order.at, station):
        return False
    opened_at = [at for other, at in station.given_ids.opened_at.items() if other[0] in (0, place[0])]
    if max(opened_at, default=0.0) > order.at:
        return False
    is_reported = connectors.reported_at.get(place, -1.0) >= max(order.at, boots.asked_at)
    is_sure = not order.is_scheduled and order.at >= boots.asked_at
    return is_sure or (is_reported and connectors.statuses.get(place) in _CLOSED)


def _is_remote_wrong(evse: int, station: KnownStation) -> bool:
    """Whether the answer to the remote start was already wrong (X26)."""
    statuses = set(station.connectors.of(evse).values())
    return bool(statuses) and statuses <= _CLOSED
