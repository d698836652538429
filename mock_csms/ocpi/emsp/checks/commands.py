"""Checks of commands and charging profiles: the answer at once, and the result later."""

from collections.abc import Iterator

from mock_csms.conformance.subject import ERROR, WARNING
from mock_csms.ocpi.emsp.checks.table import OcpiSubject, of
from mock_csms.ocpi.emsp.sightings import Sight, Sighting
from mock_csms.ocpi.emsp.world import EmspWorld

COMMANDS = OcpiSubject("commands")
_RESPONSE, _RESULT = of(Sight.RESPONSE), of(Sight.RESULT)
_OF_RESULT = "Commands: CommandResult object"
_CANCELED = "CANCELED_RESERVATION"


@COMMANDS.check(
    ("OCPI-M01", "Commands: CommandResponse object", ERROR, "the answer to a command has a result and a timeout"),
    "Answer at once: result says whether the request can be sent to the station, timeout how long that may take.",
    _RESPONSE,
    any_shape=True,
)
def answers_in_form(seen: Sighting, _: EmspWorld) -> Iterator[str]:
    """Report what is wrong with the form of the answer."""
    for violation in seen.violations[:5]:
        yield f"the {seen.kind}: {violation}"


@COMMANDS.check(
    (
        "OCPI-M02",
        "Commands: CommandResponse object",
        WARNING,
        "an accepted command has a timeout above 0 seconds",
    ),
    "After the timeout the eMSP need not wait for a result any more.",
    _RESPONSE,
)
def gives_time(seen: Sighting, _: EmspWorld) -> str | None:
    """Report a timeout without meaning."""
    is_wrong = seen.value["result"] == "ACCEPTED" and seen.value["timeout"] <= 0
    return f"the timeout is {seen.value['timeout']}" if is_wrong else None


@COMMANDS.check(
    ("OCPI-M03", "Commands: POST method", ERROR, "a result has the form that belongs to its request"),
    "CommandResult for commands; ChargingProfileResult, ActiveChargingProfileResult or ClearProfileResult otherwise.",
    _RESULT,
    any_shape=True,
)
def results_in_form(seen: Sighting, _: EmspWorld) -> Iterator[str]:
    """Report what is wrong with the form of a result."""
    for violation in seen.violations[:5]:
        yield f"the {seen.kind}: {violation}"


@COMMANDS.check(
    ("OCPI-M04", "Commands: POST method", ERROR, "a result is posted to the response_url of a command"),
    "Use response_url as it is, with everything in it.",
    _RESULT,
    any_shape=True,
)
def answers_a_command(seen: Sighting, _: EmspWorld) -> str | None:
    """Report a result of no command."""
    return f"no command was sent with the response_url {seen.exchange.path}" if seen.command is None else None


@COMMANDS.check(
    ("OCPI-M05", _OF_RESULT, ERROR, "a command has one result"),
    "Only a reservation that was made may later be canceled by the CPO, with CANCELED_RESERVATION.",
    _RESULT,
)
def results_once(seen: Sighting, _: EmspWorld) -> str | None:
    """Report a second result."""
    command = seen.command
    if command is None or not command.results:
        return None
    is_cancel = command.name == "RESERVE_NOW" and seen.value["result"] == _CANCELED and command.results == ("ACCEPTED",)
    return None if is_cancel else f"{command.name} already had the result {command.results[-1]}"


@COMMANDS.check(
    ("OCPI-M06", "Commands: Flow", ERROR, "only a command that was accepted has a result"),
    "After REJECTED, NOT_SUPPORTED or UNKNOWN_SESSION nothing more is sent.",
    _RESULT,
)
def results_of_accepted(seen: Sighting, _: EmspWorld) -> str | None:
    """Report the result of a command that was refused."""
    command = seen.command
    if command is None or command.response in ("", "ACCEPTED"):
        return None
    return f"{command.name} was answered with {command.response}"


@COMMANDS.check(
    ("OCPI-M07", "Commands: Flow", WARNING, "the result comes after the answer to the command"),
    "Send the answer first: the eMSP may not know the command yet.",
    _RESULT,
)
def results_after_the_answer(seen: Sighting, _: EmspWorld) -> str | None:
    """Report a result that overtook the answer."""
    is_early = seen.command is not None and not seen.command.response
    return f"{seen.command.name} has no answer yet" if is_early and seen.command else None


@COMMANDS.check(
    ("OCPI-M08", _OF_RESULT, WARNING, "the result of an accepted command comes within its timeout"),
    "Send TIMEOUT or FAILED if the station does not answer.",
    of(Sight.NO_RESULT),
    _RESULT,
    any_shape=True,
)
def results_in_time(seen: Sighting, _: EmspWorld) -> str | None:
    """Report a result that did not come."""
    command = seen.command
    if seen.sight is not Sight.NO_RESULT or command is None:
        return None
    return f"{command.name} was accepted, but no result came within {command.timeout:g} s"


@COMMANDS.check(
    ("OCPI-M09", "Commands: CommandResultType enum", ERROR, "a result fits its command"),
    "EVSE_OCCUPIED and EVSE_INOPERATIVE are for commands to an EVSE, UNKNOWN_RESERVATION is for CANCEL_RESERVATION, "
    "CANCELED_RESERVATION for a reservation that the CPO itself cancels.",
    of(Sight.RESULT, "commands"),
)
def fits_the_command(seen: Sighting, _: EmspWorld) -> str | None:
    """Report results that belong to other commands."""
    if seen.command is None:
        return None
    only = {
        "UNKNOWN_RESERVATION": ("CANCEL_RESERVATION",),
        _CANCELED: ("RESERVE_NOW",),
        "EVSE_OCCUPIED": ("START_SESSION", "RESERVE_NOW", "UNLOCK_CONNECTOR"),
    }
    result, name = seen.value["result"], seen.command.name
    return f"the result of {name} is {result}" if name not in only.get(result, (name,)) else None


@COMMANDS.check(
    ("OCPI-M10", "Commands: CommandResponseType enum", ERROR, "UNKNOWN_SESSION answers only what names a session"),
    "A location that does not exist is answered with status_code 2003 and REJECTED.",
    _RESPONSE,
)
def knows_its_sessions(seen: Sighting, _: EmspWorld) -> str | None:
    """Report UNKNOWN_SESSION for a command without a session."""
    name = seen.command.name if seen.command else "STOP_SESSION"
    is_wrong = seen.value["result"] == "UNKNOWN_SESSION" and name in (
        "START_SESSION",
        "RESERVE_NOW",
        "CANCEL_RESERVATION",
        "UNLOCK_CONNECTOR",
    )
    return f"{name} is answered with UNKNOWN_SESSION" if is_wrong else None


@COMMANDS.check(
    (
        "OCPI-M11",
        "Charging profiles: Sender Interface, PUT method",
        ERROR,
        "active profiles are pushed only after a PUT",
    ),
    "Push an ActiveChargingProfile only for a session for which the eMSP has set a profile.",
    of(Sight.OBJECT, "chargingprofiles"),
)
def pushes_profiles_it_got(seen: Sighting, world: EmspWorld) -> str | None:
    """Report an active profile of a session for which the eMSP never set one."""
    id_ = seen.place.get("id", "")
    is_set = any(
        command.module == "chargingprofiles" and command.name == "PUT" and command.body.get("session_id") == id_
        for command in world.commands.values()
    )
    return None if is_set else f"no charging profile was set for the session {id_}"
