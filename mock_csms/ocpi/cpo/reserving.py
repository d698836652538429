"""Reservations of eMSPs. A station gets ids of our own, because two eMSPs may use the same id."""

from collections.abc import Callable

from mock_csms.ocpi.cpo.results import (
    ACCEPTED,
    REJECTED,
    Asked,
    NotAccepted,
    ask_station,
    connected,
    send_result,
)
from mock_csms.ocpi.cpo.where import find_spot, why_rejected
from mock_csms.ocpi.cpo.world import Commanded, CpoWorld, OcpiReservation
from mock_csms.ocpi.mapping.version import Reserve
from mock_csms.ocpi.steps import StationCommand, Steps
from mock_csms.ocpi.times import time_of, written_time

CANCELED, UNKNOWN_RESERVATION = "CANCELED_RESERVATION", "UNKNOWN_RESERVATION"


def reserve_now(world: CpoWorld, asked: Asked) -> Callable[[], Steps]:
    """Reserve an EVSE, or change the reservation with the same id."""
    body = asked.body
    until = time_of(body["expiry_date"])
    if until is None or until <= world.now():
        raise NotAccepted(REJECTED, "the expiry_date is over")
    spot = find_spot(world, body)
    identity = spot.place.identity
    mapping, token, key = connected(world, identity), body["token"], _key(asked)
    before = world.reservations.get(key)
    ours = before.ours if before and before.identity == identity else world.new_integer()
    step = mapping.reserve(
        Reserve(
            id=ours,
            token=token["uid"],
            type=token["type"],
            group=token.get("group_id") or "",
            evse=spot.place.evse,
            until=written_time(until),
        )
    )
    reference = body.get("authorization_reference") or ""
    world.remember(Commanded(at=world.now(), identity=identity, token=token, reference=reference, reservation=ours))

    def work() -> Steps:
        result, reason, _ = yield from ask_station(asked, mapping, identity, step)
        if result == ACCEPTED:
            world.reservations.renew(
                key,
                OcpiReservation(
                    peer=asked.peer,
                    id=body["reservation_id"],
                    ours=ours,
                    identity=identity,
                    response_url=asked.url,
                    correlation_id=asked.correlation_id,
                ),
            )
            if before and before.identity != identity:
                yield StationCommand(before.identity, connected(world, before.identity).cancel(before.ours))
        elif result == REJECTED:
            result = why_rejected(world, spot)
        yield from send_result(world, asked, result, reason)

    return work


def cancel_reservation(world: CpoWorld, asked: Asked) -> Callable[[], Steps]:
    """Cancel a reservation of the same party."""
    key = _key(asked)
    found = world.reservations.get(key)
    if found is None:
        return lambda: send_result(world, asked, UNKNOWN_RESERVATION, "there is no such reservation")
    mapping = connected(world, found.identity)
    step = mapping.cancel(found.ours)

    def work() -> Steps:
        result, reason, _ = yield from ask_station(asked, mapping, found.identity, step)
        if result in (ACCEPTED, UNKNOWN_RESERVATION):
            world.reservations.pop(key, None)
        yield from send_result(world, asked, result, reason)

    return work


def reservation_ended(world: CpoWorld, identity: str, ours: int, *, is_expired: bool) -> Steps:
    """Forget a reservation that the station has ended; if it was removed before its time, tell the eMSP."""
    for key, each in [*world.reservations.items()]:
        if (each.identity, each.ours) == (identity, ours):
            del world.reservations[key]
            if not is_expired:
                asked = Asked(
                    peer=each.peer,
                    name="RESERVE_NOW",
                    body={},
                    url=each.response_url,
                    correlation_id=each.correlation_id,
                )
                yield from send_result(world, asked, CANCELED, "the station has removed the reservation")


def _key(asked: Asked) -> tuple[str, str]:
    return asked.peer.name if asked.peer else "", asked.body["reservation_id"].casefold()
