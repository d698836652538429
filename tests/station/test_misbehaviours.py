"""Every misbehaviour is one mistake, from its occasion on; conformance/test_checks.py shows which checks report it."""

import re
from collections import defaultdict
from itertools import zip_longest
from typing import Any

from mock_csms.behavior.emissions import Emission
from mock_csms.protocol.actions import Sender
from mock_csms.protocol.messages import Call
from mock_csms.protocol.records import replace
from mock_csms.protocol.v2.v201 import ACTIONS
from mock_csms.station.cues import CallRequested, Opened, Plugged, Presented
from mock_csms.station.misbehaviour import Situation, misbehave
from mock_csms.station.state import Habit, Identity, Moment
from mock_csms.station.v2 import machine, misbehaviours
from mock_csms.station.v2.device import new_device
from mock_csms.station.v2.misbehaviours import KINDS
from tests.station.performances import EVERY_KIND, perform, right, wrong
from tests.station.play import TOKEN, default_answer, world
from tests.station.stage import Entry, Log

FAR = {
    *("boots-too-soon", "never-boots-again", "no-reboot", "no-back-off"),
    *("certificate-not-installed", "no-authorize"),
}
"""Misbehaviours after which a station does something entirely different."""
SEVERAL_ACTIONS = {
    "no-base-report": {"GetBaseReport", "NotifyReport"},
    "certificate-always-accepted": {"CertificateSigned", "SecurityEventNotification"},
    "wrong-clock-context": {"MeterValues", "TransactionEvent"},
    "skips-clock-values": {"MeterValues", "TransactionEvent"},
    "fewer-measurands": {"MeterValues", "TransactionEvent"},
    "wrong-trigger-context": {"MeterValues", "TransactionEvent"},
    "trigger-first-evse-only": {"MeterValues", "StatusNotification"},
    "wrong-idle-status": {"FirmwareStatusNotification", "LogStatusNotification"},
    "status-by-event": {"NotifyEvent", "StatusNotification"},
    "starts-without-asking": {"Authorize", "TransactionEvent"},
    "remote-start-unasked": {"Authorize", "TransactionEvent"},
}
"""Misbehaviours that change two actions. Each other one changes at most one action, except FAR and ANY_COMMAND."""
ANY_COMMAND = {"no-triggered-message", "answers-while-rejected", "takes-anything"}


def messages_by_action(log: Log) -> dict[str, list[Any]]:
    """Return the messages of a station by action, and its other entries by kind."""
    found: defaultdict[str, list[Any]] = defaultdict(list)
    for entry in log:
        if entry.kind in ("call", "answer", "refusal"):
            found[entry.name].append((entry.at, entry.kind, entry.what))
        elif entry.kind in ("line", "pause", "wish", "off"):
            found[entry.kind].append((entry.at, entry.name, entry.what))
    return found


def touched(kind: str) -> set[str]:
    """Return the actions and kinds of entries that a misbehaviour has changed in any scenario."""
    changed: set[str] = set()
    for scenario, log in wrong(kind).items():
        good, bad = messages_by_action(right(scenario)), messages_by_action(log)
        changed |= {about for about in {*good, *bad} if good.get(about) != bad.get(about)}
    return changed


def first_difference(log: Log, scenario: str) -> int:
    """Return the number of the first entry that differs."""
    pairs = enumerate(zip_longest(log, right(scenario)))
    return next((number for number, (one, two) in pairs if one != two), len(log))


def is_plain(entry: Entry) -> bool:
    """Return whether an entry has one message, which is sent unchanged."""
    return len(entry.acts) == 1 and entry.acts == tuple(
        Emission(act.message) for act in entry.acts if isinstance(act, Emission)
    )


def test_kinds_are_unique() -> None:
    """No two subjects have a misbehaviour of the same name: the second would silently replace the first."""
    tables = [value.KINDS for value in vars(misbehaviours).values() if hasattr(value, "KINDS")]
    assert sum(map(len, tables)) == len(KINDS)


@EVERY_KIND
def test_a_kind_is_one_mistake(kind: str) -> None:
    """A misbehaviour changes one action or one kind of entry, and nothing else."""
    row, logs = KINDS[kind], wrong(kind)
    changed = touched(kind)
    if kind in SEVERAL_ACTIONS:
        assert changed == SEVERAL_ACTIONS[kind]
    elif kind not in FAR | ANY_COMMAND:
        assert len(changed) <= 1
    entries = [entry for log in logs.values() for entry in log if entry.acts]
    assert row.wire is not None or all(is_plain(entry) for entry in entries)
    assert row.wire is None or row.answer is not None or changed == set()


@EVERY_KIND
def test_a_kind_begins_at_its_occasion(kind: str) -> None:
    """With KIND@2 the station does not misbehave on the first occasion."""
    for scenario, log in list(wrong(kind).items())[:2]:
        later = perform(scenario, Habit(kind, 2))
        if later != right(scenario):
            assert first_difference(later, scenario) > first_difference(log, scenario)


ODD: list[Any] = [{}, {"status": 5}, {"eventType": "Ended", "transactionInfo": "none", "idToken": [], "meterValue": {}}]
ODD += [{"timestamp": "soon", "seqNo": "one", "requestId": None, "reportData": [5], "meterValue": [5]}]
ODD += [{"eventData": [5], "reportData": [{"variableAttribute": [5]}], "evseId": "one", "connectorId": "one"}]
ODD += [{"eventType": kind, "triggerReason": "x", "connectorStatus": "Occupied"} for kind in ("Started", "Ended")]
ODD += [{"meterValue": [{"sampledValue": [{"measurand": "x", "context": "Sample.Clock"}, 5]}], "status": "Idle"}]


@EVERY_KIND
def test_a_kind_survives_any_payload(kind: str) -> None:
    """No misbehaviour raises an error, whatever payload a call by hand or an answer has."""
    row = KINDS[kind]
    moment = Moment(0.0, world())
    device = new_device(Identity(), 2, 2)
    for cue in (Opened(), Plugged(1), Presented(TOKEN, 1)):
        device, _ = machine.MACHINE.step(device, cue, moment)
    habits = (Habit(kind),)
    for action, entry in ACTIONS.items():
        for payload in [default_answer(action, {}), *ODD]:
            if row.answer is not None and entry.sent_by(Sender.CSMS):
                misbehave(habits, KINDS, "answer", payload, action, {})
                misbehave(habits, KINDS, "answer", ("InternalError", ""), action, payload)
            if row.effect is not None and entry.sent_by(Sender.CSMS):
                misbehave(habits, KINDS, "effect", device, Situation(device, (action, payload), moment))
            if row.wire is not None and entry.sent_by(Sender.STATION):
                misbehave(habits, KINDS, "wire", (Emission(Call("1", action, payload)),), world())
            if row.acts is not None and entry.sent_by(Sender.STATION):
                sent = replace(device, habits=habits, boot_status="Accepted")
                machine.MACHINE.step(sent, CallRequested(action, payload), moment)


def test_a_station_that_forgets_its_credentials() -> None:
    """With `no-credentials` the station sends no credentials from the second connection on (check T16)."""
    log = perform("idle", Habit("no-credentials", 2))
    lines = [entry.what for entry in log if (entry.kind, entry.name) == ("line", "open")]
    assert [line.authorization is not None for line in lines] == [True, False, False]


def test_the_titles_are_for_people() -> None:
    """Names are words with hyphens, titles say what the station does, and no two are the same."""
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", kind) for kind in KINDS)
    titles = [row.title for row in KINDS.values()]
    assert all(title[0].islower() or title.split()[0] in ACTIONS for title in titles)
    assert len(set(titles)) == len(titles)
    assert all(not title.endswith(".") and len(title) < 80 for title in titles)
