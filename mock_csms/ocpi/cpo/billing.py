"""Makes the sessions and the CDRs of charges. A CDR never changes: a wrong one is credited, and a new one is made."""

from mock_csms.ocpi.cpo.pushing import push_cdr, push_session
from mock_csms.ocpi.cpo.world import CpoWorld, RunningSession
from mock_csms.ocpi.mapping.cdrs import cdr, credit_of
from mock_csms.ocpi.mapping.charges import Charge
from mock_csms.ocpi.mapping.ids import cdr_id, session_id
from mock_csms.ocpi.mapping.locations import LocationTerms
from mock_csms.ocpi.mapping.sessions import session
from mock_csms.ocpi.restrictions import Clock
from mock_csms.ocpi.store import Json
from mock_csms.protocol.records import Bounded

_MOST = 10_000
"""How many CDRs are remembered for corrections; the oldest are forgotten first."""


class Billing:
    """Makes the sessions and the CDRs."""

    def __init__(self, world: CpoWorld, terms: LocationTerms) -> None:
        self._world, self._terms = world, terms
        self._cdrs: Bounded[str, list[str]] = Bounded(_MOST)
        """By session: the ids of its CDRs; only the last one is not credited."""
        self._numbers: Bounded[tuple[str, str], int] = Bounded(_MOST)
        """How often a station has used the id of a transaction."""

    def next_number(self, charge: Charge) -> int:
        """Return which of the transactions with that id at that station comes next: 2 for the second one."""
        key = (charge.identity, charge.transaction)
        self._numbers[key] = self._numbers.get(key, 1) + 1
        return self._numbers[key]

    def settle(self, charge: Charge) -> None:
        """Make the session of a charge again, and its CDR if it has ended; push what is new."""
        if charge.token is None or self._terms.site_of(charge.identity) is None:
            return
        world, id_ = self._world, charge.session
        before = world.sessions.get(id_)
        made = session(charge, self._terms.owner, self._clock(charge))
        after = world.sessions.own((id_,), made, world.now())
        if after is not None:
            push_session(world, before, after)
        status = made["status"]
        if charge.transaction and not charge.is_ended:
            world.running[id_.casefold()] = RunningSession(charge.identity, charge.transaction, charge.evse)
        else:
            world.running.pop(id_.casefold(), None)
        if status == "COMPLETED":
            self._bill(charge)

    def _bill(self, charge: Charge) -> None:
        """Make a CDR; if there is one with other content already, credit it first."""
        ids = self._cdrs.get(charge.session, [])
        id_ = cdr_id(charge.session) if not ids else session_id(charge.identity, f"{charge.session}-B{len(ids) + 1}")
        fresh = cdr(charge, id_, self._terms.owner, self._clock(charge))
        if not charge.transaction and not fresh["total_cost"]["excl_vat"]:
            return  # a reservation that cost nothing
        before = self._world.cdrs.get(ids[-1]) if ids else None
        if before is not None:
            if _content(before) == _content(fresh):
                return
            self._keep(credit_of(before))
        self._cdrs.renew(charge.session, [*ids, id_])
        self._keep(fresh)

    def _keep(self, made: Json) -> None:
        kept = self._world.cdrs.own((made["id"],), made, self._world.now())
        if kept is not None:
            push_cdr(self._world, kept)

    def _clock(self, charge: Charge) -> Clock:
        site = self._terms.site_of(charge.identity)
        assert site is not None  # noqa: S101 - only such charges have sessions
        return self._world.clock_at(site)


def _content(found: Json) -> Json:
    return {name: value for name, value in found.items() if name not in ("id", "last_updated")}
