"""Opens an OCPI server with its client."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from mock_csms.control.api.server import ApiServer
from mock_csms.ocpi.client import OcpiClient
from mock_csms.ocpi.http.application import OcpiHooks, OcpiSide, ocpi_application
from mock_csms.ocpi.http.performing import Performer
from mock_csms.ocpi.modules import Modules
from mock_csms.ocpi.world import OcpiWorld
from mock_csms.settings.control import Address


@asynccontextmanager
async def serving_ocpi(
    world: OcpiWorld,
    rows: Modules,
    address: Address,
    hooks: OcpiHooks | None = None,
) -> AsyncIterator[OcpiSide]:
    """Serve the modules of `rows` until the block ends. Raises OSError for a wrong address."""
    hooks = hooks or OcpiHooks()
    async with OcpiClient(world.now, world.new_id, hooks.observe) as client:
        performer = Performer(client, lambda error: world.failed(f"internal error: {error!r}"), hooks.perform)
        side = OcpiSide(world, rows, performer, hooks)
        app = hooks.wrap(side, ocpi_application(side))
        async with ApiServer(address, lambda _: app, lambda: None) as server:
            if not world.is_base_fixed:
                world.base = server.url
            try:
                yield side
            finally:
                await performer.close()
