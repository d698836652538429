"""Transactions where the CSMS has closed (check G09)."""

from mock_csms.conformance.availability import AVAILABILITY
from mock_csms.conformance.known import Known
from mock_csms.conformance.known.closures import Order
from mock_csms.conformance.known.connectors import Connector
from mock_csms.conformance.known.given import may_have_begun_before
from mock_csms.conformance.known.transactions import may_wait
from mock_csms.conformance.seen import Seen
from mock_csms.conformance.statuses import name
from mock_csms.conformance.subject import ERROR, Said, driven

_CLOSED = {"Unavailable", "Faulted"}


@AVAILABILITY.check("G09", "G03, G04", ERROR, "nobody begins to charge where the CSMS has closed", driven())
def closed_to_all(seen: Seen, known: Known) -> Said:
    """The first event with an idToken or energy of a transaction that began after the place was set Inoperative.

    A cable alone may begin one. What is told late, or is told by X26, is passed over.
    """
    if not known.closures.places or seen.detail == "Ended" or not _begins(seen, known) or may_wait(known, seen.at):
        return None
    places = _places(seen, known)
    orders = [known.closures.closing(place) for place in places]
    if not orders or not all(
        order and _is_shut(place, order, seen, known) for place, order in zip(places, orders, strict=True)
    ):
        return None
    if "remoteStartId" in seen.payload["transactionInfo"] and _is_remote_wrong(places[0][0], known):
        return None
    id_ = seen.payload["transactionInfo"]["transactionId"]
    return f"{id_} began at {' and '.join(map(name, places))}, which was set Inoperative"


def _begins(seen: Seen, known: Known) -> bool:
    """Whether an event is the first that tells that somebody charges."""
    payload, transaction = seen.payload, known.transactions.of(seen.payload)
    is_token = "idToken" in payload and payload["triggerReason"] != "StopAuthorized"
    is_it = is_token or payload["transactionInfo"].get("chargingState") == "Charging"
    was_it = transaction is not None and (transaction.token is not None or transaction.state == "Charging")
    return is_it and not was_it and not payload.get("offline")


def _places(seen: Seen, known: Known) -> list[Connector]:
    """Return the connector of a transaction, or all of its EVSE where that alone was told."""
    transaction, evse = known.transactions.of(seen.payload), known.transactions.evse_of(seen.payload)
    connector = seen.payload.get("evse", {}).get("connectorId") or (transaction and transaction.connector)
    if evse is None:
        return []
    return [(evse, connector)] if connector else sorted(known.connectors.of(evse)) or [(evse, 0)]


def _is_shut(place: Connector, order: Order, seen: Seen, known: Known) -> bool:
    """Whether a place was closed when the transaction began.

    What waited for another transaction, or was closed before a boot, is so where the station itself has said it since.
    """
    opened_at = [at for other, at in known.given.opened_at.items() if other[0] in (0, place[0])]
    if may_have_begun_before(seen, order.at, known) or max(opened_at, default=0.0) > order.at:
        return False
    since = max(
        order.at if order.is_scheduled else 0.0, known.boots.asked_at if order.at < known.boots.asked_at else 0.0
    )
    is_told = known.connectors.told_at.get(place, -1.0) >= since and known.connectors.statuses.get(place) in _CLOSED
    return is_told or not since


def _is_remote_wrong(evse: int, known: Known) -> bool:
    """Whether the answer to a remote start was wrong already (X26)."""
    statuses = set(known.connectors.of(evse).values())
    return bool(statuses) and statuses <= _CLOSED
