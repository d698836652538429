"""The commands of eMSPs to stations: each is answered at once, and its result is posted later."""

from collections.abc import Callable, Mapping
from typing import Any

from mock_csms.ocpi.cpo.reserving import cancel_reservation, reserve_now
from mock_csms.ocpi.cpo.results import (
    REJECTED,
    NotAccepted,
    OcpiCommand,
    ask_station,
    connected,
    refused,
    response_url,
    send_result,
    taken,
)
from mock_csms.ocpi.cpo.where import Spot, find_spot, why_rejected
from mock_csms.ocpi.cpo.world import Commanded, CpoWorld, is_for
from mock_csms.ocpi.envelope import OcpiAnswer, missing
from mock_csms.ocpi.mapping.version import Start, Unfit
from mock_csms.ocpi.modules import ModuleRow, Modules
from mock_csms.ocpi.parties import RECEIVER
from mock_csms.ocpi.request import OcpiRequest
from mock_csms.ocpi.steps import Steps
from mock_csms.ocpi.v221 import COMMAND_OBJECTS

UNKNOWN_SESSION = "UNKNOWN_SESSION"


def start_session(world: CpoWorld, asked: OcpiCommand) -> Callable[[], Steps]:
    """Start a session at an EVSE. Whether the token is good is known to the eMSP, and not checked."""
    spot = find_spot(world, asked.body)
    mapping, token = connected(world, spot.place.identity), asked.body["token"]
    remote = world.new_integer()
    step = mapping.start(
        Start(
            token=token["uid"],
            type=token["type"],
            group=token.get("group_id") or "",
            evse=spot.place.evse,
            connector=spot.connector,
            remote=remote,
        )
    )
    reference = asked.body.get("authorization_reference") or ""
    world.remember(
        Commanded(at=world.now(), identity=spot.place.identity, token=token, reference=reference, remote=remote)
    )

    def work() -> Steps:
        result, reason, _ = yield from ask_station(asked, mapping, spot.place.identity, step)
        if result == REJECTED:
            result = why_rejected(world, spot)
        yield from send_result(world, asked, result, reason)

    return work


def stop_session(world: CpoWorld, asked: OcpiCommand) -> Callable[[], Steps]:
    """Stop the transaction of a session."""
    id_ = asked.body["session_id"]
    session, running = world.sessions.get(id_), world.running.get(id_.casefold())
    if session is None:
        raise NotAccepted(UNKNOWN_SESSION, f"there is no session {id_[:40]!r}")
    if not is_for(session, asked.peer):
        raise NotAccepted(REJECTED, "it is the session of another party")
    if running is None:
        raise NotAccepted(REJECTED, f"the session is {session['status']}")
    mapping = connected(world, running.identity)
    step = mapping.stop(running.transaction)

    def work() -> Steps:
        result, reason, _ = yield from ask_station(asked, mapping, running.identity, step)
        yield from send_result(world, asked, result, reason)

    return work


def unlock_connector(world: CpoWorld, asked: OcpiCommand) -> Callable[[], Steps]:
    """Unlock a connector."""
    spot: Spot = find_spot(world, asked.body)
    mapping = connected(world, spot.place.identity)
    step = mapping.unlock(spot.place.evse, spot.connector or 1)

    def work() -> Steps:
        result, reason, _ = yield from ask_station(asked, mapping, spot.place.identity, step)
        yield from send_result(world, asked, result, reason)

    return work


COMMANDS: Mapping[str, Callable[[CpoWorld, OcpiCommand], Callable[[], Steps]]] = {
    "START_SESSION": start_session,
    "STOP_SESSION": stop_session,
    "RESERVE_NOW": reserve_now,
    "CANCEL_RESERVATION": cancel_reservation,
    "UNLOCK_CONNECTOR": unlock_connector,
}
"""What each command does. The functions raise NotAccepted or Unfit."""


def take_command(request: OcpiRequest, world: CpoWorld) -> OcpiAnswer:
    """Answer a command, and begin what it asks for."""
    name = request.places["command"]
    if name not in COMMANDS:
        raise missing(f"there is no command {name[:40]!r}, but {', '.join(COMMANDS)}")
    body: dict[str, Any] = request.object(COMMAND_OBJECTS[name])
    url = response_url(request, world, body["response_url"])
    asked = OcpiCommand(peer=request.peer, name=name, body=body, url=url, correlation_id=request.correlation_id)
    try:
        return taken(world, COMMANDS[name](world, asked))
    except NotAccepted as why:
        return refused(world, why)
    except Unfit as why:
        return refused(world, NotAccepted(REJECTED, str(why)))


COMMANDS_ROWS: Modules = (
    ModuleRow(
        module="commands",
        role=RECEIVER,
        method="POST",
        path="/{command}",
        handle=take_command,
        help=f"{', '.join(COMMANDS)}; the result is posted to `response_url`",
    ),
)
"""The rows of this module."""
