"""What a version of OCPP needs for OCPI: how its messages are read, and its commands."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, TypeAlias

from mock_csms.behavior.commands import Step
from mock_csms.behavior.templates import escape
from mock_csms.ocpi.mapping.told import Shown, Told
from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Record
from mock_csms.settings.ocpi_objects import OcpiConnector
from mock_csms.twin.connectors import Connector
from mock_csms.twin.events import Event
from mock_csms.twin.twin import Twin

Outcome: TypeAlias = Callable[[Json], str]
"""Returns the CommandResultType or ChargingProfileResultType for the result of a station."""


def exact(action: str, payload: Json) -> Step:
    """Return a command with exactly this payload, which is no template."""
    return Step(action, escape(payload), is_raw=True)


class Unfit(Exception):
    """A command cannot be said in the version of the station; the text says why."""


class Start(Record, kw_only=True):
    """A START_SESSION, for a station."""

    token: str
    type: str
    """The TokenType."""
    group: str = ""
    evse: int | None = None
    connector: int | None = None
    remote: int = 0
    """The remoteStartId."""


class Reserve(Record, kw_only=True):
    """A RESERVE_NOW, for a station."""

    id: int
    token: str
    type: str
    group: str = ""
    evse: int | None = None
    until: str
    """The timestamp of its end."""


class OcpiLimits(Record, kw_only=True):
    """A ChargingProfile, for a transaction at a station."""

    id: int
    transaction: str
    evse: int
    unit: str
    periods: tuple[tuple[int, float], ...]
    """The start of each period in seconds, and the limit from then on."""
    start: str = ""
    """The timestamp of its start; empty to begin with the charging."""
    duration: int | None = None
    least: float | None = None


class Scheduled(Record):
    """The schedule that a station has composed."""

    start: str
    duration: int | None
    unit: str
    periods: tuple[tuple[int, float], ...]


class OcpiMapping(Record, kw_only=True, eq=False):
    """The functions and tables of one version."""

    told: Callable[[Event], Iterable[Told]]
    """Returns what an event tells about transactions. The payloads of calls must be valid."""
    ended_reservation: Callable[[Event], tuple[int, bool] | None]
    """Returns the id of a reservation that has ended unused, and whether it expired; None if the event tells none."""
    token_asked: Callable[[str, Any], tuple[Shown, int | None] | None]
    """Returns the token that a call wants to use, and the EVSE if it names one; None if it names no token for that.

    It gets the action and the payload, which is valid.
    """
    transaction_in: Callable[[Any], str | None]
    """Returns the id of the transaction in the payload of a call whose answer has its cost; None for other calls."""
    moves: Collection[str]
    """The actions after which a Location may have changed."""
    statuses: Mapping[str, str]
    """By status of a connector: the Status of OCPI, or OCCUPIED."""
    connectors_in: Callable[[Twin], Iterable[Connector]]
    connector_of: Callable[[Twin, Connector, OcpiConnector], OcpiConnector]
    power_of: Callable[[Twin, int], int | None]
    capabilities_in: Callable[[Twin], Iterable[str]]
    start: Callable[[Start], Step]
    """Returns the command that starts a session. Raises Unfit, as the other functions for commands do."""
    stop: Callable[[str], Step]
    """Returns the command that stops the transaction with that id."""
    reserve: Callable[[Reserve], Step]
    cancel: Callable[[int], Step]
    unlock: Callable[[int, int], Step]
    """Returns the command that unlocks a connector of an EVSE."""
    limit: Callable[[OcpiLimits], Step]
    unlimit: Callable[[int], Step]
    """Returns the command that clears the charging profile with that id."""
    ask_schedule: Callable[[int, int, str], Step]
    """Returns the command that asks for the schedule of an EVSE, for so many seconds, in W or A."""
    schedule_in: Callable[[Json], Scheduled | None]
    """Returns the schedule in the result of that command; None if the result has no schedule."""
    outcomes: Mapping[str, Mapping[str, str]]
    """By command of OCPI: the CommandResultType by the status of the result, or a ChargingProfileResultType.

    START_SESSION and RESERVE_NOW have only the usual ones; the state of the EVSE may tell more.
    """
