"""The models of stations, by their identities: what each has told so far, over all its connections.

A `StationModel` is small: it has what templates, rules and admission need. All else is in its `twin`, which is made
when the checks or a plan first ask for it, and is updated from then on.
"""

from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING

from mock_csms.protocol.records import Mutable, bounded

if TYPE_CHECKING:
    from mock_csms.twin.twin import Twin


class StationModel(Mutable):
    """What the mock knows about one station."""

    identity: str
    password: str | None = None
    """The last password from the mock that it accepted; None if there was none."""
    boot_status: str | None = None
    """The status in the mock's answer to its last BootNotification; None before that answer."""
    asked_for: frozenset[str] = frozenset()
    """The actions that commands have asked it to send since its last BootNotification."""
    transactions: dict[str, None] = bounded(1000)
    """The ids of its running transactions, the oldest first (a dict keeps the order); at most a thousand."""
    csr: str = ""
    """Its last certificate signing request, of any type."""
    url: str = ""
    """The URL under which it reached the mock; empty if that is the mock's own URL."""
    twin: "Twin | None" = None
    """All else; None until somebody asks for it."""
    connections: int = 0
    """How many connections it has now: more than one only with `--on-duplicate both`."""

    def __repr__(self) -> str:
        """Name the station; what is known of it may be secret, and a failed test prints this."""
        return f"StationModel({self.identity!r})"

    @property
    def is_accepted(self) -> bool:
        """Whether its last BootNotification was answered with Accepted."""
        return self.boot_status == "Accepted"

    @property
    def oldest_transaction(self) -> str | None:
        """The id of the transaction that has been running longest; None if none runs."""
        return next(iter(self.transactions), None)


MOST_VISITORS = 100
"""How many identities that were never let in are remembered: the checks look at how soon a station tries again."""


class Stations:
    """The models of the stations that are connected, of the last `most` that are gone, and of a few that were refused.

    Of all others that were let in it keeps only what rules need: how they were answered last, and their password.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.let_in: dict[str, StationModel] = {}
        """Those that have connected, by identity."""
        self._others: dict[str, StationModel] = {}
        """Those that have not, but somebody follows them, or they were refused."""
        self._gone: dict[str, None] = {}
        """The identities of those in `let_in` that are not connected, the one that left first in front."""
        self._visitors: dict[str, None] = {}
        """The identities that were refused and never let in, the oldest in front."""
        self._followed: set[str] = set()
        """The identities that are never forgotten."""
        self._forgotten: dict[str, str | None] = {}
        """The boot status of each station that was let in and forgotten."""
        self._passwords: dict[str, str] = {}
        """The passwords of forgotten stations that have taken one from the mock."""

    def get(self, identity: str) -> StationModel | None:
        """Return the model of a station that has connected and is not forgotten, or that somebody follows."""
        return self.let_in.get(identity) or self._others.get(identity)

    def welcome(self, identity: str) -> StationModel:
        """Return the model of a station that connects."""
        self._gone.pop(identity, None)
        self._visitors.pop(identity, None)
        station = self._others.pop(identity, None) or self.let_in.get(identity) or StationModel(identity)
        if identity in self._forgotten:
            station.boot_status = self._forgotten.pop(identity)
            station.password = self._passwords.pop(identity, None)
        self.let_in[identity] = station
        station.connections += 1
        return station

    def leave(self, identity: str) -> Sequence[str]:
        """Note that a connection of a station has ended; return the identities that are forgotten for it."""
        self.let_in[identity].connections -= 1
        return self.turn_away(identity)

    def turn_away(self, identity: str) -> Sequence[str]:
        """Note that a station was refused, or has gone; return the identities that are forgotten for it."""
        station = self.let_in.get(identity)
        if station is not None and station.connections:
            return ()
        pool, most = (self._visitors, MOST_VISITORS) if station is None else (self._gone, self.most)
        pool.pop(identity, None)
        if identity not in self._followed:
            pool[identity] = None
        oldest = list(islice(pool, max(0, len(pool) - most)))
        for each in oldest:
            del pool[each]
            self._forget(each)
        return oldest

    def forget(self, identity: str) -> bool:
        """Forget a station that is not connected as if it had never come; return whether anything was known of it."""
        is_known = identity in self.let_in or identity in self._forgotten
        for pool in (self._gone, self._visitors, self._others, self._forgotten, self._passwords):
            pool.pop(identity, None)
        self._followed.discard(identity)
        self.let_in.pop(identity, None)
        return is_known

    def _forget(self, identity: str) -> None:
        station = self.let_in.pop(identity, None)
        self._others.pop(identity, None)
        if station is not None:
            self._forgotten[identity] = station.boot_status
            if station.password is not None:
                self._passwords[identity] = station.password

    def password_of(self, identity: str) -> str | None:
        """Return the password that a station has taken from the mock last, if it has."""
        station = self.let_in.get(identity)
        return station.password if station else self._passwords.get(identity)

    def was_forgotten(self, identity: str) -> bool:
        """Whether a station was connected before, and nothing of that is known any more."""
        return identity in self._forgotten

    def adopt(self, identity: str, twin: "Twin") -> None:
        """Make `twin` the twin of a station; it takes over what an earlier twin has learned."""
        station = self.get(identity) or self._others.setdefault(identity, StationModel(identity))
        for name in station.twin.__struct_fields__ if station.twin is not None else ():
            setattr(twin, name, getattr(station.twin, name))
        station.twin = twin

    def follow(self, identity: str) -> "Twin":
        """Return the twin of a station, which is updated from now on; the station need not have connected yet.

        A station that is followed is never forgotten.
        """
        self._followed.add(identity)
        for pool in (self._gone, self._visitors):
            pool.pop(identity, None)
        station = self.get(identity) or self._others.setdefault(identity, StationModel(identity))
        if station.twin is None:
            from mock_csms.twin.twin import Twin  # noqa: PLC0415 - not needed at start-up

            station.twin = Twin()
        return station.twin
