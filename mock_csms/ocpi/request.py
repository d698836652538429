"""A request as the handlers of modules get it."""

from collections.abc import Mapping
from typing import Any

import orjson

from mock_csms.ocpi.envelope import unreadable, wrong
from mock_csms.ocpi.parties import OcpiParty, OcpiPeer
from mock_csms.ocpi.schemas import problems
from mock_csms.protocol.json_text import is_too_deep
from mock_csms.protocol.records import Record

REQUEST_ID, CORRELATION_ID = "x-request-id", "x-correlation-id"
TO_PARTY, TO_COUNTRY = "ocpi-to-party-id", "ocpi-to-country-code"
FROM_PARTY, FROM_COUNTRY = "ocpi-from-party-id", "ocpi-from-country-code"


class OcpiRequest(Record, kw_only=True):
    """A request whose token is known, and which addresses a module."""

    method: str
    url: str
    """The URL without a query, as the client reaches it."""
    base: str
    """The URL of this server, without a path: the first part of all URLs in answers."""
    places: Mapping[str, str] = {}
    """The values of the variable parts of the path, decoded."""
    query: Mapping[str, str] = {}
    headers: Mapping[str, str] = {}
    """The headers, by names in lower case."""
    body: bytes = b""
    peer: OcpiPeer | None = None
    """The registered party that sends it; None if the token is one for registration."""
    token: str = ""
    """The credentials token that it shows."""
    is_raw: bool = False
    """Whether it shows the token as it is, not in Base64."""

    @property
    def request_id(self) -> str:
        """The id of this request."""
        return self.headers.get(REQUEST_ID, "")

    @property
    def correlation_id(self) -> str:
        """The id of the exchange that it belongs to."""
        return self.headers.get(CORRELATION_ID, "")

    @property
    def sender(self) -> OcpiParty | None:
        """The party that sends it: that of the routing headers, else the only party of the peer; None if unclear."""
        country, party = self.headers.get(FROM_COUNTRY, ""), self.headers.get(FROM_PARTY, "")
        if country and party:
            return OcpiParty(country, party)
        return self.peer.party if self.peer else None

    def json(self) -> Any:
        """Return the value of the body. Raises Declined if it is not JSON."""
        if not self.body:
            raise unreadable("the request has no body")
        try:
            value = orjson.loads(self.body)
        except orjson.JSONDecodeError as error:
            raise unreadable(f"the body is not JSON: {error}") from None
        if is_too_deep(value):
            raise unreadable("the body is nested too deep")
        return value

    def object(self, kind: str) -> dict[str, Any]:
        """Return the body, which must be an object of that kind. Raises Declined for another body."""
        return self._checked(kind, is_patch=False)

    def changes(self, kind: str) -> dict[str, Any]:
        """Return the body of a PATCH: some properties of an object, with `last_updated`. Raises Declined for others."""
        changes = self._checked(kind, is_patch=True)
        if not changes.get("last_updated"):
            raise wrong("last_updated is missing")
        return changes

    def _checked(self, kind: str, *, is_patch: bool) -> dict[str, Any]:
        value = self.json()
        if not isinstance(value, dict):
            raise wrong(f"the body is not an object, but a {kind} is one")
        if found := problems(kind, value, is_patch=is_patch):
            raise wrong(f"the {kind} is wrong: {'; '.join(found)}")
        return value

    def refuse_other_ids(self, value: Mapping[str, Any], **names: str) -> None:
        """Raise Declined if an object has other ids than the URL; `names` are places by names of properties."""
        for name, place in names.items():
            given = value.get(name)
            if given is not None and str(given).casefold() != self.places[place].casefold():
                raise wrong(f"{name} is {str(given)[:40]!r} in the body, but {self.places[place][:40]!r} in the URL")
