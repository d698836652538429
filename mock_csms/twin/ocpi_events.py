"""The events of OCPI, the side of roaming."""

from collections.abc import Mapping
from typing import Any

from mock_csms.twin.events import Event


class OcpiExchanged(Event):
    """An HTTP request of OCPI, and its answer, without secrets. `station` is the other party; empty if unknown."""

    number: int
    """Counts the exchanges of a run, from 1."""
    is_ours: bool
    """Whether the mock sent the request; otherwise the other party did."""
    module: str
    """The module of OCPI, such as `sessions`; empty for a path that belongs to none."""
    method: str
    path: str
    """The path of the request; with the host if the mock sent it."""
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """The headers of the request by their names in lower case, without Authorization."""
    authorization: str
    """How a request to the mock shows its credentials token: `base64`, `newline` (Base64 of the token and a newline),
    `raw`, `unknown`, `scheme` (not `Token`, one space and a token) or `missing`; empty for a request of the mock."""
    is_for_registration: bool
    """Whether that token is one for the registration."""
    request: Any
    """The JSON value of the body; None without one."""
    status: int
    """The HTTP status; 0 if there was no answer."""
    answered: Mapping[str, str]
    """The headers of the answer."""
    answer: Any
    """The JSON value of its body; None if it is not JSON."""
    reason: str
    """Why the request or its answer could not be read; empty if both could."""
    seconds: float
    """How long it took."""

    @property
    def code(self) -> int | None:
        """The status code of OCPI in the answer; None without one."""
        code = self.answer.get("status_code") if isinstance(self.answer, dict) else None
        return code if isinstance(code, int) else None
