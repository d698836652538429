"""What the eMSP sends: pulls of lists, commands, charging profiles and tokens. Each is a generator of steps."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode, urljoin

from mock_csms.ocpi.emsp.keeping import Arrival, stored
from mock_csms.ocpi.emsp.sightings import SentCommand, Sight, Sighting
from mock_csms.ocpi.emsp.world import EmspWorld, Grant
from mock_csms.ocpi.modules import module_path
from mock_csms.ocpi.paging import next_page
from mock_csms.ocpi.parties import CPO, RECEIVER, SENDER, OcpiParty, OcpiPeer
from mock_csms.ocpi.request import FROM_COUNTRY, FROM_PARTY, REQUEST_ID, TO_COUNTRY, TO_PARTY
from mock_csms.ocpi.schemas import problems
from mock_csms.ocpi.steps import Fetch, Fetched, Pause, Steps
from mock_csms.ocpi.times import written_time
from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import UNSET, Record, replace
from mock_csms.twin.ocpi_events import OcpiExchanged

KINDS: Mapping[str, str] = {"locations": "Location", "sessions": "Session", "cdrs": "CDR", "tariffs": "Tariff"}
"""The modules that can be pulled, each with the kind of its objects."""
RESULTS: Mapping[str, str] = {
    "PUT": "ChargingProfileResult",
    "GET": "ActiveChargingProfileResult",
    "DELETE": "ClearProfileResult",
}
"""The kinds of results of charging profiles, by method."""
ACCEPTED = "ACCEPTED"
_MOST_PAGES = 10_000
_TOKEN_COMMANDS = ("START_SESSION", "RESERVE_NOW")
_EVER = "2000-01-01T00:00:00Z"
"""The date_from of sessions, which must have one."""


class CannotSend(Exception):
    """The eMSP cannot do what it was told, because of what it knows."""


class Pulled(Record):
    """The outcome of a pull."""

    module: str
    objects: Sequence[Any]
    pages: int
    problem: str
    """Why it stopped too early; empty if it did not."""


class SendingOutcome(Record):
    """What is known of a command after its answer."""

    id: str
    result: str
    """The result in the answer, such as ACCEPTED; empty if there was none."""
    reason: str
    """Why there is none, or what the CPO says about it."""
    body: Json
    timeout: float = 0.0


def cpo_of(world: EmspWorld, name: str = "") -> OcpiPeer:
    """Return the registered CPO, or the one with that party. Raises CannotSend if none or several are meant."""
    found = [each for each in world.parties.with_role(CPO) if each.versions_url and each.their_token]
    if name:
        found = [each for each in found if any(str(role.party).casefold() == name.casefold() for role in each.roles)]
    if not found:
        raise CannotSend(f"no CPO {name} is registered".replace("  ", " "))
    if len(found) > 1:
        raise CannotSend(f"several CPOs are registered; name one of {', '.join(each.name for each in found)}")
    return found[0]


def party_at(peer: OcpiPeer) -> OcpiParty:
    """Return the first CPO of a platform."""
    return next(role.party for role in peer.roles if role.role == CPO)


def _fetch(world: EmspWorld, peer: OcpiPeer, url: str, method: str = "GET", body: Any = UNSET) -> tuple[Fetch, str]:
    """Return a request to a functional module of a CPO, and its X-Request-ID."""
    us, to, request_id = world.parties.us.party, party_at(peer), world.new_id()
    headers = {
        REQUEST_ID: request_id,
        FROM_COUNTRY: us.country_code,
        FROM_PARTY: us.party_id,
        TO_COUNTRY: to.country_code,
        TO_PARTY: to.party_id,
    }
    fetch = Fetch(url=url, token=peer.their_token, method=method, body=body, headers=headers, is_raw=peer.is_raw)
    return fetch, request_id


def below(url: str, *parts: str) -> str:
    """Return a URL below that of a module, which may end with a slash or not."""
    return "/".join([url.rstrip("/"), *parts])


def _url_of(peer: OcpiPeer, module: str, role: str) -> str:
    url = peer.url_of(module, role)
    if not url:
        raise CannotSend(f"{peer.name} has no {module} ({role})")
    return url


# Lists.


def pull(world: EmspWorld, peer: OcpiPeer, module: str, filters: Mapping[str, str]) -> Steps:
    """Read all pages of a list, and store the objects. Return what was pulled."""
    if module not in KINDS:
        raise CannotSend(f"{module!r} is not one of {', '.join(KINDS)}")
    given = {**({"date_from": _EVER} if module == "sessions" else {}), **filters}
    url = _url_of(peer, module, SENDER)
    url = f"{url}?{urlencode(given, safe=':')}" if given else url
    urls: list[str] = []
    objects: list[Any] = []
    while True:
        fetch, request_id = _fetch(world, peer, url)
        fetched: Fetched = yield fetch
        exchange = world.request_ids.get(request_id)
        if not fetched.is_fine or exchange is None:
            return Pulled(module, objects, len(urls), fetched.reason)
        page = Sighting(
            sight=Sight.PAGE, exchange=exchange, module=module, value=fetched.data, urls=[*urls], filters=given
        )
        world.inspect(page)
        if not isinstance(fetched.data, list):
            return Pulled(module, objects, len(urls), "the data is not a list")
        urls.append(url)
        objects += fetched.data
        for value in fetched.data:
            _keep(world, module, value, exchange)
        link = next_page(fetched.headers)
        following = urljoin(url, link) if link else ""
        if not following:
            world.inspect(replace(page, sight=Sight.LIST, items=objects, urls=urls))
            return Pulled(module, objects, len(urls), "")
        if following in urls or len(urls) >= _MOST_PAGES:
            return Pulled(module, objects, len(urls), f"the Link header leads back to {following}")
        url = following


def _keep(world: EmspWorld, module: str, value: Any, exchange: OcpiExchanged) -> None:
    """Store an object of a list, and check it."""
    owner = value if isinstance(value, dict) else {}
    place = {name: str(owner.get(name, "")) for name in ("country_code", "party_id", "id")}
    seen, _ = stored(world, Arrival(module, KINDS[module], value, place, is_push=False))
    world.inspect(replace(seen, exchange=exchange, place={}))


# Commands.


def send_command(world: EmspWorld, peer: OcpiPeer, name: str, body: Mapping[str, Any]) -> Steps:
    """Send a command, and return what the CPO says at once: a `SendingOutcome`. The result comes later."""
    url = below(_url_of(peer, "commands", RECEIVER), name)
    id_ = world.new_id()
    sent = {"response_url": _response_url(world, "commands", name, id_), **body}
    world.commands[id_] = SentCommand(id=id_, name=name, module="commands", party=peer.name, at=world.now(), body=sent)
    if name in _TOKEN_COMMANDS:
        place = (str(sent.get("location_id", "")), str(sent.get("evse_uid", "")))
        reference = str(sent.get("authorization_reference", ""))
        world.grant(Grant(reference, sent["token"]["uid"], "COMMAND", world.now(), *place))
    fetch, request_id = _fetch(world, peer, url, "POST", sent)
    fetched: Fetched = yield fetch
    return _responded(world, world.commands[id_], fetched, request_id)


def send_profile(world: EmspWorld, peer: OcpiPeer, method: str, session: str, profile: Json | None) -> Steps:
    """Set, ask for or clear the charging profile of a session; return a `SendingOutcome`."""
    url = below(_url_of(peer, "chargingprofiles", RECEIVER), session)
    id_ = world.new_id()
    response_url = _response_url(world, "chargingprofiles", method, id_)
    body: Any = UNSET
    if method == "PUT":
        body = {"charging_profile": profile or {}, "response_url": response_url}
    else:
        more = {"duration": "3600"} if method == "GET" else {}
        url = f"{url}?{urlencode({**more, 'response_url': response_url})}"
    about: Json = {"session_id": session} | ({} if body is UNSET else body)
    world.commands[id_] = SentCommand(
        id=id_, name=method, module="chargingprofiles", party=peer.name, at=world.now(), body=about
    )
    fetch, request_id = _fetch(world, peer, url, method, body)
    fetched: Fetched = yield fetch
    return _responded(world, world.commands[id_], fetched, request_id)


def _response_url(world: EmspWorld, module: str, name: str, id_: str) -> str:
    return f"{world.base}{module_path(module, world.prefix)}/{name}/{id_}"


def _responded(world: EmspWorld, command: SentCommand, fetched: Fetched, request_id: str) -> SendingOutcome:
    """Note the answer to a command, and check it."""
    kind = "CommandResponse" if command.module == "commands" else "ChargingProfileResponse"
    data, exchange = fetched.data, world.request_ids.get(request_id)
    told = _only(data)
    result, timeout = str(told.get("result", "")), told.get("timeout")
    limit = float(timeout) if isinstance(timeout, int | float) else None
    if exchange is not None and (fetched.is_fine or told):  # after an error the data may be anything
        what = "a list" if isinstance(data, list) else "missing" if data is None else "not an object"
        found = problems(kind, data) if isinstance(data, dict) else (f"the data is {what}, but one object is needed",)
        seen = Sighting(
            sight=Sight.RESPONSE,
            exchange=exchange,
            module=command.module,
            kind=kind,
            value=data,
            violations=tuple(found),
            command=command,
        )
        world.inspect(seen)
    world.change_command(command.id, response=result or "REJECTED", timeout=limit)
    reason = "" if fetched.is_fine else fetched.reason
    return SendingOutcome(command.id, result, reason, command.body, limit or 0.0)


def _only(data: Any) -> Json:
    """Return the object in the data of an answer; some servers put it into a list."""
    value = data[0] if isinstance(data, list) and len(data) == 1 else data
    return value if isinstance(value, dict) else {}


def watch_result(world: EmspWorld, id_: str) -> Steps:
    """Wait for the time that the CPO may take for a result, and report a result that did not come."""
    command = world.commands.get(id_)
    if command is None or command.response != ACCEPTED or not command.timeout:
        return
    yield Pause(command.timeout)
    late = world.commands.get(id_)
    exchange = next((each for each in world.request_ids.values() if _is_of(each, id_)), None)
    if late is not None and not late.results and exchange is not None:
        seen = Sighting(sight=Sight.NO_RESULT, exchange=exchange, module=late.module, command=late)
        world.inspect(seen)


def _is_of(exchange: OcpiExchanged, id_: str) -> bool:
    """Whether an exchange is the request of a command."""
    sent = exchange.request if isinstance(exchange.request, dict) else exchange.query
    return exchange.is_ours and str(sent.get("response_url", "")).endswith(f"/{id_}")


# Tokens and preferences.


def push_token(world: EmspWorld, peer: OcpiPeer, uid: str) -> Steps:
    """Send a token to the CPO with PUT; return what came back."""
    token = world.tokens.get(uid)
    if token is None:
        raise CannotSend(f"there is no token {uid}")
    parts = (token["country_code"], token["party_id"], token["uid"])
    url = below(_url_of(peer, "tokens", RECEIVER), *parts) + (
        "" if token["type"] == "RFID" else f"?type={token['type']}"
    )
    fetch, _ = _fetch(world, peer, url, "PUT", token)
    fetched: Fetched = yield fetch
    if fetched.is_fine:
        world.sent_tokens.add(uid.casefold())
    return fetched


def send_preferences(world: EmspWorld, peer: OcpiPeer, session: str, preferences: Json) -> Steps:
    """Set the charging preferences of a session; return what came back."""
    url = below(_url_of(peer, "sessions", SENDER), session, "charging_preferences")
    fetch, _ = _fetch(world, peer, url, "PUT", preferences)
    return (yield fetch)


def soon(world: EmspWorld, seconds: float) -> str:
    """Return the time in so many seconds, as OCPI writes it."""
    return written_time(world.now() + seconds)
