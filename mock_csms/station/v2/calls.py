"""Calls that several modules send: security events, and reports in several parts."""

from collections.abc import Sequence
from typing import Any

from mock_csms.protocol.actions import Json
from mock_csms.station.cues import Act, Send
from mock_csms.station.state import Moment


def security_event(kind: str, moment: Moment, *, is_asked_for: bool = False) -> Send:
    """Return a SecurityEventNotification of a type; it is kept while the station is offline (A04.FR.02)."""
    return Send("SecurityEventNotification", {"type": kind, "timestamp": moment.stamp}, is_asked_for, is_kept=True)


def in_parts(action: str, about: Json, key: str, content: Sequence[Any], most: int) -> list[Act]:
    """Return the calls of a report that the CSMS requested: each has at most `most` items of the content under `key`.

    All but the last have `tbc` true. Empty content makes one call with an empty list. `about` has the fields of every
    call; if it has a `seqNo`, that is the number of the first call.
    """
    acts: list[Act] = []
    for number, start in enumerate(range(0, max(1, len(content)), most)):
        part = {**about, "tbc": start + most < len(content), key: content[start : start + most]}
        if "seqNo" in about:
            part["seqNo"] = about["seqNo"] + number
        acts.append(Send(action, part, is_asked_for=True))
    return acts
