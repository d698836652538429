"""Checks of versions, their details, and credentials."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from mock_csms.conformance.subject import ERROR, INFO
from mock_csms.ocpi.emsp.checks.table import OcpiSubject, of
from mock_csms.ocpi.emsp.sightings import Sight, Sighting
from mock_csms.ocpi.emsp.world import EmspWorld
from mock_csms.ocpi.v221 import VERSION

CREDENTIALS = OcpiSubject("credentials")
_CREDENTIALS, _VERSIONS = of(Sight.CREDENTIALS), of(Sight.ANSWER, "versions")
_OBJECT = "Credentials: Credentials object"
_DETAILS = "Versions: Version details endpoint"
_SENDERS = ("locations", "sessions", "cdrs", "tariffs")


@CREDENTIALS.check(
    ("OCPI-V01", _OBJECT, ERROR, "credentials have a token, a URL and roles, each in its form"),
    "The finding names the field.",
    _CREDENTIALS,
    any_shape=True,
)
def fits_the_credentials(seen: Sighting, _: EmspWorld) -> Iterator[str]:
    """Report what is wrong with the form of credentials."""
    yield from (f"the credentials: {violation}" for violation in seen.violations[:5])


@CREDENTIALS.check(
    ("OCPI-V02", _OBJECT, ERROR, "a token has only printable ASCII characters, and no white space"),
    "U+0021 to U+007E.",
    _CREDENTIALS,
)
def has_a_plain_token(seen: Sighting, _: EmspWorld) -> str | None:
    """Report other characters, without the token."""
    token = seen.value["token"]
    is_plain = token and all("!" <= character <= "~" for character in token)
    return None if is_plain else "the token has white space, or characters that are not ASCII"


@CREDENTIALS.check(
    ("OCPI-V03", _OBJECT, ERROR, "url is the absolute URL of the list of versions"),
    "Not the details of a version, and no path alone.",
    _CREDENTIALS,
)
def has_an_absolute_url(seen: Sighting, _: EmspWorld) -> str | None:
    """Report a URL without a host."""
    url = seen.value["url"]
    return None if _is_absolute(url) else f"the url is {url!r}"


def _is_absolute(url: Any) -> bool:
    try:
        parts = urlsplit(url) if isinstance(url, str) else None
    except ValueError:
        return False
    return parts is not None and parts.scheme in ("http", "https") and bool(parts.netloc)


@CREDENTIALS.check(
    ("OCPI-V04", _OBJECT, ERROR, "each role is there once with its party"),
    "The combination of role, party_id and country_code is unique.",
    _CREDENTIALS,
)
def has_distinct_roles(seen: Sighting, _: EmspWorld) -> str | None:
    """Report a role that is there twice."""
    roles = [(r["role"], r["country_code"].upper(), r["party_id"].upper()) for r in seen.value["roles"]]
    twice = sorted({"*".join(role[1:]) + " " + role[0] for role in roles if roles.count(role) > 1})
    return f"{', '.join(twice)} is there more than once" if twice else None


@CREDENTIALS.check(
    (
        "OCPI-V05",
        "Credentials: POST method",
        ERROR,
        "POST is for the first registration, PUT and DELETE for later",
    ),
    "The eMSP answers 405. Use PUT to change the token or the URL.",
    of(Sight.REQUEST, "credentials"),
    any_shape=True,
)
def registers_once(seen: Sighting, _: EmspWorld) -> str | None:
    """Report a request that is refused because of the state of the registration."""
    exchange = seen.exchange
    is_wrong = exchange.status == 405 and exchange.method in ("POST", "PUT", "DELETE")
    return f"{exchange.method} was answered with 405" if is_wrong else None


@CREDENTIALS.check(
    ("OCPI-V06", "Credentials: Registration", ERROR, "the token for the registration is used for nothing else"),
    "After the exchange use the token of the answer (C).",
    of(Sight.REQUEST),
    any_shape=True,
)
def stops_using_a(seen: Sighting, _: EmspWorld) -> str | None:
    """Report a token A where it is not valid."""
    is_wrong = seen.exchange.is_for_registration and seen.exchange.status == 401
    return f"{seen.exchange.path} was asked with the token for the registration" if is_wrong else None


@CREDENTIALS.check(
    ("OCPI-V07", "Versions: Version information endpoint", ERROR, "each version has a name and an absolute URL"),
    "The list has an object with version and url for each version.",
    _VERSIONS,
    any_shape=True,
)
def lists_versions(seen: Sighting, _: EmspWorld) -> Iterator[str]:
    """Report entries without them. Details of a version are an object, not a list."""
    if not isinstance(seen.value, list):
        return
    for entry in seen.value:
        if not isinstance(entry, dict) or not isinstance(entry.get("version"), str):
            yield "an entry of the list has no version"
        elif not _is_absolute(entry.get("url")):
            yield f"the url of version {entry['version']} is {entry.get('url')!r}"


@CREDENTIALS.check(
    ("OCPI-V08", _DETAILS, ERROR, "each endpoint has a module, a role and an absolute URL"),
    "identifier, role (SENDER or RECEIVER) and url; the role of credentials does not matter.",
    _VERSIONS,
    any_shape=True,
)
def lists_endpoints(seen: Sighting, _: EmspWorld) -> Iterator[str]:
    """Report entries without them."""
    if not isinstance(seen.value, dict):
        return
    for entry in seen.value.get("endpoints") or ():
        name = entry.get("identifier") if isinstance(entry, dict) else None
        if not isinstance(name, str) or entry.get("role") not in ("SENDER", "RECEIVER"):
            yield f"the endpoint {name or entry!r} has no identifier, or no role"
        elif not _is_absolute(entry.get("url")):
            yield f"the url of {name} is {entry.get('url')!r}"


@CREDENTIALS.check(
    ("OCPI-V09", _DETAILS, INFO, "a CPO has the lists of its objects, and the receiver of tokens"),
    "Pull is required: locations, sessions, cdrs and tariffs with the role SENDER.",
    _VERSIONS,
    any_shape=True,
)
def has_the_endpoints(seen: Sighting, _: EmspWorld) -> str | None:
    """Report modules that are missing in the details of a version."""
    if not isinstance(seen.value, dict) or seen.value.get("version") != VERSION:
        return None
    entries = [entry for entry in seen.value.get("endpoints") or () if isinstance(entry, dict)]
    found = {(entry.get("identifier"), entry.get("role")) for entry in entries}
    missing = [f"{module} (SENDER)" for module in _SENDERS if (module, "SENDER") not in found]
    missing += ["credentials"] if not any(name == "credentials" for name, _ in found) else []
    return f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing" if missing else None
