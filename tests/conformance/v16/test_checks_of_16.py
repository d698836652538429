"""At the running mock, every check of OCPP 1.6 reports its mistake, and no check reports a good station."""

import pytest

from mock_csms.commands.explaining import explanation_of
from mock_csms.conformance.catalogue import CHECKS
from mock_csms.conformance.exercised import Exercised
from mock_csms.conformance.inspector import Inspector
from mock_csms.conformance.subject import OF_V16
from mock_csms.conformance.v16.keys import is_same
from mock_csms.protocol.messages import Call
from mock_csms.station.state import Habit
from mock_csms.station.v16.misbehaviours.checked import KINDS
from mock_csms.twin.events import Sent
from tests.conformance.live import run_of
from tests.conformance.v16.live import perform
from tests.conformance.v16.play import BOOT, Client16, run_example
from tests.conformance.v16.rig import Rig16
from tests.conformance.v16.scenarios import SCENARIOS
from tests.conformance.witness import TERMS
from tests.station.rig import Rig


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_no_check_reports_a_good_station(scenario: str) -> None:
    """No check reports a good station in any scenario."""
    run = perform(scenario)
    assert (run.lines(), run.accidents) == ([], ())


SHOWN = {
    "accepts-old-stops": "remote",
    "answers-while-rejected": "rejected",
    "closes-at-once": "availability",
    "composite-start": "smart_charging",
    "early-status": "pending",
    "empty-texts": "idle",
    "few-keys": "keys",
    "hasty-heartbeat": "idle",
    "hasty-retries": "refused_messages",
    "hurried-firmware": "files",
    "idle-at-boot": "idle",
    "ignores-keys": "keys",
    "knows-every-key": "keys",
    "lies-about-triggers": "triggers",
    "lists-no-certificates": "any_commands",
    "nameless-logs": "files",
    "never-reserved": "reservations",
    "never-resets": "resets",
    "never-triggered": "triggers",
    "new-register": "sessions",
    "no-answer": "any_commands",
    "no-connector-zero": "idle",
    "no-error-code": "idle",
    "no-heartbeat": "idle",
    "no-reason": "remote",
    "no-reservation-id": "reservations",
    "no-statuses": "idle",
    "no-subprotocol": "idle",
    "other-codes": "any_commands",
    "other-reset-reason": "resets",
    "read-only-keys": "keys",
    "rejects-everything": "availability",
    "silent-uploads": "files",
    "takes-every-profile": "smart_charging",
    "takes-every-value": "keys",
    "takes-old-lists": "local_list",
    "tells-its-key": "keys",
    "transfers-everything": "any_commands",
    "unknown-field": "idle",
    "unknown-status": "idle",
    "unlocks-everything": "unlocking",
    "wrong-fault": "idle",
}
"""The scenario that shows a misbehaviour; `sessions` shows the others."""
FOLLOWS = {"zero-connector": {"6X02", "6M01", "6G03"}, "tells-its-key": {"6V01", "6V02"}}
"""Other checks that may report a misbehaviour, because it makes further messages wrong."""
OWN = [id_ for id_, check in CHECKS.items() if check.versions == OF_V16]


@pytest.mark.parametrize("kind", KINDS)
def test_only_the_checks_of_a_misbehaviour_report_it(kind: str) -> None:
    """Each check of a misbehaviour reports it at the running mock; only the checks that these imply may report too."""
    run, own = perform(SHOWN.get(kind, "sessions"), Habit(kind)), set(KINDS[kind].checks)
    implied = {other for id_ in own for other in CHECKS[id_].implies} | FOLLOWS.get(kind, set())
    assert (own - run.checks, run.checks - own - implied, run.accidents) == (set(), set(), ()), run.lines()


@pytest.mark.parametrize("check", OWN)
def test_the_wrong_example_is_reported(check: str) -> None:
    """Each check reports the wrong example of its explanation, played by a client at the running mock."""
    run = run_example(check, explanation_of(check).wrong)
    assert (check in run.checks, run.accidents) == (True, ()), run.lines()


@pytest.mark.parametrize("check", OWN)
def test_the_right_example_is_not_reported(check: str) -> None:
    """The check does not report the right example."""
    run = run_example(check, explanation_of(check).right)
    assert ([line for line in run.lines() if line.startswith(check)], run.accidents) == ([], ())


def test_good_stations_exercise_most_checks() -> None:
    """The scenarios of a good station exercise at least four fifths of the checks that look at whole messages."""
    watched = Exercised()
    for scenario in SCENARIOS:
        inspector = Inspector(CHECKS.values(), TERMS, exercised=watched)
        events = perform(scenario).events
        for event in events:
            inspector.look_at(event)
        inspector.tick(events[-1].at + 1000.0)
    assert len(watched.ids & {*OWN}) >= 0.8 * len(OWN), sorted({*OWN} - watched.ids)


@pytest.mark.parametrize("kind", KINDS)
def test_a_finding_exercises_its_check(kind: str) -> None:
    """A check that reports something counts as exercised, even if the table does not say so."""
    events, watched = perform(SHOWN.get(kind, "sessions"), Habit(kind)).events, Exercised()
    inspector = Inspector(CHECKS.values(), TERMS, exercised=watched)
    found = {finding.check for event in events for finding in inspector.look_at(event)}
    assert found <= watched.ids


def test_the_mock_reads_the_keys_by_itself() -> None:
    """With --learn the mock asks for all keys after the boot, once, so that checks of keys have something to judge."""
    with Rig16((Habit("no-meter-values"),), learns=True) as rig:
        rig.connect().charge().wait(100)
        rig.lose().wait(5).connect()
    sent = [event.message for event in rig.events if isinstance(event, Sent)]
    assert [message.action for message in sent if isinstance(message, Call)] == ["GetConfiguration"]
    assert run_of(rig).checks == {"6M01"}


@pytest.mark.parametrize(
    ("one", "other", "is_it"),
    [("30", "030", True), ("true", "True", True), ("A,B", "b, a", True), ("30", "31", False), ("A,B", "A", False)],
)
def test_values_that_mean_the_same(one: str, other: str, is_it: bool) -> None:
    """Numbers, booleans and lists in keys are compared by value, not by text."""
    assert is_same(one, other) is is_it


BEAT = '> [2,"1","Heartbeat",{}]'


@pytest.mark.parametrize(
    ("lines", "is_reported"),
    [([BEAT, BEAT], True), ([BEAT, "-- connection lost", "-- the station connects", BEAT], False)],
)
def test_message_ids_are_unique_within_a_connection(lines: list[str], is_reported: bool) -> None:
    """In OCPP 1.6 a message id may be used again on the next connection (OCPP-J 1.6, 4.1.4)."""
    assert ("R05" in run_example("6G02", lines).checks) is is_reported


def test_a_stop_that_is_missing() -> None:
    """A StopTransaction that never comes is reported once, however many other transactions follow."""
    lines = []
    for id_ in (7, 8, 9):
        about = f'"timestamp":"2026-01-01T12:0{id_}:00Z"}}]'
        lines += [
            f'> [2,"s{id_}","StartTransaction",{{"connectorId":1,"idTag":"TAG1","meterStart":0,{about}',
            f'< [3,"s{id_}",{{"transactionId":{id_},"idTagInfo":{{"status":"Accepted"}}}}]',
            "-- 60 s later",
        ]
        lines += [f'> [2,"e{id_}","StopTransaction",{{"transactionId":{id_},"meterStop":0,{about}'] if id_ > 7 else []
    assert [line[:4] for line in run_example("6X01", lines).lines() if line.startswith("6X")] == ["6X01"]


def test_a_station_that_changes_its_version() -> None:
    """A station that comes back with another version is judged by the checks of that version from then on."""
    with Rig((), learns=False) as rig:
        rig.connect().wait(40)
        rig.lose()
        later = Client16(rig)
        rig.do(later.open())
        rig.do(later.call("BootNotification", BOOT))
        rig.do(later.call("StatusNotification", {"connectorId": 0, "errorCode": "NoError", "status": "Preparing"}))
        rig.wait(1.0)
        rig.do(later.close())
    assert (run_of(rig).checks, run_of(rig).accidents) == ({"6G02"}, ())
