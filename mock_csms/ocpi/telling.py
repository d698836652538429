"""Makes the event about an exchange, for logs and for people, without credentials tokens."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson

from mock_csms.ocpi.exchange import OcpiExchange
from mock_csms.ocpi.modules import VERSIONS
from mock_csms.ocpi.parties import CREDENTIALS
from mock_csms.ocpi.world import OcpiWorld
from mock_csms.protocol.json_text import is_too_deep
from mock_csms.twin.ocpi_events import OcpiExchanged

_MASK = "***"


def event_of(exchange: OcpiExchange, number: int, world: OcpiWorld) -> OcpiExchanged:
    """Return the event about an exchange, with the credentials tokens masked."""
    parts = urlsplit(exchange.url)
    request, reason = read_body(exchange.body)
    answer, _ = read_body(exchange.answer)
    return OcpiExchanged(
        at=exchange.at,
        station=exchange.peer or _party_at(exchange.url, world),
        number=number,
        is_ours=exchange.is_ours,
        module=exchange.module or (_module_at(exchange, answer, world) if exchange.is_ours else ""),
        method=exchange.method,
        path=f"{parts.scheme}://{parts.netloc}{parts.path}" if exchange.is_ours else parts.path,
        query=dict(parse_qsl(parts.query, keep_blank_values=True)),
        headers={name.lower(): value for name, value in exchange.headers.items()},
        authorization=exchange.authorization,
        is_for_registration=exchange.is_for_registration,
        request=_masked(request),
        status=exchange.status,
        answered={name.lower(): value for name, value in exchange.answer_headers.items()},
        answer=_masked(answer),
        reason=exchange.problem if exchange.is_ours else reason,
        seconds=exchange.seconds,
    )


def read_body(body: bytes) -> tuple[Any, str]:
    """Return the JSON value of a body, and why it cannot be read; both are empty without a body."""
    if not body:
        return None, ""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        return None, f"the body is not JSON: {error}"
    return (None, "the body is nested too deep") if is_too_deep(value) else (value, "")


def _masked(value: Any) -> Any:
    """Return a body without the token of an object `Credentials` in it, or in its data."""
    if not isinstance(value, dict):
        return value
    if "roles" in value and isinstance(value.get("token"), str):
        return {**value, "token": _MASK}
    return {**value, "data": _masked(value["data"])} if "data" in value else value


def _party_at(url: str, world: OcpiWorld) -> str:
    """Return the registered party that has a URL; empty if none has it."""
    host = urlsplit(url).netloc
    for peer in world.parties.peers:
        if peer.versions_url and urlsplit(peer.versions_url).netloc == host:
            return peer.name
    return ""


def _module_at(exchange: OcpiExchange, answer: Any, world: OcpiWorld) -> str:
    """Return the module of a request that the mock sent, from the endpoints of the other party."""
    for peer in world.parties.peers:
        for name, url in peer.endpoints.items():
            if exchange.url.startswith(url.rstrip("/")):
                return name.partition(" ")[0]
    if urlsplit(exchange.url).path.rstrip("/").endswith(f"/{CREDENTIALS}"):
        return CREDENTIALS
    data = answer.get("data") if isinstance(answer, dict) else None
    is_details = isinstance(data, dict) and "endpoints" in data
    is_list = isinstance(data, list) and all(isinstance(each, dict) and "version" in each for each in data)
    return VERSIONS if is_details or is_list else ""
