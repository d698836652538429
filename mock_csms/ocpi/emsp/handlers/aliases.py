"""Further paths, which OCPI does not have: some tutorials and back ends for learning document them."""

from collections.abc import Callable
from typing import Any

from mock_csms.ocpi.emsp.sending import ACCEPTED, CannotSend, SendingOutcome, cpo_of, send_command, watch_result
from mock_csms.ocpi.emsp.tokens import TokenTold, add_token
from mock_csms.ocpi.emsp.world import EmspWorld
from mock_csms.ocpi.envelope import OcpiAnswer, Steps, missing, wrong
from mock_csms.ocpi.modules import ModuleRow, Modules
from mock_csms.ocpi.parties import SENDER
from mock_csms.ocpi.request import OcpiRequest
from mock_csms.ocpi.schemas import problems
from mock_csms.ocpi.v221 import VERSION, enums
from mock_csms.ocpi.versions import version_rows
from mock_csms.protocol.records import replace

_OBJECTS = {
    "START_SESSION": "StartSession",
    "STOP_SESSION": "StopSession",
    "RESERVE_NOW": "ReserveNow",
    "CANCEL_RESERVATION": "CancelReservation",
    "UNLOCK_CONNECTOR": "UnlockConnector",
}
"""The kind of the body of each command."""


def version_aliases(table: Callable[[], Modules]) -> Modules:
    """Return the versions and their details below the role too."""
    paths = {"/versions": f"/emsp/{VERSION}/versions", f"/{VERSION}": f"/emsp/{VERSION}"}
    return tuple(replace(row, path=paths[row.path], is_extension=True) for row in version_rows(table))


def _forward(request: OcpiRequest, world: EmspWorld) -> Steps:
    """Send a command of a client to the CPO, with a `response_url` of the eMSP and the whole token."""
    name, body = request.places["name"], request.json()
    if name not in enums()["CommandType"]:
        raise missing(f"there is no command {name[:40]}")
    if not isinstance(body, dict):
        raise wrong("the body is not an object")
    sent: dict[str, Any] = {key: value for key, value in body.items() if key != "response_url"}
    if isinstance(sent.get("token"), dict):
        sent["token"] = _whole_token(world, sent["token"])
    found = problems(_OBJECTS[name], {"response_url": world.base, **sent})
    if found:
        raise wrong(f"the {_OBJECTS[name]} is wrong: {'; '.join(found)}")
    try:
        outcome: SendingOutcome = yield from send_command(world, cpo_of(world), name, sent)
    except CannotSend as error:
        return OcpiAnswer(data=_response("REJECTED", 0, str(error)))
    data = _response(outcome.result or "REJECTED", int(outcome.timeout), outcome.reason)
    is_accepted = outcome.result == ACCEPTED
    return OcpiAnswer(data=data, then=(lambda: watch_result(world, outcome.id)) if is_accepted else None)


def _whole_token(world: EmspWorld, given: dict[str, Any]) -> Any:
    """Return the token of the eMSP for one that may have only its uid and type. A new one is RFID and ALLOWED."""
    uid = given.get("uid")
    if not isinstance(uid, str):
        return given
    kind = str(given.get("type"))
    try:
        told = TokenTold(uid=uid, status="ALLOWED", type=kind if kind in enums()["TokenType"] else "RFID")
        return world.token(uid) or add_token(world, told, world.now())
    except ValueError as error:
        raise wrong(str(error)) from None


def _response(result: str, timeout: int, text: str) -> dict[str, Any]:
    """Return an object `CommandResponse`."""
    message = {"message": [{"language": "en", "text": text[:512]}]} if text else {}
    return {"result": result, "timeout": timeout, **message}


ROWS: Modules = (
    ModuleRow(
        module="commands",
        role=SENDER,
        method="POST",
        path="/{name}",
        handle=_forward,
        help="send a command to the CPO",
        is_extension=True,
    ),
)
"""The rows besides those of versions."""
