"""The module of versions: which versions of OCPI the mock has, and the URLs of their modules."""

from collections.abc import Callable

from mock_csms.ocpi.envelope import OcpiAnswer
from mock_csms.ocpi.modules import VERSIONS, ModuleRow, Modules, endpoints
from mock_csms.ocpi.parties import SENDER
from mock_csms.ocpi.request import OcpiRequest
from mock_csms.ocpi.v221 import VERSION
from mock_csms.ocpi.world import OcpiWorld


def version_rows(table: Callable[[], Modules]) -> Modules:
    """Return the rows of this module; `table` returns the rows of all modules."""

    def list_versions(request: OcpiRequest, _: OcpiWorld) -> OcpiAnswer:
        return OcpiAnswer(data=[{"version": VERSION, "url": f"{request.base}/ocpi/{VERSION}"}])

    def read_version(request: OcpiRequest, world: OcpiWorld) -> OcpiAnswer:
        return OcpiAnswer(
            data={"version": VERSION, "endpoints": endpoints(table(), world.prefix, request.base, world.end_of_urls)}
        )

    return (
        ModuleRow(
            module=VERSIONS,
            role=SENDER,
            method="GET",
            path="/versions",
            handle=list_versions,
            help="the versions of OCPI",
            for_registration=True,
        ),
        ModuleRow(
            module=VERSIONS,
            role=SENDER,
            method="GET",
            path=f"/{VERSION}",
            handle=read_version,
            help="the URLs of all modules",
            for_registration=True,
        ),
    )
