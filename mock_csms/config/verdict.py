"""What is expected of a run, and when it ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from mock_csms import values
from mock_csms.behavior.expectations import Expectation
from mock_csms.behavior.notation import parse_expectation
from mock_csms.flags import flag, switch


@dataclass(frozen=True, kw_only=True, init=False, repr=False, eq=False)
class Verdict:
    """What is expected of a run, and when it ends."""

    title: ClassVar[str] = "verdict"

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
    junit: str | None = flag(
        None, "write the verdict as JUnit XML", values.text, "FILE", needs=("expect", "forbid", "fail_on_findings")
    )
