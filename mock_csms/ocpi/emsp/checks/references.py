"""Checks of what sessions and CDRs refer to: places, tokens, and the authorizations of the eMSP."""

from collections.abc import Iterator

from mock_csms.conformance.subject import ERROR, INFO, WARNING
from mock_csms.ocpi.emsp.checks.reading import NOT_AVAILABLE, connectors_of, evse_of, same, time_at
from mock_csms.ocpi.emsp.checks.sessions import OBJECT, OF_SESSION_AND_CDR, SESSION, SESSIONS, uid_of
from mock_csms.ocpi.emsp.sightings import Sighting
from mock_csms.ocpi.emsp.world import EmspWorld, party_of
from mock_csms.protocol.actions import Json


@SESSIONS.check(
    ("OCPI-S08", OBJECT, INFO, "a session is at an EVSE and a connector that the CPO has sent"),
    "Send a location before its sessions. Ids are those of the location, not of OCPP.",
    SESSION,
)
def is_at_a_known_place(seen: Sighting, world: EmspWorld) -> str | None:
    """Report an EVSE or connector that its location does not have. Locations that were never sent are not judged."""
    if seen.after is None:
        return None
    location = world.find("locations", seen.after, seen.after["location_id"])
    if location is None or seen.after["evse_uid"] == NOT_AVAILABLE:
        return None
    evse = evse_of(location, seen.after["evse_uid"])
    if evse is None:
        return f"the location {seen.after['location_id']} has no EVSE {seen.after['evse_uid']}"
    id_ = seen.after["connector_id"]
    is_known = id_ == NOT_AVAILABLE or any(same(each.get("id"), id_) for each in connectors_of(evse))
    return None if is_known else f"the EVSE {seen.after['evse_uid']} has no connector {id_}"


@SESSIONS.check(
    ("OCPI-S09", "CDRs: CdrToken class", ERROR, "the token of a session or CDR is one of the eMSP"),
    "country_code, party_id, uid, type and contract_id are those of the Token object, or of the command.",
    OF_SESSION_AND_CDR,
)
def has_our_token(seen: Sighting, world: EmspWorld) -> Iterator[str]:
    """Report a token that the eMSP does not own, or whose values differ."""
    if seen.after is None:
        return
    its = seen.after["cdr_token"]
    if party_of(its) != world.party:
        yield f"its token is of {party_of(its)}, this is {world.party}"
        return
    ours = world.token(its["uid"])
    if ours is None:
        if _is_recent(seen.after, world):
            yield f"the token {its['uid']} does not exist"
        return
    for name in ("type", "contract_id"):
        if not same(its[name], ours[name]):
            yield f"{name} of the token {its['uid']} is {its[name]}, but {ours[name]} in the Token object"


@SESSIONS.check(
    ("OCPI-S10", OBJECT, ERROR, "authorization_reference is the last one that the eMSP gave for the session"),
    "Copy it from StartSession, ReserveNow or the AuthorizationInfo into the session and the CDR.",
    OF_SESSION_AND_CDR,
)
def has_the_reference(seen: Sighting, world: EmspWorld) -> str | None:
    """Report a reference that was not given, and one that is missing after a command or an authorization."""
    if seen.after is None or not _is_recent(seen.after, world):
        return None
    its, uid, place = seen.after.get("authorization_reference"), uid_of(seen.after), _place(seen.after)
    given = [each for each in world.granted(uid) if each.reference]
    if its:
        is_given = any(same(each.reference, its) for each in given)
        return None if is_given or not world.grants else f"the reference {its} was not given by the eMSP"
    is_needed = seen.after["auth_method"] != "WHITELIST" and any(
        each.method == seen.after["auth_method"] and same(each.location_id or place, place) for each in given
    )
    return f"it was started by {seen.after['auth_method']}, but has no authorization_reference" if is_needed else None


def _is_recent(value: Json, world: EmspWorld) -> bool:
    """Whether a session began while the eMSP was running, so that it knows its commands and authorizations."""
    start = time_at(value, "start_date_time")
    return start is not None and start >= world.began - world.tolerance


def _place(value: Json) -> str:
    return str(value.get("location_id") or (value.get("cdr_location") or {}).get("id", ""))


@SESSIONS.check(
    ("OCPI-S11", "CDRs: AuthMethod enum", WARNING, "auth_method says how the session was authorized"),
    "COMMAND after START_SESSION or RESERVE_NOW, AUTH_REQUEST after a question to the eMSP, else WHITELIST.",
    OF_SESSION_AND_CDR,
)
def tells_the_method(seen: Sighting, world: EmspWorld) -> str | None:
    """Report a method that contradicts what the eMSP did for that reference or token."""
    if seen.after is None or not _is_recent(seen.after, world):
        return None
    method, reference, uid = seen.after["auth_method"], seen.after.get("authorization_reference"), uid_of(seen.after)
    grants = world.granted(uid)
    last = next((each for each in reversed(grants) if reference and same(each.reference, reference)), None)
    if last is not None and method not in (last.method, "WHITELIST"):
        return f"auth_method is {method}, but the reference {reference} was given by {last.method}"
    if method != "WHITELIST" and not any(each.method == method for each in grants) and world.token(uid) is not None:
        asked = "no command was sent" if method == "COMMAND" else "the eMSP was not asked"
        return f"auth_method is {method}, but {asked} for the token {uid}"
    return None


@SESSIONS.check(
    (
        "OCPI-S17",
        "Tokens: WhitelistType enum",
        ERROR,
        "a token whose whitelist is NEVER is not authorized by a whitelist",
    ),
    "Ask the eMSP with POST …/authorize for every use of such a token.",
    OF_SESSION_AND_CDR,
)
def asks_for_never(seen: Sighting, world: EmspWorld) -> str | None:
    """Report WHITELIST for a token that must be asked for."""
    if seen.after is None or seen.after["auth_method"] != "WHITELIST":
        return None
    ours = world.token(uid_of(seen.after))
    is_wrong = ours is not None and ours["whitelist"] == "NEVER"
    return f"auth_method is WHITELIST, but the whitelist of {uid_of(seen.after)} is NEVER" if is_wrong else None
