"""Misbehaviours that conformance checks of OCPP 1.6 report."""

from typing import Any

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.station.cues import Reboot, Send
from mock_csms.station.misbehaviour import (
    Kinds,
    Misbehaviour,
    adds,
    alarms,
    always,
    answers,
    each,
    in_list,
    inside,
    instead,
    never,
    patched,
    results,
    sends,
)

_BOOT, _STATUS, _START, _STOP = "BootNotification", "StatusNotification", "StartTransaction", "StopTransaction"
_METER = "MeterValues"


def _values(**patch: Any) -> Any:
    """Return a function that changes all sampled values in a payload."""
    return in_list("meterValue", in_list("sampledValue", patched(**patch)))


def _as_number(payload: Json) -> Json:
    return in_list("meterValue", in_list("sampledValue", lambda each: {**each, "value": float(each["value"])}))(payload)


def _first_keys(answer: Json) -> Json:
    """Return an answer with half of its keys, if it has many."""
    keys = answer.get("configurationKey", ())
    return {**answer, "configurationKey": keys[: len(keys) // 2]} if len(keys) > 10 else answer


def _of_connector_zero(payload: Json) -> bool:
    return bool(payload.get("connectorId") == 0)


KINDS: Kinds = {
    "no-subprotocol": Misbehaviour(
        "offers no subprotocol", ("T01",), handshake=lambda _, handshake: replace(handshake, subprotocols=())
    ),
    "other-codes": Misbehaviour(
        "spells error codes as OCPP 2.x does",
        ("R13",),
        refusal=lambda _, right: replace(right, code="FormatViolation") if hasattr(right, "code") else right,
    ),
    "early-status": Misbehaviour(
        "reports a status right behind its BootNotification",
        ("B02",),
        acts=adds(
            _BOOT,
            lambda _: Send(
                _STATUS, {"connectorId": 1, "errorCode": "NoError", "status": "Available"}, is_asked_for=True
            ),
        ),
    ),
    "no-connector-zero": Misbehaviour(
        "does not report connector 0", ("6B05",), acts=sends(_STATUS, never, _of_connector_zero)
    ),
    "no-statuses": Misbehaviour("reports no status", ("6B05",), acts=sends(_STATUS, never)),
    "no-heartbeat": Misbehaviour("sends no Heartbeat", ("B09",), acts=sends("Heartbeat", never)),
    "hasty-heartbeat": Misbehaviour(
        "sends Heartbeats far too often", ("B10",), acts=alarms("heartbeat", lambda seconds: seconds / 20)
    ),
    "no-error-code": Misbehaviour("leaves errorCode out", ("R10",), acts=sends(_STATUS, patched(errorCode=None))),
    "unknown-status": Misbehaviour(
        "reports a status of OCPP 2.x", ("R10",), acts=sends(_STATUS, patched(status="Occupied"))
    ),
    "unknown-field": Misbehaviour("adds a field of OCPP 2.x", ("R10",), acts=sends(_BOOT, patched(reason="PowerUp"))),
    "long-tag": Misbehaviour(
        "sends an idTag that is too long", ("R10",), acts=sends("Authorize", patched(idTag="T" * 21))
    ),
    "number-values": Misbehaviour("sends meter values as numbers", ("R10",), acts=sends(_METER, _as_number)),
    "falling-meter": Misbehaviour("sends a register that falls", ("6M04",), acts=sends(_METER, _values(value="-1"))),
    "other-measurand": Misbehaviour(
        "sends a measurand that 1.6 does not have", ("R10",), acts=sends(_METER, _values(measurand="Energy.Active.Net"))
    ),
    "no-meter-values": Misbehaviour("sends no MeterValues", ("6M01",), acts=sends(_METER, never)),
    "wrong-transaction": Misbehaviour(
        "stops a transaction that does not exist", ("6X02",), acts=sends(_STOP, patched(transactionId=2**31 - 2))
    ),
    "no-stop": Misbehaviour("never stops its transactions", ("6G03",), acts=sends(_STOP, never)),
    "zero-connector": Misbehaviour(
        "starts a transaction at connector 0", ("6X01",), acts=sends(_START, patched(connectorId=0))
    ),
    "no-reason": Misbehaviour("leaves the reason out", ("6X04",), acts=sends(_STOP, patched(reason=None))),
    "ignores-keys": Misbehaviour(
        "answers GetConfiguration with a key that nobody asked for",
        ("6V01",),
        answer=answers(
            "GetConfiguration", always(configurationKey=[{"key": "Other", "readonly": False, "value": "1"}])
        ),
    ),
    "tells-its-key": Misbehaviour(
        "tells its AuthorizationKey",
        ("6V07",),
        answer=answers(
            "GetConfiguration",
            always(configurationKey=[{"key": "AuthorizationKey", "readonly": False, "value": "0" * 32}]),
        ),
    ),
    "lies-about-triggers": Misbehaviour(
        "accepts triggers and sends nothing",
        ("6F01",),
        answer=answers("TriggerMessage", instead("Rejected", "Accepted")),
    ),
    "composite-start": Misbehaviour(
        "sends startSchedule in a composite schedule",
        ("6K02",),
        answer=answers(
            "GetCompositeSchedule",
            lambda _, right: inside("chargingSchedule", startSchedule="2026-01-01T00:00:00Z")(right),
        ),
    ),
    "rejects-everything": Misbehaviour(
        "rejects every command",
        ("6G05",),
        answer=lambda _, __, right: {"status": "Rejected"} if isinstance(right, dict) and "status" in right else right,
    ),
    "no-answer": Misbehaviour("answers no command", ("R08",), answer=lambda *_: None),
    "answers-while-rejected": Misbehaviour(
        "answers commands although it was rejected",
        ("6B03",),
        answer=lambda _, __, right: {} if right is None else right,
    ),
    "never-resets": Misbehaviour(
        "accepts a Reset and does not restart",
        ("6B11",),
        acts=each(lambda act: [] if isinstance(act, Reboot) else [act]),
    ),
    "other-reset-reason": Misbehaviour(
        "stops transactions with the reason Other before a reset",
        ("6B12",),
        acts=sends(_STOP, patched(reason="Other"), lambda payload: str(payload.get("reason")).endswith("Reset")),
    ),
    "few-keys": Misbehaviour(
        "leaves required keys out",
        ("6V02",),
        answer=answers("GetConfiguration", lambda _, right: _first_keys(right)),
    ),
    "read-only-keys": Misbehaviour(
        "says that all keys are read-only",
        ("6V03",),
        answer=answers("GetConfiguration", results("configurationKey", patched(readonly=True))),
    ),
    "takes-every-value": Misbehaviour(
        "accepts every value of a key",
        ("6V05", "6V06"),
        answer=answers("ChangeConfiguration", instead("Rejected", "Accepted")),
    ),
    "knows-every-key": Misbehaviour(
        "accepts unknown keys", ("6V05",), answer=answers("ChangeConfiguration", instead("NotSupported", "Accepted"))
    ),
    "empty-texts": Misbehaviour("sends an empty text", ("6R14",), acts=sends(_BOOT, patched(iccid=""))),
    "minus-one": Misbehaviour(
        "forgets the id of its transaction", ("6X03",), acts=sends(_STOP, patched(transactionId=-1))
    ),
    "new-register": Misbehaviour(
        "begins each transaction with the register at 0", ("6X12",), acts=sends(_START, patched(meterStart=0))
    ),
    "no-reservation-id": Misbehaviour(
        "leaves the reservationId out", ("6X11",), acts=sends(_START, patched(reservationId=None))
    ),
    "hasty-retries": Misbehaviour(
        "repeats a refused message too early", ("6X07",), acts=alarms("retry", lambda seconds: seconds / 20)
    ),
    "accepts-old-stops": Misbehaviour(
        "accepts to stop what has ended",
        ("6X10",),
        answer=answers("RemoteStopTransaction", instead("Rejected", "Accepted")),
    ),
    "never-triggered": Misbehaviour(
        "sends triggered values as periodic ones", ("6M06",), acts=sends(_METER, _values(context="Sample.Periodic"))
    ),
    "no-transaction-id": Misbehaviour(
        "leaves the transactionId out of MeterValues", ("6M08",), acts=sends(_METER, patched(transactionId=None))
    ),
    "words-as-values": Misbehaviour("sends a word as a value", ("6M07",), acts=sends(_METER, _values(value="high"))),
    "wrong-unit": Misbehaviour("sends all values in volts", ("6M09",), acts=sends(_METER, _values(unit="V"))),
    "wrong-fault": Misbehaviour(
        "reports a faulty vehicle at free connectors",
        ("6G04",),
        acts=sends(
            _STATUS, patched(errorCode="EVCommunicationError"), lambda payload: payload.get("status") == "Available"
        ),
    ),
    "closes-at-once": Misbehaviour(
        "does not wait for transactions",
        ("6G05",),
        answer=answers("ChangeAvailability", instead("Scheduled", "Accepted")),
    ),
    "unlocks-everything": Misbehaviour(
        "unlocks connectors that do not exist",
        ("6G06",),
        answer=answers("UnlockConnector", instead("NotSupported", "Unlocked")),
    ),
    "hurried-firmware": Misbehaviour(
        "does not report that firmware was downloaded",
        ("6L01",),
        acts=sends("FirmwareStatusNotification", never, lambda payload: payload.get("status") == "Downloaded"),
    ),
    "idle-at-boot": Misbehaviour(
        "reports an idle firmware at each boot",
        ("6L02",),
        acts=adds(_BOOT, lambda _: Send("FirmwareStatusNotification", {"status": "Idle"})),
    ),
    "silent-uploads": Misbehaviour(
        "does not report its uploads", ("6L03",), acts=sends("DiagnosticsStatusNotification", never)
    ),
    "nameless-logs": Misbehaviour(
        "accepts a log without its name",
        ("6N01",),
        answer=answers("GetLog", lambda _, right: patched(filename=None)(right)),
    ),
    "lists-no-certificates": Misbehaviour(
        "accepts to list certificates and lists none",
        ("6C01",),
        answer=answers("GetInstalledCertificateIds", always(status="Accepted")),
    ),
    "takes-old-lists": Misbehaviour(
        "accepts updates with an old version",
        ("6D01",),
        answer=answers("SendLocalList", instead("VersionMismatch", "Accepted")),
    ),
    "takes-every-profile": Misbehaviour(
        "accepts charging profiles everywhere",
        ("6K01",),
        answer=answers("SetChargingProfile", instead("Rejected", "Accepted")),
    ),
    "never-reserved": Misbehaviour(
        "does not report reserved connectors",
        ("6H01",),
        acts=sends(_STATUS, never, lambda payload: payload.get("status") == "Reserved"),
    ),
    "transfers-everything": Misbehaviour(
        "accepts data of every vendor", ("6P01",), answer=answers("DataTransfer", always(status="Accepted"))
    ),
}
"""By name in `--misbehave`: the misbehaviour, with the checks that detect it."""
