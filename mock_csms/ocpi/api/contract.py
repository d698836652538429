"""The endpoints that the HTTP API has with --ocpi: registrations, and the objects of the CPO and of its eMSPs."""

from typing import Annotated, Any

from mock_csms.control.api.operation import PREFIX, Fields, Operation, about
from mock_csms.protocol.records import Record

_OCPI = f"{PREFIX}/ocpi"


class OcpiObjectsQuery(Fields):
    """Says how many objects are wanted."""

    limit: Annotated[int, about("the most objects to return, the latest ones", ge=1, le=10_000)] = 1000


class OcpiPartyRow(Record):
    """A registered party."""

    party: Annotated[str, about("country code and id, such as NL*EMS")]
    name: str
    roles: list[str]
    versions_url: str
    modules: Annotated[list[str], about("the modules that it has, each with its role; empty if not yet known")]
    raw_token: Annotated[bool, about("whether it gets the credentials token without Base64")]
    tokens: Annotated[int, about("how many of its tokens are known")]


class OcpiAbout(Record):
    """The OCPI side of the mock. No credentials token is in it."""

    party: Annotated[str, about("country code and id of this CPO")]
    versions_url: Annotated[str, about("the URL of its versions")]
    peer: Annotated[str, about("the URL of --ocpi-peer while the mock is not registered there; else empty")]
    invited: Annotated[int, about("how many parties may still register, each with a token of its own")]
    registered: list[OcpiPartyRow]
    counts: Annotated[dict[str, int], about("counts: sessions, cdrs, tokens, locations, tariffs")]


OBJECTS = {
    "sessions": "the sessions of OCPI, as an eMSP gets them",
    "cdrs": "the CDRs, as an eMSP gets them",
    "tokens": "the tokens that eMSPs have told of",
    "locations": "the locations, with their EVSEs",
    "tariffs": "the tariffs of the CPO",
}
"""The modules whose objects can be listed, by the names of their stores, with the help of each."""

OCPI_ENDPOINTS = (
    Operation(
        method="GET",
        path=_OCPI,
        name="read_ocpi",
        help="this CPO, the parties that are registered with it, and counts of its objects",
        answer=OcpiAbout,
    ),
    *(
        Operation(
            method="GET",
            path=f"{_OCPI}/{module}",
            name=f"list_ocpi_{module}",
            help=help_,
            query=OcpiObjectsQuery,
            answer=list[dict[str, Any]],
        )
        for module, help_ in OBJECTS.items()
    ),
)
"""The rows of OCPI."""
