"""The receiver of results: of commands and of charging profiles, each at the URL that the request named."""

from typing import Any

from mock_csms.ocpi.emsp.keeping import NO_EXCHANGE, answer_with
from mock_csms.ocpi.emsp.sending import RESULTS
from mock_csms.ocpi.emsp.sightings import Sight, Sighting
from mock_csms.ocpi.emsp.world import EmspWorld
from mock_csms.ocpi.envelope import OcpiAnswer, missing, wrong
from mock_csms.ocpi.modules import ModuleRow, Modules
from mock_csms.ocpi.parties import SENDER
from mock_csms.ocpi.request import OcpiRequest
from mock_csms.ocpi.schemas import problems
from mock_csms.protocol.records import replace


def _post(request: OcpiRequest, world: EmspWorld) -> OcpiAnswer:
    """Note the result of a command."""
    value: Any = request.json()
    module = "commands" if request.places["name"] not in RESULTS else "chargingprofiles"
    kind = RESULTS.get(request.places["name"], "CommandResult")
    command = world.commands.get(request.places["id"])
    if command is not None and command.name != request.places["name"]:
        command = None
    found = problems(kind, value) if isinstance(value, dict) else (f"it is not an object, but a {kind} is one",)
    seen = Sighting(
        sight=Sight.RESULT,
        exchange=NO_EXCHANGE,
        module=module,
        kind=kind,
        value=value,
        violations=tuple(found),
        place={**request.places},
        command=command,
    )
    if command is None:
        return answer_with(seen, missing("no command has this response_url").answer)
    if found:
        return answer_with(seen, wrong(f"the {kind} is wrong: {'; '.join(found)}").answer)
    world.commands[command.id] = replace(command, results=(*command.results, value["result"]))
    world.told_result(command.id)
    return answer_with(seen, OcpiAnswer())


def _row(module: str, help_: str) -> ModuleRow:
    return ModuleRow(module=module, role=SENDER, method="POST", path="/{name}/{id}", handle=_post, help=help_)


ROWS: Modules = (
    _row("commands", "the result of a command"),
    _row("chargingprofiles", "the result of a request about charging profiles"),
)
"""The rows of these modules."""
