"""What is expected of a run, and what is kept of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from mock_csms import values
from mock_csms.behavior.expectations import Expectation
from mock_csms.behavior.notation import parse_expectation
from mock_csms.config.color import color
from mock_csms.flags import flag, switch


@dataclass(frozen=True, kw_only=True, init=False, repr=False, eq=False)
class Records:
    """What is expected of a run, and what is kept of it."""

    title: ClassVar[str] = "records"

    expect: Sequence[Expectation] = flag(
        (),
        "end with status 0 once this has come, with status 1 when it does not; a COUNT is N, N.. or M..N",
        lambda texts: [parse_expectation(text) for text in texts],
        "NAME[path=value,…][@GLOB][*COUNT]",
        repeated=True,
    )
    expect_order: bool = switch(
        "the expectations must be met in the order given; what comes counts for one of them: the first that lacks it, "
        "or else the last before that",
        needs=("expect",),
    )
    forbid: Sequence[Expectation] = flag(
        (),
        "end with status 1 when this comes",
        lambda texts: [parse_expectation(text, counted=False) for text in texts],
        "NAME[path=value,…][@GLOB]",
        repeated=True,
    )
    within: float = flag(
        60.0,
        "how long after the first connection all that is expected must have come",
        values.number(above=True),
        "SEC",
        needs=("expect", "forbid"),
    )
    wait_for_station: float = flag(
        60.0, "how long to wait for the first connection", values.number(above=True), "SEC", needs=("expect", "forbid")
    )
    expect_stations: int = flag(
        1, "how many stations must meet all expectations", values.integer(1), "N", needs=("expect", "forbid")
    )
    duration: float | None = flag(None, "end after so long, and judge what was seen", values.number(above=True), "SEC")
    trace: str | None = flag(None, "write every message to a file, in the OCPP trace format 1.1", values.text, "FILE")
    events: str | None = flag(None, "write everything that happens as JSON Lines; - is stdout", values.text, "FILE")
    junit: str | None = flag(
        None, "write the verdict as JUnit XML", values.text, "FILE", needs=("expect", "forbid", "fail_on_findings")
    )
    diagram: str | None = flag(None, "write the run as a sequence diagram, one HTML page", values.text, "FILE")
    redact: bool = switch("mask idTokens in all that is shown or written, also where the last 100 are mentioned again")
    quiet: bool = switch("show no lines but the first and the verdict")
    verbose: bool = switch("show messages in full", short="-v", rivals=("quiet",))
    color: str = color()
    log_level: str = flag(
        "INFO",
        "least severity of the lines on stderr; DEBUG shows messages in full",
        values.one_of(lambda: ("DEBUG", "INFO", "WARNING", "ERROR")),
        "LEVEL",
    )
