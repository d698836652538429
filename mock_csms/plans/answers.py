"""Checks how the mock answered a call of the station."""

from collections.abc import Mapping
from typing import Any

from mock_csms.plans.messages import differences, explained
from mock_csms.protocol.actions import Json
from mock_csms.protocol.messages import Error, Result
from mock_csms.watch.inbox import Taken

__tracebackhide__ = True  # pytest shows the line of the case, not of this module


def result(taken: Taken, message: Result | Error, part: Mapping[str, Any]) -> Json:
    """Return the payload of the result. Raises AssertionError for a CALLERROR, or if `part` is not in the payload."""
    action = taken.call.action
    if isinstance(message, Error):
        raise AssertionError(f"{action} was answered with the CALLERROR {message.code}, not a result")
    found = differences(message.payload, part)
    if found:
        raise AssertionError(explained(f"{action} got an unexpected answer", found))
    payload: Json = message.payload
    return payload


def check_refusal(taken: Taken, message: Result | Error, code: str) -> None:
    """Raise AssertionError unless the answer is a CALLERROR with that code."""
    if not isinstance(message, Error) or message.code != code:
        raise AssertionError(f"expected the CALLERROR {code} to {taken.call.action}, got {message}")
