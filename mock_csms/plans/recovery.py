"""Whether the station under test is connected and answers, and how to recover it if it does not."""

from collections.abc import Iterator
from contextlib import suppress

from mock_csms.plans.operator import Operator, OperatorAction, OperatorFailed, Prompt
from mock_csms.plans.station import Station
from mock_csms.plans.versions import PLAN_VERSIONS
from mock_csms.runtime.open_call import CallFailed

_REBOOT = "reboot"


async def outage(station: Station) -> str:
    """Return why no case can be judged now: the station is not connected, or it is silent. "" if a case can.

    A station is silent if it stays connected, but has not answered the last command, has sent nothing since, and
    answers no further command either. A CALLERROR is an answer.
    """
    known, timeouts, identity = station.known, station.profile.timeouts, station.identity
    if not await known.until(lambda: known.is_connected, timeouts.boot):
        return f"{identity} did not connect to {station.csms.url}/{identity} within {timeouts.boot:g} s"
    if known.is_silent and not known.is_accepted:  # a rejected station may be silent for its interval (B03.FR.02)
        await known.until(lambda: not known.is_silent, 2 * timeouts.interval)
    if known.is_silent:
        with suppress(CallFailed):
            await station.csms.call(identity, *PLAN_VERSIONS[station.profile.version].harmless)
    if not known.is_silent:
        return ""
    return f"{identity} has not answered anything since {known.last_case or 'it connected'}"


async def recover(station: Station, operator: Operator | None, *, is_attended: bool) -> str:
    """Ask for a power cycle of the station, and return who did it with success; "" if nobody could.

    The operator is asked first, then the person at the terminal, if there is one (`is_attended`).
    """
    known, timeouts = station.known, station.profile.timeouts
    for name, who in _helpers(operator, is_attended=is_attended):
        received = known.received
        try:
            await who.act(OperatorAction(_REBOOT, station.evse, station.connector), timeouts.operator)
        except OperatorFailed:
            continue
        if await known.until(
            lambda received=received: known.received > received and known.is_connected,  # type: ignore[misc] # the loop variable is bound
            timeouts.boot,
        ):
            return name
    return ""


def _helpers(operator: Operator | None, *, is_attended: bool) -> Iterator[tuple[str, Operator]]:
    if operator is not None and operator.can(_REBOOT):
        yield "the operator", operator
    if is_attended and not isinstance(operator, Prompt):
        yield "the person at the terminal", Prompt()
