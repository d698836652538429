"""What the checks know about a station of OCPP 2.1 beyond a station of 2.0.1: streams, tariffs, DER controls, swaps."""

from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Bounded, Mutable, bounded, field

_MOST = 1000
"""How many things of each kind are remembered."""


class Streams(Mutable):
    """The streams of periodic events."""

    allowed: Bounded[int, bool] = bounded(_MOST)
    """Whether a monitor that the mock has set may be streamed, by its id."""
    status: Bounded[int, str] = bounded(_MOST)
    """The state of each stream, by its id: Accepted, Rejected or Closed."""
    is_in_doubt: bool = False
    """Whether monitors may be set that the mock does not know, because a command has no answer yet."""


class Tariffs(Mutable):
    """The tariffs that the station must have, and the transactions that have one."""

    known: dict[str, int] = field(default_factory=dict)
    """The EVSE of each default tariff that is certainly installed, by its id; 0 stands for all EVSEs."""
    priced: Bounded[str, None] = bounded(_MOST)
    """The transactions that have a tariff."""
    settled: Bounded[str, str] = bounded(_MOST)
    """The status of each settlement that the mock has answered, by its pspRef."""


class Controls(Mutable):
    """The DER controls."""

    given: Bounded[str, bool] = bounded(_MOST)
    """Whether a control that the mock has sent was told to have started, by its id."""


class Swaps(Mutable):
    """The battery swaps."""

    asked: Json | None = None
    """The last RequestBatterySwap that was accepted, until a message about it came."""
    inside: Bounded[int, None] = bounded(_MOST)
    """The requestIds of swaps in which a battery came in."""


class Profiles(Mutable):
    """The charging profiles that the station has accepted."""

    is_dynamic: Bounded[int, bool] = bounded(_MOST)
    """Whether each is Dynamic, by its id."""


class KnownStation21(KnownStation, kw_only=True):
    """Everything that the checks know about a station of OCPP 2.1."""

    streams: Streams = field(default_factory=Streams)
    tariffs: Tariffs = field(default_factory=Tariffs)
    controls: Controls = field(default_factory=Controls)
    swaps: Swaps = field(default_factory=Swaps)
    profiles: Profiles = field(default_factory=Profiles)
