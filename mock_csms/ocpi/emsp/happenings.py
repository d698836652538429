"""What expectations and faults of the eMSP can name: requests by module and method, objects, and what they led to.

Each name has a schema, so that conditions are read with the right type: `session[status=COMPLETED,kwh=10]`.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from mock_csms.behavior.conditions import Described
from mock_csms.behavior.expectations import Expectation
from mock_csms.behavior.happenings import Happening
from mock_csms.behavior.notation import Pattern, expectation_of, split
from mock_csms.behavior.rules import ANY
from mock_csms.ocpi.emsp.sightings import Sight, Sighting
from mock_csms.ocpi.emsp.world import party_of
from mock_csms.ocpi.v221 import enums, objects
from mock_csms.protocol.actions import Json
from mock_csms.protocol.names import did_you_mean
from mock_csms.twin.ocpi_events import OcpiExchanged

_TEXT: Json = {"type": "string"}
_TYPES: Mapping[str, Json] = {
    "int": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
}
_OF_REQUEST: Json = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("module", "method", "path", "authorization"), _TEXT),
        "status": {"type": "integer"},
        "code": {"type": "integer"},
    },
    "additionalProperties": False,
}
_KINDS = ("Location", "EVSE", "Connector", "Session", "CDR", "Tariff", "ClientInfo", "ActiveChargingProfile")
METHODS = ("get", "put", "patch", "post", "delete")
BODIES: Mapping[str, str] = {
    "locations": "Location",
    "sessions": "Session",
    "cdrs": "CDR",
    "tariffs": "Tariff",
    "tokens": "LocationReferences",
    "commands": "CommandResult",
    "chargingprofiles": "ActiveChargingProfileResult",
    "hubclientinfo": "ClientInfo",
    "credentials": "Credentials",
    "versions": "Version",
}
"""The modules, each with the kind of object that requests to it have as a body."""


def _shape(**properties: Json) -> Json:
    return {"type": "object", "properties": properties, "additionalProperties": False}


_OTHERS: Mapping[str, Json] = {
    "request": _OF_REQUEST,
    "answer": _OF_REQUEST,
    "registered": _shape(party=_TEXT),
    "deleted": _shape(module=_TEXT, id=_TEXT),
    "authorize": _shape(uid=_TEXT, location_id=_TEXT, evse_uids={"type": "array", "items": _TEXT}),
    "response": _shape(command=_TEXT, result=_TEXT, timeout={"type": "integer"}),
    "result": _shape(command=_TEXT, result=_TEXT),
}
"""Happenings that are no objects, each with its schema."""


@cache
def schema_of_conditions(kind: str) -> Json:
    """Return a plain schema of an object, for conditions on it."""
    if kind in enums():
        return {"type": "string", "enum": [*enums()[kind]]}
    if kind not in objects():
        return _TYPES.get(kind, _TEXT)
    properties: Json = {}
    for each in objects()[kind]:
        node = schema_of_conditions(each.kind)
        properties[each.name] = {"type": "array", "items": node} if each.is_list else node
    return {"type": "object", "properties": properties, "additionalProperties": False}


@cache
def names() -> Mapping[str, Json]:
    """Return every name of a happening, with its schema."""
    found = {kind.lower(): schema_of_conditions(kind) for kind in _KINDS}
    for module, kind in BODIES.items():
        found |= {f"{module}.{method}": schema_of_conditions(kind) for method in METHODS}
    return {**found, **_OTHERS}


def parse_ocpi_expectation(text: str, *, counted: bool = True) -> Expectation:
    """Parse `NAME[path=value,…]@PARTY*COUNT`. Raises ValueError for another text."""
    pattern = split(text)
    _refuse_version(pattern, text)
    known = names()
    if pattern.name not in known:
        raise ValueError(f"{pattern.name!r} is nothing that happens in OCPI{did_you_mean(pattern.name, known)}")
    described = Described(pattern.name, None, known[pattern.name])
    return expectation_of(pattern, [described], text, "", counted=counted)


def _refuse_version(pattern: Pattern, text: str) -> None:
    if pattern.version is not None:
        raise ValueError(f"{text!r}: a version of OCPP cannot be named here")


def described_request(name: str) -> Described:
    """Return the schema of the requests that a fault can name: `*`, a module, or `module.method`."""
    known = [ANY, *BODIES, *(f"{module}.{method}" for module in BODIES for method in METHODS)]
    if name not in known:
        raise ValueError(f"{name!r} is not *, a module or MODULE.METHOD{did_you_mean(name, known)}")
    kind = BODIES.get(name.partition(".")[0])
    return Described(name, None, schema_of_conditions(kind) if kind else {})


def names_of_request(module: str, method: str) -> Sequence[str]:
    """Return the names of a request: its module, and with its method."""
    return (module, f"{module}.{method.lower()}")


def happenings(seen: Sighting) -> Iterator[Happening]:
    """Yield what expectations count of a sighting."""
    value = seen.value if isinstance(seen.value, dict) else {}
    if seen.sight is Sight.REQUEST:
        yield "request", _request(seen.exchange)
        yield f"{seen.module}.{seen.exchange.method.lower()}", seen.exchange.request
        yield from _registered(seen.exchange)
    elif seen.sight is Sight.ANSWER:
        yield "answer", _request(seen.exchange)
        yield from _registered(seen.exchange)
    elif seen.sight is Sight.OBJECT and seen.after is not None:
        yield seen.kind.lower(), seen.after
        if seen.kind in ("EVSE", "Connector"):
            yield "location", seen.whole
    elif seen.sight is Sight.DELETED:
        yield "deleted", {"module": seen.module, "id": seen.place.get("id", "")}
    elif seen.sight is Sight.AUTHORIZE:
        yield "authorize", {"uid": seen.place.get("uid", ""), **value}
    elif seen.sight in (Sight.RESPONSE, Sight.RESULT):
        name = seen.command.name if seen.command else seen.place.get("name", "")
        told = {key: value[key] for key in ("result", "timeout") if key in value}
        yield ("response" if seen.sight is Sight.RESPONSE else "result"), {"command": name, **told}


def _request(exchange: OcpiExchanged) -> Json:
    code = {} if exchange.code is None else {"code": exchange.code}
    return {
        "module": exchange.module,
        "method": exchange.method,
        "path": exchange.path,
        "authorization": exchange.authorization,
        "status": exchange.status,
        **code,
    }


def _registered(exchange: OcpiExchanged) -> Iterator[Happening]:
    """Yield a registration that has succeeded."""
    if exchange.module != "credentials" or exchange.method != "POST" or exchange.code != 1000:
        return
    sent = exchange.answer.get("data") if exchange.is_ours else exchange.request
    roles = sent.get("roles") if isinstance(sent, dict) else None
    if isinstance(roles, list) and roles and isinstance(roles[0], dict):
        yield "registered", {"party": party_of(roles[0])}
