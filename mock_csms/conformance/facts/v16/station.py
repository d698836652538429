"""The facts that only the checks of OCPP 1.6 need about one station."""

from mock_csms.conformance.facts.station import StationFacts
from mock_csms.conformance.facts.v16.bookings import Bookings
from mock_csms.conformance.facts.v16.configuration import Configuration
from mock_csms.conformance.facts.v16.files import FileJobs
from mock_csms.conformance.facts.v16.orders import Orders
from mock_csms.conformance.facts.v16.places import PlaceHistory
from mock_csms.conformance.facts.v16.registers import RegistersOfMeters
from mock_csms.conformance.facts.v16.tags import Tags
from mock_csms.conformance.facts.v16.transactions import TransactionTrail
from mock_csms.conformance.facts.v16.triggers import AskedMessages
from mock_csms.protocol.records import field
from mock_csms.twin.transactions import Transaction


class KnownStation16(StationFacts, kw_only=True):
    """Everything that the checks know about a station of OCPP 1.6. Its connectors are the EVSEs of the twin."""

    bookings: Bookings = field(default_factory=Bookings)
    configuration: Configuration = field(default_factory=Configuration)
    files: FileJobs = field(default_factory=FileJobs)
    orders: Orders = field(default_factory=Orders)
    places: PlaceHistory = field(default_factory=PlaceHistory)
    meters: RegistersOfMeters = field(default_factory=RegistersOfMeters)
    tags: Tags = field(default_factory=Tags)
    trail: TransactionTrail = field(default_factory=TransactionTrail)
    asked: AskedMessages = field(default_factory=AskedMessages)

    def number(self, key: str) -> float | None:
        """Return the value of a configuration key as a number; None if the value is unknown or not a number."""
        return self.variables.number("", key)

    def switch(self, key: str) -> bool | None:
        """Return the value of a configuration key as True or False; None if the value is unknown."""
        return self.variables.switch("", key)

    def names(self, key: str) -> "set[str] | None":
        """Return the items of a list, without their phases (`Voltage.L1`); None if the list is unknown."""
        told = self.variables.several("", key)
        return None if told is None else {_without_phase(name) for name in told}

    @property
    def is_unclear(self) -> bool:
        """Whether the mock may have missed the start or end of a transaction, or a status, on this connection."""
        return self.trail.is_unclear or self.exchanges.is_troubled

    @property
    def numbers(self) -> list[int]:
        """The connectors, from NumberOfConnectors or else from the reports; without connector 0."""
        told = self.number("NumberOfConnectors")
        if told is not None and 0 <= told <= _MOST_CONNECTORS:
            return list(range(1, int(told) + 1))
        return sorted(number for number in self.connectors.evses if number > 0)

    def is_unknown(self, connector: int) -> bool:
        """Return whether a connector certainly does not exist."""
        told = self.number("NumberOfConnectors")
        return told is not None and connector > told

    def status_of(self, connector: int) -> str | None:
        """Return the last reported status of a connector; None if there is none."""
        return self.connectors.statuses.get(_place(connector))

    def reported_at(self, connector: int) -> float:
        """Return when a connector last reported its status; 0 if it never did."""
        return self.connectors.reported_at.get(_place(connector), 0.0)

    def running_at(self, connector: int) -> Transaction | None:
        """Return the running transaction of a connector. One that began before the last restart may have been lost."""
        since, given = self.boots.up_at, self.trail.given
        return next((each for each in self.transactions.open_at(connector) if given.get(each.id, 0.0) >= since), None)


_MOST_CONNECTORS = 1000
_PHASES = ("L1", "L2", "L3", "N", "L1-N", "L2-N", "L3-N", "L1-L2", "L2-L3", "L3-L1")


def _place(connector: int) -> tuple[int, int]:
    return (connector, 1 if connector else 0)


def _without_phase(name: str) -> str:
    before, _, last = name.rpartition(".")
    return before if before and last in _PHASES else name
