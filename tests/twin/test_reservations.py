"""The reservations of a station: which ones exist certainly, and which possibly."""

from collections.abc import Mapping
from typing import Any

import pytest

from mock_csms.protocol.messages import Call, Result
from mock_csms.twin.events import Received, Sent
from mock_csms.twin.lessons import Folder
from mock_csms.twin.twin import Twin
from mock_csms.twin.v2.lessons import LESSONS

TOKEN = {"idToken": "T", "type": "ISO14443"}
ASKED = {"id": 7, "evseId": 1, "expiryDateTime": "2026-01-01T12:00:00Z", "idToken": TOKEN}
EVENT = {
    "eventType": "Started",
    "timestamp": "2026-01-01T11:00:00Z",
    "seqNo": 0,
    "triggerReason": "CablePluggedIn",
    "transactionInfo": {"transactionId": "X"},
}


def station_sends(twin: Twin, action: str, payload: Mapping[str, Any]) -> None:
    """Let the station send a call."""
    message = Call("1", action, payload)
    Folder(LESSONS).learn(Received(0.0, "CS", b"", message, (), None, binary=False, is_refused=False), twin)


def mock_commands(twin: Twin, action: str, payload: Mapping[str, Any], status: str = "Accepted") -> None:
    """Let the mock send a command, and the station answer it."""
    call, folder = Call("1", action, payload), Folder(LESSONS)
    folder.learn(Sent(0.0, "CS", b"", call, (), None, "", ""), twin)
    answer = Result("1", {"status": status})
    folder.learn(Received(0.0, "CS", b"", answer, (), call, binary=False, is_refused=False), twin)


def reservations(twin: Twin) -> tuple[list[int], list[int], list[int]]:
    """Return the possible reservations, the certainly unused ones, and the certainly reserved EVSEs."""
    store = twin.reservations
    return [*store.by_id], [each.id for each in store.unused], [*store.keeping]


def reserved(**more: object) -> Twin:
    """Return the twin of a station that has accepted a reservation."""
    twin = Twin()
    mock_commands(twin, "ReserveNow", {name: value for name, value in {**ASKED, **more}.items() if value is not None})
    return twin


@pytest.mark.parametrize(
    ("more", "keeps"),
    [({}, [1]), ({"evseId": None}, []), ({"connectorType": "cType2"}, [])],
    ids=["EVSE", "any EVSE", "kind of connector"],
)
def test_an_accepted_reservation_is_held(more: Mapping[str, Any], keeps: list[int]) -> None:
    """An accepted reservation exists; it reserves a whole EVSE only if it has an evseId and no connectorType (H01)."""
    assert reservations(reserved(**more)) == ([7], [7], keeps)


def test_a_rejected_reservation_is_not_held() -> None:
    """A reservation that the station did not accept does not exist."""
    twin = Twin()
    mock_commands(twin, "ReserveNow", ASKED, "Occupied")
    assert reservations(twin) == ([], [], [])


def test_an_expiry_that_does_not_parse_is_uncertain() -> None:
    """If the expiry does not parse, the reservation may exist, but is not certain."""
    assert reservations(reserved(expiryDateTime="tomorrow")) == ([7], [], [])


@pytest.mark.parametrize(
    ("action", "payload", "expected"),
    [
        ("ReservationStatusUpdate", {"reservationId": 7, "reservationUpdateStatus": "Expired"}, ([], [], [])),
        ("ReservationStatusUpdate", {"reservationId": 8, "reservationUpdateStatus": "Expired"}, ([7], [7], [1])),
        ("Authorize", {"idToken": TOKEN | {"idToken": "t"}}, ([7], [], [1])),
        ("Authorize", {"idToken": TOKEN | {"idToken": "U"}}, ([7], [7], [1])),
        ("TransactionEvent", EVENT | {"evse": {"id": 1}}, ([7], [7], [])),
        ("TransactionEvent", EVENT | {"evse": {"id": 2}}, ([7], [7], [1])),
        ("TransactionEvent", EVENT, ([7], [7], [])),
        ("TransactionEvent", EVENT | {"reservationId": 7, "evse": {"id": 1}}, ([], [], [])),
    ],
)
def test_what_ends_a_reservation(action: str, payload: Mapping[str, Any], expected: object) -> None:
    """An update or event with its id ends a reservation; its idToken (in any case) or EVSE makes it uncertain."""
    twin = reserved()
    station_sends(twin, action, payload)
    assert reservations(twin) == expected


def test_any_token_may_be_of_a_group() -> None:
    """Every idToken may use a reservation for a group (H03.FR.09)."""
    twin = reserved(groupIdToken=TOKEN | {"idToken": "G"})
    station_sends(twin, "Authorize", {"idToken": TOKEN | {"idToken": "U"}})
    assert reservations(twin) == ([7], [], [1])


@pytest.mark.parametrize(("status", "expected"), [("Accepted", ([], [], [])), ("Rejected", ([7], [], []))])
def test_a_cancelled_reservation(status: str, expected: object) -> None:
    """A cancelled reservation has ended if the answer is Accepted, and may have ended if it is Rejected."""
    twin = reserved()
    mock_commands(twin, "CancelReservation", {"reservationId": 7}, status)
    assert reservations(twin) == expected


def test_an_evse_has_its_last_reservation() -> None:
    """Only the last reservation of an EVSE reserves it; after its end no earlier one does."""
    twin = reserved()
    mock_commands(twin, "ReserveNow", ASKED | {"id": 8})
    assert [each.id for each in twin.reservations.keeping.values()] == [8]
    station_sends(twin, "ReservationStatusUpdate", {"reservationId": 8, "reservationUpdateStatus": "Removed"})
    assert reservations(twin) == ([7], [7], [])
