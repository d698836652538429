"""Property test: whatever drivers, CSMS and network do, in any order, the messages of the station are correct."""

from itertools import pairwise
from typing import Any, Self

from hypothesis import given, settings
from hypothesis import strategies as st

from mock_csms.protocol.actions import Json, Sender
from mock_csms.protocol.v2.v201 import ACTIONS
from mock_csms.station import cues
from mock_csms.station.cues import Answered, FailedCall
from mock_csms.station.v2.model import VARIABLES
from mock_csms.station.v2.variables import MESSAGE_ATTEMPTS, accepts
from tests.station.play import BOB, TOKEN, Csms, Play, answering

EVENT = "TransactionEvent"
EVSES, CONNECTORS = 2, 2
SETTINGS = settings(max_examples=120, deadline=None, database=None, print_blob=True)

INVALID: Json = {"idTokenInfo": {"status": "Invalid"}}
MOODS: dict[str, Csms] = {
    "agrees": answering(),
    "is silent": answering(**dict.fromkeys(ACTIONS)),
    "fails": answering(**dict.fromkeys(ACTIONS, "InternalError: no")),
    "refuses tokens": answering(Authorize=INVALID, TransactionEvent=INVALID),
    "refuses running tokens": answering(TransactionEvent=INVALID),
    "loses events": answering(TransactionEvent="no answer within 30 s"),
    "hesitates": answering(BootNotification={"status": "Pending", "interval": 5}),
    "rejects": answering(BootNotification={"status": "Rejected", "interval": 0}),
}
"""How the CSMS answers."""

VALUES = [
    "ParkingBayOccupancy",
    "",
    "0",
    "1",
    "5",
    "60",
    "true",
    "false",
    "Authorized",
    "EVConnected",
    "PowerPathClosed,EnergyTransfer",
]
SETTABLE = [
    (name, value)
    for name, row in VARIABLES.items()
    for value in VALUES
    if accepts(row, value)
    and not (name[1].endswith("Interval") and value in {"1", "5"})  # else the hours at the end take too long
]
COMMANDS = [action for action, row in ACTIONS.items() if row.sent_by(Sender.CSMS)]

numbers, tokens = st.integers(1, EVSES), st.sampled_from([TOKEN, BOB, {**TOKEN, "idToken": "ALICE"}])
places = st.fixed_dictionaries({"id": st.integers(0, 3)}, optional={"connectorId": st.integers(1, 3)})
triggers = st.sampled_from(["BootNotification", EVENT, "MeterValues", "StatusNotification", "Heartbeat"])
busy_commands = st.one_of(
    st.tuples(st.just("Reset"), st.fixed_dictionaries({"type": st.sampled_from(["Immediate", "OnIdle"])})),
    st.tuples(
        st.just("ChangeAvailability"),
        st.fixed_dictionaries(
            {"operationalStatus": st.sampled_from(["Operative", "Inoperative"])}, optional={"evse": places}
        ),
    ),
    st.tuples(
        st.just("TriggerMessage"), st.fixed_dictionaries({"requestedMessage": triggers}, optional={"evse": places})
    ),
    st.tuples(
        st.just("RequestStartTransaction"), st.fixed_dictionaries({"evseId": st.none() | numbers, "idToken": tokens})
    ),
    st.tuples(
        st.just("SetVariables"),
        st.sampled_from(SETTABLE).map(
            lambda item: {
                "setVariableData": [
                    {"component": {"name": item[0][0]}, "variable": {"name": item[0][1]}, "attributeValue": item[1]}
                ]
            }
        ),
    ),
)
plugs = st.builds(cues.Plugged, numbers, st.integers(1, CONNECTORS))
cards = st.builds(cues.Presented, tokens, st.none() | numbers)
resets = st.just(("Reset", {"type": "Immediate"}))
event_triggers = st.just(("TriggerMessage", {"requestedMessage": EVENT}))
WEIGHTS = {
    plugs: 4,
    cards: 5,
    st.builds(cues.Unplugged, numbers): 2,
    st.builds(cues.Arrived, numbers) | st.builds(cues.Departed, numbers): 1,
    st.builds(cues.Paused, numbers) | st.builds(cues.Ready, numbers): 2,
    st.builds(cues.PowerCycled) | resets: 1,
    st.just(cues.CallRequested("Heartbeat", {})): 1,
    busy_commands: 3,
    event_triggers: 1,
    st.tuples(st.sampled_from(COMMANDS), st.just({})): 1,
    st.sampled_from(["lose", "fail", "stop"]): 2,
    st.sampled_from(["connect", "answer", "reboot"]): 4,
    st.sampled_from(list(MOODS)): 1,
    st.just("agrees"): 2,
    st.sampled_from([0.5, 7, 45, 200]): 3,
}
STEPS = st.sampled_from([kind for kind, weight in WEIGHTS.items() for _ in range(weight)]).flatmap(lambda kind: kind)


class Chronicle(Play):
    """A station that checks its registers and the delivery of its events at every cue."""

    def __init__(self, variables: dict[str, str]) -> None:
        super().__init__(answering(), EVSES, CONNECTORS, **variables)
        self.failures: dict[tuple[str, int], int] = {}
        self.delivered: set[tuple[str, int]] = set()
        self.most_attempts = 3
        self.registers = dict.fromkeys(range(1, EVSES + 1), 0.0)

    def tell(self, *all_cues: cues.Cue) -> Self:
        """Record the delivered events, and check that no register falls."""
        for cue in all_cues:
            if isinstance(cue, FailedCall) and cue.action == EVENT and not cue.is_lost:
                self.failures[key(cue.request)] = self.failures.get(key(cue.request), 0) + 1
            if isinstance(cue, Answered) and cue.action == EVENT:
                assert key(cue.request) not in self.delivered, "delivered twice"
                self.delivered.add(key(cue.request))
            super().tell(cue)
            self.most_attempts = max(self.most_attempts, self.device.number(MESSAGE_ATTEMPTS))
            for evse in self.device.evses.values():
                shown = evse.register(self.now)
                assert shown >= self.registers[evse.id], "the register runs backwards"
                self.registers[evse.id] = shown
        return self

    def do(self, step: Any) -> None:
        """Do one step, if it is possible."""
        match step:
            case str() if step in MOODS:
                self.csms = MOODS[step]
            case str():
                self._change(step)
            case float() | int():
                self.wait(step)
            case (str() as action, payload) if self.device.is_online:
                self.command(action, payload)
            case cues.Plugged() | cues.Unplugged() | cues.Presented() | cues.PowerCycled() | cues.CallRequested():
                self.tell(step)
            case cues.Arrived() | cues.Departed() | cues.Paused() | cues.Ready():
                self.tell(step)

    def _change(self, what: str) -> None:
        if what == "connect" and not self.device.is_online:
            self.connect()
        elif what == "lose" and self.device.is_online:
            self.lose()
        elif what == "fail" and self.open:
            self.fail("no answer within 30 s")
        elif what == "answer" and self.open:
            self.answer()
        elif what == "reboot" and self.device.is_leaving and self.device.is_online:
            self.reboot()
        elif what == "stop" and self.device.is_online:
            for running in [evse.transaction.id for evse in self.device.evses.values() if evse.transaction]:
                self.command("RequestStopTransaction", {"transactionId": running})

    def finish(self) -> None:
        """Let everything end: the CSMS accepts all, transactions end, and waiting calls are delivered."""
        self.csms = MOODS["agrees"]
        if not self.device.is_online:
            self.connect()
        if self.open:
            self.answer()
        self.wait(5000)
        self.tell(cues.PowerCycled()).wait(5000)
        assert self.device.is_leaving
        self.reboot().wait(5000)


def key(event: Json) -> tuple[str, int]:
    """Return the transactionId and the seqNo of an event, which identify it."""
    return event["transactionInfo"]["transactionId"], event["seqNo"]


def histories(play: Play) -> dict[str, list[Json]]:
    """Return the events of each transaction, once each, in the order in which they were first sent."""
    found: dict[str, dict[int, Json]] = {}
    for sent in play.sent:
        if sent.action == EVENT:
            id_, number = key(sent.payload)
            known = found.setdefault(id_, {}).setdefault(number, sent.payload)
            assert known == sent.payload, "a repeat differs"
    return {id_: list(events.values()) for id_, events in found.items()}


def registers(events: list[Json]) -> list[float]:
    """Return the energy registers in the events of a transaction, in the order of their times."""
    values = sorted((v for event in events for v in event.get("meterValue", [])), key=lambda value: value["timestamp"])
    samples = [sample for value in values for sample in value["sampledValue"]]
    return [sample["value"] for sample in samples if sample["measurand"].startswith("Energy")]


variables = st.sampled_from([{}, {"TxCtrlr_TxStartPoint": "EVConnected"}, {"TxCtrlr_TxStopPoint": "EVConnected"}])


@SETTINGS
@given(variables, st.lists(STEPS, min_size=20, max_size=60))
def test_whatever_happens(given_variables: dict[str, str], steps: list[Any]) -> None:
    """Calls are valid and one at a time, and the events of each transaction are complete, in order, and correct."""
    play = Chronicle(given_variables)
    play.connect()
    for step in steps:
        play.do(step)
    play.finish()
    for events in histories(play).values():
        kinds = [event["eventType"] for event in events]
        assert kinds == ["Started", *["Updated"] * (len(events) - 2), "Ended"]
        assert [event["seqNo"] for event in events] == list(range(len(events)))
        times = [event["timestamp"] for event in events]
        assert times == sorted(times)
        assert all(sooner <= later for sooner, later in pairwise(registers(events)))
        assert "stoppedReason" in events[-1]["transactionInfo"]
        for event in events:
            assert key(event) in play.delivered or play.failures[key(event)] <= play.most_attempts
    assert (play.device.outbox.waiting, play.device.is_busy, play.device.is_accepted) == ((), False, True)
