"""Reservations of eMSPs. A station gets ids of our own, because two eMSPs may use the same id."""

from collections.abc import Callable

from mock_csms.ocpi.cpo.results import (
    ACCEPTED,
    REJECTED,
    NotAccepted,
    OcpiCommand,
    ask_station,
    connected,
    send_result,
)
from mock_csms.ocpi.cpo.where import Spot, find_spot, why_rejected
from mock_csms.ocpi.cpo.world import Commanded, CpoWorld, OcpiReservation
from mock_csms.ocpi.mapping.version import Reserve
from mock_csms.ocpi.steps import StationCommand, Steps
from mock_csms.ocpi.times import time_of, written_time

CANCELED, UNKNOWN_RESERVATION = "CANCELED_RESERVATION", "UNKNOWN_RESERVATION"


def reserve_now(world: CpoWorld, asked: OcpiCommand) -> Callable[[], Steps]:
    """Reserve an EVSE, or change the reservation with the same id."""
    spot = find_spot(world, asked.body)
    before = world.reservations.get(_key(asked))
    identity = spot.place.identity
    ours = before.ours if before and before.identity == identity else world.new_integer()
    mapping = connected(world, identity)
    step = mapping.reserve(_reserve(world, asked, spot, ours))

    def work() -> Steps:
        result, reason, _ = yield from ask_station(asked, mapping, identity, step)
        if result == ACCEPTED:
            _keep(world, asked, spot, ours)
            if before and before.identity != identity:
                yield StationCommand(before.identity, connected(world, before.identity).cancel(before.ours))
        elif result == REJECTED:
            result = why_rejected(world, spot)
        yield from send_result(world, asked, result, reason)

    return work


def _reserve(world: CpoWorld, asked: OcpiCommand, spot: Spot, ours: int) -> Reserve:
    """Return what the station is asked for, and remember its token. Raises NotAccepted for a time that is over."""
    body, token = asked.body, asked.body["token"]
    until = time_of(body["expiry_date"])
    if until is None or until <= world.now():
        raise NotAccepted(REJECTED, "the expiry_date is over")
    world.remember(
        Commanded(
            at=world.now(),
            identity=spot.place.identity,
            token=token,
            reference=body.get("authorization_reference") or "",
            reservation=ours,
        )
    )
    return Reserve(
        id=ours,
        token=token["uid"],
        type=token["type"],
        group=token.get("group_id") or "",
        evse=spot.place.evse,
        until=written_time(until),
    )


def _keep(world: CpoWorld, asked: OcpiCommand, spot: Spot, ours: int) -> None:
    """Remember a reservation that the station has accepted."""
    identity = spot.place.identity
    kept = OcpiReservation(
        peer=asked.peer,
        id=asked.body["reservation_id"],
        ours=ours,
        identity=identity,
        response_url=asked.url,
        correlation_id=asked.correlation_id,
    )
    world.reservations.renew(_key(asked), kept)
    commanded = next((each for each in reversed(world.commanded) if each.reservation == ours), None)
    if commanded is not None:
        world.reserved(commanded, spot.place.evse, time_of(asked.body["expiry_date"]) or 0.0)


def cancel_reservation(world: CpoWorld, asked: OcpiCommand) -> Callable[[], Steps]:
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
            world.unreserved(found.identity, found.ours)
        yield from send_result(world, asked, result, reason)

    return work


def reservation_ended(world: CpoWorld, identity: str, ours: int, *, is_expired: bool) -> None:
    """Forget a reservation that the station has ended; if it was removed before its time, tell the eMSP."""
    for key, each in [*world.reservations.items()]:
        if (each.identity, each.ours) != (identity, ours):
            continue
        del world.reservations[key]
        if not is_expired and each.peer is not None:
            asked = OcpiCommand(
                peer=each.peer,
                name="RESERVE_NOW",
                body={},
                url=each.response_url,
                correlation_id=each.correlation_id,
            )
            world.push(each.peer, send_result(world, asked, CANCELED, "the station has removed the reservation"))


def _key(asked: OcpiCommand) -> tuple[str, str]:
    return asked.peer.name if asked.peer else "", asked.body["reservation_id"].casefold()
