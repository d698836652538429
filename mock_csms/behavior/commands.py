"""Which commands the mock sends to a station, and when: data only, `runtime/schedule.py` performs it."""

from dataclasses import dataclass

from mock_csms.behavior.templates import Template


@dataclass(frozen=True, slots=True)
class Step:
    """One command: its action, its payload, and the seconds to wait before it."""

    action: str
    payload: Template
    delay: float


@dataclass(frozen=True, slots=True)
class Script:
    """Steps that every station in `stations` (a pattern) gets one after another.

    With a `period` the one step is repeated for ever, from start to start. The first delay runs from the connection, or
    with `after_boot` from the first boot that was Accepted. `rerun` starts anew on every connection.
    """

    steps: tuple[Step, ...] = ()
    period: float | None = None
    after_boot: bool = False
    rerun: bool = False
    stations: str = "*"
