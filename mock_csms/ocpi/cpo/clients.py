"""What a hub tells of the parties that are connected to it (hubclientinfo). It is stored only."""

from mock_csms.ocpi.cpo.world import CpoWorld
from mock_csms.ocpi.envelope import OcpiAnswer, created, missing, updated
from mock_csms.ocpi.modules import ModuleRow, Modules
from mock_csms.ocpi.parties import RECEIVER
from mock_csms.ocpi.request import OcpiRequest


def read_client(request: OcpiRequest, world: CpoWorld) -> OcpiAnswer:
    """Answer with what was told of a party."""
    found = world.clients.get(*_key(request))
    if found is None:
        raise missing("nothing was told of that party")
    return OcpiAnswer(data=found)


def put_client(request: OcpiRequest, world: CpoWorld) -> OcpiAnswer:
    """Store the ClientInfo of a party."""
    client = request.object("ClientInfo")
    request.refuse_other_ids(client, country_code="country", party_id="party")
    return created() if world.clients.put(_key(request), client) else updated()


def _key(request: OcpiRequest) -> tuple[str, str]:
    return request.places["country"], request.places["party"]


CLIENTS_ROWS: Modules = tuple(
    ModuleRow(
        module="hubclientinfo",
        role=RECEIVER,
        method=method,
        path="/{country}/{party}",
        handle=handle,
        help=help_,
    )
    for method, handle, help_ in (
        ("GET", read_client, "what a hub has told of a party"),
        ("PUT", put_client, "store what a hub tells of a party"),
    )
)
"""The rows of this module."""
