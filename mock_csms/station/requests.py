"""Calls that a person makes the station send: the default request of an action, with some of its fields replaced."""

from mock_csms.behavior.templates import Context, compile_template, merge
from mock_csms.protocol.actions import Json, Sender
from mock_csms.protocol.names import did_you_mean
from mock_csms.protocol.versions import Version, actions, version_with
from mock_csms.station.state import Moment
from mock_csms.twin.station import StationModel


def request(version: Version, action: str, given: Json, identity: str, moment: Moment) -> Json:
    """Return the payload of `action` in a version: its default with `given` merged into it, placeholders filled.

    Raises ValueError if the version has no such action.
    """
    if action not in version.actions:
        raise ValueError(f"OCPP {version.name} has no action {action}")
    template = compile_template(merge(version.actions[action].request, given))
    payload: Json = template(Context(moment.now, StationModel(identity, version), moment.world))
    return payload


def check_action(name: str) -> str:
    """Return the name of an action that a station may send in any version. Raises ValueError with the nearest name."""
    known = actions(Sender.STATION)
    if name not in known:
        hint = version_with(name).elsewhere_hint(name)
        raise ValueError(hint or f"{name!r} is not an action that a station may send{did_you_mean(name, known)}")
    return name
