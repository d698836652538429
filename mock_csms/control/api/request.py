"""Requests and answers of endpoints. An answer is a value for JSON, a `Content`, or the exception `Trouble`."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import orjson

from mock_csms.control.api.operation import Fields, Problem
from mock_csms.protocol.json_text import is_too_deep
from mock_csms.protocol.names import did_you_mean
from mock_csms.protocol.records import Record, ValidationError, convert, field, fields_of, json_text

if TYPE_CHECKING:
    from starlette.requests import Request

    from mock_csms.control.panel import Panel

Query = TypeVar("Query")
Body = TypeVar("Body")

JSON, PROBLEM = "application/json", "application/problem+json"


class ApiRequest(Record, Generic[Query, Body]):
    """A request, parsed as its row of the table describes it."""

    panel: "Panel"
    place: Mapping[str, str]
    """The values of the variable parts of the path, decoded."""
    query: Query
    body: Body
    request: "Request"


class Trouble(Exception):
    """A request that fails: the HTTP status, and the reason."""

    def __init__(self, status: int, detail: str, title: str = "", headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.title = title or HTTPStatus(status).phrase
        self.headers = headers or {}

    @property
    def content(self) -> bytes:
        """The problem as JSON text (RFC 9457)."""
        return json_text(Problem(self.title, self.status, str(self)))


class Content(Record):
    """An answer with another media type, another status or more headers."""

    data: bytes
    media: str = JSON
    status: int = 0
    """The HTTP status; 0 for that of the row."""
    headers: Mapping[str, str] = field(default_factory=dict)


def parse_fields(kind: type[Fields], given: Mapping[str, Any], what: str) -> Any:
    """Return the fields of a query or a body. Raises ValueError for unknown, missing or wrong fields."""
    known = [each.encode_name for each in fields_of(kind)]
    for name in given if kind.__struct_config__.forbid_unknown_fields else ():
        if name not in known:
            raise ValueError(f"{what}: unknown field {name!r}{did_you_mean(name, known)}")
    try:
        return convert(given, kind, strict=what != "query", str_keys=True)
    except ValidationError as error:
        raise ValueError(f"{what}: {error}") from None


def parse_json(data: bytes) -> Any:
    """Return the value of JSON text. Raises Trouble if the text is not JSON."""
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise Trouble(400, f"the body is not JSON: {error}") from None
    if is_too_deep(value):
        raise Trouble(422, "the body is nested too deep")
    return value
