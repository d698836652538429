"""The classes of the table of endpoints.

A row is a route, an operation of the OpenAPI document, and a row of the docs.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypeAlias

from mock_csms.protocol.records import Meta, Record

PREFIX = "/api/v1"
"""The first part of the paths of the API."""

_PLACE = re.compile(r"\{([a-z_]+)\}")


def about(text: str, **more: Any) -> Meta:
    """Return the metadata of a field: its description, and limits such as `ge` and `max_length`."""
    return Meta(description=text, **more)


class Fields(Record, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """The fields of a query or of a body; unknown ones are refused."""


class Problem(Record):
    """An error (RFC 9457)."""

    title: Annotated[str, about("what kind of problem it is")]
    status: Annotated[int, about("the HTTP status")]
    detail: Annotated[str, about("what is wrong, in the one line that the command line would print")]


class Operation(Record, kw_only=True):
    """One row of the table of endpoints."""

    method: str
    path: str
    """The path, with `{name}` for each variable part."""
    name: str
    """The name of its function in `routes/`, and of the operation in the OpenAPI document."""
    help: str
    """What it does, in one line."""
    query: type[Fields] | None = None
    body: type[Fields] | None = None
    is_body_needed: bool = False
    """Whether a request without a body is refused."""
    answer: Any = None
    """The type of the answer; None for an answer without a body."""
    answers_media: Sequence[str] = ("application/json",)
    """The possible media types of the answer."""
    status: int = 200
    also: int | None = None
    """A second status for the same answer, such as 201 for a new object."""
    problems: Mapping[int, str] = {}
    """The statuses of its errors, with descriptions, in addition to 400, 401, 403, 415 and 422."""
    is_open: bool = False
    """Whether it never needs a token and accepts any Host."""

    @property
    def places(self) -> Sequence[str]:
        """The names of the variable parts of its path."""
        return _PLACE.findall(self.path)


Operations: TypeAlias = tuple[Operation, ...]
