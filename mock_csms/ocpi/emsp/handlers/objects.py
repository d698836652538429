"""The receiver of locations, sessions and tariffs, of client infos of a hub, and of active charging profiles."""

from collections.abc import Mapping

from mock_csms.ocpi.emsp.keeping import NO_EXCHANGE, Arrival, answer_with, key_at, part_at, stored
from mock_csms.ocpi.emsp.sightings import Sight, Sighting
from mock_csms.ocpi.emsp.world import EmspWorld
from mock_csms.ocpi.envelope import OcpiAnswer, missing
from mock_csms.ocpi.modules import Handle, ModuleRow, Modules
from mock_csms.ocpi.paging import page_asked, page_of
from mock_csms.ocpi.parties import RECEIVER, SENDER
from mock_csms.ocpi.request import OcpiRequest

_OBJECT = "/{country_code}/{party_id}/{id}"
_PLACES: Mapping[str, str] = {
    "Location": _OBJECT,
    "EVSE": f"{_OBJECT}/{{evse_uid}}",
    "Connector": f"{_OBJECT}/{{evse_uid}}/{{connector_id}}",
    "Session": _OBJECT,
    "Tariff": _OBJECT,
    "ClientInfo": "/{country_code}/{party_id}",
}
"""The paths of objects, by kind."""


def _put(module: str, kind: str) -> Handle:
    def put(request: OcpiRequest, world: EmspWorld) -> OcpiAnswer:
        return answer_with(*stored(world, Arrival(module, kind, request.json(), _place(request))))

    return put


def _patch(module: str, kind: str) -> Handle:
    def patch(request: OcpiRequest, world: EmspWorld) -> OcpiAnswer:
        return answer_with(*stored(world, Arrival(module, kind, request.json(), _place(request), is_patch=True)))

    return patch


def _get(module: str, kind: str) -> Handle:
    def get(request: OcpiRequest, world: EmspWorld) -> OcpiAnswer:
        place = _place(request)
        found = part_at(world.objects[module].get(*key_at(place)), kind, place)
        if found is None:
            raise missing(f"there is no {kind} at that place")
        return OcpiAnswer(data=found)

    return get


def _place(request: OcpiRequest) -> Mapping[str, str]:
    """Return the parts of the path; the id of an object without one is empty."""
    return {"id": "", **request.places}


def list_of(module: str) -> Handle:
    """Return a handler that lists what the eMSP has. (An extension: OCPI has no lists on this side.)"""

    def list_all(request: OcpiRequest, world: EmspWorld) -> OcpiAnswer:
        asked = page_asked(request.query)
        return page_of(world.objects[module].all(asked), asked, request.url)

    return list_all


def _delete_tariff(request: OcpiRequest, world: EmspWorld) -> OcpiAnswer:
    place = _place(request)
    before = world.objects["tariffs"].remove(*key_at(place))
    seen = Sighting(
        sight=Sight.DELETED, exchange=NO_EXCHANGE, module="tariffs", kind="Tariff", place=place, before=before
    )
    answer = OcpiAnswer() if before is not None else missing("there is no Tariff at that place").answer
    return answer_with(seen, answer)


def _put_session(request: OcpiRequest, world: EmspWorld) -> OcpiAnswer:
    """Store a session whose owner is only in the object."""
    value = request.json()
    owner = value if isinstance(value, dict) else {}
    place = {name: str(owner.get(name, "")) for name in ("country_code", "party_id")} | dict(request.places)
    return answer_with(*stored(world, Arrival("sessions", "Session", value, place)))


def _put_profile(request: OcpiRequest, world: EmspWorld) -> OcpiAnswer:
    """Store the active charging profile of a session."""
    place = {"country_code": "", "party_id": "", **request.places}
    seen, answer = stored(world, Arrival("chargingprofiles", "ActiveChargingProfile", request.json(), place))
    return answer_with(seen, answer)


def _rows(module: str, kind: str, *, has_patch: bool) -> Modules:
    """Return the rows of one kind of object."""
    path = _PLACES[kind]
    name = kind if kind.isupper() else kind.lower()
    one = f"an {name}" if name[0] in "aeioAEIO" else f"a {name}"
    rows = [
        ModuleRow(
            module=module, role=RECEIVER, method="GET", path=path, handle=_get(module, kind), help=f"the {name} it has"
        ),
        ModuleRow(
            module=module, role=RECEIVER, method="PUT", path=path, handle=_put(module, kind), help=f"store {one}"
        ),
    ]
    if has_patch:
        patch = _patch(module, kind)
        rows.append(
            ModuleRow(module=module, role=RECEIVER, method="PATCH", path=path, handle=patch, help=f"change {one}")
        )
    return tuple(rows)


def list_row(module: str) -> ModuleRow:
    """Return the row of a list."""
    return ModuleRow(
        module=module,
        role=RECEIVER,
        method="GET",
        handle=list_of(module),
        help=f"all {module} that it has",
        is_extension=True,
    )


ROWS: Modules = (
    list_row("locations"),
    *_rows("locations", "Location", has_patch=True),
    *_rows("locations", "EVSE", has_patch=True),
    *_rows("locations", "Connector", has_patch=True),
    list_row("sessions"),
    *_rows("sessions", "Session", has_patch=True),
    ModuleRow(
        module="sessions",
        role=RECEIVER,
        method="PUT",
        path="/{id}",
        handle=_put_session,
        help="store a session of the party in it",
        is_extension=True,
    ),
    list_row("tariffs"),
    *_rows("tariffs", "Tariff", has_patch=False),
    ModuleRow(
        module="tariffs",
        role=RECEIVER,
        method="DELETE",
        path=_OBJECT,
        handle=_delete_tariff,
        help="delete a tariff",
    ),
    list_row("hubclientinfo"),
    *_rows("hubclientinfo", "ClientInfo", has_patch=False),
    ModuleRow(
        module="chargingprofiles",
        role=SENDER,
        method="PUT",
        path="/{id}",
        handle=_put_profile,
        help="store the active charging profile of a session",
    ),
)
"""The rows of these modules."""
