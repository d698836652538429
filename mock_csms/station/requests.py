"""What a station sends when somebody wants it to: the default request of an action, with more laid over it."""

from mock_csms.behavior.templates import Context, compile_template, merge
from mock_csms.protocol.actions import Json, Sender
from mock_csms.protocol.names import did_you_mean
from mock_csms.protocol.v2.other_versions import told_elsewhere
from mock_csms.protocol.versions import V201
from mock_csms.station.v2.device import Moment
from mock_csms.twin.station import StationModel


def request(action: str, given: Json, identity: str, moment: Moment) -> Json:
    """Return the payload of `action` with `given` laid over its default; its placeholders are filled."""
    template = compile_template(merge(V201.actions[action].request, given))
    payload: Json = template(Context(moment.now, StationModel(identity), moment.world))
    return payload


def check_action(name: str) -> str:
    """Return the name of an action that a station may send; ValueError says which was meant."""
    actions = [action for action, row in V201.actions.items() if row.sent_by(Sender.STATION)]
    if name not in actions:
        raise ValueError(
            told_elsewhere(name) or f"{name!r} is not an action that a station may send{did_you_mean(name, actions)}"
        )
    return name
