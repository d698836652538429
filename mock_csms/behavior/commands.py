"""Which commands the mock sends to a station, and when: data only, `runtime/schedule.py` performs it."""

from typing import Any

from mock_csms.behavior.rules import Match
from mock_csms.protocol.records import Record, field

VERSION = "~"
"""The character between an action and the version of OCPP that it is for, as in `Reset~1.6`."""


class Step(Record):
    """One command."""

    action: str
    payload: Any = field(default_factory=dict)
    """What is merged into its default payload."""
    delay: float = 0.0
    """How many seconds to wait before it."""
    is_raw: bool = False
    """Whether `payload`, which may be any JSON value, is sent as it is."""
    version: str = ""
    """The name of the version of OCPP whose stations get the command; empty for all."""


def step_of(written: str, payload: Any, delay: float, *, is_raw: bool = False) -> Step:
    """Return the command that is written as `ACTION` or `ACTION~VERSION`."""
    action, _, version = written.partition(VERSION)
    return Step(action, payload, delay, is_raw, version)


class Script(Record):
    """Commands that stations get one after another."""

    steps: tuple[Step, ...] = ()
    """One step only with `period` or `on`."""
    period: float | None = None
    """After how many seconds the step is sent again, from start to start."""
    on: Match | None = None
    """The calls of a station that the step follows each time."""
    repeat: int | None = None
    """How often `period` or `on` sends the step to each station at most; None for no limit."""
    rerun: bool = False
    """Whether all is sent again on every new connection."""
    stations: str = "*"
    """The pattern of the identities that get it."""
