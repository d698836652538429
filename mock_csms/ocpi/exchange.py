"""One exchange of a request and its answer, as it is told to whoever records."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from mock_csms.protocol.records import Record


class OcpiExchange(Record, kw_only=True):
    """A request and its answer. It has credentials tokens only in bodies of the module credentials."""

    at: float
    """When the request was sent or came, in seconds since 1970."""
    is_ours: bool
    """Whether we have sent the request."""
    peer: str = ""
    """The other party, for people; empty if it is not known."""
    module: str = ""
    """The module; empty if the path belongs to none."""
    method: str
    url: str
    """The URL with its query."""
    headers: Mapping[str, str]
    """The headers of the request, by names in lower case, without Authorization."""
    body: bytes
    is_raw: bool = False
    """Whether the credentials token was sent as it is, not in Base64."""
    authorization: str = ""
    """How the request showed its token: one of the words of `token_form`; empty for a request of ours."""
    is_for_registration: bool = False
    """Whether the token is one for the registration."""
    status: int
    """The HTTP status; 0 if there was no answer."""
    answer_headers: Mapping[str, str]
    answer: bytes
    """The body of the answer."""
    problem: str = ""
    """Why there is no answer, or no envelope."""
    seconds: float
    """How long it took."""
    about: Any = None
    """What the handler of the request says about it."""


Observe: TypeAlias = Callable[[OcpiExchange], None]
