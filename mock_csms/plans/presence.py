"""Whether the station under test is there: connected, and answering; and how it is brought back when it is not."""

from collections.abc import Iterator
from contextlib import suppress

from mock_csms.plans.operator import Deed, Operator, OperatorFailed, Prompt
from mock_csms.plans.station import Station
from mock_csms.plans.v2.variables import variable
from mock_csms.runtime.session import CallFailed

_REBOOT = "reboot"
_HARMLESS = "GetVariables", {"getVariableData": [variable("ChargingStation", "AvailabilityState")]}
"""A command that changes nothing, and that every station must know."""


async def absence(station: Station) -> str:
    """Return why nothing can be judged: the station has not come, or answers nothing; an empty text when it is there.

    It answers nothing when it stays connected, has not answered what it was told last, has sent nothing since, and
    does not answer another command either, whatever the answer.
    """
    known, timeouts, identity = station.known, station.profile.timeouts, station.identity
    if not await known.until(lambda: known.is_connected, timeouts.boot):
        return f"{identity} did not connect to {station.csms.url}/{identity} within {timeouts.boot:g} s"
    if known.is_silent and not known.is_accepted:  # who was told to wait may say nothing until then (B03.FR.02)
        await known.until(lambda: not known.is_silent, 2 * timeouts.interval)
    if known.is_silent:
        with suppress(CallFailed):
            await station.csms.call(identity, *_HARMLESS)
    if not known.is_silent:
        return ""
    return f"{identity} has not answered anything since {known.heard_in or 'it connected'}"


async def bring_back(station: Station, operator: Operator | None, *, is_attended: bool) -> str:
    """Let somebody switch the station off and on, and return who brought it back; an empty text when nobody could.

    That is the operator, and where a terminal is attended the person there.
    """
    known, timeouts = station.known, station.profile.timeouts
    for name, who in _helpers(operator, is_attended=is_attended):
        heard = known.heard
        try:
            await who.act(Deed(_REBOOT, station.evse, station.connector), timeouts.operator)
        except OperatorFailed:
            continue
        if await known.until(lambda heard=heard: known.heard > heard and known.is_connected, timeouts.boot):  # type: ignore[misc] # the loop variable is bound
            return name
    return ""


def _helpers(operator: Operator | None, *, is_attended: bool) -> Iterator[tuple[str, Operator]]:
    if operator is not None and operator.can(_REBOOT):
        yield "the operator", operator
    if is_attended and not isinstance(operator, Prompt):
        yield "the person at the terminal", Prompt()
