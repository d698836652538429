"""What the table of endpoints is made of: a row is a route, an operation of the OpenAPI document and a line of docs."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypeAlias

from mock_csms.protocol.records import Meta, Record

PREFIX = "/api/v1"
"""What the paths of the API begin with."""

_PLACE = re.compile(r"\{([a-z_]+)\}")


def about(text: str, **more: Any) -> Meta:
    """Return what an annotation says about a field: its description, and limits such as `ge` and `max_length`."""
    return Meta(description=text, **more)


class Fields(Record, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """The fields of a query or of a body; unknown ones are refused."""


class Problem(Record):
    """What went wrong (RFC 9457)."""

    title: Annotated[str, about("what kind of problem it is")]
    status: Annotated[int, about("the HTTP status")]
    detail: Annotated[str, about("what is wrong, in the one line that the command line would print")]


class Operation(Record, kw_only=True):
    """One row of the table."""

    method: str
    path: str
    """The path, with `{name}` for each part that varies."""
    name: str
    """The name of the function in `routes/` that does it, and of the operation in the OpenAPI document."""
    help: str
    """What it does, in one line."""
    query: type[Fields] | None = None
    body: type[Fields] | None = None
    is_body_needed: bool = False
    """Whether a request without a body is refused."""
    answer: Any = None
    """The type of the answer; None for an answer without a body."""
    answers_media: Sequence[str] = ("application/json",)
    """The media types that the answer may have."""
    status: int = 200
    also: int | None = None
    """Another status of the same answer, such as 201 for what was new."""
    problems: Mapping[int, str] = {}
    """The statuses of its problems, each with a description; besides 400, 401, 403, 415 and 422."""
    is_open: bool = False
    """Whether it never needs a token, and any Host may be named."""

    @property
    def places(self) -> Sequence[str]:
        """The names of the parts of its path that vary."""
        return _PLACE.findall(self.path)


Operations: TypeAlias = tuple[Operation, ...]
