"""Periodic values that are just what had to come: no check finds anything in them, and little is learned from them.

They are most of what a station sends. Each condition here is one under which some checks find nothing; where one does
not hold, all checks look. A gate of the tests lets them look at all steady values too.
"""

import re
from typing import TYPE_CHECKING

from mock_csms.behavior.times import strict_seconds_of
from mock_csms.conformance.known.exchanges import called
from mock_csms.conformance.known.line import heard
from mock_csms.conformance.known.memory import called as kept
from mock_csms.conformance.known.meters import rising_in, rose
from mock_csms.conformance.known.transactions import MOST_EVENTS, PERIODIC, Told, Transaction, told_at
from mock_csms.conformance.seen import Seen
from mock_csms.protocol.actions import Json

if TYPE_CHECKING:
    from mock_csms.conformance.known import Known


_has_braces = re.compile(rb"\{\}").search
_RARE = {"stoppedReason", "remoteStartId", "numberOfPhasesUsed"}
"""What comes with few events, and is learned from them."""


def follow(seen: Seen, known: "Known") -> bool:
    """Learn sound periodic values where they follow from what was before; return whether they do."""
    info, line = seen.payload["transactionInfo"], known.line
    transaction = known.transactions.by_id.get(info["transactionId"])
    if transaction is None or line.calls or seen.id in known.exchanges.ids.marks:  # X01, R06, R05
        return False
    if not (_is_going_on(transaction, seen.payload, info) and _is_usual(seen, known) and _is_of_now(seen, known)):
        return False
    readings = rising_in(seen, known, transaction)
    if readings is None or not _is_due(transaction, seen, known):
        return False
    heard(seen, known)
    called(seen, known)
    if known.memory.fresh is not None:
        kept(seen, known)
    _go_on(transaction, seen, line.opened)
    rose(readings, known)
    return True


def _is_usual(seen: Seen, known: "Known") -> bool:
    """Whether a message is written as most are, and comes from a station of which nothing is expected."""
    event, boots = seen.event, known.boots
    text: bytes = event.text  # type: ignore[attr-defined] # it is a Received
    return not (
        event.binary  # type: ignore[attr-defined] # T11, also the next line
        or not text.isascii()
        or b"\\" in text
        or _has_braces(text)  # R11
        or boots.due  # B01
        or (boots.status != "Accepted" and boots.count)  # B02, B03
        or known.triggers.wanted
        or known.transactions.trouble_at  # X18
    )


def _is_of_now(seen: Seen, known: "Known") -> bool:
    """Whether an event is of the present (R18), and was made on this connection (X16, X17)."""
    at, terms = strict_seconds_of(seen.payload["timestamp"]), known.terms
    if at is None:
        return False
    at -= terms.clock_offset
    return -terms.tolerance <= seen.at - at <= terms.tolerance and at >= known.line.opened_at


def _is_due(transaction: Transaction, seen: Seen, known: "Known") -> bool:
    """Whether the interval is over, where it is known (M03)."""
    interval, tolerance = known.meters.interval(known), known.terms.tolerance
    if not interval:
        return True
    at, since = told_at(seen.payload["timestamp"], known), told_at(transaction.sampled or "", known)
    return at is not None and since is not None and interval - tolerance <= at - since <= interval + tolerance


def _go_on(transaction: Transaction, seen: Seen, line: int) -> None:
    """Learn from periodic values that do no more than to go on with a transaction."""
    number, stamp = seen.payload["seqNo"], seen.payload["timestamp"]
    text = seen.event.text  # type: ignore[attr-defined] # it is a Received
    told = Told(stamp, "Updated", PERIODIC, is_offline=False, id=seen.id, text=text, at=seen.at, line=line)
    transaction.events[number] = told
    if len(transaction.events) > MOST_EVENTS:
        del transaction.events[next(iter(transaction.events))]
    transaction.highest, transaction.stamp, transaction.sampled = number, stamp, stamp


def _is_going_on(transaction: Transaction, payload: Json, info: Json) -> bool:
    """Whether periodic values are the next event of a transaction, and tell nothing new but of meters."""
    state, stamp = info.get("chargingState"), payload["timestamp"]
    return not (
        payload["seqNo"] != transaction.highest + 1  # X03
        or stamp < transaction.stamp  # X04, also the next line
        or len(stamp) != len(transaction.stamp)
        or transaction.ended_by is not None  # X05
        or transaction.connector is None  # X13
        or ("evse" in payload and not _is_at(transaction, payload["evse"]))  # X15
        or (state is not None and (state != transaction.state or state == "SuspendedEVSE"))  # M13, X19
        or payload.get("offline")
        or not _RARE.isdisjoint(info)  # X07
        or "reservationId" in payload
    )


def _is_at(transaction: Transaction, place: Json) -> bool:
    here = transaction.connector
    return bool(place["id"] == transaction.evse and place.get("connectorId", here) == here)
