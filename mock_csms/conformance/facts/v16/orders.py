"""Commands with a later effect: remote starts and stops, unlocking, availability, charging profiles."""

from mock_csms.protocol.records import Bounded, Mutable, Record, bounded, field


class RemoteStart16(Record):
    """A RemoteStartTransaction that the station has accepted."""

    tag: str
    """The folded idTag."""
    at: float
    """When it was sent."""


class AvailabilityOrder16(Record):
    """A ChangeAvailability that the station has accepted or scheduled."""

    is_closed: bool
    at: float
    is_scheduled: bool


class Orders(Mutable):
    """The last commands."""

    sent_at: Bounded[str, float] = bounded(100)
    """When each command was sent, by its message id."""
    starts: list[RemoteStart16] = field(default_factory=list)
    """The last accepted remote starts."""
    freed_at: float = 0.0
    """When a connector was last reported Available: a remote start that waited there for a vehicle has ended then."""
    stops: Bounded[str, float] = bounded(100)
    """By transaction id: when the station answered the command that stops it remotely."""
    unlocked: Bounded[str, float] = bounded(100)
    """By transaction id: when the connector of the running transaction was unlocked."""
    availability: dict[int, AvailabilityOrder16] = field(default_factory=dict)
    """The last order for each connector; 0 is the station with all connectors."""
    profiles: Bounded[int, str] = bounded(100)
    """By id: the purpose of each charging profile that was accepted and not cleared."""
