"""Every check reports its own mistake, and no other behaviour, of good and bad stations at the running mock.

All tests use real sockets in virtual time: the real program must give each check the facts that it needs.
"""

import os
from collections.abc import Iterator
from functools import cache
from itertools import islice

import pytest

from mock_csms.conformance.catalogue import CHECKS
from mock_csms.station.state import Habit
from mock_csms.station.v2.misbehaviours import KINDS
from tests.conformance.handmade import CLIENTS, run_client
from tests.conformance.live import Run, is_exercised, perform, run_of
from tests.conformance.witness import OF_201, inspect
from tests.station.performances import DORMANT, EVERY_KIND, SCENARIOS, scenarios_of
from tests.station.play import Answering
from tests.station.rig import Rig

TRIGGERED = {check for row in KINDS.values() for check in row.checks}
"""The checks that a misbehaviour of the station triggers."""
FOR_PLANS = {
    *("authorizes-remote-starts", "never-gives-up", "unlock-fails"),
    *("old-root-dropped", "old-root-kept", "low-profile-kept", "slot-forgotten"),
    *("stays-with-url", "always-queued", "never-queued", "only-last-values", "skips-clock-values"),
    "refuses-start-profile",
    *(
        "customer-kept",
        "customer-not-found",
        "refuses-custom-data",
        "authorizes-cached",
        "cache-cleared",
        "no-authorize",
    ),
}
"""Misbehaviours that no check can detect. A case of the test plans finds them, because it knows what it requested."""
ALSO = {
    "two-open-calls": {"B02", "B10"},
    "old-tls": {"S04"},
    "other-remote-start-id": {"X27"},
    "two-transactions": {"G03"},
    "starts-when-plugged": {"G03"},
    "late-answer": {"X10"},
    "no-authorize": {"X10"},
}
"""Other checks that may report a misbehaviour. If the mock answers at once, the overlapping call is only a surplus
heartbeat. To a station with TLS 1.1, a weak suite of TLS 1.2 is a wrong version. The stop of a remote start with a
wrong id cannot be told from another stop. A second transaction, or one that nobody has authorized, still runs when its
EVSE closes. A remote start that is accepted too late is not the one of the command; one without the Authorize that it
needs never starts."""
ENOUGH = 42 if "MATRIX" in os.environ else 1
"""The number of scenarios to try for a misbehaviour, unless finding it needs more; `task scenarios` tries all."""


def implied_by(kind: str) -> set[str]:
    """Return the checks that a misbehaviour may trigger: its own, and the checks that these imply."""
    own = set(KINDS[kind].checks)
    return own | ALSO.get(kind, set()) | {implied for check in own for implied in CHECKS[check].implies}


def runs_of(kind: str) -> Iterator[Run]:
    """Yield the runs of a misbehaviour, one for each scenario that it changes."""
    return (perform(scenario, Habit(kind)) for scenario in scenarios_of(kind))


@cache
def visit(check: str) -> Run:
    """Return the run of the handmade client for a check."""
    return run_client(check)


@pytest.mark.parametrize("learns", [True, False], ids=["learned", "unknown"])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_no_check_reports_a_good_station(scenario: str, learns: bool) -> None:
    """No check reports a good station in any scenario, whether the mock has read the variables or not."""
    run = perform(scenario, learns=learns)
    assert (run.lines(), run.accidents) == ([], ())


def test_every_check_looks_at_good_stations() -> None:
    """Every check has an occasion in the scenarios of a good station, so its silence means something."""
    occasions = {occasion for scenario in SCENARIOS for occasion in perform(scenario).occasions}
    assert [id_ for id_ in OF_201 if not is_exercised(CHECKS[id_], occasions)] == []


@EVERY_KIND
def test_only_the_checks_of_a_misbehaviour_report_it(kind: str) -> None:
    """Each check of a misbehaviour reports it in some scenario; only the checks that these imply may report too."""
    runs, missing = [], set(KINDS[kind].checks)
    for run in runs_of(kind):
        runs.append(run)
        missing -= run.checks
        if not missing and len(runs) >= ENOUGH:
            break
    result = {line for run in runs for line in run.lines()}
    others = sorted(line for line in result if line.partition(":")[0] not in implied_by(kind))
    assert (missing, others[:5]) == (set(), [])
    assert [text for run in runs for text in run.accidents] == []


@EVERY_KIND
def test_a_thorough_inspector_finds_the_same(kind: str) -> None:
    """Skipping the checks for repeated values changes no finding (`inspect` compares with and without)."""
    for run in list(islice(runs_of(kind), 1)):
        inspect(run.events, run.events[-1].at)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_misbehaviours_that_never_start(scenario: str) -> None:
    """Misbehaviours that start at a later occasion than the scenario has cause no finding."""
    assert perform(scenario, *DORMANT).lines() == []


@pytest.mark.parametrize("check", [id_ for id_ in OF_201 if id_ not in TRIGGERED])
def test_a_check_without_a_misbehaviour(check: str) -> None:
    """A handmade client or the wrong example triggers each other check, without an error in the mock."""
    assert check in visit(check).checks, (
        f"write a misbehaviour for {check} in station/v2/misbehaviours/, a wrong example that can be played over a "
        "socket (frames of the station, and commands of the mock with their answers), or a client in handmade.CLIENTS"
    )
    assert visit(check).accidents == ()


@pytest.mark.parametrize(("fault", "check"), [("invalid", "R15"), ("unknown-type", ""), ("binary", "")])
def test_an_answer_to_a_faulty_command(fault: str, check: str) -> None:
    """R15 reports a station that accepts a command that a fault made invalid; other R1x checks report nothing."""
    rules = Answering({}, faults={"GetVariables": fault})
    with Rig((Habit("takes-anything"),), rules) as rig:
        rig.connect().command("GetVariables")
    assert {each for each in run_of(rig).checks if each.startswith("R1")} == ({check} if check else set())


def test_several_habits() -> None:
    """A station can have several misbehaviours, and the checks of each report it."""
    several = ("seqno-repeated", "no-token", "binary-frames")
    assert perform("sessions", *map(Habit, several)).checks == {"X03", "X12", "T11"}


def test_every_misbehaviour_has_its_check() -> None:
    """Every misbehaviour has a check that reports it, except those that only a case of the plans can find."""
    assert {kind for kind, row in KINDS.items() if not row.checks} == FOR_PLANS


def test_every_check_is_triggered_over_a_socket() -> None:
    """Every check is triggered over a socket: by a misbehaviour, or else by a client or its wrong example (see above).

    Events that a test makes up do not count. A check that a misbehaviour triggers has no client.
    """
    assert CHECKS.keys() >= TRIGGERED
    assert CLIENTS.keys() <= CHECKS.keys() - TRIGGERED
