"""The lists and single objects that the CPO owns: locations, sessions, CDRs and tariffs."""

from collections.abc import Callable, Sequence

from mock_csms.ocpi.cpo.world import CpoWorld, is_for
from mock_csms.ocpi.envelope import UNKNOWN_LOCATION, OcpiAnswer, missing
from mock_csms.ocpi.modules import ModuleRow, Modules
from mock_csms.ocpi.paging import page_asked, page_of
from mock_csms.ocpi.parties import SENDER
from mock_csms.ocpi.request import OcpiRequest
from mock_csms.ocpi.store import Json, Store


def list_locations(request: OcpiRequest, world: CpoWorld) -> OcpiAnswer:
    """Answer with a page of all locations."""
    return _page(request, world.locations)


def list_tariffs(request: OcpiRequest, world: CpoWorld) -> OcpiAnswer:
    """Answer with a page of all tariffs."""
    return _page(request, world.tariffs)


def list_sessions(request: OcpiRequest, world: CpoWorld) -> OcpiAnswer:
    """Answer with a page of the sessions of the client."""
    return _page(request, world.sessions, lambda each: is_for(each, request.peer), needs_date=True)


def list_cdrs(request: OcpiRequest, world: CpoWorld) -> OcpiAnswer:
    """Answer with a page of the CDRs of the client."""
    return _page(request, world.cdrs, lambda each: is_for(each, request.peer))


def _page(
    request: OcpiRequest, store: Store, wanted: Callable[[Json], bool] = lambda _: True, *, needs_date: bool = False
) -> OcpiAnswer:
    asked = page_asked(request.query, needs_date=needs_date)
    return page_of([each for each in store.all(asked) if wanted(each)], asked, request.url)


def read_location(request: OcpiRequest, world: CpoWorld) -> OcpiAnswer:
    """Answer with a location."""
    return OcpiAnswer(data=_location(request, world))


def read_evse(request: OcpiRequest, world: CpoWorld) -> OcpiAnswer:
    """Answer with an EVSE of a location."""
    return OcpiAnswer(data=_evse(request, world))


def read_connector(request: OcpiRequest, world: CpoWorld) -> OcpiAnswer:
    """Answer with a connector of an EVSE."""
    return OcpiAnswer(data=part_of(_evse(request, world)["connectors"], "id", request.places["connector"]))


def _location(request: OcpiRequest, world: CpoWorld) -> Json:
    id_ = request.places["location"]
    found = world.locations.get(id_)
    if found is None:
        raise missing(f"there is no location {id_[:40]!r}", UNKNOWN_LOCATION)
    return found


def _evse(request: OcpiRequest, world: CpoWorld) -> Json:
    return part_of(_location(request, world).get("evses") or (), "uid", request.places["evse"])


def part_of(parts: Sequence[Json], name: str, id_: str) -> Json:
    """Return the part of a location with that id. Raises Declined if there is none."""
    found = next((each for each in parts if each[name].casefold() == id_.casefold()), None)
    if found is None:
        raise missing(f"there is no {id_[:40]!r} in it", UNKNOWN_LOCATION)
    return found


LISTING_ROWS: Modules = tuple(
    ModuleRow(module=module, role=SENDER, method="GET", path=path, handle=handle, help=help_)
    for module, path, handle, help_ in (
        ("locations", "", list_locations, "the locations of all stations"),
        ("locations", "/{location}", read_location, "one location"),
        ("locations", "/{location}/{evse}", read_evse, "one EVSE"),
        ("locations", "/{location}/{evse}/{connector}", read_connector, "one connector"),
        ("sessions", "", list_sessions, "the sessions with tokens of the client; `date_from` is needed"),
        ("cdrs", "", list_cdrs, "the CDRs of such sessions"),
        ("tariffs", "", list_tariffs, "the tariffs"),
    )
)
"""The rows of these modules."""
