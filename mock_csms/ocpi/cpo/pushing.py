"""Tells eMSPs what has changed. A push that fails is not repeated: whoever missed it pulls by date."""

from collections.abc import Iterator, Sequence
from urllib.parse import quote

from mock_csms.ocpi.cpo.world import CpoWorld, owner_of
from mock_csms.ocpi.mapping.locations import LocationChange
from mock_csms.ocpi.mapping.sessions import pushed
from mock_csms.ocpi.parties import RECEIVER, OcpiParty, OcpiPeer
from mock_csms.ocpi.routing import fetch_of
from mock_csms.ocpi.steps import Fetch, Fetched, Steps
from mock_csms.ocpi.store import Json
from mock_csms.protocol.records import UNSET, replace

PROFILES = "chargingprofiles"


def push_location(world: CpoWorld, changes: Sequence[LocationChange]) -> None:
    """Push parts of a location that have changed to everybody."""
    for peer, url in _receivers(world, "locations"):
        for change in changes:
            world.push(peer, _send(_own(world, peer, url, change.path), change.method, change.body))


def push_tariff(world: CpoWorld, tariff: Json) -> None:
    """Push a tariff to everybody."""
    for peer, url in _receivers(world, "tariffs"):
        world.push(peer, _send(_own(world, peer, url, (tariff["id"],)), "PUT", tariff))


def push_tariff_end(world: CpoWorld, id_: str) -> None:
    """Tell everybody that a tariff is gone."""
    for peer, url in _receivers(world, "tariffs"):
        world.push(peer, _send(_own(world, peer, url, (id_,)), "DELETE"))


def push_session(world: CpoWorld, before: Json | None, after: Json) -> None:
    """Push a session, or what has changed in it, to the party of its token."""
    method, body = pushed(before, after)
    for peer, url in _receivers(world, "sessions", owner_of(after)):
        fetch = _own(world, peer, url, (after["id"],), owner_of(after))
        world.push(peer, _send(fetch, method, body))


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


def _post_cdr(world: CpoWorld, fetch: Fetch, id_: str) -> Steps:
    fetched: Fetched = yield replace(fetch, method="POST")
    if fetched.is_fine and fetched.headers.get("location"):
        world.cdr_urls[id_] = fetched.headers["location"]
