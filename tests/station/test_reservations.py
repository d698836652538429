"""Reservations: accepted, cancelled, used, expired, removed, kept over a reboot (H01 to H04)."""

from typing import Any

import pytest

from mock_csms.behavior.templates import rfc3339
from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.station import cues
from mock_csms.station.cues import Plugged, Presented, Unplugged
from tests.station.play import BEGIN, BOB, TOKEN, Play, answering, booted

GROUP = {"idToken": "Family", "type": "Central"}
OTHER_GROUP = {"idToken": "Others", "type": "Central"}
ALICE, BOBS = Presented(TOKEN), Presented(BOB)


def booking(id_: int = 1, evse: int | None = 1, seconds: float = 600, **more: Any) -> Json:
    """Return a ReserveNow for Alice."""
    expiry = rfc3339(BEGIN + seconds)
    return {"id": id_, "expiryDateTime": expiry, "idToken": TOKEN, "evseId": evse, "groupIdToken": None, **more}


def reserve(play: Play, id_: int = 1, evse: int | None = 1, seconds: float = 600, **more: Any) -> str:
    """Send ReserveNow, and return the status."""
    status: str = play.ask("ReserveNow", booking(id_, evse, seconds, **more))["status"]
    return status


def reserved(evses: int = 1, evse: int | None = 1, connectors: int = 1, **more: Any) -> Play:
    """Return a station with a reservation for Alice, whose connectors are reported as Reserved."""
    play = booted(evses=evses, connectors=connectors)
    assert reserve(play, evse=evse, **more) == "Accepted"
    play.sent.clear()
    return play


# Accepted and cancelled.


def test_every_connector_of_a_reserved_evse_is_reserved() -> None:
    """ReserveNow makes all connectors of the EVSE Reserved, CancelReservation Available (H01.FR.23, H02.FR.04)."""
    play = booted(evses=2, connectors=2)
    assert reserve(play, evse=2) == "Accepted"
    assert play.transcript() == ["2.1 Reserved", "2.2 Reserved"]
    assert play.ask("CancelReservation", {"reservationId": 1}) == {"status": "Accepted"}
    assert play.transcript() == ["2.1 Available", "2.2 Available"]
    assert play.alarms.keys() == {("heartbeat",)}


def test_cancelling_an_unknown_reservation() -> None:
    """A reservation that is unknown, or was cancelled, cannot be cancelled (H02.FR.01)."""
    play = reserved()
    answers = [play.ask("CancelReservation", {"reservationId": id_})["status"] for id_ in (2, -7, 1, 1)]
    assert answers == ["Rejected", "Rejected", "Accepted", "Rejected"]


def test_reservations_without_an_evse() -> None:
    """Reservations without an EVSE make EVSEs Reserved only when they need all free ones (H01.FR.20)."""
    play = booted(evses=2)
    assert (reserve(play, 1, None), play.transcript()) == ("Accepted", [])
    assert (reserve(play, 2, None), play.transcript()) == ("Accepted", ["1.1 Reserved", "2.1 Reserved"])
    assert (reserve(play, 3, None), play.transcript()) == ("Occupied", [])
    play.command("CancelReservation", {"reservationId": 1})
    assert play.transcript() == ["1.1 Available", "2.1 Available"]


def test_reservations_with_and_without_an_evse() -> None:
    """An EVSE reserved by its id does not count as free for reservations without an EVSE (H01.FR.07, .20)."""
    play = reserved(evses=2)
    assert (reserve(play, 2, None), play.transcript()) == ("Accepted", ["2.1 Reserved"])
    assert reserve(play, 3, None) == "Occupied"
    play.tell(Presented(TOKEN))
    assert (play.device.evses[1].authorized, set(play.device.storage.reservations)) == (TOKEN, {2})


def test_an_evse_that_charges_is_not_reserved() -> None:
    """An EVSE that charges is not Reserved, even if no other EVSE is left for a reservation."""
    play = reserved(evses=2, evse=None).tell(Plugged(1), BOBS)
    play.sent.clear()
    play.command("ChangeAvailability", {"operationalStatus": "Inoperative", "evse": {"id": 2}})
    assert play.transcript() == ["2.1 Unavailable"]


def test_the_last_free_evse_is_reserved() -> None:
    """If other drivers leave one free EVSE for a reservation, it is Reserved until one of them leaves (H01.FR.07)."""
    play = reserved(evses=2, evse=None).tell(Plugged(1), BOBS)
    assert play.transcript() == ["1.1 Occupied", "2.1 Reserved", "Authorize", "Started 0 Authorized"]
    assert play.tell(BOBS, Unplugged(1)).transcript()[-2:] == ["1.1 Available", "2.1 Available"]


@pytest.mark.parametrize("place", [1, None])
@pytest.mark.parametrize(
    ("before", "status"),
    [
        ([Plugged(1)], "Occupied"),
        ([ALICE], "Occupied"),
        (["out of order"], "Unavailable"),
        (["broken"], "Faulted"),
        (["reserved"], "Occupied"),
    ],
)
def test_evses_that_cannot_be_reserved(before: list[object], status: str, place: int | None) -> None:
    """An EVSE that is in use, Inoperative or broken is not reserved; the status says why (H01.FR.11 to .14)."""
    play = booted()
    for event in before:
        if event == "out of order":
            play.command("ChangeAvailability", {"operationalStatus": "Inoperative"})
        elif event == "broken":
            play.device = play.device.with_evse(replace(play.device.evses[1], faulty=frozenset({1})))
        elif event == "reserved":
            play.command("ReserveNow", booking(9))
        elif isinstance(event, Plugged | Presented):
            play.tell(event)
    assert reserve(play, evse=place) == status
    assert 1 not in play.device.storage.reservations


@pytest.mark.parametrize(
    "bad",
    [{"evseId": 9}, {"evseId": 0}, {"evseId": -1}, {"expiryDateTime": "soon"}, {"expiryDateTime": rfc3339(BEGIN)}],
)
def test_impossible_reservations(bad: Json) -> None:
    """An unknown EVSE, and a time that is past or does not parse, are rejected."""
    play = booted()
    assert play.ask("ReserveNow", booking() | bad) == {"status": "Rejected"}
    assert play.device.storage.reservations == {}


def test_variables_of_reservations() -> None:
    """Enabled and NonEvseSpecific of ReservationCtrlr decide which reservations are accepted (H01.FR.01, .18, .19)."""
    assert reserve(booted(ReservationCtrlr_Enabled="false")) == "Rejected"
    play = booted(ReservationCtrlr_NonEvseSpecific="false")
    assert [reserve(play, evse=place) for place in (None, 1)] == ["Rejected", "Accepted"]


def test_the_same_id_replaces() -> None:
    """A reservation with a known id replaces the old one, with its expiry (H01.FR.02)."""
    play = reserved(evses=2, seconds=60)
    assert reserve(play, evse=2, seconds=900, idToken=BOB, connectorType="cType2") == "Accepted"
    assert play.transcript() == ["1.1 Available", "2.1 Reserved"]
    assert play.wait(300).transcript() == ["Heartbeat"] * 5
    assert "2.1 Available" in play.wait(700).transcript()
    assert reserve(reserved(), seconds=700) == "Accepted"


# Expired and removed.


def test_a_reservation_expires() -> None:
    """When a reservation expires, the connector is Available, and Expired is reported once (H04.FR.01, .03)."""
    play = reserved(seconds=30)
    assert play.wait(29).transcript() == []
    assert play.wait(2).sent[-1].payload == {"reservationId": 1, "reservationUpdateStatus": "Expired"}
    assert play.transcript() == ["1.1 Available", "ReservationStatusUpdate"]
    assert "ReservationStatusUpdate" not in play.wait(600).transcript()


def test_an_alarm_of_an_unknown_reservation() -> None:
    """The alarm of an unknown reservation does nothing."""
    assert reserved().tell(cues.Rang(("reservation", 2))).transcript() == []


def test_a_reservation_expires_offline() -> None:
    """A reservation that expires offline is reported when the station is online again."""
    play = reserved(seconds=30).lose().wait(40)
    assert play.transcript() == []
    assert sorted(play.connect().transcript()) == ["1.1 Available", "ReservationStatusUpdate"]


@pytest.mark.parametrize("seconds", [30, 0.5])
def test_a_reservation_survives_a_reboot(seconds: float) -> None:
    """After a reboot the connector is still Reserved, and the reservation expires in time (B01.FR.13, B11.FR.05)."""
    play = reserved(seconds=30)
    play.wait(30 - seconds).reboot()
    assert "1.1 Reserved" in play.transcript()
    assert play.wait(seconds).transcript() == ["1.1 Available", "ReservationStatusUpdate"]


def test_a_reservation_expires_in_a_reboot() -> None:
    """A reservation that expired during a reboot is reported once the station is accepted (B02.FR.02)."""
    play = reserved(seconds=30)
    play.alarms.clear()
    play.csms = answering(BootNotification=[{"status": "Pending", "interval": 10}, {}])
    play.wait(31).reboot().wait(1)
    assert play.transcript() == ["Boot PowerUp"]
    assert {"1.1 Available", "ReservationStatusUpdate"} <= set(play.wait(20).transcript())


@pytest.mark.parametrize("evse", [1, None])
def test_a_reservation_of_an_inoperative_evse(evse: int | None) -> None:
    """A reservation is Removed when its EVSE becomes Inoperative, or too few EVSEs are left for it (H01.FR.16, .17)."""
    play = reserved(evses=2, connectors=2, evse=evse)
    part = {"id": 1, "connectorId": 1} if evse else {"id": 1}
    play.command("ChangeAvailability", {"operationalStatus": "Inoperative", "evse": part})
    lines = play.transcript()
    assert "1.1 Unavailable" in lines
    assert "ReservationStatusUpdate" not in lines
    play.command("ChangeAvailability", {"operationalStatus": "Inoperative"} | ({"evse": {"id": 1}} if evse else {}))
    assert play.sent[-1].payload == {"reservationId": 1, "reservationUpdateStatus": "Removed"}
    assert f"{'1.2' if evse else '2.2'} Unavailable" in play.transcript()
    assert ("reservation", 1) not in play.alarms
    assert play.ask("CancelReservation", {"reservationId": 1}) == {"status": "Rejected"}


def test_a_reservation_of_a_broken_evse() -> None:
    """A broken EVSE is Faulted and keeps no reservation (H01.FR.16)."""
    play = reserved()
    play.device = play.device.with_evse(replace(play.device.evses[1], faulty=frozenset({1})))
    play.tell(Unplugged(1))
    assert play.transcript() == ["1.1 Faulted", "ReservationStatusUpdate"]


# Used.


def test_the_reserved_token_uses_it() -> None:
    """The idToken ends the reservation, and only the first event has its id (H03.FR.09, .10; E01.FR.13)."""
    play = reserved().tell(ALICE)
    assert play.transcript() == ["Authorize", "1.1 Available"]
    assert ("reservation", 1) not in play.alarms
    started, *others = play.tell(Plugged(1)).wait(60).take("TransactionEvent")
    assert started["reservationId"] == 1
    assert [other for other in others if "reservationId" in other] == []
    assert len(others) == 2
    assert play.device.storage.reservations == {}
    assert "ReservationStatusUpdate" not in play.wait(900).actions()


def test_the_cable_of_a_reserved_evse() -> None:
    """Plugging in leaves a connector Reserved; the reserved idToken makes it Occupied (H03, S2)."""
    play = reserved().tell(Plugged(1))
    assert play.transcript() == []
    assert play.tell(ALICE).transcript() == ["Authorize", "Started 0 Authorized", "1.1 Occupied"]


@pytest.mark.parametrize(
    ("booked", "own", "starts"),
    [(GROUP, GROUP, True), (GROUP, OTHER_GROUP, False), (None, GROUP, False), (GROUP, None, False)],
)
def test_the_group_of_a_reservation(booked: Json | None, own: Json | None, *, starts: bool) -> None:
    """An idToken of the reserved group may charge, and others may not (H03.FR.04, .08)."""
    play = reserved(groupIdToken=booked)
    play.csms = answering(Authorize={"idTokenInfo": {"groupIdToken": own}})
    events = play.tell(Plugged(1), BOBS).take("TransactionEvent")
    assert [event.get("reservationId") for event in events] == ([1] if starts else [])
    assert (1 in play.device.storage.reservations) is not starts


def test_the_reserved_evse_comes_first() -> None:
    """A reader for all EVSEs selects the EVSE that is reserved for the idToken."""
    assert reserved(evses=3, evse=2).tell(ALICE).device.evses[2].authorized == TOKEN
    assert reserved(evses=2, evse=1).tell(BOBS).device.evses[2].authorized == BOB


@pytest.mark.parametrize(
    ("token", "group", "status"), [(TOKEN, None, "Accepted"), (BOB, None, "Rejected"), (BOB, GROUP, "Accepted")]
)
@pytest.mark.parametrize("place", [1, None])
def test_remote_starts_at_a_reserved_evse(token: Json, group: Json | None, status: str, place: int | None) -> None:
    """A remote start is accepted for the reserved idToken or its group only (F01.FR.21, .22; F02.FR.06)."""
    play = reserved(groupIdToken=GROUP).tell(Plugged(1))
    given = {"idToken": token, "remoteStartId": 7, "evseId": place, "groupIdToken": group}
    assert play.ask("RequestStartTransaction", given)["status"] == status
    events = play.take("TransactionEvent")
    ids = [(event["transactionInfo"]["remoteStartId"], event["reservationId"]) for event in events]
    assert ids == ([(7, 1)] if status == "Accepted" else [])


def test_a_used_reservation_is_not_reported_later() -> None:
    """The id of a used reservation is not in the events of a later transaction (H03.FR.09)."""
    play = reserved().tell(ALICE).wait(60).tell(Plugged(1), cues.Presented(BOB))
    (started,) = play.take("TransactionEvent")
    assert "reservationId" not in started
