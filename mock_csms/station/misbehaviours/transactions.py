"""Wrong transactions, authorizations and meter values (checks A, X and M)."""

from typing import Any

from mock_csms.protocol.actions import Json
from mock_csms.station.cues import Act, Answered, Presented, Send
from mock_csms.station.misbehaviour import (
    Kinds,
    Misbehaviour,
    Situation,
    adds,
    answers,
    has,
    inside,
    never,
    patched,
    sends,
)

EVENT = "TransactionEvent"


def _events(change: Any, **where: Any) -> Any:
    return sends(EVENT, change, has(**where))


def _of_values(change: Any) -> Any:
    """Change every sampled value of an event."""

    def altered(payload: Json) -> Json:
        values = [
            value | {"sampledValue": [change(sample) for sample in value["sampledValue"]]}
            for value in payload.get("meterValue", [])
        ]
        return payload | {"meterValue": values} if values else payload

    return altered


def _authorizes_first(at: Situation, right: list[Act]) -> list[Act]:
    """Ask about the token that stops."""
    stops = any(isinstance(act, Send) and act.payload.get("triggerReason") == "StopAuthorized" for act in right)
    return (
        [Send("Authorize", {"idToken": at.told.token}), *right] if stops and isinstance(at.told, Presented) else right
    )


def _starts_unasked(at: Situation, right: list[Act]) -> list[Act]:
    """Start for a token that the CSMS refused."""
    cue = at.told
    if (
        not (isinstance(cue, Answered) and cue.action == "Authorize")
        or cue.response["idTokenInfo"]["status"] == "Accepted"
    ):
        return right
    event = {
        "eventType": "Started",
        "timestamp": at.moment.stamp,
        "triggerReason": "Authorized",
        "seqNo": 0,
        "transactionInfo": {"transactionId": at.moment.world.new_id(), "chargingState": "Charging"},
        "evse": {"id": 1, "connectorId": 1},
        "idToken": cue.request["idToken"],
    }
    return [*right, Send(EVENT, event)]


def _after_end(payload: Json) -> Send:
    event = {**payload, "eventType": "Updated", "triggerReason": "MeterValuePeriodic", "seqNo": payload["seqNo"] + 1}
    info = {k: v for k, v in payload["transactionInfo"].items() if k != "stoppedReason"}
    return Send(EVENT, event | {"transactionInfo": info})


def _second(payload: Json) -> Send:
    info = payload["transactionInfo"] | {"transactionId": payload["transactionInfo"]["transactionId"][::-1]}
    return Send(EVENT, payload | {"transactionInfo": info})


def _forgets_offline(_: Situation, right: list[Act]) -> list[Act]:
    """Lose what happened while there was no connection."""
    return [act for act in right if not (isinstance(act, Send) and act.payload.get("offline"))]


def _lowered(sample: Json) -> Json:
    if sample.get("measurand") != "Energy.Active.Import.Register" or sample.get("context") != "Transaction.End":
        return sample
    return sample | {"value": sample["value"] - 5000}


def _seconds_off(payload: Json) -> Json:
    return payload | {"timestamp": "2020-01-01T00:00:00.000Z"}


_ALL_ENDS = has(eventType="Ended")

KINDS: Kinds = {
    "authorizes-to-stop": Misbehaviour("asks about the token that stops", ("A05",), acts=_authorizes_first),
    "starts-refused-token": Misbehaviour("starts for a token that was refused", ("A02",), acts=_starts_unasked),
    "no-start": Misbehaviour(
        "the first event is Updated", ("X01",), acts=_events(patched(eventType="Updated"), eventType="Started")
    ),
    "transaction-id-reused": Misbehaviour(
        "all transactions have the same id",
        ("X02",),
        acts=sends(EVENT, inside("transactionInfo", transactionId="always-the-same")),
    ),
    "seqno-gap": Misbehaviour(
        "numbers skip one after the start", ("X03",), acts=sends(EVENT, lambda p: p | {"seqNo": p["seqNo"] * 2})
    ),
    "seqno-repeated": Misbehaviour("all events have the number 0", ("X03",), acts=sends(EVENT, patched(seqNo=0))),
    "time-runs-back": Misbehaviour(
        "later events are older", ("X04", "R18"), acts=sends(EVENT, _seconds_off, lambda p: p["seqNo"] > 0)
    ),
    "event-after-end": Misbehaviour("goes on after Ended", ("X05",), acts=adds(EVENT, _after_end, _ALL_ENDS)),
    "no-stopped-reason": Misbehaviour(
        "ends without a stoppedReason",
        ("X06",),
        acts=sends(EVENT, inside("transactionInfo", stoppedReason=None), _ALL_ENDS),
    ),
    "early-stopped-reason": Misbehaviour(
        "starts with a stoppedReason",
        ("X07",),
        acts=_events(inside("transactionInfo", stoppedReason="Local"), eventType="Started"),
    ),
    "wrong-stopped-reason": Misbehaviour(
        "every end is a PowerLoss",
        ("X08",),
        acts=sends(EVENT, inside("transactionInfo", stoppedReason="PowerLoss"), _ALL_ENDS),
    ),
    "wrong-start-trigger": Misbehaviour(
        "a remote start is told as Authorized",
        ("X09",),
        acts=_events(patched(triggerReason="Authorized"), triggerReason="RemoteStart"),
    ),
    "no-remote-start-id": Misbehaviour(
        "leaves the remoteStartId out",
        ("X10",),
        acts=_events(inside("transactionInfo", remoteStartId=None), triggerReason="RemoteStart"),
    ),
    "wrong-remote-token": Misbehaviour(
        "a remote start has another token",
        ("X11",),
        acts=_events(patched(idToken={"idToken": "other", "type": "Central"}), triggerReason="RemoteStart"),
    ),
    "no-token": Misbehaviour("leaves the idToken out", ("X12",), acts=sends(EVENT, patched(idToken=None))),
    "no-evse": Misbehaviour("leaves the EVSE out", ("X13",), acts=sends(EVENT, patched(evse=None))),
    "no-charging-state": Misbehaviour(
        "leaves the chargingState out", ("X14",), acts=sends(EVENT, inside("transactionInfo", chargingState=None))
    ),
    "two-transactions": Misbehaviour(
        "starts two transactions on an EVSE", ("X15",), acts=adds(EVENT, _second, has(eventType="Started"))
    ),
    "offline-not-told": Misbehaviour(
        "does not say that it was offline", ("X16",), acts=sends(EVENT, patched(offline=None))
    ),
    "always-offline": Misbehaviour(
        "says that it was offline when it was not", ("X16",), acts=sends(EVENT, patched(offline=True))
    ),
    "forgets-offline": Misbehaviour("loses what happened offline", ("X03", "X17"), acts=_forgets_offline),
    "ignores-invalid-token": Misbehaviour(
        "charges on for a token that turned out invalid", ("X19",), acts=_events(never, triggerReason="Deauthorized")
    ),
    "wrong-indicator": Misbehaviour(
        "says that every transaction is over",
        ("X20",),
        answer=answers(
            "GetTransactionStatus",
            lambda _, right: right | {"ongoingIndicator": False} if isinstance(right, dict) else right,
        ),
    ),
    "stop-rejected": Misbehaviour(
        "rejects every remote stop",
        ("X23",),
        answer=answers("RequestStopTransaction", lambda *_: {"status": "Rejected"}),
    ),
    "stop-accepted": Misbehaviour(
        "accepts every remote stop",
        ("X23", "X24"),
        answer=answers("RequestStopTransaction", lambda *_: {"status": "Accepted"}),
    ),
    "no-remote-stop": Misbehaviour(
        "does not tell that it was stopped remotely", ("X24",), acts=_events(never, triggerReason="RemoteStop")
    ),
    "no-transaction-id": Misbehaviour(
        "accepts a remote start without the transaction's id",
        ("X25",),
        answer=answers(
            "RequestStartTransaction",
            lambda _, right: patched(transactionId=None)(right) if isinstance(right, dict) else right,
        ),
    ),
    "no-begin-values": Misbehaviour(
        "starts without meter values", ("M01",), acts=_events(patched(meterValue=None), eventType="Started")
    ),
    "no-end-values": Misbehaviour(
        "ends without meter values", ("M02",), acts=sends(EVENT, patched(meterValue=None), _ALL_ENDS)
    ),
    "wrong-sample-context": Misbehaviour(
        "periodic values have the context Other",
        ("M03",),
        acts=_events(_of_values(patched(context="Other")), triggerReason="MeterValuePeriodic"),
    ),
    "no-periodic-values": Misbehaviour(
        "sends no periodic values", ("M03",), acts=_events(never, triggerReason="MeterValuePeriodic")
    ),
    "unwanted-measurand": Misbehaviour(
        "measures what nobody asked for",
        ("M06",),
        acts=sends(EVENT, _of_values(patched(measurand="Frequency", unitOfMeasure=None))),
    ),
    "register-runs-back": Misbehaviour(
        "the register runs backwards", ("M07",), acts=sends(EVENT, _of_values(_lowered))
    ),
    "wrong-trigger-context": Misbehaviour(
        "triggered values have the context Sample.Periodic",
        ("M10",),
        acts=sends("MeterValues", _of_values(patched(context="Sample.Periodic"))),
    ),
    "unknown-meter": Misbehaviour(
        "meter values of an EVSE that is not there", ("M12",), acts=sends("MeterValues", patched(evseId=99))
    ),
}
