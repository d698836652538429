"""The answers of OCPI: an HTTP status, a code of OCPI, and the envelope around the data; each error by the book."""

from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any, TypeAlias

from mock_csms.ocpi.times import written_time
from mock_csms.protocol.records import UNSET, Record, json_text

SUCCESS = 1000
CLIENT_ERROR, INVALID, TOO_LITTLE, UNKNOWN_LOCATION, UNKNOWN_TOKEN = 2000, 2001, 2002, 2003, 2004
SERVER_ERROR, API_UNUSABLE, NO_COMMON_VERSION, ENDPOINTS_MISSING = 3000, 3001, 3002, 3003

Steps: TypeAlias = Generator[Any, Any, Any]
"""Work that waits for I/O: it yields what it wants (`steps.py`), gets the results, and returns its own result."""


class OcpiAnswer(Record, kw_only=True):
    """The answer to a request."""

    data: Any = UNSET
    """The data in the envelope: any JSON value."""
    status: int = 200
    """The HTTP status."""
    code: int = SUCCESS
    """The status code of OCPI."""
    message: str = ""
    headers: Mapping[str, str] = {}
    about: Any = None
    """What the handler tells whoever records the exchange; it is not sent."""
    then: Callable[[], Steps] | None = None
    """Returns the work to do after the answer is sent."""

    def content(self, now: float) -> bytes:
        """Return the envelope as JSON text."""
        envelope: dict[str, Any] = {} if self.data is UNSET else {"data": self.data}
        envelope["status_code"] = self.code
        if self.message:
            envelope["status_message"] = self.message
        envelope["timestamp"] = written_time(now)
        return json_text(envelope)


class Declined(Exception):
    """A request that fails, with its answer."""

    def __init__(self, answer: OcpiAnswer) -> None:
        super().__init__(answer.message)
        self.answer = answer


def created() -> OcpiAnswer:
    """Return the answer for a new object."""
    return OcpiAnswer(status=201)


def updated() -> OcpiAnswer:
    """Return the answer for an object that was replaced or changed."""
    return OcpiAnswer()


def wrong(message: str, code: int = INVALID) -> Declined:
    """Return the error for a request that reached OCPI, and has a wrong or a missing parameter: HTTP 200."""
    return Declined(OcpiAnswer(code=code, message=message))


def unreadable(message: str) -> Declined:
    """Return the error for a body that is not JSON."""
    return Declined(OcpiAnswer(status=400, code=CLIENT_ERROR, message=message))


def unauthorized(message: str) -> Declined:
    """Return the error for a missing or an unknown credentials token."""
    challenge = {"WWW-Authenticate": 'Token realm="OCPI"'}
    return Declined(OcpiAnswer(status=401, code=CLIENT_ERROR, message=message, headers=challenge))


def missing(message: str, code: int = CLIENT_ERROR) -> Declined:
    """Return the error for a resource that does not exist."""
    return Declined(OcpiAnswer(status=404, code=code, message=message))


def not_allowed(message: str, methods: Sequence[str]) -> Declined:
    """Return the error for a method that the resource does not have, or not now."""
    allowed = {"Allow": ", ".join(methods)}
    return Declined(OcpiAnswer(status=405, code=CLIENT_ERROR, message=message, headers=allowed))
