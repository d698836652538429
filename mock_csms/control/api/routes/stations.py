"""The endpoints for stations: lists, registration, and the end of connections."""

import asyncio
import base64
import binascii
from typing import Any

from mock_csms.behavior.templates import rfc3339
from mock_csms.control.api.contract.stations import (
    ConnectionRow,
    ConnectorRow,
    Disconnection,
    FrameSent,
    RawFrame,
    Registered,
    Registration,
    StationRow,
    StationsQuery,
    StationWhole,
    VariableRow,
    WasDisconnected,
)
from mock_csms.control.api.request import ApiRequest, Content, Trouble
from mock_csms.control.panel import Panel
from mock_csms.protocol.identifiers import folded, matches
from mock_csms.protocol.records import json_text
from mock_csms.runtime import clock
from mock_csms.twin.descriptions import Description, description_of
from mock_csms.twin.station import StationModel
from mock_csms.twin.twin import Twin
from mock_csms.twin.variables import Name

_SLICE = 100
"""How many stations are described, or variables masked, before other tasks may run."""
_NOT_SENT = {1004, 1005, 1006, *range(1015, 3000)}
"""The codes that a close frame must not have (RFC 6455, 7.4)."""
_LONGEST_REASON = 123
_LONGEST = 48
"""The greatest length of an identity in characters (Part 4, 3.1.1)."""


async def list_stations(asked: ApiRequest[StationsQuery, None]) -> Content:
    """Return the stations that match the query."""
    panel, query = asked.panel, asked.query
    panel.journal.flush()  # so that the last message of each station counts
    known = sorted(each for each in _known(panel) if matches(each, query.match))
    if query.connected is not None:
        known = [each for each in known if (each in panel.csms.sessions) is query.connected]
    page = [each for each in known if each > query.after][: query.limit]
    pieces = []
    for begin in range(0, len(page), _SLICE):
        pieces.append(json_text([row_of(panel, each) for each in page[begin : begin + _SLICE]])[1:-1])
        await asyncio.sleep(0)
    return Content(b"[%b]" % b",".join(pieces), headers={"X-Total-Count": str(len(known))})


def _known(panel: Panel) -> set[str]:
    """Return the identities of all stations that have connected or are registered."""
    known = set(panel.csms.stations)
    registered = panel.csms.door.registrations.names
    folded_ones = {*map(folded, known)} if registered else set()
    return known | {name for key, name in registered.items() if key not in folded_ones}


def row_of(panel: Panel, identity: str) -> StationRow:
    """Return a station in short."""
    csms = panel.csms
    station = csms.stations.get(identity) or StationModel(identity)
    session, twin, seen = csms.sessions.get(identity), station.twin, panel.journal.seen.get(identity)
    vendor, model = description_of(station.version).maker_of(twin.boots.asked) if twin else (None, None)
    connectors = sorted(twin.connectors.statuses.items()) if twin else ()
    return StationRow(
        identity,
        session is not None,
        folded(identity) in csms.door.registrations.names,
        session.version.name if session else None,
        station.boot_status,
        vendor,
        model,
        [ConnectorRow(evse, connector, status) for (evse, connector), status in connectors],
        [*map(str, station.transactions)],
        rfc3339(seen) if seen else None,
        dict(panel.findings.by_station.get(identity, {})),
    )


async def read_station(asked: ApiRequest[Any, Any]) -> StationWhole:
    """Return everything that is known about a station."""
    panel = asked.panel
    panel.journal.flush()
    identity = find_station(panel, asked.place["station"])
    station = panel.csms.stations.get(identity) or StationModel(identity)
    twin = station.twin or Twin()
    boot = panel.secrets.value(twin.boots.asked) if twin.boots.asked else None
    description = description_of(station.version)
    row, connection, firmware = row_of(panel, identity), _connection(station, twin), description.firmware_of(boot)
    return StationWhole(row, connection, boot, firmware, await _variables(panel, twin, description))


def _connection(station: StationModel, twin: Twin) -> ConnectionRow:
    known = twin.connections
    return ConnectionRow(
        station.url,
        known.opened,
        rfc3339(known.opened_at) if known.opened_at else None,
        rfc3339(known.lost_at) if known.lost_at else None,
        known.refused,
        [(rfc3339(begin), rfc3339(end)) for begin, end in known.outages],
    )


async def _variables(panel: Panel, twin: Twin, description: Description) -> list[VariableRow]:
    """Return the variables of a station that are known; secret values are masked."""
    known = twin.variables
    values = {name: reported.value for name, reported in known.reported.items()} | known.values
    shown: dict[Name, str] = {}
    pairs = [(name, value) for name, value in values.items() if value is not None]
    for begin in range(0, len(pairs), _SLICE):
        part = pairs[begin : begin + _SLICE]
        masked = description.values_in(panel.secrets.value(description.as_results(part)))
        shown |= {name: value for (name, _), value in zip(part, masked, strict=True)}
        await asyncio.sleep(0)
    return [_variable(name, shown.get(name)) for name in values]


def _variable(name: Name, value: str | None) -> VariableRow:
    component, instance, evse, connector, variable, of_variable = name
    return VariableRow(component, variable, value, evse, connector, instance, of_variable)


def find_station(panel: Panel, station: str) -> str:
    """Return the identity of a station as it was first spelled. Raises Trouble for an unknown station."""
    session = panel.csms.session_of(station)
    if session is not None:
        return session.identity
    if station in panel.csms.stations or folded(station) in panel.csms.door.registrations.names:
        return station
    near = next((each for each in panel.csms.stations if folded(each) == folded(station)), None)
    if near is None:
        raise Trouble(404, f"no station {station!r} has connected, and none is registered", "unknown station")
    return near


def register_station(asked: ApiRequest[None, Registration]) -> Content:
    """Register a station so that it may connect, with a password if one is given."""
    panel, station = asked.panel, asked.place["station"]
    if len(station) > _LONGEST:
        raise ValueError(f"{station!r} is longer than {_LONGEST} characters")
    password = asked.body.password
    if password is not None:
        panel.secrets.hide(password)
    is_new = folded(station) not in panel.csms.door.registrations.names
    panel.csms.door.registrations.add(station, password)
    return Content(json_text(Registered(station, password is not None)), status=201 if is_new else 200)


def forget_station(asked: ApiRequest[None, None]) -> None:
    """Remove a registration, and forget the facts about the station."""
    panel = asked.panel
    station = find_station(panel, asked.place["station"])
    if panel.csms.session_of(station) is not None:
        raise Trouble(409, f"{station} is connected; disconnect it first", "connected")
    panel.csms.door.registrations.remove(station)
    panel.csms.forget(station)


def disconnect_station(asked: ApiRequest[None, Disconnection]) -> WasDisconnected:
    """Close or drop the connection of a station, and refuse the station for a while."""
    panel, body = asked.panel, asked.body
    station = find_station(panel, asked.place["station"])
    session = panel.csms.session_of(station)
    if body.code in _NOT_SENT or len(body.reason.encode()) > _LONGEST_REASON:
        raise ValueError(f"no close frame has the code {body.code}, or more than {_LONGEST_REASON} bytes of reason")
    if body.refuse_for:
        panel.csms.door.registrations.keep_out(station, clock.now() + body.refuse_for)
    if session is not None and body.abort:
        session.drop("dropped by the API")
    elif session is not None:
        session.close(body.code, body.reason)
    return WasDisconnected(station, session is not None)


def send_frame(asked: ApiRequest[None, RawFrame]) -> FrameSent:
    """Send a frame unchanged."""
    panel, body = asked.panel, asked.body
    station = find_station(panel, asked.place["station"])
    if (body.text is None) is (body.binary is None):
        raise ValueError("a frame has either text or binary")
    try:
        data = (body.text or "").encode() if body.binary is None else base64.b64decode(body.binary, validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError(f"the frame cannot be encoded: {error}") from None
    session = panel.csms.session_of(station)
    if session is None:
        raise Trouble(409, f"{station} is not connected", "not connected")
    session.send_raw(data, binary=body.binary is not None)
    return FrameSent(len(data), panel.journal.cursor)
