"""Charging profiles and charging preferences of sessions."""

import re
from collections.abc import Callable

from mock_csms.ocpi.cpo.results import (
    ACCEPTED,
    NOT_SUPPORTED,
    REJECTED,
    NotAccepted,
    OcpiCommand,
    ask_station,
    connected,
    refused,
    response_url,
    send_result,
    taken,
)
from mock_csms.ocpi.cpo.world import CpoWorld, RunningSession, is_for
from mock_csms.ocpi.envelope import INVALID, OcpiAnswer, missing, wrong
from mock_csms.ocpi.mapping.profiles import active_profile, limits_of
from mock_csms.ocpi.mapping.version import OcpiMapping, Unfit
from mock_csms.ocpi.modules import ModuleRow, Modules
from mock_csms.ocpi.parties import RECEIVER, SENDER
from mock_csms.ocpi.request import OcpiRequest
from mock_csms.ocpi.steps import Steps
from mock_csms.ocpi.store import Json
from mock_csms.ocpi.v221 import PROFILE_OBJECT

UNKNOWN_SESSION, TOO_OFTEN, UNKNOWN = "UNKNOWN_SESSION", "TOO_OFTEN", "UNKNOWN"
_INTEGER = re.compile(r"\d{1,9}", re.ASCII)
_CAPABLE = "CHARGING_PREFERENCES_CAPABLE"
_PLANNED = ("CHEAP", "GREEN")
"""The types of preferences that need to know until when the vehicle stays, and how much it needs."""


# Charging profiles.


def set_profile(request: OcpiRequest, world: CpoWorld) -> OcpiAnswer:
    """Limit the charging of a session."""
    body = request.object(PROFILE_OBJECT)
    id_ = request.places["session"].casefold()
    asked = _asked(request, world, "SET_PROFILE", body["response_url"])

    def begin(running: RunningSession, mapping: OcpiMapping) -> Steps:
        number = world.profiles.get(id_) or world.new_integer()
        limits = limits_of(body["charging_profile"], number, running.transaction, running.evse or 1)
        step = mapping.limit(limits) if limits.periods else mapping.unlimit(number)

        def work() -> Steps:
            result, _, _ = yield from ask_station(asked, mapping, running.identity, step)
            if result == ACCEPTED:
                world.profiles[id_] = number
            return {"result": _result(result)}

        return work()

    return _answer(world, request, asked, begin)


def clear_profile(request: OcpiRequest, world: CpoWorld) -> OcpiAnswer:
    """Take the limits of a session away."""
    id_ = request.places["session"].casefold()
    asked = _asked(request, world, "CLEAR_PROFILE", _parameter(request, "response_url"))

    def begin(running: RunningSession, mapping: OcpiMapping) -> Steps:
        number = world.profiles.get(id_)
        step = mapping.unlimit(number) if number is not None else None

        def work() -> Steps:
            if step is None:
                return {"result": UNKNOWN}
            result, _, _ = yield from ask_station(asked, mapping, running.identity, step)
            if result == ACCEPTED:
                world.profiles.pop(id_, None)
            return {"result": result if result == UNKNOWN else _result(result)}

        return work()

    return _answer(world, request, asked, begin)


def read_profile(request: OcpiRequest, world: CpoWorld) -> OcpiAnswer:
    """Ask the station how it will charge in the next seconds."""
    duration = _parameter(request, "duration")
    if not _INTEGER.fullmatch(duration):
        raise wrong(f"duration: {duration[:40]!r} is not a number of seconds")
    asked = _asked(request, world, "GET_PROFILE", _parameter(request, "response_url"))

    def begin(running: RunningSession, mapping: OcpiMapping) -> Steps:
        step = mapping.ask_schedule(running.evse or 1, int(duration), "W")

        def work() -> Steps:
            result, _, answer = yield from ask_station(asked, mapping, running.identity, step)
            found = mapping.schedule_in(answer.payload) if result == ACCEPTED else None
            if result == ACCEPTED and found is None:
                return {"result": UNKNOWN}
            return {"result": _result(result)} | ({"profile": active_profile(found)} if found else {})

        return work()

    return _answer(world, request, asked, begin)


def _asked(request: OcpiRequest, world: CpoWorld, name: str, url: str) -> OcpiCommand:
    url = response_url(request, world, url)
    return OcpiCommand(peer=request.peer, name=name, body={}, url=url, correlation_id=request.correlation_id)


def _parameter(request: OcpiRequest, name: str) -> str:
    if not request.query.get(name):
        raise wrong(f"the parameter {name} is missing")
    return request.query[name]


def _answer(
    world: CpoWorld, request: OcpiRequest, asked: OcpiCommand, begin: Callable[[RunningSession, OcpiMapping], Steps]
) -> OcpiAnswer:
    """Answer a request about charging profiles; `begin` returns the work that returns the result."""
    id_ = request.places["session"].casefold()
    try:
        running = _running(world, request)
        mapping = connected(world, running.identity)
        steps = begin(running, mapping)
    except NotAccepted as why:
        return _without_message(refused(world, why))
    except Unfit as why:
        return _without_message(refused(world, NotAccepted(NOT_SUPPORTED, str(why))))
    world.busy.add(id_)

    def work() -> Steps:
        try:
            found: Json = yield from steps
        finally:
            world.busy.discard(id_)
        yield from send_result(world, asked, **found)

    return taken(world, work)


def _running(world: CpoWorld, request: OcpiRequest) -> RunningSession:
    """Return the transaction of the session in the URL. Raises NotAccepted."""
    id_ = request.places["session"].casefold()
    session, running = world.sessions.get(id_), world.running.get(id_)
    if session is None or not is_for(session, request.peer):
        raise NotAccepted(UNKNOWN_SESSION, "there is no such session of the client")
    if running is None:
        raise NotAccepted(REJECTED, f"the session is {session['status']}")
    if id_ in world.busy:
        raise NotAccepted(TOO_OFTEN, "an earlier request for this session waits for its result")
    return running


def _without_message(answer: OcpiAnswer) -> OcpiAnswer:
    """A ChargingProfileResponse has no message."""
    data = {name: value for name, value in answer.data.items() if name != "message"}
    return OcpiAnswer(data=data, code=answer.code, message=str(answer.data["message"][0]["text"]))


def _result(result: str) -> str:
    """Return a ChargingProfileResultType: it has fewer values than the results of commands."""
    return result if result in (ACCEPTED, UNKNOWN) else REJECTED


# Charging preferences.


def put_preferences(request: OcpiRequest, world: CpoWorld) -> OcpiAnswer:
    """Store how the driver wants to be charged, and say whether that is possible."""
    preferences = request.object("ChargingPreferences")
    id_ = request.places["session"]
    session = world.sessions.get(id_)
    if session is None or not is_for(session, request.peer):
        raise missing(f"there is no session {id_[:40]!r} of the client")
    if _CAPABLE not in _capabilities(world, session):
        raise missing("the EVSE of the session has no charging preferences", INVALID)
    if id_.casefold() not in world.running:
        return OcpiAnswer(data="NOT_POSSIBLE")
    if preferences["profile_type"] in _PLANNED:
        if not preferences.get("departure_time"):
            return OcpiAnswer(data="DEPARTURE_REQUIRED")
        if preferences.get("energy_need") is None:
            return OcpiAnswer(data="ENERGY_NEED_REQUIRED")
    types = {str(each.get("type", "")).removeprefix("PROFILE_") for each in world.tariffs.all()}
    if preferences["profile_type"] not in types | {"REGULAR"}:
        return OcpiAnswer(data="PROFILE_TYPE_NOT_SUPPORTED")
    world.preferences[id_.casefold()] = preferences
    return OcpiAnswer(data=ACCEPTED)


def _capabilities(world: CpoWorld, session: Json) -> list[str]:
    location = world.locations.get(session["location_id"]) or {}
    evses: list[Json] = location.get("evses") or []
    found = next((each for each in evses if each["uid"] == session["evse_uid"]), {})
    return [*(found.get("capabilities") or ())]


PROFILES_ROWS: Modules = (
    *(
        ModuleRow(module="chargingprofiles", role=RECEIVER, method=method, path="/{session}", handle=handle, help=help_)
        for method, handle, help_ in (
            ("GET", read_profile, "ask how a session will be charged; needs `duration` and `response_url`"),
            ("PUT", set_profile, "limit the charging of a session"),
            ("DELETE", clear_profile, "take the limits of a session away; needs `response_url`"),
        )
    ),
    ModuleRow(
        module="sessions",
        role=SENDER,
        method="PUT",
        path="/{session}/charging_preferences",
        handle=put_preferences,
        help="how the driver of a session wants to be charged",
    ),
)
"""The rows for charging profiles and preferences."""
