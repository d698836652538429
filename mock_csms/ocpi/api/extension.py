"""The functions of the endpoints of OCPI, and its pane of the page, for the HTTP API."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from mock_csms.control.api.extension import ApiExtension
from mock_csms.control.api.request import ApiRequest
from mock_csms.ocpi.api.contract import OBJECTS, OCPI_ENDPOINTS, OcpiAbout, OcpiObjectsQuery, OcpiPartyRow
from mock_csms.ocpi.cpo.world import CpoWorld
from mock_csms.ocpi.parties import OcpiPeer
from mock_csms.ocpi.redacting import without_tags
from mock_csms.ocpi.store import Json

_PAGE = Path(__file__).parents[1] / "page"


def api_extension(world: CpoWorld) -> ApiExtension:
    """Return what OCPI adds to the API and its page."""
    lists: dict[str, Callable[[Any], Any]] = {
        f"list_ocpi_{module}": partial(_list_objects, world, module) for module in OBJECTS
    }
    return ApiExtension(
        rows=OCPI_ENDPOINTS,
        functions={"read_ocpi": partial(_read_ocpi, world), **lists},
        panes=("ocpi.js",),
        files={path.name: path for path in _PAGE.iterdir()},
    )


def _read_ocpi(world: CpoWorld, asked: ApiRequest[None, None]) -> OcpiAbout:
    """Return this CPO, the registered parties and the counts."""
    parties, peer = world.parties, asked.panel.csms.config.ocpi_peer
    is_joined = any(each.versions_url == peer for each in parties.peers)
    return OcpiAbout(
        str(world.us),
        f"{world.base}/ocpi/versions",
        "" if peer is None or is_joined else peer,
        len(parties.tokens_a),
        [_party(world, each) for each in parties.peers],
        {module: len(getattr(world, module)) for module in OBJECTS},
    )


def _party(world: CpoWorld, peer: OcpiPeer) -> OcpiPartyRow:
    owned = sum(1 for each in world.tokens.all() if _is_of(each, peer))
    return OcpiPartyRow(
        peer.name,
        ", ".join(dict.fromkeys(role.name for role in peer.roles)),
        list(dict.fromkeys(role.role for role in peer.roles)),
        peer.versions_url,
        sorted(peer.endpoints),
        peer.is_raw,
        owned,
    )


def _is_of(token: Json, peer: OcpiPeer) -> bool:
    names = {str(role.party).casefold() for role in peer.roles}
    return f"{token.get('country_code')}*{token.get('party_id')}".casefold() in names


def _list_objects(world: CpoWorld, module: str, asked: ApiRequest[OcpiObjectsQuery, None]) -> list[Json]:
    """Return the latest objects of a module."""
    found = list(getattr(world, module).all())[-asked.query.limit :]
    return [without_tags(each) for each in found] if asked.panel.csms.config.redact else found
