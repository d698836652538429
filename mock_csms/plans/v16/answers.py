"""Steps with commands that a station of OCPP 1.6 must decline, in a result or as an error."""

from typing import Any

from mock_csms.plans.messages import differences, explained
from mock_csms.plans.station import Station
from mock_csms.protocol.actions import Json
from mock_csms.runtime.open_call import CallFailed

__tracebackhide__ = True  # pytest shows the line of the case, not of this module

_WRONG = "PropertyConstraintViolation"
_UNSUPPORTED = (": NotImplemented:", ": NotSupported:")


async def declines(station: Station, action: str, payload: Json, *statuses: str) -> None:
    """Send a command with a wrong value: the station declines it, or answers that the value is wrong (OCPP-J 4.2.3).

    `statuses` are those of a result that declines it, by default Rejected.
    """
    wanted = statuses or ("Rejected",)
    expected = f"expected {' or '.join(wanted)} or the CALLERROR {_WRONG}"
    try:
        answer = await station.csms.call(station.identity, action, payload)
    except CallFailed as failure:
        if f": {_WRONG}:" not in str(failure):
            raise AssertionError(f"{expected}, got {failure}") from None
        return
    if answer.get("status") not in wanted:
        raise AssertionError(f"{expected}, got {answer}")


async def does_not_support(station: Station, action: str, payload: Json, **answer: Any) -> None:
    """Send a command of a feature profile that the station does not have.

    Its result must contain `answer`; or it answers that it does not implement or support the action (OCPP-J 4.2.3).
    """
    try:
        result = await station.csms.call(station.identity, action, payload)
    except CallFailed as failure:
        if not any(text in str(failure) for text in _UNSUPPORTED):
            raise AssertionError(str(failure)) from None
        return
    found = differences(result, answer)
    if found:
        raise AssertionError(explained(f"{station.identity} gave an unexpected answer to {action}", found))
