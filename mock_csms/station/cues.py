"""What a station is told (cues) and what it does (acts): the two sides of its decisions, as data."""

from typing import Any, TypeAlias

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Record


class Opened(Record):
    """The connection to the CSMS is open, by the network profile in a slot."""

    slot: int = 1


class Closed(Record):
    """The connection is gone."""


class Answered(Record):
    """The CSMS answered our call."""

    action: str
    request: Json
    response: Json


class FailedCall(Record):
    """Our call got a CALLERROR, an invalid answer, or none in time; `is_lost` when the connection went away instead."""

    action: str
    request: Json
    reason: str
    is_lost: bool = False


class Rang(Record):
    """An alarm that the station had set rings."""

    alarm: "Alarm"


class Plugged(Record):
    """A driver plugs the cable of a connector into the vehicle."""

    evse: int
    connector: int = 1


class Unplugged(Record):
    """A driver takes the cable out."""

    evse: int


class Arrived(Record):
    """A vehicle is driven into the parking bay of an EVSE."""

    evse: int


class Departed(Record):
    """It is driven out."""

    evse: int


class Paused(Record):
    """The vehicle that is plugged in takes no energy for a while."""

    evse: int


class Ready(Record):
    """It takes energy again."""

    evse: int


class Presented(Record):
    """A driver presents an idToken; without `evse` at a reader that serves all of them."""

    token: Json
    evse: int | None = None


class PowerCycled(Record):
    """Somebody switches the station off and on again."""


class CallRequested(Record):
    """Somebody wants the station to send a call."""

    action: str
    payload: Json


Cue: TypeAlias = (
    Opened | Closed | Answered | FailedCall | Rang | Plugged | Unplugged | Presented | PowerCycled | CallRequested
) | (Arrived | Departed | Paused | Ready)

Alarm: TypeAlias = tuple[Any, ...]
"""What an alarm is about, such as `("meter", 1)`: setting one that is set already moves it."""


class Send(Record):
    """Queue a call; it goes out when its turn has come.

    `is_asked_for` when the CSMS wants it, also before it accepted the station. `attempts` is how often it was refused.
    """

    action: str
    payload: Json
    is_asked_for: bool = False
    attempts: int = 0


class Transmit(Record):
    """Send a call now: nothing else is open."""

    action: str
    payload: Json


class Set(Record):
    """Let an alarm ring so many seconds from now."""

    alarm: Alarm
    seconds: float


class Stop(Record):
    """Let an alarm not ring."""

    alarm: Alarm


class Reboot(Record):
    """Go off, once everything was sent that must be, and come back."""


class Redial(Record):
    """Close the connection, and open it anew."""


class Say(Record):
    """Tell a person."""

    text: str


Act: TypeAlias = Send | Transmit | Set | Stop | Reboot | Redial | Say
