"""The commands that the mock sends to stations, as data; `runtime/schedule.py` sends them."""

from typing import Any

from mock_csms.behavior.rules import Match
from mock_csms.protocol.records import Record, field

VERSION = "~"
"""The character between an action and the version of OCPP that it is for, as in `Reset~1.6`."""


class Step(Record):
    """One command."""

    action: str
    payload: Any = field(default_factory=dict)
    """The JSON that is merged into the default payload of the command."""
    delay: float = 0.0
    """The seconds to wait before the command."""
    is_raw: bool = False
    """Whether `payload`, which may be any JSON value, is sent as it is."""
    version: str = ""
    """The name of the version of OCPP whose stations get the command; empty for all."""


def step_of(written: str, payload: Any, delay: float, *, is_raw: bool = False) -> Step:
    """Return the command that is written as `ACTION` or `ACTION~VERSION`."""
    action, _, version = written.partition(VERSION)
    return Step(action, payload, delay, is_raw, version)


class Script(Record):
    """Commands that are sent to stations one after the other."""

    steps: tuple[Step, ...] = ()
    """The commands; exactly one with `period` or `on`."""
    period: float | None = None
    """The seconds from one sending of the step to the next."""
    on: Match | None = None
    """Matches the calls of a station after which the step is sent."""
    repeat: int | None = None
    """How often `period` or `on` sends the step to each station at most; None for no limit."""
    rerun: bool = False
    """Whether all commands are sent again on every new connection."""
    stations: str = "*"
    """The pattern of the identities that get it."""
