"""What is known of the ids that the mock gave a station in commands, whatever became of them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from mock_csms.conformance.facts.clock import told_at
from mock_csms.conformance.facts.v2.availability import Place, place_of
from mock_csms.conformance.subject import Subject
from mock_csms.protocol.messages import Call
from mock_csms.protocol.records import Bounded, Mutable, bounded, field
from mock_csms.twin.seen import Seen, call, command, response, when
from mock_csms.twin.v2.connectors import statuses_in
from mock_csms.twin.v2.transactions import transaction_in

if TYPE_CHECKING:
    from mock_csms.conformance.facts import Known

GIVEN_IDS = Subject("given ids")
_MOST = 1000
_DAY = 86_400.0

RESERVATION = "ReserveNow"
_IDS: Mapping[str, str] = {
    "RequestStartTransaction": "remoteStartId",
    RESERVATION: "id",
    "UpdateFirmware": "requestId",
    "PublishFirmware": "requestId",
}
"""The commands that give an id, and where it is."""


class GivenIds(Mutable):
    """The ids that commands gave, and what makes others possible."""

    ids: dict[str, Bounded[int, None]] = field(default_factory=dict)
    """The ids of each command, the last thousand, as keys."""
    ended: Bounded[int, int] = bounded(_MOST)
    """The reservations whose end was told and answered, with the number of the connection."""
    has_older: bool = False
    """Whether a connector was Reserved before the mock reserved anything: older reservations may be there."""
    opened_at: dict[Place, float] = field(default_factory=dict)
    """When a command was sent last that may have set a place Operative."""

    def is_unknown(self, action: str, id_: int) -> bool:
        """Whether no command of that action had an id, as far as the mock remembers."""
        ids = self.ids.get(action, ())
        return id_ not in ids and len(ids) < _MOST


def is_earlier(stamp: str, than: float, known: "Known") -> bool:
    """Whether what has that timestamp is surely of earlier; a clock that is days off says nothing."""
    at = told_at(stamp, known)
    return at is not None and than - _DAY < at < than - known.terms.tolerance


def may_have_begun_before(seen: Seen, than: float, known: "Known") -> bool:
    """Whether the transaction of an event began earlier, or nobody knows when."""
    transaction = transaction_in(seen.payload, known)
    stamp = seen.payload["timestamp"] if seen.detail == "Started" else transaction.started if transaction else None
    return stamp is None or is_earlier(stamp, than, known)


@GIVEN_IDS.learn(command(*_IDS), when("spoiled"), any_payload=True)
def gave(seen: Seen, known: "Known") -> None:
    """A command gives an id; of a faulty one the station may have understood what was meant."""
    message = getattr(seen.event, "message", None)
    if not isinstance(message, Call) or message.action not in _IDS or not isinstance(message.payload, dict):
        return
    id_ = message.payload.get(_IDS[message.action])
    if not isinstance(id_, int):
        return
    ids = known.given_ids.ids.get(message.action)
    if ids is None:
        ids = known.given_ids.ids[message.action] = Bounded(_MOST)
    ids.renew(id_, None)
    if message.action == RESERVATION:
        known.given_ids.ended.pop(id_, None)


@GIVEN_IDS.learn(command("ChangeAvailability"), when("spoiled"), any_payload=True)
def may_open(seen: Seen, known: "Known") -> None:
    """A place may be open from now on, whatever the station answers; by a faulty command, any."""
    if seen.action == "ChangeAvailability" and len(known.given_ids.opened_at) < _MOST:
        is_sound = seen.kind == "command" and seen.is_sound
        if not is_sound or seen.payload["operationalStatus"] == "Operative":
            known.given_ids.opened_at[place_of(seen.payload) if is_sound else (0, 0)] = seen.at


@GIVEN_IDS.learn(response("ReservationStatusUpdate"))
def ended(seen: Seen, known: "Known") -> None:
    """The station knows that the end of a reservation was heard."""
    known.given_ids.ended[seen.request["reservationId"]] = known.connections.opened


@GIVEN_IDS.learn(call("StatusNotification", "NotifyEvent"))
def reserved(seen: Seen, known: "Known") -> None:
    """A connector is Reserved, and the mock did not want that."""
    if RESERVATION not in known.given_ids.ids:
        known.given_ids.has_older |= any(status == "Reserved" for _, status in statuses_in(seen.action, seen.payload))
