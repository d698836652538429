"""Follows the stations: makes locations, sessions and CDRs from what they tell, and pushes what has changed."""

from collections.abc import Sequence

from mock_csms.ocpi.cpo.billing import Billing
from mock_csms.ocpi.cpo.claims import claim
from mock_csms.ocpi.cpo.pushing import push_location
from mock_csms.ocpi.cpo.reserving import reservation_ended
from mock_csms.ocpi.cpo.world import Commanded, CpoWorld, EvsePlace
from mock_csms.ocpi.mapping.charges import COMMAND, Charge, milliseconds_of
from mock_csms.ocpi.mapping.ids import NOT_AVAILABLE, evse_uid, session_id
from mock_csms.ocpi.mapping.locations import LocationTerms, evses_of, location, place_in, renewed
from mock_csms.ocpi.mapping.sessions import price_of
from mock_csms.ocpi.mapping.tables import mapping_of
from mock_csms.ocpi.mapping.tokens import cdr_token
from mock_csms.ocpi.mapping.told import Told
from mock_csms.ocpi.mapping.version import OcpiMapping
from mock_csms.ocpi.store import Json
from mock_csms.protocol.identifiers import folded
from mock_csms.protocol.messages import Call
from mock_csms.protocol.records import Bounded
from mock_csms.twin.events import Connected, Disconnected, Event, Received, Sent
from mock_csms.twin.station import StationModel

_MOST = 10_000
"""How many stations the locations have, and how many charges are remembered; the oldest are forgotten first."""


class Follower:
    """Follows all stations. After `learn` comes `renew`: so many messages at once make one change of a location."""

    def __init__(self, world: CpoWorld, terms: LocationTerms) -> None:
        self._world, self._terms = world, terms
        self._billing = Billing(world, terms)
        self._charges: Bounded[tuple[str, str], Charge] = Bounded(_MOST)
        """By station and id of the transaction."""
        self._latest: Bounded[tuple[str, int | None], Charge] = Bounded(_MOST)
        """By station and EVSE: its last charge."""
        self._reserved: Bounded[tuple[str, int], Charge] = Bounded(_MOST)
        """By station and id of the reservation: those that no transaction has used so far."""
        self._evses: dict[str, dict[str, Sequence[Json]]] = {site.id: {} for site in terms.sites}
        """By location and station: its EVSEs."""
        self._is_full = False
        """Whether there are more stations than the locations may have."""
        self.stale: dict[str, None] = {}
        """The stations whose locations may have changed."""

    # Locations.

    def begin(self) -> None:
        """Make all locations, which have no EVSEs so far."""
        for site in self._terms.sites:
            self._renew_location(site.id)

    def renew(self) -> None:
        """Make the EVSEs of all stations again that may have changed, and push what has changed."""
        stale, self.stale = self.stale, {}
        sites: dict[str, None] = {}
        for identity in stale:
            station, site = self._world.station(identity), self._terms.site_of(identity)
            if station is None or site is None or station.twin is None or not self._has_room(site.id, identity):
                continue
            for evse in {place[0] for place in mapping_of(station.version).connectors_in(station.twin)}:
                place = EvsePlace(station.identity, evse)
                self._world.places[evse_uid(station.identity, evse).casefold()] = place
            self._evses[site.id][folded(identity)] = evses_of(station, self._terms, self._world.now())
            sites[site.id] = None
        for site_id in sites:
            self._renew_location(site_id)

    def _has_room(self, site_id: str, identity: str) -> bool:
        """Whether a station is in the locations, or can still be: its EVSEs would stay there for ever."""
        if folded(identity) in self._evses[site_id]:
            return True
        has_room = sum(map(len, self._evses.values())) < _MOST
        if not has_room and not self._is_full:
            self._is_full = True
            self._world.tell(f"the locations have {_MOST} stations; further ones are not told to anybody")
        return has_room

    def _renew_location(self, site_id: str) -> None:
        site = next(each for each in self._terms.sites if each.id == site_id)
        evses = (evse for each in self._evses[site_id].values() for evse in each)
        fresh, before = location(site, evses, self._terms.owner), self._world.locations.get(site_id)
        at = self._world.locations.stamp(self._world.now())
        after, changes = renewed(before, fresh, lambda: at)
        if changes:
            self._world.locations.put((site_id,), after)
            push_location(self._world, changes)

    # Transactions.

    def learn(self, event: Event) -> None:
        """Learn from an event."""
        station = self._world.station(event.station)
        if station is None:
            return
        if isinstance(event, Connected | Disconnected):
            self.stale[station.identity] = None
        elif _is_valid(event):
            self._learn(station, mapping_of(station.version), event)

    def _learn(self, station: StationModel, mapping: OcpiMapping, event: Event) -> None:
        if type(event) is Received and type(event.message) is Call and event.message.action in mapping.moves:
            self.stale[station.identity] = None
        for told in mapping.told(event):
            charge = self._charge_of(station.identity, told)
            if charge is not None:
                charge.learn(told)
                self._latest.renew((folded(charge.identity), charge.evse), charge)
                charge.set_cost = self._world.set_cost(charge.is_ended)
                self._place(charge)
                claim(self._world, charge, told)
                self._billing.settle(charge)
        if ended := mapping.ended_reservation(event):
            self.end_reservation(station.identity, ended[0], is_expired=ended[1])

    def _charge_of(self, identity: str, told: Told) -> Charge | None:
        """Return the charge that a message is about; None for a status where no transaction runs."""
        station = folded(identity)
        if not told.transaction:
            found = self._latest.get((station, told.evse))
            return None if found is None or found.is_ended else found
        key = (station, told.transaction)
        charge = self._charges.get(key)
        if charge is not None and not (charge.is_ended and told.is_start and _is_later(charge, told)):
            return charge
        reserved = None if told.reservation is None else self._reserved.pop((station, told.reservation), None)
        number = 1 if charge is None else self._billing.next_number(charge)
        fresh = reserved or Charge(identity=identity, session=session_id(identity, told.transaction, number))
        fresh.transaction = told.transaction
        fresh.tariff = fresh.tariff or next(iter(self._terms.tariffs), None)
        self._charges.renew(key, fresh)
        return fresh

    def _place(self, charge: Charge) -> None:
        """Find out where a charge is, once its EVSE is known."""
        site = self._terms.site_of(charge.identity)
        if site is None or charge.place.get("evse_uid", NOT_AVAILABLE) != NOT_AVAILABLE:
            return
        uid = evse_uid(charge.identity, charge.evse) if charge.evse is not None else ""
        if uid.casefold() not in self._world.places:
            self.renew()  # so that others hear of the EVSE before its session
        connector = "" if charge.connector is None else str(charge.connector)
        evses = self._evses[site.id].get(folded(charge.identity), ())
        charge.place = place_in({"evses": evses}, site, uid, connector)

    def price_of(self, identity: str, transaction: str) -> float | None:
        """Return the cost of a transaction so far, as its station is told it; None if it is not known."""
        charge = self._charges.get((folded(identity), transaction))
        site = self._terms.site_of(identity)
        return None if charge is None or site is None else price_of(charge, self._world.clock_at(site))

    # Reservations.

    def reserve(self, commanded: Commanded, evse: int) -> None:
        """Begin the session of a reservation that a station has accepted."""
        ours = commanded.reservation or 0
        key = (folded(commanded.identity), ours)
        charge = self._reserved.get(key) or Charge(
            identity=commanded.identity,
            session=session_id(commanded.identity, f"R{ours}"),
            reservation=ours,
            reserved_at=round(self._world.now() * 1000),
            tariff=next(iter(self._terms.tariffs), None),
        )
        charge.evse, charge.token = evse, cdr_token(commanded.token)
        charge.auth_method, charge.reference = COMMAND, commanded.reference
        self._reserved.renew(key, charge)
        self._place(charge)
        self._billing.settle(charge)

    def end_reservation(self, identity: str, ours: int, *, is_expired: bool) -> None:
        """End the session of a reservation that no transaction has used, and tell the eMSP if it was removed."""
        charge = self._reserved.pop((folded(identity), ours), None)
        if charge is not None:
            charge.reserved_until, charge.is_expired = round(self._world.now() * 1000), is_expired
            self._billing.settle(charge)
        reservation_ended(self._world, identity, ours, is_expired=is_expired)


def _is_later(charge: Charge, told: Told) -> bool:
    """Whether a message came from a time after the end of a charge: its station uses the id again."""
    at = milliseconds_of(told.stamp)
    return at is not None and charge.ended_at is not None and at > charge.ended_at


def _is_valid(event: Event) -> bool:
    """Whether an event is a message that can be read."""
    if type(event) is Received:
        return not event.violations and not event.is_refused
    return type(event) is Sent and not event.violations
