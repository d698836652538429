"""What the eMSP does for the endpoints of `mock-csms ocpi`: generators of steps, which return a JSON value."""

from mock_csms.ocpi.emsp.hand_fields import (
    AtCpo,
    AtSession,
    AtStation,
    Cancelling,
    Listing,
    OneToken,
    Preferring,
    Pulling,
    Registering,
    Reserving,
    SettingProfile,
    Unlocking,
)
from mock_csms.ocpi.emsp.sending import (
    ACCEPTED,
    Pulled,
    SendingOutcome,
    cpo_of,
    pull,
    push_token,
    send_command,
    send_preferences,
    send_profile,
    soon,
)
from mock_csms.ocpi.emsp.stations import EvseFound, find_evse
from mock_csms.ocpi.emsp.tokens import TokenTold, add_token, parse_token
from mock_csms.ocpi.emsp.world import EmspWorld
from mock_csms.ocpi.envelope import Steps
from mock_csms.ocpi.parties import OcpiPeer
from mock_csms.ocpi.registration import register_with, renew_with, unregister_with
from mock_csms.ocpi.steps import Fetched
from mock_csms.ocpi.times import written_time
from mock_csms.protocol.actions import Json
from mock_csms.protocol.names import did_you_mean
from mock_csms.protocol.records import Record
from mock_csms.twin.ocpi_events import OcpiExchanged

_SHOWN = ("number", "is_ours", "station", "module", "method", "path", "query", "request", "status", "answer", "reason")
_RUNNING = ("ACTIVE", "PENDING", "RESERVATION")


class ResultWanted(Record):
    """A step: wait for the result of a command. Its result is that result; empty if it did not come in time."""

    id: str
    seconds: float


class UnknownPlace(Exception):
    """There is no station, EVSE or session like that."""


# Registration and lists.


def register_cpo(world: EmspWorld, asked: Registering) -> Steps:
    if asked.url:
        peer: OcpiPeer = yield from register_with(world, asked.url, asked.token_a)
    else:
        peer = yield from renew_with(world, cpo_of(world, asked.cpo))
    return {"result": ACCEPTED, "party": peer.name, "modules": sorted(peer.endpoints)}


def leave_cpo(world: EmspWorld, asked: AtCpo) -> Steps:
    peer = cpo_of(world, asked.cpo)
    problem = yield from unregister_with(world, peer)
    return {"result": "FAILED" if problem else ACCEPTED, "party": peer.name, "reason": problem}


def pull_list(world: EmspWorld, asked: Pulling) -> Steps:
    values = {"date_from": asked.date_from, "date_to": asked.date_to, "offset": asked.offset, "limit": asked.limit}
    filters = {name: str(value) for name, value in values.items() if value not in ("", None)}
    pulled: Pulled = yield from pull(world, cpo_of(world, asked.cpo), asked.module, filters)
    result = "FAILED" if pulled.problem else ACCEPTED
    return {"result": result, "reason": pulled.problem, "pages": pulled.pages, "objects": [*pulled.objects]}


def show_list(world: EmspWorld, asked: Listing) -> Steps:
    if asked.module == "exchanges":
        objects = [_shown(event) for event in world.exchanges]
    elif asked.module == "peers":
        objects = [
            {"party": peer.name, "versions": peer.versions_url} for peer in world.parties.peers if peer.versions_url
        ]
    else:
        stores = {**world.objects, "tokens": world.tokens}
        if asked.module not in stores:
            raise ValueError(
                f"{asked.module!r} is no module{did_you_mean(asked.module, [*stores, 'peers', 'exchanges'])}"
            )
        objects = [*stores[asked.module].all()]
    return {"result": ACCEPTED, "objects": objects}
    yield  # a generator, as the others


def _shown(event: OcpiExchanged) -> Json:
    """Return an exchange as it is listed."""
    names = (
        "number",
        "is_ours",
        "station",
        "module",
        "method",
        "path",
        "query",
        "request",
        "status",
        "answer",
        "reason",
    )
    return {"at": written_time(event.at), **{name: getattr(event, name) for name in names}}


# Tokens.


def _token(world: EmspWorld, text: str) -> Json:
    """Return a token; one with a status is made or changed, an unknown one is made."""
    if "=" in text:
        return add_token(world, parse_token(text), world.now())
    return world.token(text) or add_token(world, TokenTold(uid=text, status="ALLOWED"), world.now())


def set_token(world: EmspWorld, asked: OneToken) -> Steps:
    return {"result": ACCEPTED, "token": _token(world, asked.token)}
    yield  # a generator, as the others


def give_token(world: EmspWorld, asked: OneToken) -> Steps:
    token = _token(world, asked.token)
    fetched: Fetched = yield from push_token(world, cpo_of(world, asked.cpo), token["uid"])
    reason = "" if fetched.is_fine else fetched.reason
    return {"result": ACCEPTED if fetched.is_fine else "FAILED", "reason": reason, "token": token}


# Commands.


def _evse(world: EmspWorld, peer: OcpiPeer, station: str) -> Steps:
    """Return the EVSE for a station; the locations are read first if it is not known."""
    found = find_evse(world, station)
    if found is None:
        yield from pull(world, peer, "locations", {})
        found = find_evse(world, station)
    if found is None:
        raise UnknownPlace(f"the CPO has no station {station}")
    return found


def start(world: EmspWorld, asked: AtStation) -> Steps:
    peer = cpo_of(world, asked.cpo)
    found: EvseFound = yield from _evse(world, peer, asked.station)
    return (yield from _command(world, peer, "START_SESSION", _at(world, found, asked), asked.wait))


def reserve(world: EmspWorld, asked: Reserving) -> Steps:
    peer = cpo_of(world, asked.cpo)
    found: EvseFound = yield from _evse(world, peer, asked.station)
    body = _at(world, found, asked) | {
        "expiry_date": soon(world, 60 * asked.minutes),
        "reservation_id": asked.reservation or world.new_id(),
    }
    body.pop("connector_id", None)
    return (yield from _command(world, peer, "RESERVE_NOW", body, asked.wait))


def _at(world: EmspWorld, found: EvseFound, asked: AtStation) -> Json:
    """Return the part of a body that StartSession and ReserveNow share."""
    needs = "START_SESSION_CONNECTOR_REQUIRED" in (found.evse.get("capabilities") or ())
    connector = {"connector_id": found.connector(asked.connector)} if asked.connector or needs else {}
    reference = {"authorization_reference": asked.reference or world.new_id()}
    return {"token": _token(world, asked.token), **found.as_place(), **connector, **reference}


def stop(world: EmspWorld, asked: AtSession) -> Steps:
    body = {"session_id": _session(world, asked.session)}
    return (yield from _command(world, cpo_of(world, asked.cpo), "STOP_SESSION", body, asked.wait))


def _session(world: EmspWorld, id_: str) -> str:
    """Return the id of a session; without one that of the last session that runs."""
    if id_:
        return id_
    running = [each for each in world.objects["sessions"].all() if each.get("status") in _RUNNING]
    if not running:
        raise UnknownPlace("no session is running; name one")
    return str(running[-1]["id"])


def cancel(world: EmspWorld, asked: Cancelling) -> Steps:
    made = [each.body["reservation_id"] for each in world.commands.values() if each.name == "RESERVE_NOW"]
    if not asked.reservation and not made:
        raise UnknownPlace("no reservation was made; name one")
    body = {"reservation_id": asked.reservation or made[-1]}
    return (yield from _command(world, cpo_of(world, asked.cpo), "CANCEL_RESERVATION", body, asked.wait))


def unlock(world: EmspWorld, asked: Unlocking) -> Steps:
    peer = cpo_of(world, asked.cpo)
    found: EvseFound = yield from _evse(world, peer, asked.station)
    body = {**found.as_place(), "connector_id": found.connector(asked.connector)}
    return (yield from _command(world, peer, "UNLOCK_CONNECTOR", body, asked.wait))


def _command(world: EmspWorld, peer: OcpiPeer, name: str, body: Json, wait: float | None) -> Steps:
    outcome: SendingOutcome = yield from send_command(world, peer, name, body)
    return (yield from _outcome(outcome, name, wait))


def _outcome(outcome: SendingOutcome, name: str, wait: float | None) -> Steps:
    """Return what became of a command; after ACCEPTED its result is waited for."""
    told: Json = {"command": name, "id": outcome.id, "response": outcome.result, "reason": outcome.reason}
    told |= {key: outcome.body[key] for key in ("evse_uid", "session_id", "reservation_id") if key in outcome.body}
    result = outcome.result
    if outcome.result == ACCEPTED:
        seconds = outcome.timeout if wait is None else wait
        result = (yield ResultWanted(outcome.id, seconds)) or f"NO_RESULT within {seconds:g} s"
    return {"result": result or "FAILED", **told}


# Charging profiles and preferences.


def set_profile(world: EmspWorld, asked: SettingProfile) -> Steps:
    profile: Json = {
        "charging_rate_unit": asked.unit.upper(),
        "charging_profile_period": [{"start_period": 0, "limit": asked.limit}],
    }
    if asked.seconds is not None:
        profile["duration"] = asked.seconds
    given = dict(asked.profile) if asked.profile is not None else profile
    steps = send_profile(world, cpo_of(world, asked.cpo), "PUT", _session(world, asked.session), given)
    outcome: SendingOutcome = yield from steps
    return (yield from _outcome(outcome, "set-profile", asked.wait))


def read_profile(world: EmspWorld, asked: AtSession) -> Steps:
    steps = send_profile(world, cpo_of(world, asked.cpo), "GET", _session(world, asked.session), None)
    outcome: SendingOutcome = yield from steps
    return (yield from _outcome(outcome, "get-profile", asked.wait))


def clear_profile(world: EmspWorld, asked: AtSession) -> Steps:
    steps = send_profile(world, cpo_of(world, asked.cpo), "DELETE", _session(world, asked.session), None)
    outcome: SendingOutcome = yield from steps
    return (yield from _outcome(outcome, "clear-profile", asked.wait))


def prefer(world: EmspWorld, asked: Preferring) -> Steps:
    wanted: Json = {"profile_type": asked.type.upper(), "discharge_allowed": asked.discharge}
    wanted |= {"departure_time": asked.departure} if asked.departure else {}
    wanted |= {"energy_need": asked.energy} if asked.energy is not None else {}
    session = _session(world, asked.session)
    fetched: Fetched = yield from send_preferences(world, cpo_of(world, asked.cpo), session, wanted)
    result = fetched.data if isinstance(fetched.data, str) and fetched.is_fine else "FAILED"
    return {"result": result, "reason": fetched.reason if not fetched.is_fine else "", "session_id": session}
