"""The one model of a station: what it has told so far, by its identity. It survives reconnects.

A `StationModel` is small: it has what templates, rules and admission ask for. All else is in its `twin`, which is made
when somebody asks for it, like the checks or a plan, and is folded from then on.
"""

from typing import TYPE_CHECKING

from mock_csms.protocol.records import Mutable, bounded

if TYPE_CHECKING:
    from mock_csms.twin.twin import Twin


class StationModel(Mutable):
    """One station, as far as the mock has seen it."""

    identity: str
    password: str | None = None
    """The password that it has accepted from the mock last."""
    boot_status: str | None = None
    """What the mock answered to its last BootNotification; None before that."""
    asked_for: frozenset[str] = frozenset()
    """The actions that commands made it send since its last BootNotification."""
    transactions: dict[str, None] = bounded(1000)
    """The ids of the transactions that run, the oldest first (a dict, for its order); the last thousand."""
    csr: str = ""
    """Its last request for a certificate, of any type."""
    url: str = ""
    """Where it found the mock, set by whoever let it in; empty where that is the mock's own URL."""
    twin: "Twin | None" = None
    """All else, once somebody has asked for it."""

    @property
    def is_accepted(self) -> bool:
        """Whether its last BootNotification was answered with Accepted."""
        return self.boot_status == "Accepted"

    @property
    def oldest_transaction(self) -> str | None:
        """The transaction that has been running longest, if one runs."""
        return next(iter(self.transactions), None)


class Stations:
    """The models of all stations: `let_in` has those that have connected, by identity."""

    def __init__(self) -> None:
        self.let_in: dict[str, StationModel] = {}
        self._others: dict[str, StationModel] = {}

    def get(self, identity: str) -> StationModel | None:
        """Return the model of a station that has connected, or that somebody follows."""
        return self.let_in.get(identity) or self._others.get(identity)

    def welcome(self, identity: str) -> StationModel:
        """Return the model of a station that connects."""
        other = self._others.pop(identity, None)
        return self.let_in.setdefault(identity, other or StationModel(identity))

    def adopt(self, identity: str, twin: "Twin") -> None:
        """Let this be the twin of a station; what one before it has learned is taken over."""
        station = self.get(identity) or self._others.setdefault(identity, StationModel(identity))
        for name in station.twin.__struct_fields__ if station.twin is not None else ():
            setattr(twin, name, getattr(station.twin, name))
        station.twin = twin

    def follow(self, identity: str) -> "Twin":
        """Return the twin of a station, which is folded from now on; the station need not have connected yet."""
        station = self.get(identity) or self._others.setdefault(identity, StationModel(identity))
        if station.twin is None:
            from mock_csms.twin.twin import Twin  # noqa: PLC0415 - no start waits for it

            station.twin = Twin()
        return station.twin
