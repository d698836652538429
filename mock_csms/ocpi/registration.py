"""The handshake of registration, in both roles, as generators: what to fetch next, and the outcome.

The receiver makes a token A. The sender reads the versions and the modules of the receiver with A, and posts its
credentials with a token B. The receiver reads those of the sender with B, and answers with a token C. From then on the
sender shows C and the receiver B, and A is of no use.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from mock_csms.ocpi.envelope import (
    API_UNUSABLE,
    CLIENT_ERROR,
    ENDPOINTS_MISSING,
    NO_COMMON_VERSION,
    OcpiAnswer,
    Steps,
    not_allowed,
    wrong,
)
from mock_csms.ocpi.parties import CREDENTIALS, OcpiPeer, endpoints_of, roles_of
from mock_csms.ocpi.request import OcpiRequest
from mock_csms.ocpi.schemas import problems
from mock_csms.ocpi.steps import Fetch, Fetched
from mock_csms.ocpi.v221 import VERSION
from mock_csms.ocpi.world import OcpiWorld
from mock_csms.protocol.records import Record, replace


class RegistrationFailed(Exception):
    """The other party cannot be used: the status code of OCPI, and the reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class Explored(Record):
    """The modules of another party, and how it reads our token."""

    endpoints: Mapping[str, str]
    is_raw: bool


# Both roles.


def explore(first: Fetch, required: frozenset[str]) -> Steps:
    """Read the versions of another party at the URL of `first`, and its modules in 2.2.1; return what it has.

    If it refuses the token in Base64, or as it is, the other form is tried. Raises RegistrationFailed.
    """
    fetched = yield first
    if fetched.status == 401:
        first = replace(first, is_raw=not first.is_raw)
        fetched = yield first
    listed = _usable(first, fetched, list)
    urls = [each["url"] for each in listed if not problems("Version", each) and each["version"] == VERSION]
    if not urls:
        raise RegistrationFailed(NO_COMMON_VERSION, f"{first.url} does not list version {VERSION}")
    second = replace(first, url=urls[0])
    details = _usable(second, (yield second), dict)
    if details.get("endpoints") != [] and (found := problems("VersionDetails", details)):
        raise RegistrationFailed(API_UNUSABLE, f"{second.url}: {'; '.join(found)}")
    endpoints = endpoints_of(details)
    if lacking := sorted(required - endpoints.keys()):
        raise RegistrationFailed(ENDPOINTS_MISSING, f"{second.url} does not list {', '.join(lacking)}")
    return Explored(endpoints, first.is_raw)


def _usable(fetch: Fetch, fetched: Fetched, kind: type) -> Any:
    """Return the data that was fetched, if it is of that kind."""
    if not fetched.is_fine:
        raise RegistrationFailed(API_UNUSABLE, f"{fetch.url}: {fetched.reason}")
    if not isinstance(fetched.data, kind):
        raise RegistrationFailed(
            API_UNUSABLE, f"{fetch.url}: the data is not {'a list' if kind is list else 'an object'}"
        )
    return fetched.data


def credentials_of(world: OcpiWorld, token: str, base: str) -> Mapping[str, Any]:
    """Return our object `Credentials` with a token for the other party."""
    return {"token": token, "url": f"{base}/ocpi/versions", "roles": [world.parties.us.as_json()]}


def _check_credentials(credentials: Mapping[str, Any]) -> None:
    """Raise Declined for credentials that cannot be used."""
    token, url = credentials["token"], urlsplit(credentials["url"])
    if not (token and token.isascii() and token.isprintable() and " " not in token):
        raise wrong("the token in the credentials must have printable ASCII characters, without spaces")
    if url.scheme not in ("http", "https") or not url.netloc:
        raise wrong("the url in the credentials is not one of HTTP")


# As the receiver.


def register(request: OcpiRequest, world: OcpiWorld) -> Steps:
    """Answer a POST of credentials: register the party that sends it, or say why not."""
    if request.peer is not None:
        raise not_allowed(
            f"{request.peer.name} is registered already; PUT changes its credentials", ["GET", "PUT", "DELETE"]
        )
    peer = yield from _peer_behind(request, world)
    parties = world.parties
    if request.token not in parties.tokens_a and not world.is_open:
        raise not_allowed("another request with this token has registered meanwhile", ["GET"])
    parties.add(replace(peer, token_a=request.token), instead_of=request.token)
    world.tell(f"{peer.name} has registered")
    return OcpiAnswer(status=201, data=credentials_of(world, peer.our_token, request.base))


def renew(request: OcpiRequest, world: OcpiWorld) -> Steps:
    """Answer a PUT of credentials: use the new ones, read the modules again, and make a new token."""
    before = _registered(request)
    peer = yield from _peer_behind(request, world)
    if world.parties.behind(request.token) is None:
        raise not_allowed("another request has changed this registration meanwhile", ["GET", "POST"])
    world.parties.add(replace(peer, token_a=before.token_a), instead_of=before.our_token)
    world.tell(f"{peer.name} has new credentials")
    return OcpiAnswer(data=credentials_of(world, peer.our_token, request.base))


def unregister(request: OcpiRequest, world: OcpiWorld) -> OcpiAnswer:
    """Answer a DELETE of credentials: end the registration."""
    peer = _registered(request)
    world.parties.remove(peer)
    world.tell(f"{peer.name} has ended its registration")
    return OcpiAnswer()


def show(request: OcpiRequest, world: OcpiWorld) -> OcpiAnswer:
    """Answer a GET of credentials: those with which the client reaches us."""
    return OcpiAnswer(data=credentials_of(world, request.token, request.base))


def _registered(request: OcpiRequest) -> OcpiPeer:
    if request.peer is None:
        raise not_allowed("nobody is registered with this token", ["GET", "POST"])
    return request.peer


def _peer_behind(request: OcpiRequest, world: OcpiWorld) -> Steps:
    """Return the party whose credentials a request has, with a new token for it. Raises Declined."""
    credentials = request.object("Credentials")
    _check_credentials(credentials)
    first = Fetch(
        url=credentials["url"],
        token=credentials["token"],
        correlation_id=request.correlation_id,
        is_raw=request.is_raw or world.sends_raw,
    )
    try:
        explored = yield from explore(first, world.required)
    except RegistrationFailed as failed:
        world.tell(f"a registration has failed: {failed}")
        raise wrong(str(failed), failed.code) from None
    return OcpiPeer(
        our_token=world.new_token(),
        their_token=credentials["token"],
        versions_url=credentials["url"],
        endpoints=explored.endpoints,
        roles=roles_of(credentials),
        is_raw=explored.is_raw,
    )


# As the sender.


def register_with(world: OcpiWorld, url: str, token: str) -> Steps:
    """Register with the party that has its versions at that URL, and return it. Raises RegistrationFailed."""
    explored = yield from explore(Fetch(url=url, token=token, is_raw=world.sends_raw), world.required)
    return (yield from _send_credentials(world, "POST", url, token, explored))


def renew_with(world: OcpiWorld, peer: OcpiPeer) -> Steps:
    """Send new credentials to a registered party, and return it with its new ones. Raises RegistrationFailed."""
    first = Fetch(url=peer.versions_url, token=peer.their_token, is_raw=peer.is_raw)
    explored = yield from explore(first, world.required)
    return (yield from _send_credentials(world, "PUT", peer.versions_url, peer.their_token, explored, peer.our_token))


def unregister_with(world: OcpiWorld, peer: OcpiPeer) -> Steps:
    """End the registration with a party, and return why it does not agree; empty if it does."""
    url = peer.url_of(CREDENTIALS, "")
    fetched = yield Fetch(method="DELETE", url=url, token=peer.their_token, is_raw=peer.is_raw)
    world.parties.remove(peer)
    return "" if fetched.is_fine else fetched.reason


def _send_credentials(
    world: OcpiWorld, method: str, url: str, token: str, explored: Explored, instead_of: str = ""
) -> Steps:
    """Send our credentials with a new token, which the other party tries before it answers. Return that party."""
    ours, parties = world.new_token(), world.parties
    fetch = Fetch(
        method=method,
        url=explored.endpoints[CREDENTIALS],
        token=token,
        body=credentials_of(world, ours, world.base),
        is_raw=explored.is_raw,
    )
    parties.pending.append(ours)
    try:
        fetched = yield fetch
        if not fetched.is_fine:
            raise RegistrationFailed(fetched.code or CLIENT_ERROR, f"{method} {fetch.url}: {fetched.reason}")
        if found := problems("Credentials", fetched.data):
            raise RegistrationFailed(
                CLIENT_ERROR, f"{method} {fetch.url}: the credentials are wrong: {'; '.join(found)}"
            )
        peer = OcpiPeer(
            our_token=ours,
            their_token=fetched.data["token"],
            versions_url=url,
            endpoints=explored.endpoints,
            roles=roles_of(fetched.data),
            is_raw=explored.is_raw,
        )
        parties.add(peer, instead_of=instead_of)
        return peer
    finally:
        parties.pending.remove(ours)
