"""Checks of the requests that a CPO sends: their headers and their bodies."""

from collections.abc import Iterator

from mock_csms.conformance.subject import ERROR, INFO, WARNING, Wrong
from mock_csms.ocpi.emsp.checks.table import OcpiSubject, of
from mock_csms.ocpi.emsp.sightings import CONFIGURATION, Sight, Sighting
from mock_csms.ocpi.emsp.world import EmspWorld, party_of

REQUESTS = OcpiSubject("requests")
_EVERY = of(Sight.REQUEST)
_ROUTING = tuple(f"ocpi-{way}-{part}" for way in ("to", "from") for part in ("country-code", "party-id"))
_HEADER = "Transport and format: Authorization header"
_ROUTES = "Transport and format: Message Routing Headers"
_IDS = "Transport and format: Unique message IDs"


@REQUESTS.check(
    ("OCPI-R01", _HEADER, ERROR, "every request has a credentials token that the eMSP knows"),
    "Send `Authorization: Token` with the token of the last credentials exchange; after a registration the first token "
    "(A) is no longer valid.",
    _EVERY,
    any_shape=True,
)
def has_a_token(seen: Sighting, _: EmspWorld) -> str | None:
    """Report a missing or unknown token."""
    if seen.exchange.authorization == "missing":
        return "there is no Authorization header"
    return "the token in the Authorization header is not known" if seen.exchange.authorization == "unknown" else None


@REQUESTS.check(
    ("OCPI-R02", _HEADER, ERROR, "the Authorization header is `Token`, one space and the encoded token"),
    "`Bearer` and `Basic` are schemes of other protocols; more than one space is wrong too.",
    _EVERY,
    any_shape=True,
)
def has_the_scheme(seen: Sighting, _: EmspWorld) -> str | None:
    """Report another scheme."""
    return "the header is not `Token`, one space and a token" if seen.exchange.authorization == "scheme" else None


@REQUESTS.check(
    ("OCPI-R03", _HEADER, WARNING, "the credentials token is Base64 in the Authorization header"),
    "Encode the token with Base64. OCPI 2.1.1 and many implementations of 2.2 send it as it is; the eMSP accepts that.",
    _EVERY,
    any_shape=True,
)
def encodes_the_token(seen: Sighting, _: EmspWorld) -> str | None:
    """Report a raw token."""
    return "the token is not Base64" if seen.exchange.authorization == "raw" else None


@REQUESTS.check(
    ("OCPI-R04", _HEADER, WARNING, "the encoded token has no newline at its end"),
    "`echo TOKEN | base64` encodes a newline too, as the example of the specification does; use `echo -n`.",
    _EVERY,
    any_shape=True,
)
def has_no_newline(seen: Sighting, _: EmspWorld) -> str | None:
    """Report white space around the token."""
    is_wrong = seen.exchange.authorization == "newline"
    return "the decoded token begins or ends with white space" if is_wrong else None


@REQUESTS.check(
    ("OCPI-R05", _IDS, ERROR, "every request has X-Request-ID and X-Correlation-ID"),
    "Make a new UUID for each request, and pass the correlation id on.",
    _EVERY,
    any_shape=True,
)
def has_ids(seen: Sighting, _: EmspWorld) -> Iterator[str]:
    """Report a missing id."""
    for name in ("X-Request-ID", "X-Correlation-ID"):
        if not seen.exchange.headers.get(name.lower()):
            yield f"there is no {name}"


@REQUESTS.check(
    ("OCPI-R06", _IDS, WARNING, "each request has an X-Request-ID of its own"),
    "A repeated request is a new request with a new id; only the correlation id stays.",
    _EVERY,
    any_shape=True,
)
def has_a_new_id(seen: Sighting, world: EmspWorld) -> str | None:
    """Report an id that came before."""
    id_ = seen.exchange.headers.get("x-request-id", "")
    return f"X-Request-ID {id_} came before" if id_ and id_ in world.request_ids else None


@REQUESTS.check(
    ("OCPI-R07", _ROUTES, WARNING, "requests to functional modules have the four routing headers"),
    "Two platforms with one role each may leave them out. Through a hub, or with several roles, they are needed.",
    _EVERY,
    any_shape=True,
)
def has_routing_headers(seen: Sighting, world: EmspWorld) -> Wrong | str | None:
    """Report missing headers; without weight if only one party is there."""
    if not seen.module or seen.module in CONFIGURATION:
        return None
    missing = [name for name in _ROUTING if not seen.exchange.headers.get(name)]
    if not missing:
        return None
    text = f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing"
    if len(list(world.registered())) > 1:
        return text
    return Wrong(text, severity=INFO, why="only one party is behind the connection")


@REQUESTS.check(
    ("OCPI-R08", _ROUTES, WARNING, "requests to configuration modules have no routing headers"),
    "Versions, credentials and hubclientinfo are not routed; send their requests without these headers.",
    of(Sight.REQUEST, *CONFIGURATION),
    any_shape=True,
)
def has_no_routing_headers(seen: Sighting, _: EmspWorld) -> str | None:
    """Report headers that do not belong there."""
    found = [name for name in _ROUTING if name in seen.exchange.headers]
    return f"a request to {seen.module} has {', '.join(found)}" if found else None


@REQUESTS.check(
    ("OCPI-R09", _ROUTES, ERROR, "the routing headers name a party of the CPO and the eMSP"),
    "`from` is a role that the CPO gave in its credentials, `to` is the party of the eMSP.",
    _EVERY,
    any_shape=True,
)
def routes_to_us(seen: Sighting, world: EmspWorld) -> Iterator[str]:
    """Report headers that name others."""
    headers = seen.exchange.headers
    known = [party for _, party in world.registered()]
    to, sender = (
        party_of({"country_code": headers[f"ocpi-{way}-country-code"], "party_id": headers[f"ocpi-{way}-party-id"]})
        if f"ocpi-{way}-country-code" in headers and f"ocpi-{way}-party-id" in headers
        else ""
        for way in ("to", "from")
    )
    if to and to != world.party:
        yield f"the request is for {to}, this is {world.party}"
    is_hub = any(role == "HUB" for role, _ in world.registered())  # it speaks for others
    if sender and known and sender not in known and not is_hub:
        yield f"the request is from {sender}, which is not a registered party"


@REQUESTS.check(
    ("OCPI-R10", "Transport and format: Request format", ERROR, "a body has the Content-Type application/json"),
    "Set the Content-Type of POST, PUT and PATCH.",
    _EVERY,
    any_shape=True,
)
def has_a_content_type(seen: Sighting, _: EmspWorld) -> str | None:
    """Report another type."""
    exchange = seen.exchange
    kind = exchange.headers.get("content-type", "").lower()
    is_wrong = (exchange.request is not None or exchange.reason) and kind.partition(";")[
        0
    ].strip() != "application/json"
    return f"the Content-Type of the body is {kind or 'missing'}" if is_wrong else None


@REQUESTS.check(
    ("OCPI-R11", "Status codes", ERROR, "the body of a request is JSON"),
    "Look at the text of the body in the event log.",
    _EVERY,
    any_shape=True,
)
def sends_json(seen: Sighting, _: EmspWorld) -> str | None:
    """Report a body that cannot be read."""
    return seen.exchange.reason or None


@REQUESTS.check(
    ("OCPI-R12", "Transport and format: Interface endpoints", ERROR, "requests go to the endpoints of the eMSP"),
    "Take the URLs from the version details; put a slash behind them if they have none. Few objects can be deleted.",
    _EVERY,
    any_shape=True,
)
def goes_to_an_endpoint(seen: Sighting, _: EmspWorld) -> str | None:
    """Report a path or a method that the eMSP does not have."""
    exchange = seen.exchange
    if exchange.status == 404 and not seen.module:
        return f"there is nothing at {exchange.path}"
    is_wrong = exchange.status == 405 and not seen.module
    return f"{exchange.method} is not possible at {exchange.path}" if is_wrong else None
