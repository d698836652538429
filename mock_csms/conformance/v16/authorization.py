"""Checks of idTags (checks 6A)."""

from mock_csms.conformance.facts.clock import mock_time_of
from mock_csms.conformance.facts.v16.station import KnownStation16
from mock_csms.conformance.subject import ERROR, OF_V16, WARNING, CheckResult, Subject
from mock_csms.protocol.identifiers import folded
from mock_csms.twin.seen import Seen, call

AUTHORIZATION = Subject("authorization", OF_V16, "v16")
AUTHORIZE, START, STOP = "Authorize", "StartTransaction", "StopTransaction"
_JUST = 10.0
"""The most seconds between an Authorize and the start or stop for which the card was presented."""


@AUTHORIZATION.check(
    "6A01", "1.6 4.1", ERROR, "no Authorize is sent to stop with the idTag that has started the transaction", call(STOP)
)
def stops_without_asking(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report an Authorize just before a local stop with the same idTag, if nothing was started with it since."""
    transaction = station.transactions.running.get(str(seen.payload["transactionId"]))
    tag, at = seen.payload.get("idTag"), mock_time_of(seen.payload["timestamp"], station)
    if transaction is None or transaction.token is None or tag is None or at is None:
        return None
    if seen.payload.get("reason", "Local") != "Local":
        return None
    known = station.tags.known(tag)
    is_own = folded(tag) == folded(transaction.token["idToken"])
    is_just = 0 <= at - known.asked_at + station.terms.tolerance <= _JUST and known.asked_at > known.started_at
    return f"{AUTHORIZE} came before the stop, although the same idTag started" if is_own and is_just else None


@AUTHORIZATION.check("6A02", "1.6 4.1", ERROR, "an idTag that is not Accepted starts no transaction", call(START))
def starts_only_if_accepted(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report a StartTransaction after the CSMS has refused its idTag, if the station was online.

    Silent if a local list may have the idTag, or if a remote start has named it since.
    """
    tag, at = station.tags.known(seen.payload["idTag"]), mock_time_of(seen.payload["timestamp"], station)
    if tag.status in (None, "Accepted") or at is None or station.tags.has_list:
        return None
    is_remote = any(start.tag == folded(seen.payload["idTag"]) for start in station.orders.starts)
    is_after = at > tag.said_at + station.terms.tolerance or (at >= tag.said_at and tag.asked_at > 0.0)
    is_asked = tag.asked_at >= station.connections.opened_at and tag.asked_at > tag.started_at
    if is_remote or not is_after or not is_asked or not station.connections.is_online(at):
        return None
    return f"a transaction started, although its idTag is {tag.status}"


@AUTHORIZATION.check(
    "6A03",
    "1.6 5.11",
    WARNING,
    "AuthorizeRemoteTxRequests decides whether a remote start needs an Authorize",
    call(START),
)
def asks_for_remote_starts(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report a remote start without an Authorize if the key is true, and one with an Authorize if the key is false.

    Silent if a cache or a local list may have the idTag, and after the start was given up: then the driver may have
    presented a card.
    """
    tag, wants = station.tags.known(seen.payload["idTag"]), station.switch("AuthorizeRemoteTxRequests")
    at = [start.at for start in station.orders.starts if start.tag == folded(seen.payload["idTag"])][-1:]
    is_known = tag.was_accepted or station.tags.has_list
    if not at or wants is None or at[0] < tag.started_at or seen.at - at[0] > station.terms.patience:
        return None
    if wants and not is_known and tag.asked_at < at[0]:
        return "a remote start without an Authorize, although AuthorizeRemoteTxRequests is true"
    is_given_up = at[0] < station.orders.freed_at <= tag.asked_at
    is_asked = not wants and tag.asked_at >= at[0] and not is_given_up
    return "a remote start with an Authorize, although AuthorizeRemoteTxRequests is false" if is_asked else None


@AUTHORIZATION.check("6A05", "1.6 5.13", ERROR, "a reserved connector starts only for its idTag or group", call(START))
def keeps_reservations(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report a transaction with another idTag on a reserved connector, if its group is certainly another one too."""
    tag, number = folded(seen.payload["idTag"]), seen.payload["connectorId"]
    known, at = station.tags.known(tag), mock_time_of(seen.payload["timestamp"], station)
    for id_, booking in station.bookings.by_id.items():
        is_valid = at is not None and booking.at < at < booking.expires_at - station.terms.tolerance
        is_group = booking.parent and (not known.is_parent_known or known.parent == booking.parent)
        if booking.connector == number and is_valid and booking.tag != tag and not is_group:
            return f"connector {number} is reserved for another idTag (reservation {id_})"
    return None
