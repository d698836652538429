"""The receiver of CDRs: POST stores one, and Location says where it is."""

from typing import Any
from urllib.parse import quote

from mock_csms.ocpi.emsp.handlers.objects import list_row
from mock_csms.ocpi.emsp.keeping import Arrival, answer_with, stored
from mock_csms.ocpi.emsp.world import EmspWorld, key_of
from mock_csms.ocpi.envelope import OcpiAnswer, missing
from mock_csms.ocpi.modules import ModuleRow, Modules, module_path
from mock_csms.ocpi.parties import RECEIVER
from mock_csms.ocpi.request import OcpiRequest
from mock_csms.protocol.records import replace


def _post(request: OcpiRequest, world: EmspWorld) -> OcpiAnswer:
    value = request.json()
    owner: dict[str, Any] = value if isinstance(value, dict) else {}
    place = {name: str(owner.get(name, "")) for name in ("country_code", "party_id", "id")}
    before = world.objects["cdrs"].get(*key_of(place, place["id"]))
    seen, answer = stored(world, Arrival("cdrs", "CDR", value, place))
    if before is not None and seen.after is not None:
        world.objects["cdrs"].put(key_of(place, place["id"]), before)  # what was sent first stays
    if seen.after is not None:
        path = "/".join(quote(place[name], safe="") for name in ("country_code", "party_id", "id"))
        url = f"{request.base}{module_path('cdrs', world.prefix)}/{path}"
        answer = replace(answer, headers={"Location": url})
    return answer_with(seen, answer)


def _get(request: OcpiRequest, world: EmspWorld) -> OcpiAnswer:
    """Return a CDR by its owner and id; without an owner it is the only one with that id."""
    store, places = world.objects["cdrs"], request.places
    if "party_id" in places:
        found = store.get(places["country_code"], places["party_id"], places["id"])
    else:
        same = [each for each in store.all() if str(each["id"]).casefold() == places["id"].casefold()]
        found = same[0] if len(same) == 1 else None
    if found is None:
        raise missing(f"there is no CDR {places['id'][:40]}")
    return OcpiAnswer(data=found)


ROWS: Modules = (
    list_row("cdrs"),
    ModuleRow(module="cdrs", role=RECEIVER, method="POST", handle=_post, help="store a CDR"),
    ModuleRow(
        module="cdrs",
        role=RECEIVER,
        method="GET",
        path="/{country_code}/{party_id}/{id}",
        handle=_get,
        help="a CDR that it has",
    ),
    ModuleRow(
        module="cdrs",
        role=RECEIVER,
        method="GET",
        path="/{id}",
        handle=_get,
        help="a CDR that it has, by its id alone",
        is_extension=True,
    ),
)
"""The rows of this module."""
