"""Completes a call that the operator makes the station send: operators do not know the default payloads of the mock."""

from mock_csms.behavior.templates import World, rfc3339
from mock_csms.control.python import Csms
from mock_csms.protocol.actions import Json
from mock_csms.protocol.versions import version_named
from mock_csms.runtime import clock
from mock_csms.station.requests import check_action, request
from mock_csms.station.state import Moment

_CHANCE = clock.Chance()


def valid_payload(csms: Csms, identity: str, version: str, action: str, part: Json) -> Json:
    """Return a valid payload of a call in a version of OCPP: the default payload with `part` merged into it."""
    world = World(csms.url, rfc3339, _CHANCE.new_integer, _CHANCE.new_id, _CHANCE.fraction)
    return request(version_named(version), check_action(action), part, identity, Moment(clock.now(), world))
