"""Reservations: they are made, cancelled, used, expire, or are removed if no EVSE is left for them (H01 to H04)."""

from collections.abc import Mapping
from typing import Any

from mock_csms.protocol.actions import Json
from mock_csms.protocol.times import seconds_of
from mock_csms.station.cues import Act, Send, Set, Stop
from mock_csms.station.state import Moment
from mock_csms.station.v2 import boot, reserved
from mock_csms.station.v2.answers import ACCEPTED, REJECTED, Alarmed, Answer, Given
from mock_csms.station.v2.device import Device, Evse, Step
from mock_csms.station.v2.storage import HeldReservation
from mock_csms.station.v2.variables import RESERVATIONS, RESERVATIONS_ANYWHERE

_KIND = "reservation"


def reserve(device: Device, payload: Json, moment: Moment) -> Given:
    """Reserve one EVSE, or any, for an idToken; it replaces a reservation with the same id (H01.FR.02)."""
    id_, expires_at = payload["id"], seconds_of(payload["expiryDateTime"])
    others = _without(device, id_)
    status = _judge(others, payload)
    if expires_at is None or expires_at <= moment.now:
        status = "Rejected"
    if status != "Accepted" or expires_at is None:
        return device, {"status": status}, []
    made = HeldReservation(id_, payload["idToken"], expires_at, payload.get("groupIdToken"), payload.get("evseId"))
    device = others.storing(reservations={**others.storage.reservations, id_: made})
    return device, ACCEPTED, [_alarm(made, moment)]


def cancel(device: Device, payload: Json, _: Moment) -> Given:
    """Cancel a reservation; no update is sent, because the CSMS itself requested this (H02.FR.01, .02)."""
    id_ = payload["reservationId"]
    if id_ not in device.storage.reservations:
        return device, REJECTED, []
    return _without(device, id_), ACCEPTED, [Stop((_KIND, id_))]


def use(device: Device, id_: int) -> Step:
    """End a reservation because a driver uses it (H03.FR.09)."""
    return _without(device, id_), [Stop((_KIND, id_))]


def expire(device: Device, about: list[Any], moment: Moment) -> Step:
    """Let an unused reservation expire; this is reported after the connector statuses (H04.FR.01, .03)."""
    if about[0] not in device.storage.reservations:
        return device, []
    device, reports = boot.report_connectors(_without(device, about[0]), moment)
    return device, [*reports, _update(device, about[0], "Expired")]


def remove(device: Device) -> Step:
    """Remove the reservations for which every EVSE is Faulted or Unavailable (H01.FR.16, .17)."""
    acts: list[Act] = []
    for reservation in device.storage.reservations.values():
        if all(_states(evse) <= {"Faulted", "Unavailable"} for evse in _targets(device, reservation.evse)):
            device = _without(device, reservation.id)
            acts += [Stop((_KIND, reservation.id)), _update(device, reservation.id, "Removed")]
    return device, acts


def alarms(device: Device, moment: Moment) -> list[Act]:
    """Return the alarms of all reservations, to set them again after a reboot."""
    return [_alarm(reservation, moment) for reservation in device.storage.reservations.values()]


def _judge(device: Device, payload: Json) -> str:
    """Return the status in the answer to ReserveNow (H01.FR.01, .03, .04, .11, .12, .14, .18, .19)."""
    place = payload.get("evseId")
    targets = _targets(device, place)
    if not device.is_on(RESERVATIONS) or (place is None and not device.is_on(RESERVATIONS_ANYWHERE)) or not targets:
        return "Rejected"
    reservations = device.storage.reservations.values()
    if any(reserved.is_free(device, evse) and not reserved.is_kept(device, evse, reservations) for evse in targets):
        return "Accepted"
    states = {state for evse in targets for state in _states(evse)}
    return states.pop() if states in ({"Faulted"}, {"Unavailable"}) else "Occupied"


def _targets(device: Device, place: int | None) -> list[Evse]:
    return [evse for evse in device.evses.values() if place in (None, evse.id)]


def _states(evse: Evse) -> frozenset[str]:
    return frozenset(evse.status(connector) for connector in evse.each_connector)


def _without(device: Device, id_: int) -> Device:
    kept = {
        reservation.id: reservation for reservation in device.storage.reservations.values() if reservation.id != id_
    }
    return device.storing(reservations=kept)


def _alarm(reservation: HeldReservation, moment: Moment) -> Set:
    return Set((_KIND, reservation.id), reservation.expires_at - moment.now)


def _update(device: Device, id_: int, status: str) -> Send:
    """Return the ReservationStatusUpdate; an accepted station keeps it while it is offline (H04.FR.01)."""
    payload = {"reservationId": id_, "reservationUpdateStatus": status}
    return Send("ReservationStatusUpdate", payload, is_asked_for=device.is_accepted)


ANSWERS: Mapping[str, Answer] = {
    "CancelReservation": cancel,
    "ReserveNow": reserve,
}

ALARMS: Mapping[str, Alarmed] = {_KIND: expire}
