"""Which commands the mock sends to a station, and when: data only, `runtime/schedule.py` performs it."""

from typing import Any

from mock_csms.behavior.rules import Match
from mock_csms.protocol.records import Record, field


class Step(Record):
    """One command: its action, what to lay over its default payload, and the seconds to wait before it.

    A payload that `is_raw` is sent as it is, and may be any JSON value.
    """

    action: str
    payload: Any = field(default_factory=dict)
    delay: float = 0.0
    is_raw: bool = False


class Script(Record):
    """Steps that every station in `stations` (a pattern) gets one after another.

    With a `period` the one step is repeated, from start to start; with `on` it follows every call that matches; both at
    most `repeat` times for each station, where that is set. `rerun` starts anew on every connection.
    """

    steps: tuple[Step, ...] = ()
    period: float | None = None
    on: Match | None = None
    repeat: int | None = None
    rerun: bool = False
    stations: str = "*"
