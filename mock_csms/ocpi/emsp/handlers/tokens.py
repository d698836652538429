"""The sender of tokens: the list, single tokens, and the answers to questions (real-time authorization)."""

from typing import Any

from mock_csms.ocpi.emsp.keeping import NO_EXCHANGE, answer_with
from mock_csms.ocpi.emsp.sightings import Sight, Sighting
from mock_csms.ocpi.emsp.tokens import authorization, needs_place
from mock_csms.ocpi.emsp.world import EmspWorld, Grant
from mock_csms.ocpi.envelope import TOO_LITTLE, UNKNOWN_TOKEN, OcpiAnswer, missing, wrong
from mock_csms.ocpi.modules import ModuleRow, Modules
from mock_csms.ocpi.paging import page_asked, page_of
from mock_csms.ocpi.parties import SENDER
from mock_csms.ocpi.request import OcpiRequest
from mock_csms.ocpi.schemas import problems
from mock_csms.ocpi.v221 import enums

_UNKNOWN = "UNKNOWN"


def _list(request: OcpiRequest, world: EmspWorld) -> OcpiAnswer:
    """List the tokens, without those that the eMSP does not admit to know."""
    asked = page_asked(request.query)
    found = [each for each in world.tokens.all(asked) if not _is_unknown(world, each["uid"])]
    answer = page_of(found, asked, request.url)
    if request.peer and request.peer.versions_url:
        world.sent_tokens.update(str(each["uid"]).casefold() for each in answer.data)
    return answer


def _is_unknown(world: EmspWorld, uid: str) -> bool:
    return bool(world.answers.get(uid.casefold(), {}).get("allowed") == _UNKNOWN)


def _get(request: OcpiRequest, world: EmspWorld) -> OcpiAnswer:
    """Return a token."""
    token = world.tokens.get(request.places["uid"])
    if token is None or _is_unknown(world, token["uid"]):
        raise missing(f"there is no token {request.places['uid'][:40]}", UNKNOWN_TOKEN)
    return OcpiAnswer(data=token)


def _authorize(request: OcpiRequest, world: EmspWorld) -> OcpiAnswer:
    """Answer a question about a token as told by --token."""
    uid, kind = request.places["uid"], request.query.get("type", "RFID")
    place: Any = request.json() if request.body else None
    violations = [*problems("LocationReferences", place)] if isinstance(place, dict) else []
    if place is not None and not isinstance(place, dict):
        violations.append("it is not an object, but LocationReferences is one")
    if kind not in enums()["TokenType"]:
        violations.append(f"the type {kind[:40]!r} does not exist")
    seen = Sighting(
        sight=Sight.AUTHORIZE,
        exchange=NO_EXCHANGE,
        module="tokens",
        kind="LocationReferences",
        value=place,
        violations=violations,
        place={**request.places},
    )
    return answer_with(seen, _answered(world, uid, kind, seen))


def _answered(world: EmspWorld, uid: str, kind: str, seen: Sighting) -> OcpiAnswer:
    if seen.violations:
        return wrong(f"the LocationReferences are wrong: {'; '.join(seen.violations)}").answer
    info, reference = authorization(world, uid, kind, seen.value)
    if info is None:
        return missing(f"there is no token {uid[:40]} of type {kind}", UNKNOWN_TOKEN).answer
    if seen.value is None and needs_place(world, uid):
        return wrong(f"whether {uid[:40]} is allowed depends on the location; name it", TOO_LITTLE).answer
    if reference:
        place: dict[str, Any] = seen.value or {}
        uids = place.get("evse_uids") or []
        evse = uids[0] if len(uids) == 1 else ""
        location = str(place.get("location_id", ""))
        world.grant(Grant(reference, info["token"]["uid"], "AUTH_REQUEST", world.now(), location, evse))
    return OcpiAnswer(data=info)


def _row(method: str, path: str, handle: Any, help_: str, *, is_extension: bool = False) -> ModuleRow:
    return ModuleRow(
        module="tokens",
        role=SENDER,
        method=method,
        path=path,
        handle=handle,
        help=help_,
        is_extension=is_extension,
    )


ROWS: Modules = (
    _row("GET", "", _list, "all tokens"),
    _row("POST", "/{uid}/authorize", _authorize, "whether a token may be used"),
    _row("GET", "/{country_code}/{party_id}/{uid}", _get, "a token", is_extension=True),
    _row(
        "POST",
        "/{country_code}/{party_id}/{uid}/authorize",
        _authorize,
        "whether a token may be used",
        is_extension=True,
    ),
)
"""The rows of this module."""
