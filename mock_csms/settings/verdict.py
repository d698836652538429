"""The settings of expectations, and of the end of a run."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from mock_csms.settings import values
from mock_csms.settings.flags import flag, part, switch

if TYPE_CHECKING:
    from mock_csms.behavior.expectations import Expectation


def expectations(texts: Sequence[str], *, counted: bool = True) -> "Sequence[Expectation]":
    """Parse expectations; without `counted` they must not have a COUNT."""
    from mock_csms.behavior.notation import parse_expectation  # noqa: PLC0415 - most runs expect nothing

    return [parse_expectation(text, counted=counted) for text in texts]


@part
class Verdict:
    """The settings of expectations, and of the end of a run."""

    title: ClassVar[str] = "verdict"

    expect: "Sequence[Expectation]" = flag(
        (),
        "exit with status 0 once this was seen, with status 1 if it was not; NAME is ACTION (a call of the station), "
        "ACTION.response or ACTION.error (its answer to a command), connect, disconnect or refused (a handshake); "
        "COUNT is N, N.. (at least) or M..N",
        expectations,
        "NAME[path=value,…][@GLOB][*COUNT]",
        repeated=True,
    )
    expect_order: bool = switch(
        "the expectations must be met in the order given; each message counts for one expectation: the first that "
        "still needs it, otherwise the last one before that",
        needs=("expect",),
    )
    forbid: "Sequence[Expectation]" = flag(
        (),
        "exit with status 1 as soon as this is seen; NAME is as in --expect",
        lambda texts: expectations(texts, counted=False),
        "NAME[path=value,…][@GLOB]",
        repeated=True,
    )
    within: float = flag(
        60.0,
        "seconds from the first handshake within which all expectations must be met",
        values.number(above=True),
        "SEC",
        needs=("expect", "forbid"),
    )
    linger: float = flag(
        1.0,
        "go on answering after the last expectation was met; until no message was seen for SEC seconds, 10 seconds in "
        "total at most; 0 ends at once",
        values.number(),
        "SEC",
        needs=("expect", "forbid"),
    )
    wait_for_station: float = flag(
        60.0, "seconds to wait for the first handshake", values.number(above=True), "SEC", needs=("expect", "forbid")
    )
    expect_stations: int = flag(
        1, "number of stations that must each meet all expectations", values.integer(1), "N", needs=("expect", "forbid")
    )
    duration: float | None = flag(
        None, "stop after this many seconds and judge what was seen until then", values.number(above=True), "SEC"
    )
    junit: str | None = flag(
        None,
        "write the verdict into this file as JUnit XML",
        values.text,
        "FILE",
        needs=("expect", "forbid", "fail_on_findings"),
    )
