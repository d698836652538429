"""The facts that only the checks of OCPP 2.1 need about one station: streams, tariffs, DER controls, battery swaps."""

from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Bounded, Mutable, bounded, field

_MOST = 1000
"""How many items of each kind are remembered."""


class Streams(Mutable):
    """The streams of periodic events."""

    allowed: Bounded[int, bool] = bounded(_MOST)
    """By id of a monitor that the mock has set: whether it may be streamed."""
    status: Bounded[int, str] = bounded(_MOST)
    """By id of a stream: its state (Accepted, Rejected or Closed)."""
    is_in_doubt: bool = False
    """Whether there may be monitors that the mock does not know, because a command has no answer yet."""


class Tariffs(Mutable):
    """The tariffs that the station must have, and the transactions that have one."""

    known: dict[str, int] = field(default_factory=dict)
    """By id of a default tariff that is certainly installed: its EVSE; 0 stands for all EVSEs."""
    priced: Bounded[str, None] = bounded(_MOST)
    """The transactions that have a tariff."""
    settled: Bounded[str, str] = bounded(_MOST)
    """By pspRef: the status of the settlement that the mock has answered."""


class Controls(Mutable):
    """The DER controls."""

    given: Bounded[str, bool] = bounded(_MOST)
    """By id of a control that the mock has sent: whether the station has reported its start."""


class Swaps(Mutable):
    """The battery swaps."""

    asked: Json | None = None
    """The last RequestBatterySwap that was accepted; None after a message about it has come."""
    inside: Bounded[int, None] = bounded(_MOST)
    """The requestIds of swaps in which a battery came in."""


class Profiles(Mutable):
    """The charging profiles that the station has accepted."""

    is_dynamic: Bounded[int, bool] = bounded(_MOST)
    """By id: whether the profile is Dynamic."""


class KnownStation21(KnownStation, kw_only=True):
    """Everything that the checks know about a station of OCPP 2.1."""

    streams: Streams = field(default_factory=Streams)
    tariffs: Tariffs = field(default_factory=Tariffs)
    controls: Controls = field(default_factory=Controls)
    swaps: Swaps = field(default_factory=Swaps)
    profiles: Profiles = field(default_factory=Profiles)
