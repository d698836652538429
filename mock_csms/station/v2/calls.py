"""Calls that several subjects send: security events, and answers in parts."""

from collections.abc import Sequence
from typing import Any

from mock_csms.protocol.actions import Json
from mock_csms.station.cues import Act, Send
from mock_csms.station.state import Moment


def security_event(kind: str, moment: Moment, *, is_asked_for: bool = False) -> Send:
    """Return the call that tells of something that concerns security (A04)."""
    return Send("SecurityEventNotification", {"type": kind, "timestamp": moment.stamp}, is_asked_for)


def in_parts(action: str, about: Json, key: str, content: Sequence[Any], most: int) -> list[Act]:
    """Return what the CSMS asked for in calls with so much of it each, all but the last to be continued.

    Each says what it is about, and has its part of the content under `key`; one about nothing has an empty one. Those
    whose action knows a `seqNo` are numbered where `about` has the first number.
    """
    acts: list[Act] = []
    for number, start in enumerate(range(0, max(1, len(content)), most)):
        part = {**about, "tbc": start + most < len(content), key: content[start : start + most]}
        if "seqNo" in about:
            part["seqNo"] = about["seqNo"] + number
        acts.append(Send(action, part, is_asked_for=True))
    return acts
