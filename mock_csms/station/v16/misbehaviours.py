"""The misbehaviours of the 1.6 station; `station/misbehaviour.py` explains how they work."""

from typing import Any

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.station.cues import Send
from mock_csms.station.misbehaviour import (
    Kinds,
    Misbehaviour,
    adds,
    alarms,
    always,
    answers,
    in_list,
    inside,
    instead,
    never,
    patched,
    sends,
)

_BOOT, _STATUS, _START, _STOP = "BootNotification", "StatusNotification", "StartTransaction", "StopTransaction"
_METER = "MeterValues"


def _values(**patch: Any) -> Any:
    """Return a function that changes all sampled values in a payload."""
    return in_list("meterValue", in_list("sampledValue", patched(**patch)))


def _as_number(payload: Json) -> Json:
    return in_list("meterValue", in_list("sampledValue", lambda each: {**each, "value": float(each["value"])}))(payload)


def _of_connector_zero(payload: Json) -> bool:
    return bool(payload.get("connectorId") == 0)


KINDS: Kinds = {
    "no-subprotocol": Misbehaviour(
        "offers no subprotocol", ("T01",), handshake=lambda _, handshake: replace(handshake, subprotocols=())
    ),
    "other-codes": Misbehaviour(
        "spells error codes as OCPP 2.x does",
        (),
        refusal=lambda _, right: replace(right, code="FormatViolation") if hasattr(right, "code") else right,
    ),
    "early-status": Misbehaviour(
        "reports a status right behind its BootNotification",
        (),
        acts=adds(
            _BOOT,
            lambda _: Send(
                _STATUS, {"connectorId": 1, "errorCode": "NoError", "status": "Available"}, is_asked_for=True
            ),
        ),
    ),
    "no-connector-zero": Misbehaviour(
        "does not report connector 0", (), acts=sends(_STATUS, never, _of_connector_zero)
    ),
    "no-statuses": Misbehaviour("reports no status", (), acts=sends(_STATUS, never)),
    "no-heartbeat": Misbehaviour("sends no Heartbeat", (), acts=sends("Heartbeat", never)),
    "hasty-heartbeat": Misbehaviour(
        "sends Heartbeats far too often", (), acts=alarms("heartbeat", lambda seconds: seconds / 20)
    ),
    "no-error-code": Misbehaviour("leaves errorCode out", (), acts=sends(_STATUS, patched(errorCode=None))),
    "unknown-status": Misbehaviour("reports a status of OCPP 2.x", (), acts=sends(_STATUS, patched(status="Occupied"))),
    "unknown-field": Misbehaviour("adds a field of OCPP 2.x", (), acts=sends(_BOOT, patched(reason="PowerUp"))),
    "long-tag": Misbehaviour("sends an idTag that is too long", (), acts=sends("Authorize", patched(idTag="T" * 21))),
    "number-values": Misbehaviour("sends meter values as numbers", (), acts=sends(_METER, _as_number)),
    "falling-meter": Misbehaviour("sends a register that falls", (), acts=sends(_METER, _values(value="-1"))),
    "other-measurand": Misbehaviour(
        "sends a measurand that 1.6 does not have", (), acts=sends(_METER, _values(measurand="Energy.Active.Net"))
    ),
    "no-meter-values": Misbehaviour("sends no MeterValues", (), acts=sends(_METER, never)),
    "wrong-transaction": Misbehaviour(
        "stops a transaction that does not exist", (), acts=sends(_STOP, patched(transactionId=2**31 - 2))
    ),
    "no-stop": Misbehaviour("never stops its transactions", (), acts=sends(_STOP, never)),
    "zero-connector": Misbehaviour(
        "starts a transaction at connector 0", (), acts=sends(_START, patched(connectorId=0))
    ),
    "no-reason": Misbehaviour("leaves the reason out", (), acts=sends(_STOP, patched(reason=None))),
    "ignores-keys": Misbehaviour(
        "answers GetConfiguration with a key that nobody asked for",
        (),
        answer=answers(
            "GetConfiguration", always(configurationKey=[{"key": "Other", "readonly": False, "value": "1"}])
        ),
    ),
    "tells-its-key": Misbehaviour(
        "tells its AuthorizationKey",
        (),
        answer=answers(
            "GetConfiguration",
            always(configurationKey=[{"key": "AuthorizationKey", "readonly": False, "value": "0" * 32}]),
        ),
    ),
    "lies-about-triggers": Misbehaviour(
        "accepts triggers and sends nothing", (), answer=answers("TriggerMessage", instead("Rejected", "Accepted"))
    ),
    "composite-start": Misbehaviour(
        "sends startSchedule in a composite schedule",
        (),
        answer=answers(
            "GetCompositeSchedule",
            lambda _, right: inside("chargingSchedule", startSchedule="2026-01-01T00:00:00Z")(right),
        ),
    ),
    "rejects-everything": Misbehaviour(
        "rejects every command",
        (),
        answer=lambda _, __, right: {"status": "Rejected"} if isinstance(right, dict) and "status" in right else right,
    ),
    "no-answer": Misbehaviour("answers no command", (), answer=lambda *_: None),
}
"""By name in `--misbehave`: the misbehaviour, with the checks that detect it."""
