"""Periodic values that are just what had to come: no check finds anything in them, and little is learned from them.

They are most of what a station sends. Each condition here is one under which some checks find nothing; where one does
not hold, all checks look. A gate of the tests lets them look at all steady values too.
"""

import re
from typing import TYPE_CHECKING

from mock_csms.behavior.events import Sent
from mock_csms.behavior.times import usual_seconds_of
from mock_csms.conformance.known.memory import called
from mock_csms.conformance.known.meters import ONLY_PERIODIC, Readings, Wanted, kinds_in, registers_in
from mock_csms.conformance.known.transactions import MOST_EVENTS, PERIODIC, Told, Transaction, told_at
from mock_csms.conformance.seen import TRANSACTION_EVENT, Seen
from mock_csms.protocol.actions import Json
from mock_csms.protocol.messages import Result

if TYPE_CHECKING:
    from mock_csms.conformance.known import Known

_has_braces = re.compile(rb"\{\}").search
_RARE = {"stoppedReason", "remoteStartId", "numberOfPhasesUsed", "reservationId"}
"""What comes with few events, and is learned from them."""


def follow(seen: Seen, known: "Known") -> bool:
    """Learn sound periodic values where they follow from what was before; return whether they do."""
    payload, line, meters = seen.payload, known.line, known.meters
    info = payload["transactionInfo"]
    transaction = known.transactions.by_id.get(info["transactionId"])
    if transaction is None or not (_is_going_on(transaction, payload, info) and _is_usual(seen, known)):  # X01
        return False
    wanted = meters.cached or meters.wanted(known)
    if wanted.interval and wanted.updated and not _is_due(transaction, seen, known):
        return False
    readings = _rising_in(payload, known, transaction, wanted)
    if readings is None:
        return False
    line.heard_at = seen.at
    line.calls[seen.id] = (TRANSACTION_EVENT, seen.at)
    known.exchanges.note(seen.id, payload["seqNo"], seen.at)
    for place, reading in readings:
        meters.registers[place] = reading
    _go_on(transaction, seen, line.opened)
    if known.memory.fresh is not None:
        called(seen, known)
    return True


def is_acknowledged(event: Sent, known: "Known") -> bool:
    """Learn the answer to a TransactionEvent that is not about an idToken; return whether it is one.

    It is the same for the station where its own call was wrong.
    """
    answers, message = event.answers, event.message
    if answers is None or answers.action != TRANSACTION_EVENT or event.fault or known.next_due < event.at:
        return False
    if type(message) is not Result or type(message.payload) is not dict or "idTokenInfo" in message.payload:
        return False
    known.line.calls.pop(answers.id, None)
    known.exchanges.called_at = event.at
    return True


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
        or not _RARE.isdisjoint(payload)
    )


def _is_at(transaction: Transaction, place: Json) -> bool:
    here = transaction.connector
    return bool(place["id"] == transaction.evse and place.get("connectorId", here) == here)


def _is_usual(seen: Seen, known: "Known") -> bool:
    """Whether a message is written as most are, of the present, and of a station of which nothing else is expected."""
    event, boots, line, terms = seen.event, known.boots, known.line, known.terms
    text: bytes = event.text  # type: ignore[attr-defined] # it is a Received
    at = usual_seconds_of(seen.payload["timestamp"])
    return not (
        at is None
        or not -terms.tolerance <= seen.at - at + terms.clock_offset <= terms.tolerance  # R18
        or at - terms.clock_offset < line.opened_at  # X16, X17
        or line.calls  # R06
        or seen.id in known.exchanges.ids.marks  # R05
        or event.binary  # type: ignore[attr-defined] # T11, also the next line
        or not text.isascii()
        or b"\\" in text
        or _has_braces(text)  # R11
        or boots.due  # B01
        or (boots.status != "Accepted" and boots.count)  # B02, B03
        or known.triggers.wanted
        or known.transactions.trouble_at  # X18
    )


def _is_due(transaction: Transaction, seen: Seen, known: "Known") -> bool:
    """Whether the interval is over (M03)."""
    interval, tolerance = known.meters.interval(known) or 0.0, known.terms.tolerance
    at, since = told_at(seen.payload["timestamp"], known), told_at(transaction.sampled or "", known)
    return at is not None and since is not None and interval - tolerance <= at - since <= interval + tolerance


def _rising_in(payload: Json, known: "Known", transaction: Transaction, wanted: Wanted) -> Readings | None:
    """Return the registers in periodic values that are as they are wanted, and show no less than before; else None."""
    values, stamp = payload.get("meterValue", ()), payload["timestamp"]
    if len(values) != 1 or values[0]["timestamp"] != stamp or wanted.is_signed:  # M08, R18, M11
        return None
    samples, before = kinds_in(values, known.meters), known.meters.registers
    if samples.contexts != ONLY_PERIODIC or (wanted.updated and samples.measurands != wanted.updated):
        return None  # M03, M04, M06
    readings = registers_in(values, samples.registers, transaction.evse or 0, transaction.id)
    for place, reading in readings:
        last = before.get(place)
        if last is None or reading.value < last.value or stamp < last.stamp:  # M07, M09
            return None
        if len(stamp) != len(last.stamp) or last.stamp[-1] != "Z":
            return None
    return readings


def _go_on(transaction: Transaction, seen: Seen, line: int) -> None:
    """Learn that it went on."""
    payload, events, is_offline = seen.payload, transaction.events, False
    number, stamp, text = payload["seqNo"], payload["timestamp"], seen.event.text  # type: ignore[attr-defined] # a Received
    events[number] = Told(stamp, "Updated", PERIODIC, is_offline, seen.id, text, seen.at, line)
    if len(events) > MOST_EVENTS:
        del events[next(iter(events))]
    transaction.highest, transaction.stamp, transaction.sampled = number, stamp, stamp
