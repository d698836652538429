"""Runs the checks on a list of events, with the normal inspector and with a thorough one."""

from collections.abc import Collection, Sequence
from functools import cache

from mock_csms.conformance import subject
from mock_csms.conformance.catalogue import CHECKS
from mock_csms.conformance.facts.station import Terms
from mock_csms.conformance.inspector import Inspector
from mock_csms.conformance.v2.names import STANDARD_NAMES
from mock_csms.twin.events import Event, Finding
from mock_csms.twin.lessons import Folder
from mock_csms.twin.twin import Twin
from mock_csms.twin.v2.lessons import LESSONS

STATION = "CS"
_TICKS = 20
"""The number of times that checks may extend deadlines in the silence at the end."""
OLD = "the-old-password-1"
"""The password that the station has at first."""
OF_V16 = [id_ for id_, check in CHECKS.items() if check.versions == subject.OF_V16]
"""The checks that were written for OCPP 1.6; `v16/` tests them."""
OTHERS = [id_ for id_ in CHECKS if id_ not in OF_V16]
"""All others: those of OCPP 2.x, and those of every version."""
OF_201 = [id_ for id_ in OTHERS if CHECKS[id_].versions != subject.OF_V21]
"""The checks that judge stations of OCPP 2.0.1."""
TERMS = Terms(passwords={STATION: OLD})
FOLDER = Folder(LESSONS, STANDARD_NAMES)


def inspect(seen: Sequence[Event], end: float, checks: Collection[str] = tuple(CHECKS)) -> list[Finding]:
    """Return the findings of the checks for these events and for the silence until `end`.

    A thorough inspector runs the checks on repeated values too. The test fails if its findings or
    its twin differ from those of the normal inspector, or from a twin that is folded without checks.
    """
    inspectors = inspectors_with(tuple(checks))
    for inspector in inspectors:
        inspector.stations.clear()
    found, same = [[finding for event in seen for finding in each.look_at(event)] for each in inspectors]
    assert found == same
    assert inspectors[0].stations == inspectors[1].stations
    for identity, known in inspectors[0].stations.items():
        assert twin_after(seen, identity) == Twin(*(getattr(known, part) for part in Twin.__struct_fields__))
    return found + [finding for _ in range(_TICKS) for finding in inspectors[0].tick(end)]


def twin_after(seen: Sequence[Event], identity: str) -> Twin:
    """Return the twin of a station, folded from events without checks."""
    twin = Twin()
    for event in seen:
        if event.station == identity:
            FOLDER.learn(event, twin)
    return twin


@cache
def inspectors_with(checks: tuple[str, ...]) -> list[Inspector]:
    """Return a normal and a thorough inspector with these checks. They are shared, as they take long to make."""
    return [Inspector([CHECKS[id_] for id_ in checks], TERMS, is_thorough=each) for each in (False, True)]
