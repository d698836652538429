"""What the checks of the eMSP look at: one thing that a CPO did, and what the eMSP had before."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Record
from mock_csms.twin.ocpi_events import OcpiExchanged

CONFIGURATION = ("versions", "credentials", "hubclientinfo")
"""The modules whose messages have no routing headers."""


class Sight(StrEnum):
    """The kinds of things that a CPO does."""

    REQUEST = "request"
    """It sent a request, of any kind."""
    ANSWER = "answer"
    """It answered a request of ours."""
    OBJECT = "object"
    """It sent an object, by a push or in a list."""
    DELETED = "deleted"
    """It deleted an object."""
    PAGE = "page"
    """It answered with a page of a list."""
    LIST = "list"
    """All pages of a list have come."""
    RESPONSE = "response"
    """It answered a command."""
    RESULT = "result"
    """It sent the result of a command."""
    NO_RESULT = "no result"
    """The result of a command did not come in time."""
    AUTHORIZE = "authorize"
    """It asked whether a token may be used."""
    CREDENTIALS = "credentials"
    """It sent its credentials."""


class SentCommand(Record, kw_only=True):
    """A command, or a request about charging profiles, that the eMSP sent, and what is known of its outcome."""

    id: str
    """The last part of its `response_url`."""
    name: str
    """Such as `START_SESSION`; for charging profiles the method: `PUT`, `GET` or `DELETE`."""
    module: str
    party: str
    """The party that got it, such as `NL*MOC`."""
    at: float
    body: Json
    response: str = ""
    """The result in the answer to the request; empty as long as there is none."""
    timeout: float | None = None
    """How many seconds the CPO may take for the result, as it said."""
    results: tuple[str, ...] = ()
    """The results that came later, in their order."""


class Sighting(Record, kw_only=True):
    """One thing that a CPO did."""

    sight: Sight
    exchange: OcpiExchanged
    module: str = ""
    """The module that it is about; empty for a path that belongs to none."""
    kind: str = ""
    """The kind of the object in `value`, such as `Session`; in a location also `EVSE` and `Connector`."""
    value: Any = None
    """The object, the part of it (PATCH), the page, or the result that came."""
    violations: Sequence[str] = ()
    """What is wrong with the form of `value`. Most checks look only at values without violations."""
    place: Mapping[str, str] = {}
    """The parts of the path of an object, by name: `country_code`, `party_id`, `id`, `evse_uid`, `connector_id`."""
    before: Json | None = None
    """The object at that place before; None if the eMSP had none."""
    newer: Json | None = None
    """The object that the eMSP keeps, because the one in a list is older; then `before` is None."""
    after: Json | None = None
    """The object at that place now; None after a PATCH of an object that the eMSP does not have."""
    whole: Json | None = None
    """The location that an EVSE or a connector belongs to, now; for other objects the same as `after`."""
    whole_before: Json | None = None
    """The same before; None if the eMSP had none."""
    urls: Sequence[str] = ()
    """For a page: the URLs of the pages before it, the first one first."""
    filters: Mapping[str, str] = {}
    """The query of the first page."""
    items: Sequence[Any] = ()
    """For a list: all its objects, in their order."""
    command: SentCommand | None = None
    """The command that a response or a result belongs to, as it was before; None if the eMSP sent none like that."""

    @property
    def is_patch(self) -> bool:
        """Whether only a part of an object came."""
        return self.exchange.method == "PATCH"
