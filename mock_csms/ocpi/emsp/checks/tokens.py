"""Checks of questions about tokens (real-time authorization)."""

from mock_csms.conformance.subject import ERROR, INFO, WARNING
from mock_csms.ocpi.emsp.checks.reading import evse_of
from mock_csms.ocpi.emsp.checks.table import OcpiSubject, of
from mock_csms.ocpi.emsp.sightings import Sight, Sighting
from mock_csms.ocpi.emsp.world import EmspWorld
from mock_csms.protocol.records import Record

TOKENS = OcpiSubject("tokens")
_AUTHORIZE = of(Sight.AUTHORIZE)
_BY_COMMAND = ("AD_HOC_USER", "APP_USER")


@TOKENS.check(
    ("OCPI-K01", "Tokens: POST method", INFO, "LocationReferences name a location and EVSEs that the CPO has sent"),
    "location_id is the id of the Location, evse_uids are the uids of its EVSEs. A new EVSE may come a little later.",
    _AUTHORIZE,
)
def asks_for_a_known_place(seen: Sighting, world: EmspWorld) -> str | None:
    """Report EVSEs that their location does not have. The location itself may be private, so it may be unknown."""
    if not isinstance(seen.value, dict):
        return None
    location = next(
        (each for each in world.objects["locations"].all() if each.get("id") == seen.value.get("location_id")), None
    )
    uids = seen.value.get("evse_uids") or ()
    unknown = [uid for uid in uids if location is not None and evse_of(location, uid) is None]
    return f"the location {seen.value['location_id']} has no EVSE {', '.join(unknown[:5])}" if unknown else None


@TOKENS.check(
    ("OCPI-K02", "Tokens: WhitelistType enum", WARNING, "nobody asks about a token whose whitelist is ALWAYS"),
    "Such a token is always allowed. Read the list of tokens after the registration.",
    _AUTHORIZE,
    any_shape=True,
)
def knows_always(seen: Sighting, world: EmspWorld) -> str | None:
    """Report a question about a token that the CPO has got, and that needs no question."""
    token = world.token(seen.place.get("uid"))
    is_wrong = (
        token is not None and token["whitelist"] == "ALWAYS" and str(token["uid"]).casefold() in world.sent_tokens
    )
    return f"the whitelist of {seen.place['uid']} is ALWAYS" if is_wrong else None


@TOKENS.check(
    ("OCPI-K03", "Commands: StartSession object", ERROR, "nobody asks about a token that a command has just brought"),
    "Not for 15 minutes after START_SESSION or RESERVE_NOW with an RFID token at that place, and never for APP_USER "
    "and AD_HOC_USER.",
    _AUTHORIZE,
    any_shape=True,
)
def trusts_commands(seen: Sighting, world: EmspWorld) -> str | None:
    """Report a question about a token of a command."""
    uid = str(seen.place.get("uid", ""))
    token, commands = world.token(uid), world.granted(uid, seen.exchange.at)
    if token is not None and token["type"] in _BY_COMMAND and commands:
        return f"{uid} is of type {token['type']}: the command was its authorization"
    place = _asked_place(seen)
    for grant in commands:
        if place and grant.location_id.casefold() == place.location_id and place.has(grant.evse_uid):
            return f"a command with {uid} for {grant.location_id} came {seen.exchange.at - grant.at:.0f} s before"
    return None


class _AskedPlace(Record):
    """The place in a question about a token, in lower case."""

    location_id: str
    evse_uids: tuple[str, ...]
    """Empty for any EVSE of the location."""

    def has(self, evse_uid: str) -> bool:
        """Whether a command for this EVSE (empty: any) was for this place. A location may have several stations."""
        return bool(evse_uid) and evse_uid.casefold() in self.evse_uids


def _asked_place(seen: Sighting) -> _AskedPlace | None:
    if seen.violations or not isinstance(seen.value, dict):
        return None
    uids = [uid.casefold() for uid in seen.value.get("evse_uids") or ()]
    return _AskedPlace(seen.value["location_id"].casefold(), tuple(uids))
