"""The tokens of eMSPs: what they push, and the pull of all of them."""

from mock_csms.ocpi.cpo.pushing import introduce
from mock_csms.ocpi.cpo.world import CpoWorld
from mock_csms.ocpi.envelope import UNKNOWN_TOKEN, OcpiAnswer, created, missing, updated, wrong
from mock_csms.ocpi.modules import ModuleRow, Modules
from mock_csms.ocpi.paging import all_pages
from mock_csms.ocpi.parties import RECEIVER, SENDER, OcpiParty, OcpiPeer
from mock_csms.ocpi.request import OcpiRequest
from mock_csms.ocpi.routing import fetch_of
from mock_csms.ocpi.schemas import problems
from mock_csms.ocpi.steps import Steps
from mock_csms.ocpi.store import Json
from mock_csms.ocpi.v221 import enums

_USUAL = "RFID"
"""The type of a token if the URL names none."""


def read_token(request: OcpiRequest, world: CpoWorld) -> OcpiAnswer:
    """Answer with a token that the client has pushed."""
    found = world.tokens.get(*_key(request))
    if found is None:
        raise missing(f"there is no token {request.places['token'][:40]!r} of that type", UNKNOWN_TOKEN)
    return OcpiAnswer(data=found)


def put_token(request: OcpiRequest, world: CpoWorld) -> OcpiAnswer:
    """Store a token."""
    key, token = _key(request), request.object("Token")
    _refuse_another(request, token, key[3])
    return created() if world.tokens.put(key, token) else updated()


def patch_token(request: OcpiRequest, world: CpoWorld) -> OcpiAnswer:
    """Change some properties of a token."""
    key, changes = _key(request), request.changes("Token")
    _refuse_another(request, changes, key[3])
    before = world.tokens.get(*key)
    if before is None:
        raise missing(f"there is no token {request.places['token'][:40]!r} of that type", UNKNOWN_TOKEN)
    after = {name: value for name, value in {**before, **changes}.items() if value is not None}
    if found := problems("Token", after):
        raise wrong(f"the token would be wrong: {'; '.join(found)}")
    world.tokens.put(key, after)
    return updated()


def _key(request: OcpiRequest) -> tuple[str, str, str, str]:
    """Return the key of the token in the URL. Raises Declined if it is not one of the client."""
    country, party, uid = (request.places[name] for name in ("country", "party", "token"))
    type_ = request.query.get("type", _USUAL)
    if type_ not in enums()["TokenType"]:
        raise wrong(f"type: {type_[:40]!r} is not one of {', '.join(enums()['TokenType'])}")
    if request.peer is not None and not request.peer.owns(OcpiParty(country, party)):
        raise missing(f"{country[:2]}*{party[:3]} is not a party of the client")
    return country, party, uid, type_


def _refuse_another(request: OcpiRequest, token: Json, type_: str) -> None:
    request.refuse_other_ids(token, country_code="country", party_id="party", uid="token")
    if token.get("type", type_) != type_:
        raise wrong(
            f"type is {token['type']} in the body, but {type_} in the URL, whose parameter `type` is RFID if missing"
        )


def pull_tokens(world: CpoWorld, peer: OcpiPeer) -> Steps:
    """Read all tokens of an eMSP, and store those that are right; return how many, and why not all."""
    url = peer.url_of("tokens", SENDER)
    if not url:
        return 0, f"{peer.name} has no tokens"
    found, problem = yield from all_pages(fetch_of(world, peer, url))
    count = 0
    for token in found:
        told = problems("Token", token)
        if told or not peer.owns(OcpiParty(token["country_code"], token["party_id"])):
            problem = problem or f"a token is wrong: {'; '.join(told) or 'it belongs to another party'}"
            continue
        world.tokens.put((token["country_code"], token["party_id"], token["uid"], token["type"]), token)
        count += 1
    return count, problem


def welcome(world: CpoWorld, peer: OcpiPeer) -> None:
    """Pull the tokens of a party that has just registered, and push our tariffs and locations to it."""

    def pull() -> Steps:
        count, problem = yield from pull_tokens(world, peer)
        rest = f"; more were not read: {problem}" if problem else ""
        world.tell(f"{peer.name} has {count} token{'' if count == 1 else 's'}{rest}")

    if peer.url_of("tokens", SENDER):
        world.push(peer, pull())
    introduce(world, peer)


def forget_tokens(world: CpoWorld, peer: OcpiPeer) -> None:
    """Forget the tokens of a party that has left, unless another registration is for the same party."""
    for token in world.tokens.all():
        owner = OcpiParty(token["country_code"], token["party_id"])
        if peer.owns(owner) and not any(each.owns(owner) for each in world.parties.peers):
            world.tokens.remove(token["country_code"], token["party_id"], token["uid"], token["type"])


TOKENS_ROWS: Modules = tuple(
    ModuleRow(
        module="tokens",
        role=RECEIVER,
        method=method,
        path="/{country}/{party}/{token}",
        handle=handle,
        help=help_,
    )
    for method, handle, help_ in (
        ("GET", read_token, "a token that the client has pushed; `type` is RFID if missing"),
        ("PUT", put_token, "store a token"),
        ("PATCH", patch_token, "change a token"),
    )
)
"""The rows of this module."""
