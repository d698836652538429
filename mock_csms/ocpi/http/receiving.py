"""From an HTTP request to the row that answers it: the token, the path, and the routing headers."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from mock_csms.ocpi.envelope import unauthorized, wrong
from mock_csms.ocpi.modules import ModuleRow, Modules, find_row, path_of
from mock_csms.ocpi.parties import OcpiParty
from mock_csms.ocpi.request import (
    CORRELATION_ID,
    FROM_COUNTRY,
    FROM_PARTY,
    REQUEST_ID,
    TO_COUNTRY,
    TO_PARTY,
    OcpiRequest,
)
from mock_csms.ocpi.tokens_header import TokenShown, shown_token
from mock_csms.ocpi.world import OcpiWorld
from mock_csms.protocol.records import Record
from mock_csms.runtime.addresses import HOST

_LONGEST = 200
"""The greatest length of an id that is returned to the client."""


class HttpRequest(Record, kw_only=True):
    """A request before its token and its path are looked up."""

    method: str
    path: str
    """The path, percent-encoded."""
    query: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def target(self) -> str:
        """The path with the query."""
        return f"{self.path}?{self.query}" if self.query else self.path


def understood(world: OcpiWorld, rows: Modules, incoming: HttpRequest) -> tuple[ModuleRow, OcpiRequest]:
    """Return the row for a request, and the request for its handler. Raises Declined if it is refused."""
    shown = shown_by(world, incoming)
    if shown is None and not world.is_open:
        given = "is missing" if "authorization" not in incoming.headers else "has no token that is known here"
        raise unauthorized(f"the header Authorization {given}; it is: Token, a space, and the token in Base64")
    peer = world.parties.behind(shown.token) if shown else None
    if peer is None and not world.is_open and not _is_for_registration(world, rows, incoming):
        raise unauthorized("this token is for registration only: for versions and credentials")
    row, places = find_row(rows, world.prefix, incoming.method, incoming.path)
    base = base_of(world, incoming)
    request = OcpiRequest(
        method=incoming.method,
        url=base + incoming.path,
        base=base,
        places=places,
        query=_query(incoming.query),
        headers=incoming.headers,
        body=incoming.body,
        peer=peer,
        token=shown.token if shown else "",
        is_raw=bool(shown and shown.is_raw),
    )
    if row.is_routed:
        _check_receiver(world, request)
    return row, request


def is_early(world: OcpiWorld, rows: Modules, incoming: HttpRequest) -> bool:
    """Whether a request shows a token whose registration the other party has accepted, but whose answer is on its way.

    The party may already use its modules.
    """
    shown = shown_token(incoming.headers.get("authorization", ""), world.parties.pending)
    return shown is not None and not _is_for_registration(world, rows, incoming)


def shown_by(world: OcpiWorld, incoming: HttpRequest) -> TokenShown | None:
    """Return the known token that a request shows."""
    return shown_token(incoming.headers.get("authorization", ""), [*world.parties.tokens()])


def base_of(world: OcpiWorld, incoming: HttpRequest) -> str:
    """Return the URL of this server without a path, as the client has reached it."""
    host = incoming.headers.get("host", "")
    if world.is_base_fixed or not re.fullmatch(HOST, host):
        return world.base
    return f"{world.base.partition('://')[0]}://{host}"


def returned_headers(row: ModuleRow | None, headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that an answer repeats: the ids, and the routing headers, swapped."""
    pairs = {REQUEST_ID: REQUEST_ID, CORRELATION_ID: CORRELATION_ID}
    if row is not None and row.is_routed:
        pairs |= {FROM_COUNTRY: TO_COUNTRY, FROM_PARTY: TO_PARTY, TO_COUNTRY: FROM_COUNTRY, TO_PARTY: FROM_PARTY}
    return {answer: headers[given][:_LONGEST] for given, answer in pairs.items() if given in headers}


def _is_for_registration(world: OcpiWorld, rows: Modules, incoming: HttpRequest) -> bool:
    """Whether a path is one of those for which a token for registration is enough."""
    paths = {path_of(row, world.prefix) for row in rows if row.for_registration}
    return incoming.path.rstrip("/") in paths


def _check_receiver(world: OcpiWorld, request: OcpiRequest) -> None:
    """Raise Declined for a request that is routed to another party, or from a party that the sender does not own."""
    country, party = request.headers.get(TO_COUNTRY), request.headers.get(TO_PARTY)
    us = world.parties.us.party
    if country and party and not us.is_same(OcpiParty(country, party)):
        raise wrong(f"the routing headers name {country[:2]}*{party[:3]}, but this is {us}")
    peer, sender = request.peer, request.sender
    if peer and sender and not peer.owns(sender):
        raise wrong(f"the routing headers say that it comes from {str(sender)[:6]}, but the token is of {peer.name}")


def _query(text: str) -> dict[str, Any]:
    """Return the parameters of a query. Raises Declined if one is given twice."""
    found: dict[str, str] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        if name in found:
            raise wrong(f"the parameter {name[:40]} is given twice")
        found[name] = value
    return found
