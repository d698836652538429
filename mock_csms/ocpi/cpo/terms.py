"""The settings by which the CPO makes its objects."""

from collections.abc import Sequence

from mock_csms.ocpi.cpo.world import CpoWorld
from mock_csms.ocpi.mapping.locations import LocationTerms
from mock_csms.ocpi.store import Json
from mock_csms.settings import Config
from mock_csms.settings.ocpi_sites import OcpiSite
from mock_csms.settings.roaming import party


def keep_tariffs(world: CpoWorld, tariffs: Sequence[Json]) -> Sequence[Json]:
    """Store the tariffs of the settings, with their owner and `last_updated`, and return them so."""
    owner = {"country_code": world.us.country_code, "party_id": world.us.party_id}
    for each in tariffs:
        world.tariffs.own((each["id"],), {**each, **owner}, world.now())
    return world.tariffs.all()


def terms_of(config: Config, world: CpoWorld) -> LocationTerms:
    """Return the terms of a mock, and store its tariffs."""
    return LocationTerms(
        owner=party(config.ocpi_party),
        sites=config.ocpi_location or (OcpiSite(),),
        connector=config.ocpi_connector,
        occupied=config.ocpi_occupied,
        offline_after=config.ocpi_offline_after,
        tariffs=keep_tariffs(world, config.ocpi_tariff),
    )
