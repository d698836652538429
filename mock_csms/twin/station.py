"""The models of stations, by their identities: the facts about each, over all its connections.

A `StationModel` is small: it has the facts that templates, rules and admission need. Everything else is in its `twin`,
which is made when the checks or a plan first ask for it, and is updated from then on.
"""

from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from mock_csms.protocol.records import Mutable, Record, bounded
from mock_csms.protocol.versions import DEFAULT, Version

if TYPE_CHECKING:
    from mock_csms.twin.twin import Twin


class Instructed(Record):
    """The connection settings that a station has accepted from the mock."""

    password: str | None = None
    """The last password from the mock; None if there was none."""
    needs_reboot: bool = False
    """Whether it uses that password only after its next boot (RebootRequired)."""
    raised_to: int = 0
    """The security profile that the mock has set in the station; 0 if it has set none."""


class StationModel(Mutable):
    """What the mock knows about one station."""

    identity: str
    version: Version = DEFAULT
    """The version of OCPP on the last connection."""
    password: str | None = None
    """The last password from the mock that the station accepted; None if there was none."""
    needs_reboot: bool = False
    """Whether it uses that password only after its next boot (RebootRequired)."""
    profile: int = 1
    """The security profile of its last connection."""
    raised_to: int = 0
    """The security profile that the mock has set in the station; 0 if it has set none."""
    boot_status: str | None = None
    """The status in the mock's answer to its last BootNotification; None before that answer."""
    asked_for: frozenset[str] = frozenset()
    """The actions that commands have requested since its last BootNotification."""
    transactions: dict[str | int, None] = bounded(1000)
    """The ids of its running transactions, the oldest first (a dict keeps the order); at most a thousand."""
    csr: str = ""
    """Its last certificate signing request, of any type."""
    csr_id: int | None = None
    """The requestId of that signing request (OCPP 2.1); None if it had none."""
    dynamic_limits: dict[int, Any] | None = None
    """By profile id: the limits of each Dynamic charging profile that the station has accepted (OCPP 2.1, K28)."""
    streamed: set[int] | None = None
    """The ids of the monitors whose values the station may stream (OCPP 2.1, N11)."""
    url: str = ""
    """The URL under which it reached the mock; empty if that is the mock's own URL."""
    twin: "Twin | None" = None
    """The twin with all other facts; None until a check or a plan needs it."""
    connections: int = 0
    """How many connections it has now: more than one only with `--on-duplicate both`."""

    def __repr__(self) -> str:
        """Return only the name of the station. Other facts may be secret, and a failed test prints this text."""
        return f"StationModel({self.identity!r})"

    @property
    def is_accepted(self) -> bool:
        """Whether its last BootNotification was answered with Accepted."""
        return self.boot_status == "Accepted"

    @property
    def oldest_transaction(self) -> str | int | None:
        """The id of the transaction that has been running longest; None if none runs."""
        return next(iter(self.transactions), None)


MOST_VISITORS = 100
"""How many identities of refused stations are remembered; the checks need to know how soon a station retries."""


class Stations:
    """The models of the connected stations, of the last `most` that left, and of a few that were refused.

    Of other stations it keeps only what rules need: the status in the last answer to a boot, and accepted connection
    settings.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.let_in: dict[str, StationModel] = {}
        """By identity: the stations that have connected."""
        self._others: dict[str, StationModel] = {}
        """By identity: the stations that have not connected, but are followed or were refused."""
        self._gone: dict[str, None] = {}
        """The identities in `let_in` that are not connected, in the order in which they left."""
        self._visitors: dict[str, None] = {}
        """The identities that were refused and have never connected, the oldest first."""
        self._followed: set[str] = set()
        """The identities whose models are never dropped."""
        self._forgotten: dict[str, str | None] = {}
        """The last boot status of each station whose model was dropped."""
        self._instructed: dict[str, Instructed] = {}
        """By identity: the connection settings that dropped stations have accepted."""

    def get(self, identity: str) -> StationModel | None:
        """Return the model of a station that has connected or is followed; None if there is none or it was dropped."""
        return self.let_in.get(identity) or self._others.get(identity)

    def welcome(self, identity: str, version: Version = DEFAULT) -> StationModel:
        """Return the model of a station that connects; `version` is the version of OCPP of the connection."""
        self._gone.pop(identity, None)
        self._visitors.pop(identity, None)
        station = self._others.pop(identity, None) or self.let_in.get(identity) or StationModel(identity)
        if identity in self._forgotten:
            station.boot_status = self._forgotten.pop(identity)
            accepted = self._instructed.pop(identity, Instructed())
            station.password, station.needs_reboot, station.raised_to = (
                accepted.password,
                accepted.needs_reboot,
                accepted.raised_to,
            )
        self.let_in[identity] = station
        station.version = version
        station.connections += 1
        return station

    def leave(self, identity: str) -> Sequence[str]:
        """Note the end of a station's connection; return the identities of the models that are dropped to make room."""
        self.let_in[identity].connections -= 1
        return self.turn_away(identity)

    def turn_away(self, identity: str) -> Sequence[str]:
        """Note that a station was refused or has left; return the identities of models dropped to make room."""
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

    def forget(self, identity: str) -> None:
        """Forget everything about a station that is not connected."""
        for pool in (self._gone, self._visitors, self._others, self._forgotten, self._instructed):
            pool.pop(identity, None)
        self._followed.discard(identity)
        self.let_in.pop(identity, None)

    def _forget(self, identity: str) -> None:
        station = self.let_in.pop(identity, None)
        self._others.pop(identity, None)
        if station is not None:
            self._forgotten[identity] = station.boot_status
            if (accepted := _instructed(station)) != Instructed():
                self._instructed[identity] = accepted

    def instructed(self, identity: str) -> Instructed:
        """Return the connection settings that a station has accepted from the mock."""
        station = self.let_in.get(identity)
        return _instructed(station) if station is not None else self._instructed.get(identity, Instructed())

    def was_forgotten(self, identity: str) -> bool:
        """Whether a station was connected before and its model was dropped."""
        return identity in self._forgotten

    def adopt(self, identity: str, twin: "Twin") -> None:
        """Make `twin` the twin of a station; it gets the facts of an earlier twin of the same version."""
        station = self.get(identity) or self._others.setdefault(identity, StationModel(identity))
        earlier = station.twin
        if earlier is not None and isinstance(twin, type(earlier)):  # otherwise it was one of another version
            for name in earlier.__struct_fields__:
                setattr(twin, name, getattr(earlier, name))
        station.twin = twin

    def follow(self, identity: str) -> "Twin":
        """Return the twin of a station, which is updated from now on, even if the station has never connected.

        The model of a followed station is never dropped.
        """
        self._followed.add(identity)
        for pool in (self._gone, self._visitors):
            pool.pop(identity, None)
        station = self.get(identity) or self._others.setdefault(identity, StationModel(identity))
        if station.twin is None:
            from mock_csms.twin.twin import Twin  # noqa: PLC0415 - not needed at start-up

            station.twin = Twin()
        return station.twin


def _instructed(station: StationModel) -> Instructed:
    return Instructed(station.password, station.needs_reboot, station.raised_to)
