"""The models of stations, by their identities: what each has told so far, over all its connections.

A `StationModel` is small: it has what templates, rules and admission need. All else is in its `twin`, which is made
when the checks or a plan first ask for it, and is updated from then on.
"""

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

    @property
    def is_accepted(self) -> bool:
        """Whether its last BootNotification was answered with Accepted."""
        return self.boot_status == "Accepted"

    @property
    def oldest_transaction(self) -> str | None:
        """The id of the transaction that has been running longest; None if none runs."""
        return next(iter(self.transactions), None)


class Stations:
    """The models of all stations."""

    def __init__(self) -> None:
        self.let_in: dict[str, StationModel] = {}
        """Those of stations that have connected, by identity."""
        self._others: dict[str, StationModel] = {}
        """Those of stations that somebody follows before they connect."""

    def get(self, identity: str) -> StationModel | None:
        """Return the model of a station that has connected, or that somebody follows; None for others."""
        return self.let_in.get(identity) or self._others.get(identity)

    def welcome(self, identity: str) -> StationModel:
        """Return the model of a station that connects."""
        other = self._others.pop(identity, None)
        return self.let_in.setdefault(identity, other or StationModel(identity))

    def adopt(self, identity: str, twin: "Twin") -> None:
        """Make `twin` the twin of a station; it takes over what an earlier twin has learned."""
        station = self.get(identity) or self._others.setdefault(identity, StationModel(identity))
        for name in station.twin.__struct_fields__ if station.twin is not None else ():
            setattr(twin, name, getattr(station.twin, name))
        station.twin = twin

    def follow(self, identity: str) -> "Twin":
        """Return the twin of a station, which is updated from now on; the station need not have connected yet."""
        station = self.get(identity) or self._others.setdefault(identity, StationModel(identity))
        if station.twin is None:
            from mock_csms.twin.twin import Twin  # noqa: PLC0415 - not needed at start-up

            station.twin = Twin()
        return station.twin
