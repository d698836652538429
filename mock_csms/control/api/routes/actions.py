"""The endpoints for actions of OCPP: default payloads and schemas."""

from mock_csms.control.api.contract.judging import ActionRow, ActionsQuery, ActionWhole
from mock_csms.control.api.request import ApiRequest, Trouble
from mock_csms.protocol.actions import Json, Sender
from mock_csms.protocol.names import did_you_mean
from mock_csms.protocol.versions import Version, actions, version_with, versions
from mock_csms.settings.calls import default_requests


def list_actions(asked: ApiRequest[ActionsQuery, None]) -> list[ActionRow]:
    """Return the actions, with their default payloads."""
    sender, config = Sender(asked.query.sender), asked.panel.csms.config
    chosen = spoken_version(asked.query.version)
    table = chosen.actions if chosen else actions()
    names = sorted(name for name, row in table.items() if row.sent_by(sender))
    requests = {version: default_requests(config, version) for version in versions()}
    chosen_of = {name: chosen or version_with(name) for name in names}
    return [_row(name, chosen_of[name], requests[chosen_of[name]][name]) for name in names]


def read_action(asked: ApiRequest[ActionsQuery, None]) -> ActionWhole:
    """Return one action, with its schemas."""
    name, chosen = asked.place["action"], spoken_version(asked.query.version)
    known = chosen.actions if chosen else actions()
    if name not in known:
        raise Trouble(404, f"{name!r} is not an action{did_you_mean(name, known)}", "unknown action")
    version = chosen or version_with(name)
    schemas = version.schemas
    row = _row(name, version, default_requests(asked.panel.csms.config, version)[name])
    return ActionWhole(row, schemas.schema(f"{name}Request"), schemas.schema(f"{name}Response"))


def spoken_version(name: str) -> Version | None:
    """Return the version with that name; None for an empty one. Raises ValueError if the mock does not speak it."""
    if not name:
        return None
    found = next((version for version in versions() if version.name == name), None)
    if found is None:
        raise ValueError(f"version {name!r} is not spoken{did_you_mean(name, [each.name for each in versions()])}")
    return found


def _row(name: str, version: Version, request: Json) -> ActionRow:
    those = [each.name for each in versions() if name in each.actions]
    return ActionRow(name, those, request, version.actions[name].response)
