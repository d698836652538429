"""Which commands the mock sends to a station, and when: data only, `runtime/schedule.py` performs it."""

from mock_csms.behavior.rules import Match
from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Record, field


class Step(Record):
    """One command: its action, what to lay over its default payload, and the seconds to wait before it."""

    action: str
    payload: Json = field(default_factory=dict)
    delay: float = 0.0


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
