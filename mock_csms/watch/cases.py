"""The JUnit cases of a verdict: one for each expectation, and one for each forbidden event."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from mock_csms.behavior.expectations import Judge, Tally
from mock_csms.behavior.matching import Difference
from mock_csms.protocol.printable import printable
from mock_csms.protocol.records import replace
from mock_csms.watch.junit import JUnitCase

NO_STATION, _NONE_LET_IN = "no station came", "no station was let in"
NOT_REACHED = "not reached: "
"""The text for an expectation that was not met yet when something forbidden ended the run."""
_MOST_STATIONS = 20
"""How many stations are named in the case of an expectation."""

Mask: TypeAlias = Callable[[Difference], Difference]
"""Masks the secrets in a difference."""


def cases_of(judge: Judge, mask: Mask, nobody: str = NO_STATION) -> Sequence[JUnitCase]:
    """Return a case for every expectation and every forbidden happening; without a station, none of them was judged.

    `nobody` is the text for that.
    """
    cases = [*_expected(judge, mask), *_forbidden(judge)]
    if not judge.tallies:
        why = _NONE_LET_IN if judge.has_seen_any else nobody
        return [replace(case, failure="", error=why) for case in cases]
    if judge.stations_missing and not any(case.failure for case in cases):
        cases.append(JUnitCase("all of it by each station", f"{judge.stations_missing} more must meet all of it"))
    return cases


def _expected(judge: Judge, mask: Mask) -> Iterator[JUnitCase]:
    for number, expectation in enumerate(judge.expected):
        is_fine = judge.is_met_by_enough(number) and not judge.is_exceeded(number)
        concerned = [identity for identity in judge.tallies if judge.concerns(expectation, identity)]
        shown = [(identity, judge.tallies[identity][number]) for identity in concerned[:_MOST_STATIONS]]
        seen = [
            printable(f"{identity or '-'}: {tally.count} seen{'' if is_fine else _nearest(tally, mask)}")
            for identity, tally in shown
        ] or ["no station came that it is about"]
        more = [f"and {len(concerned) - _MOST_STATIONS} stations more"] if len(concerned) > _MOST_STATIONS else []
        case = JUnitCase(expectation.text, details="\n".join(seen + more))
        lacking = f"expected {expectation.bounds}; {seen[0]}"
        if is_fine:
            yield case
        elif judge.is_hopeless and not judge.is_exceeded(number):
            yield replace(case, error=NOT_REACHED + lacking)
        else:
            yield replace(case, failure=lacking)


def _forbidden(judge: Judge) -> Iterator[JUnitCase]:
    for number, forbidden in enumerate(judge.forbidden):
        station = judge.broken.get(number)
        came = station is not None
        yield JUnitCase(f"not {forbidden.text}", printable(f"it came from {station or '-'}") if came else "")


def _nearest(tally: Tally, mask: Mask) -> str:
    """Return the happening that was nearest to an expectation, and its differences; empty if there was none."""
    came = f", {tally.early} too early" if tally.early else ""
    nearest = [str(mask(difference)) for difference in tally.miss or ()]
    return came + (f", nearest: {'; '.join(nearest)}" if nearest else "")


def lines_of(case: JUnitCase) -> list[str]:
    """Return the lines about a case, for people."""
    wrong = case.failure or case.error
    first, *rest = case.details.splitlines() or [""]
    outcome = "not reached" if wrong.startswith(NOT_REACHED) else "FAILED" if wrong else "ok"
    why = wrong.removeprefix(NOT_REACHED) or first
    line = f"{outcome:7} {printable(case.name)}: {why}".removesuffix(": ")
    return [line, *(f"        {line}" for line in rest)]
