"""Misbehaviours with transactions and their events (checks X)."""

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.station.cues import Act, Answered, FailedCall, Plugged, Rang, Send, Set, Transmit
from mock_csms.station.misbehaviour import (
    Kinds,
    Misbehaviour,
    adds,
    alarms,
    always,
    answers,
    counted,
    has,
    inside,
    instead,
    never,
    patched,
    sends,
)
from mock_csms.station.outbox import RETRY
from mock_csms.station.v2.drivers import ALLOWANCE, VEHICLE
from mock_csms.station.v2.misbehaviours.authorization import begins
from mock_csms.station.v2.misbehaviours.events import EVENT, Situation, events
from mock_csms.station.v2.variables import MESSAGE_ATTEMPTS


def _after_end(payload: Json) -> Send:
    event = patched(meterValue=None, eventType="Updated", triggerReason="ChargingRateChanged")(payload)
    return Send(
        EVENT, inside("transactionInfo", stoppedReason=None)(counted("seqNo", lambda number: number + 1)(event))
    )


def _second(payload: Json) -> Send:
    info = payload.get("transactionInfo")
    id_ = str(info.get("transactionId")) if isinstance(info, dict) else ""
    return Send(EVENT, inside("transactionInfo", transactionId=f"{id_[:34]}-2")(payload))


def _starts_when_plugged(at: Situation, right: list[Act]) -> list[Act]:
    """Start a transaction when the cable is plugged in, whatever TxStartPoint is."""
    cue = at.event
    is_it = isinstance(cue, Plugged) and not any(isinstance(act, Send) and act.action == EVENT for act in right)
    if not is_it or cue.evse not in at.device.evses or at.device.evses[cue.evse].plugged is not None:
        return right
    return [*right, begins(at, cue.evse, triggerReason="CablePluggedIn")]


def _repeats_more(at: Situation, right: list[Act]) -> list[Act]:
    """Retry an event again that has failed MessageAttempts times."""
    cue = at.event
    is_it = isinstance(cue, FailedCall) and cue.action == EVENT and not cue.is_lost
    if not is_it or at.device.number(MESSAGE_ATTEMPTS) == 1 or any(_is_retry(act) for act in right):
        return right
    return [*right, Send(EVENT, cue.request)]


def _is_retry(act: Act) -> bool:
    return isinstance(act, Set) and act.alarm == RETRY


def _other_number(queued: Send | None, right: list[Act]) -> list[Act]:
    """Change the seqNo of an event when it is retried."""
    if queued is None or not queued.attempts:
        return right
    change = counted("seqNo", lambda number: number + 1)
    return [replace(act, payload=change(act.payload)) if isinstance(act, Transmit) else act for act in right]


def _forgets_offline(_: Situation, right: list[Act]) -> list[Act]:
    """Lose the events of an outage."""
    return [act for act in right if not (isinstance(act, Send) and act.payload.get("offline"))]


def _is_judged(at: Situation) -> bool:
    """Whether the answer to an event, or the end of the energy for an invalid idToken, is the reason of the acts."""
    is_used_up = isinstance(at.event, Rang) and at.event.alarm[0] == ALLOWANCE
    return is_used_up or (isinstance(at.event, Answered) and at.event.action == EVENT)


def _ignores_invalid(at: Situation, right: list[Act]) -> list[Act]:
    """Leave out the events that report that an invalid idToken gets no energy any more."""
    return [act for act in right if not (_is_judged(at) and isinstance(act, Send) and act.action == EVENT)]


def _allows_nothing(at: Situation, right: list[Act]) -> list[Act]:
    """Report that the energy was stopped at once, although MaxEnergyOnInvalidId allows some."""
    acts: list[Act] = []
    if not isinstance(at.event, Answered) or "idToken" not in at.event.request:
        return right
    for act in right:
        evse = at.device.charging(act.alarm[1]) if isinstance(act, Set) and act.alarm[0] == ALLOWANCE else None
        if evse is None or evse.transaction is None:
            acts.append(act)
            continue
        info = {"transactionId": evse.transaction.id, "chargingState": "SuspendedEVSE"}
        event = {"eventType": "Updated", "triggerReason": "ChargingStateChanged", "seqNo": evse.transaction.seq_no}
        acts += [act, Send(EVENT, {**event, "timestamp": at.moment.stamp, "transactionInfo": info})]
    return acts


def _seconds_off(payload: Json) -> Json:
    return payload | {"timestamp": "2020-01-01T00:00:00.000Z"}


_STATUS = "GetTransactionStatus"
_ALL_ENDS = has(eventType="Ended")

KINDS: Kinds = {
    "no-start": Misbehaviour(
        "the first event is Updated", ("X01",), acts=events(patched(eventType="Updated"), eventType="Started")
    ),
    "transaction-id-reused": Misbehaviour(
        "all transactions have the same id",
        ("X02", "X19", "X20", "X23"),
        acts=sends(EVENT, inside("transactionInfo", transactionId="always-the-same")),
    ),
    "seqno-gap": Misbehaviour(
        "seqNo skips a number after Started", ("X03",), acts=sends(EVENT, counted("seqNo", lambda number: number * 2))
    ),
    "seqno-repeated": Misbehaviour("all events have the seqNo 0", ("X03",), acts=sends(EVENT, patched(seqNo=0))),
    "time-runs-back": Misbehaviour(
        "later events have earlier timestamps",
        ("X04", "R18"),
        acts=sends(EVENT, _seconds_off, lambda p: p.get("seqNo") != 0),
    ),
    "event-after-end": Misbehaviour("sends events after Ended", ("X05",), acts=adds(EVENT, _after_end, _ALL_ENDS)),
    "never-ends": Misbehaviour(
        "sends Updated without meter values in place of Ended",
        ("X15", "X27", "G03"),
        acts=sends(
            EVENT,
            lambda p: inside("transactionInfo", stoppedReason=None)(patched(eventType="Updated", meterValue=None)(p)),
            _ALL_ENDS,
        ),
    ),
    "no-stopped-reason": Misbehaviour(
        "ends without a stoppedReason",
        ("X06", "B20"),
        acts=sends(EVENT, inside("transactionInfo", stoppedReason=None), _ALL_ENDS),
    ),
    "early-stopped-reason": Misbehaviour(
        "starts with a stoppedReason",
        ("X07",),
        acts=events(inside("transactionInfo", stoppedReason="Local"), eventType="Started"),
    ),
    "wrong-stopped-reason": Misbehaviour(
        "every Ended has the stoppedReason PowerLoss",
        ("X08", "B20"),
        acts=sends(EVENT, inside("transactionInfo", stoppedReason="PowerLoss"), _ALL_ENDS),
    ),
    "wrong-start-trigger": Misbehaviour(
        "reports a remote start with the trigger Authorized",
        ("X09",),
        acts=events(patched(triggerReason="Authorized"), triggerReason="RemoteStart"),
    ),
    "remote-start-as-card": Misbehaviour(
        "reports a remote start like a presented card",
        ("X10",),
        acts=events(
            lambda p: inside("transactionInfo", remoteStartId=None)(p | {"triggerReason": "Authorized"}),
            triggerReason="RemoteStart",
        ),
    ),
    "remote-start-anywhere": Misbehaviour(
        "accepts a remote start at an EVSE that it does not have",
        ("X10",),
        answer=answers("RequestStartTransaction", instead("Rejected", "Accepted", has(evseId=9))),
    ),
    "refuses-start-profile": Misbehaviour(
        "rejects each remote start with a charging profile, and starts all the same",
        (),
        answer=answers(
            "RequestStartTransaction", instead("Accepted", "Rejected", lambda request: "chargingProfile" in request)
        ),
    ),
    "other-remote-start-id": Misbehaviour(
        "reports a remoteStartId that was never given",
        ("X10",),
        acts=sends(EVENT, inside("transactionInfo", remoteStartId=4711), has(eventType="Started")),
    ),
    "no-remote-start-id": Misbehaviour(
        "leaves the remoteStartId out",
        ("X10",),
        acts=events(inside("transactionInfo", remoteStartId=None), triggerReason="RemoteStart"),
    ),
    "wrong-remote-token": Misbehaviour(
        "reports a remote start with another token",
        ("X11",),
        acts=events(patched(idToken={"idToken": "other", "type": "Central"}), triggerReason="RemoteStart"),
    ),
    "no-token": Misbehaviour("leaves the idToken out", ("X12",), acts=sends(EVENT, patched(idToken=None))),
    "no-evse": Misbehaviour("leaves the EVSE out", ("X13",), acts=sends(EVENT, patched(evse=None))),
    "no-charging-state": Misbehaviour(
        "leaves the chargingState out", ("X14",), acts=sends(EVENT, inside("transactionInfo", chargingState=None))
    ),
    "two-transactions": Misbehaviour(
        "starts two transactions on an EVSE", ("X15",), acts=adds(EVENT, _second, has(eventType="Started"))
    ),
    "offline-not-told": Misbehaviour("leaves out the flag offline", ("X16",), acts=sends(EVENT, patched(offline=None))),
    "always-offline": Misbehaviour("marks every event as offline", ("X16",), acts=sends(EVENT, patched(offline=True))),
    "forgets-offline": Misbehaviour("loses the events of an outage", ("X03", "X17"), acts=_forgets_offline),
    "ignores-invalid-token": Misbehaviour(
        "keeps charging although the token turned out to be invalid",
        ("X03", "X19"),
        acts=_ignores_invalid,
    ),
    "allows-no-energy": Misbehaviour(
        "suspends charging at once although MaxEnergyOnInvalidId allows some energy", ("X03",), acts=_allows_nothing
    ),
    "wrong-indicator": Misbehaviour(
        "answers that every transaction has ended",
        ("X20",),
        answer=answers(
            _STATUS,
            lambda _, right: right | ({"ongoingIndicator": False} if "ongoingIndicator" in right else {}),
        ),
    ),
    "always-ongoing": Misbehaviour(
        "answers that every transaction is ongoing",
        ("X20",),
        answer=answers(
            _STATUS, lambda _, right: right | ({"ongoingIndicator": True} if "ongoingIndicator" in right else {})
        ),
    ),
    "indicator-unasked": Misbehaviour(
        "answers with an ongoingIndicator although no transaction was named",
        ("X20",),
        answer=answers(_STATUS, lambda _, right: {"ongoingIndicator": False} | right),
    ),
    "always-queued": Misbehaviour(
        "answers that messages are queued, whether they are or not",
        (),
        answer=answers(_STATUS, lambda _, right: right | {"messagesInQueue": True}),
    ),
    "never-queued": Misbehaviour(
        "answers that no messages are queued, whether they are or not",
        (),
        answer=answers(_STATUS, lambda _, right: right | {"messagesInQueue": False}),
    ),
    "stop-rejected": Misbehaviour(
        "rejects every remote stop",
        ("X23",),
        answer=answers("RequestStopTransaction", always(status="Rejected")),
    ),
    "stop-accepted": Misbehaviour(
        "accepts every remote stop",
        ("X23",),
        answer=answers("RequestStopTransaction", always(status="Accepted")),
    ),
    "no-remote-stop": Misbehaviour(
        "reports a remote stop with another trigger", ("X03", "X24"), acts=events(never, triggerReason="RemoteStop")
    ),
    "no-transaction-id": Misbehaviour(
        "leaves the transactionId out of its answer to a remote start",
        ("X25",),
        answer=answers(
            "RequestStartTransaction",
            lambda _, right: patched(transactionId=None)(right),
        ),
    ),
    "starts-when-plugged": Misbehaviour(
        "starts a new transaction when the cable is plugged in", ("X15", "X27"), acts=_starts_when_plugged
    ),
    "never-gives-up": Misbehaviour(
        "waits for ever for a driver who does not plug in", (), acts=alarms(VEHICLE, lambda _: None)
    ),
    "no-reservation-id": Misbehaviour(
        "leaves the reservationId out", ("X21",), acts=sends(EVENT, patched(reservationId=None))
    ),
    "repeats-too-soon": Misbehaviour(
        "repeats failed events ten times too soon", ("X18",), acts=alarms("retry", lambda seconds: seconds / 10)
    ),
    "never-repeats": Misbehaviour(
        "sends a failed event never again, nor any event after it", ("X18",), acts=alarms("retry", lambda _: None)
    ),
    "repeats-too-often": Misbehaviour(
        "repeats failed events more often than MessageAttempts", ("X18",), acts=_repeats_more
    ),
    "repeats-something-else": Misbehaviour(
        "repeats failed events with another seqNo", ("X03", "X18"), transmit=_other_number
    ),
}
