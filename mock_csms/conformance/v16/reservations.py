"""Check of reservations (check 6H01)."""

from mock_csms.conformance.facts.v16.station import KnownStation16
from mock_csms.conformance.subject import ERROR, OF_V16, CheckResult, Done, Later, Subject
from mock_csms.protocol.times import seconds_of
from mock_csms.twin.seen import Seen, call, command, result

RESERVATIONS = Subject("reservations", OF_V16, "v16")
RESERVE, STATUS, START = "ReserveNow", "StatusNotification", "StartTransaction"
_TAKEN = ("Faulted", "Unavailable")


@RESERVATIONS.check(
    "6H01", "1.6 5.13", ERROR, "an accepted reservation reserves an existing connector until it expires",
    result(RESERVE), call(STATUS, START), command("CancelReservation"),
)  # fmt: skip
def reserves(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report an accepted reservation of an unusable connector or, without support, of 0; and missing statuses."""
    if seen.kind == "command":
        ends = station.bookings.by_id.get(seen.payload["reservationId"])
        return [Done(("ends", ends.connector)), Done(ends.connector)] if ends else None
    if seen.kind == "call":
        return _is_over(seen)
    number, status = seen.request["connectorId"], seen.payload["status"]
    before = station.status_of(number)
    if status != "Accepted":
        return None
    if number == 0:
        is_unable = station.switch("ReserveConnectorZeroSupported") is False
        return "connector 0 was reserved, but ReserveConnectorZeroSupported is false" if is_unable else None
    if station.is_unknown(number) or before in _TAKEN:
        return f"connector {number} was reserved, but is {before or 'unknown'}"
    return _what_follows(seen, station, number, before)


def _is_over(seen: Seen) -> CheckResult:
    number = seen.payload["connectorId"]
    if seen.action == STATUS and seen.payload["status"] == "Reserved":
        return Done(number)
    return [Done(number), Done(("ends", number))]


def _what_follows(seen: Seen, station: KnownStation16, number: int, before: str | None) -> CheckResult:
    """Return the deadlines for the statuses after a reservation: Reserved at once, and another one when it expires."""
    ends, patience = seconds_of(seen.request["expiryDate"]), station.terms.patience
    is_free, replaced = before == "Available", station.bookings.by_id.get(seen.request["reservationId"])
    lasts = None if ends is None else ends - station.terms.clock_offset - seen.at
    words: list[Later | Done] = [Done(("ends", replaced.connector))] if replaced else []
    words += [Later(f"connector {number} was reserved, but is not Reserved", patience, number)] if is_free else []
    if is_free and lasts is not None and lasts > 0:
        text = f"the reservation of connector {number} has expired, but it is still Reserved"
        words.append(Later(text, lasts + patience, ("ends", number)))
    return words
