"""The bodies of the endpoints for `mock-csms ocpi`: each field is a flag or an argument there."""

from collections.abc import Mapping
from typing import Annotated, Any, TypeAlias

from mock_csms.control.api.operation import Fields, about

RESERVED_MINUTES = 15
_YEAR = 366 * 24 * 60
"""The longest reservation, in minutes."""
Cpo: TypeAlias = Annotated[str, about("the party of the CPO, such as NL*MOC, if several are registered")]
Wait: TypeAlias = (
    Annotated[float, about("how many seconds to wait for the result; without it the timeout of the CPO", ge=0, le=3600)]
    | None
)


class Registering(Fields):
    """Register with a CPO, or send it new credentials."""

    url: Annotated[str, about("the URL of its versions; without it the registered CPO gets new credentials")] = ""
    token_a: Annotated[str, about("the credentials token that the CPO has given for the registration")] = ""
    cpo: Cpo = ""


class AtCpo(Fields):
    """A request to a CPO without anything more."""

    cpo: Cpo = ""


class Pulling(Fields):
    """Which list to read."""

    module: Annotated[str, about("locations, sessions, cdrs or tariffs")]
    date_from: Annotated[str, about("only objects that were updated then or later")] = ""
    date_to: Annotated[str, about("only objects that were updated before")] = ""
    offset: Annotated[int | None, about("the number of the first object")] = None
    limit: Annotated[int | None, about("how many objects a page may have")] = None
    cpo: Cpo = ""


class Listing(Fields):
    """Which objects to show."""

    module: Annotated[str, about("a module, such as sessions or tokens; peers; or exchanges: all requests")]


class OneToken(Fields):
    """A token."""

    token: Annotated[str, about("TAG, or TAG=STATUS,… as after --token of the eMSP")]
    cpo: Cpo = ""


class AtStation(Fields):
    """A command to a station, with a token."""

    station: Annotated[str, about("the identity of the station (its first available EVSE), or LOCATION/EVSE")]
    token: Annotated[str, about("the token; an unknown one is made: RFID, ALLOWED")]
    connector: Annotated[str, about("the connector; without it the CPO may choose")] = ""
    reference: Annotated[str, about("the authorization_reference; without it a new one is made")] = ""
    wait: Wait = None
    cpo: Cpo = ""


class Reserving(AtStation):
    """A reservation."""

    minutes: Annotated[float, about("how long the reservation lasts", ge=0, le=_YEAR)] = RESERVED_MINUTES
    reservation: Annotated[str, about("the id of the reservation; an earlier one with it is replaced")] = ""


class AtSession(Fields):
    """A request about a session."""

    session: Annotated[str, about("the id of the session; without it the last one that runs")] = ""
    wait: Wait = None
    cpo: Cpo = ""


class Cancelling(Fields):
    """The end of a reservation."""

    reservation: Annotated[str, about("the id of the reservation; without it the last one")] = ""
    wait: Wait = None
    cpo: Cpo = ""


class Unlocking(Fields):
    """A connector to unlock."""

    station: Annotated[str, about("the identity of the station (its first EVSE), or LOCATION/EVSE")]
    connector: Annotated[str, about("the connector; without it the first one")] = ""
    wait: Wait = None
    cpo: Cpo = ""


class SettingProfile(AtSession):
    """A charging profile."""

    limit: Annotated[float, about("the limit of the whole profile, in its unit")] = 16.0
    unit: Annotated[str, about("A or W")] = "A"
    seconds: Annotated[int | None, about("how long the profile lasts")] = None
    profile: Annotated[Mapping[str, Any] | None, about("a whole ChargingProfile as JSON, in place of the others")] = (
        None
    )


class Preferring(AtSession):
    """Charging preferences."""

    type: Annotated[str, about("CHEAP, FAST, GREEN or REGULAR")] = "REGULAR"
    departure: Annotated[str, about("the expected departure, such as 2026-01-31T12:00:00Z")] = ""
    energy: Annotated[float | None, about("the energy that is needed, in kWh")] = None
    discharge: Annotated[bool, about("the car may be discharged")] = False
