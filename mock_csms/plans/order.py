"""The order of the cases: it spares restarts of the reference station, or reboots of a real one.

The reference station is started again for other features, or for TLS; so cases that need the same are run one after
another. For several workers they are divided into units, which the workers take one by one; the longest unit is first.
"""

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mock_csms.plans.cases import LASTING, Case

if TYPE_CHECKING:
    import pytest
    from xdist.scheduler import Scheduling

_UNKNOWN = 2.0
"""How many seconds a case is assumed to take before it was run."""
_MOST = 10.0
"""How many seconds a unit may take if it has several cases."""


def units(
    cases: Sequence[Case], setting_of: Callable[[Case], Hashable], seconds: Mapping[str, float]
) -> Sequence[Sequence[Case]]:
    """Divide cases into units of cases that need the same setting of the station; the longest unit is first.

    In a unit they keep their order. `seconds` are the durations of cases in an earlier run, by id.
    """

    def duration(case: Case) -> float:
        return seconds.get(case.id, _UNKNOWN)

    found: list[list[Case]] = []
    settings = list(dict.fromkeys(map(setting_of, cases)))
    for setting in settings:
        room = -1.0  # none in a unit of another setting
        for case in [each for each in cases if setting_of(each) == setting]:
            if room < duration(case):
                found.append([])
                room = _MOST
            found[-1].append(case)
            room -= duration(case)
    return sorted(found, key=lambda unit: -sum(map(duration, unit)))


def sparing(cases: Sequence[Case], owing: Collection[str]) -> list[Case]:
    """Return the cases in an order with fewer reboots of a real station; those that change it for good come last.

    `owing` are the cases after which a reboot was due in an earlier run. After each of them comes a case that begins
    with a reboot.
    """
    boots = iter([case for case in cases if case.begins_with_boot and case.id not in owing])
    followed_by = {
        case.id: boot for case, boot in zip((each for each in cases if each.id in owing), boots, strict=False)
    }
    moved = {boot.id for boot in followed_by.values()}
    pairs = [(case, followed_by.get(case.id)) for case in cases if case.id not in moved]
    found = [each for pair in pairs for each in pair if each]
    return sorted(found, key=lambda case: LASTING in case.needs)


def beside(cases: Sequence[Case], setting_of: Callable[[Case], Hashable]) -> list[Case]:
    """Return the cases in an order in which those that need the same setting of the station are neighbours."""
    settings = [*dict.fromkeys(map(setting_of, cases))]
    return sorted(cases, key=lambda case: settings.index(setting_of(case)))


def scheduling_of(config: "pytest.Config", log: Any, divided: Sequence[Sequence[Case]]) -> "Scheduling":
    """Return a scheduler of pytest-xdist that gives each worker one unit after another."""
    from xdist.scheduler import LoadScopeScheduling  # noqa: PLC0415 - only runs with workers need it

    numbers = {case.function: f"{number}" for number, unit in enumerate(divided) for case in unit}

    class UnitScheduling(LoadScopeScheduling):  # type: ignore[misc] # xdist has no types
        def _split_scope(self, nodeid: str) -> str:
            return numbers.get(nodeid.rpartition("/")[2], nodeid)

    config.option.loadscopereorder = False  # the units are in order
    return UnitScheduling(config, log)
