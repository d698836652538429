"""What the messages of a station tell about its transactions, the same in every version of OCPP."""

from collections.abc import Mapping

from mock_csms.protocol.records import Record, field

CHARGING, PARKING, NEITHER = "TIME", "PARKING_TIME", ""
"""What a vehicle does: it charges or wants to, it does not want to, or it is not there."""
REGISTER, POWER, CURRENT, CHARGE = "register", "POWER", "CURRENT", "STATE_OF_CHARGE"
"""The values that sessions are made from: the energy register in Wh, kW, A over all phases, and percent."""


class Measured(Record):
    """Values that a station has measured at one moment."""

    stamp: str
    """The timestamp."""
    values: Mapping[str, float]
    """By REGISTER, POWER, CURRENT or CHARGE."""


class Shown(Record):
    """An idToken that a station has named."""

    id: str
    type: str = ""
    """Its type; empty if the version has no types."""


class Told(Record, kw_only=True):
    """What one message tells about a transaction. Parts that it does not tell are None or empty."""

    transaction: str
    """The id of the transaction; empty for a status, which is about the transaction at that EVSE."""
    stamp: str
    is_start: bool = False
    is_end: bool = False
    evse: int | None = None
    connector: int | None = None
    token: Shown | None = None
    """The idToken; not that of somebody who stops the transaction."""
    does: str | None = None
    """What the vehicle does from now on: CHARGING, PARKING or NEITHER."""
    is_plugged: bool | None = None
    """Whether a cable is plugged in."""
    is_authorized: bool | None = None
    """Whether the mock has accepted the idToken, or the station has ended its authorization."""
    remote: int | None = None
    """The remoteStartId of the command that started it."""
    reservation: int | None = None
    """The id of the reservation that it uses."""
    measured: tuple[Measured, ...] = field(default_factory=tuple)
    reason: str = ""
    """Why it has ended."""
