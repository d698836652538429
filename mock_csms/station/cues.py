"""The input and the output of a station's decisions, as data: a cue is an event, an act is a reaction to it."""

from enum import StrEnum
from typing import Any, TypeAlias

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Record


class Opened(Record):
    """The connection to the CSMS is open."""

    slot: int = 1
    """The slot of the network profile that the station used for the connection (OCPP 2.x)."""
    attempt: int = 0
    """How many attempts failed before it."""
    is_secure: bool = False
    """Whether it uses TLS."""


class Unreached(Record):
    """An attempt to connect failed."""

    refused: str
    """Which part of the TLS of the CSMS the station has refused (`trust.refusal_of`); empty for another reason."""


class Closed(Record):
    """The connection was lost or closed."""


class Answered(Record):
    """The CSMS answered our call."""

    action: str
    request: Json
    response: Json


class FailedCall(Record):
    """Our call failed: the answer is a CALLERROR, is invalid, or did not come in time."""

    action: str
    request: Json
    reason: str
    is_lost: bool = False
    """Whether the answer is missing because the connection was lost."""


class Rang(Record):
    """An alarm that the station set with `Set` rings."""

    alarm: "Alarm"


class Plugged(Record):
    """A driver plugs the cable of a connector into a vehicle."""

    evse: int
    connector: int = 1


class Unplugged(Record):
    """A driver unplugs the cable."""

    evse: int
    is_left: bool = False
    """Whether the driver takes it out of the vehicle only: a detachable cable stays in the station."""


class Arrived(Record):
    """A vehicle enters the parking bay of an EVSE."""

    evse: int


class Departed(Record):
    """The vehicle leaves the parking bay."""

    evse: int


class Paused(Record):
    """The vehicle that is plugged in stops taking energy for a while."""

    evse: int


class Ready(Record):
    """The vehicle takes energy again."""

    evse: int


class Presented(Record):
    """A driver presents an idToken."""

    token: Json
    evse: int | None = None
    """The EVSE whose reader was used; None for a reader that serves all EVSEs."""


class PowerCycled(Record):
    """A person switches the station off and on again."""


class CallRequested(Record):
    """A person tells the station to send a call."""

    action: str
    payload: Json


class PriorityTurned(Record):
    """A driver turns priority charging on or off (OCPP 2.1)."""

    evse: int


class GridFault(Record):
    """The grid has a fault that triggers a DER control, or the fault is over (OCPP 2.1)."""

    control: str
    """The controlType."""
    fault: str
    """The gridEventFault."""
    is_over: bool = False


class SwapWished(Record):
    """A driver presents an idToken to swap a battery (OCPP 2.1)."""

    token: Json


class BatteryGiven(Record):
    """A driver puts a battery in a slot of a swap station (OCPP 2.1)."""

    evse: int
    charge: float = 20.0
    """Its state of charge, in percent."""


class BatteryTaken(Record):
    """A driver takes the battery that the station offers (OCPP 2.1)."""


class VatEntered(Record):
    """A driver enters a VAT number for the receipt (OCPP 2.1)."""

    number: str
    evse: int | None = None


class ChainAsked(Record):
    """A person lets the station ask whether its certificates were revoked (OCPP 2.1)."""


class MoveProblem(StrEnum):
    """Why the transfer of a file has failed."""

    DENIED = "denied"
    """The server rejects the user, or denies permission."""
    UNSUPPORTED = "unsupported"
    """The server or the station does not support the method or the protocol."""
    MALFORMED = "malformed"
    """The location, or the answer of the server, is malformed."""
    FAILED = "failed"
    """Any other reason."""


class FileMoved(Record):
    """A transfer that the station began with `GetFile` or `PutFile` has ended."""

    alarm: "Alarm"
    """The alarm of the act."""
    number: int
    """The number of the attempt, from the act."""
    problem: MoveProblem | None
    """None if it succeeded."""
    reason: str = ""
    """The problem in words."""
    sha256: bytes = b""
    """The SHA-256 of a downloaded file."""
    md5: str = ""
    """Its MD5, in hexadecimal digits."""
    size: int = 0
    """How many bytes it has."""
    is_foreseen: bool = False
    """Whether every further attempt would fail in the same way."""


Cue: TypeAlias = (
    Opened | Closed | Answered | FailedCall | Rang | Plugged | Unplugged | Presented | PowerCycled | CallRequested
) | (
    (Arrived | Departed | Paused | Ready | Unreached | FileMoved)
    | (PriorityTurned | GridFault | SwapWished | BatteryGiven | BatteryTaken | VatEntered | ChainAsked)
)

Alarm: TypeAlias = tuple[Any, ...]
"""The name of an alarm: its kind, then its object, such as `("meter", 1)`. Setting the same alarm again moves it."""


class Send(Record):
    """Queue a call; it is sent when no other call is open."""

    action: str
    payload: Json
    is_asked_for: bool = False
    """Whether the CSMS requested it.

    If so, it is also sent while the boot status is Pending, and kept while offline.
    """
    attempts: int = 0
    """How often it failed."""
    is_kept: bool = False
    """Whether it is kept while offline and sent when the CSMS has accepted the station: a critical security event."""
    is_by_hand: bool = False
    """Whether a person wrote it: then it is sent as it is."""


class Transmit(Record):
    """Send a call now; no other call is open."""

    action: str
    payload: Json


class Notify(Record):
    """Send a message that nobody answers (a SEND of OCPP 2.1) now, even if a call is open."""

    action: str
    payload: Json


class Set(Record):
    """Let an alarm ring after a number of seconds."""

    alarm: Alarm
    seconds: float


class Stop(Record):
    """Cancel an alarm."""

    alarm: Alarm


class GetFile(Record):
    """Get a file; an earlier transfer with the same alarm is given up."""

    alarm: Alarm
    """The name of the transfer."""
    number: int
    """The number of this attempt."""
    location: str


class PutFile(Record):
    """Put a file; an earlier transfer with the same alarm is given up."""

    alarm: Alarm
    number: int
    location: str
    name: str
    """The name of the file, for a location that is a folder."""
    content: bytes


class Reboot(Record):
    """Reboot, after all waiting calls were delivered."""


class Redial(Record):
    """Close the connection and connect again."""


class Say(Record):
    """Print a text for the person who drives the station."""

    text: str


Act: TypeAlias = Send | Transmit | Notify | Set | Stop | GetFile | PutFile | Reboot | Redial | Say
