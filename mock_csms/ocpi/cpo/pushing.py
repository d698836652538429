"""Tells eMSPs what has changed. A push that fails is not repeated: whoever missed it pulls by date."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from urllib.parse import quote

from mock_csms.ocpi.cpo.world import CpoWorld, owner_of
from mock_csms.ocpi.mapping.locations import LocationChange
from mock_csms.ocpi.mapping.sessions import pushed
from mock_csms.ocpi.parties import RECEIVER, OcpiParty, OcpiPeer
from mock_csms.ocpi.routing import fetch_of
from mock_csms.ocpi.steps import Fetch, Fetched, Steps
from mock_csms.ocpi.store import Json, Store
from mock_csms.protocol.records import UNSET, replace

_UNAUTHORIZED = 401


def push_location(world: CpoWorld, changes: Sequence[LocationChange]) -> None:
    """Push parts of a location that have changed to everybody."""
    for peer, url in _receivers(world, "locations"):
        for change in changes:
            part = replace(_own(world, peer, url, change.path), method=change.method, body=change.body)
            whole = partial(_whole, world.locations, _own(world, peer, url, change.path[:1]), change.path[0])
            world.push(peer, _send_part(part, whole))


def push_session(world: CpoWorld, before: Json | None, after: Json) -> None:
    """Push a session, or what has changed in it, to the party of its token."""
    method, body = pushed(before, after)
    for peer, url in _receivers(world, "sessions", owner_of(after)):
        fetch = _own(world, peer, url, (after["id"],), owner_of(after))
        whole = partial(_whole, world.sessions, fetch, after["id"])
        world.push(peer, _send_part(replace(fetch, method=method, body=body), whole))


def push_cdr(world: CpoWorld, cdr: Json) -> None:
    """Post a CDR to the party of its token, and keep the URL that it gets there."""
    for peer, url in _receivers(world, "cdrs", owner_of(cdr)):
        world.push(peer, _post_cdr(world, replace(fetch_of(world, peer, url, to=owner_of(cdr)), body=cdr), cdr["id"]))


def introduce(world: CpoWorld, peer: OcpiPeer) -> None:
    """Push all tariffs and locations to a party that has just registered."""
    for module, store in (("tariffs", world.tariffs), ("locations", world.locations)):
        url = peer.url_of(module, RECEIVER)
        for each in store.all() if url else ():
            world.push(peer, _send(_own(world, peer, url, (each["id"],)), "PUT", each))


def _receivers(world: CpoWorld, module: str, owner: OcpiParty | None = None) -> Iterator[tuple[OcpiPeer, str]]:
    """Yield the parties that receive a module, each once and with its URL; with an owner only that one."""
    seen: set[str] = set()
    for peer in reversed(world.parties.peers):
        url = peer.url_of(module, RECEIVER)
        if url and url not in seen and (owner is None or peer.owns(owner)):
            seen.add(url)
            yield peer, url


def _own(world: CpoWorld, peer: OcpiPeer, url: str, path: Sequence[str], to: OcpiParty | None = None) -> Fetch:
    """Return a request to an object of ours at another party."""
    us = world.us
    parts = "/".join(quote(part, safe="") for part in (us.country_code, us.party_id, *path))
    return fetch_of(world, peer, f"{url.rstrip('/')}/{parts}", to=to)


def _send(fetch: Fetch, method: str, body: object = UNSET) -> Steps:
    yield replace(fetch, method=method, body=body)


def _whole(store: Store, fetch: Fetch, id_: str) -> Fetch:
    """Return the PUT of a whole object, as it is now."""
    return replace(fetch, method="PUT", body=store.get(id_))


def _send_part(part: Fetch, whole: Callable[[], Fetch]) -> Steps:
    """Send a part of an object. If the other party cannot use it, because it does not have the rest, send the whole."""
    fetched: Fetched = yield part
    if fetched.status and not fetched.is_fine and fetched.status != _UNAUTHORIZED:
        fetch = whole()
        if fetch.url != part.url or part.method != fetch.method:
            yield fetch


def _post_cdr(world: CpoWorld, fetch: Fetch, id_: str) -> Steps:
    fetched: Fetched = yield replace(fetch, method="POST")
    if fetched.is_fine and fetched.headers.get("location"):
        world.cdr_urls[id_] = fetched.headers["location"]
