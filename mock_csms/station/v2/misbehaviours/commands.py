"""Wrong answers to commands, and wrong effects of them (checks G, F, N05 to N10, D, K, H, O and P)."""

from collections.abc import Callable
from typing import Any

from mock_csms.protocol.actions import Json
from mock_csms.station.cues import Act, Send
from mock_csms.station.misbehaviour import (
    Answer,
    Kinds,
    Misbehaviour,
    adds,
    always,
    answers,
    counted,
    has,
    ignores,
    in_list,
    instead,
    never,
    patched,
    sends,
)
from mock_csms.station.v2.misbehaviours.events import Situation
from mock_csms.station.v2.misbehaviours.firmware import FIRMWARE, LOG, OTHER_ID

STATUS, EVENT = "StatusNotification", "NotifyEvent"


def _doubled(key: str) -> Any:
    """Return every result twice."""
    return lambda _, right: right | {key: right.get(key, []) * 2}


def _first_only(at: Situation, right: list[Act]) -> list[Act]:
    """Report only the first of the connectors that ChangeAvailability has changed."""
    is_it = isinstance(at.event, tuple) and at.event[0] == "ChangeAvailability"
    return sends(STATUS, never, lambda status: status["connectorId"] > 1)(at, right) if is_it else right


def _asked(change: Callable[[list[Act]], list[Act]]) -> Any:
    """Change the list of calls that follow a TriggerMessage."""

    def act(at: Situation, right: list[Act]) -> list[Act]:
        if not (isinstance(at.event, tuple) and at.event[0] == "TriggerMessage"):
            return right
        kept = change([act for act in right if isinstance(act, Send)])
        return [act for act in right if not isinstance(act, Send) or act in kept]

    return act


def _is_cleared(payload: Json) -> bool:
    events = payload.get("eventData")
    return isinstance(events, list) and any(isinstance(each, dict) and each.get("cleared") for each in events)


def _reports_by_event(at: Situation, right: list[Act]) -> list[Act]:
    """Report the status of a connector with NotifyEvent and the trigger Alerting."""
    return [_event_of(at, act) if isinstance(act, Send) and act.action == STATUS else act for act in right]


def _event_of(at: Situation, right: Send) -> Send:
    status = right.payload
    evse = {"id": status.get("evseId", 1), "connectorId": status.get("connectorId", 1)}
    event = {
        "eventId": at.moment.world.new_integer(),
        "timestamp": at.moment.stamp,
        "trigger": "Alerting",
        "actualValue": status.get("connectorStatus", "Available"),
        "eventNotificationType": "HardWiredNotification",
        "component": {"name": "Connector", "evse": evse},
        "variable": {"name": "AvailabilityState"},
    }
    payload = {"generatedAt": at.moment.stamp, "seqNo": 0, "tbc": False, "eventData": [event]}
    return Send(EVENT, payload, right.is_asked_for)


def _shifted(right: Json) -> Json:
    """Let the schedule of an answer start at 10 seconds."""
    schedule = right.get("schedule")
    if not isinstance(schedule, dict):
        return right
    later = in_list("chargingSchedulePeriod", counted("startPeriod", lambda seconds: seconds + 10))
    return right | {"schedule": later(schedule)}


def _refused_if_custom(_: str, request: Json, right: Answer) -> Answer:
    return ("FormatViolation", "customData is unknown") if "customData" in request else right


def chain(action: str, name: str, check: str, *of_id: str) -> Kinds:
    """Return the misbehaviours of a report in parts; `of_id` are more checks that find a wrong requestId."""
    return {
        f"wrong-{name}-id": Misbehaviour(
            f"{action} has another requestId", (*of_id, check), acts=sends(action, OTHER_ID)
        ),
        f"{name}-never-ends": Misbehaviour(
            f"every {action} has tbc true", (check,), acts=sends(action, patched(tbc=True))
        ),
        f"no-{name}": Misbehaviour(f"sends no {action}", (check,), acts=sends(action, never)),
    }


KINDS: Kinds = {
    "no-status-report": Misbehaviour(
        "does not report a connector that becomes Unavailable",
        ("G01", "L06"),
        acts=sends(STATUS, never, has(connectorStatus="Unavailable")),
    ),
    "availability-rejected": Misbehaviour(
        "rejects every ChangeAvailability",
        ("G02", "G03"),
        answer=answers("ChangeAvailability", always(status="Rejected")),
    ),
    "first-connector-only": Misbehaviour(
        "reports only the first connector changed by ChangeAvailability", ("G01", "G04"), acts=_first_only
    ),
    "availability-at-once": Misbehaviour(
        "answers Accepted where it has to answer Scheduled",
        ("G03",),
        answer=answers("ChangeAvailability", instead("Scheduled", "Accepted")),
    ),
    "reports-other-connectors": Misbehaviour(
        "reports a second connector as Occupied too",
        ("G05",),
        acts=adds(
            STATUS,
            lambda p: Send(STATUS, counted("connectorId", lambda number: number + 1)(p)),
            has(connectorStatus="Occupied"),
        ),
    ),
    "unlocks-anything": Misbehaviour(
        "unlocks connectors that it does not have",
        ("G08",),
        answer=answers("UnlockConnector", always(status="Unlocked")),
    ),
    "unlock-fails": Misbehaviour(
        "fails to unlock every connector", (), answer=answers("UnlockConnector", instead("Unlocked", "UnlockFailed"))
    ),
    "no-triggered-message": Misbehaviour(
        "accepts TriggerMessage and sends nothing",
        ("F02", "S06", "X03"),
        acts=_asked(lambda _: []),
    ),
    "trigger-first-evse-only": Misbehaviour(
        "answers a trigger for all EVSEs with one of them",
        ("F03",),
        acts=_asked(lambda sent: sent[:1]),
    ),
    "boots-when-triggered": Misbehaviour(
        "accepts the trigger of a BootNotification although it is Accepted",
        ("F04", "F02"),
        answer=answers("TriggerMessage", instead("Rejected", "Accepted", has(requestedMessage="BootNotification"))),
    ),
    "trigger-rejected": Misbehaviour(
        "answers Rejected to triggers that it does not support",
        ("F05",),
        answer=answers("TriggerMessage", instead("NotImplemented", "Rejected")),
    ),
    "wrong-idle-status": Misbehaviour(
        "reports Uploaded and Installed in place of Idle",
        ("F06",),
        acts=lambda at, right: sends(LOG, patched(status="Uploaded"), has(status="Idle"))(
            at, sends(FIRMWARE, patched(status="Installed"), has(status="Idle"))(at, right)
        ),
    ),
    **chain("NotifyCustomerInformation", "customer-information", "N05"),
    "customer-not-named": Misbehaviour(
        "accepts CustomerInformation that names no customer",
        ("N06", "N05"),
        answer=answers("CustomerInformation", instead("Invalid", "Accepted")),
    ),
    "customer-kept": Misbehaviour(
        "accepts to clear the data of a customer and keeps them", (), effect=ignores("CustomerInformation")
    ),
    "customer-not-found": Misbehaviour(
        "reports no data of customers whose data it has stored",
        (),
        acts=sends("NotifyCustomerInformation", patched(data="")),
    ),
    "refuses-custom-data": Misbehaviour("refuses commands with customData", (), answer=_refused_if_custom),
    "monitor-results-missing": Misbehaviour(
        "leaves results out of its answer to SetVariableMonitoring",
        ("N07",),
        answer=answers("SetVariableMonitoring", _doubled("setMonitoringResult")),
    ),
    "event-without-monitor": Misbehaviour(
        "leaves variableMonitoringId out of events",
        ("N08",),
        acts=sends("NotifyEvent", in_list("eventData", patched(variableMonitoringId=None))),
    ),
    "threshold-never-cleared": Misbehaviour(
        "does not report that a threshold is no longer exceeded",
        ("N09",),
        acts=sends("NotifyEvent", never, _is_cleared),
    ),
    **chain("NotifyMonitoringReport", "monitoring-report", "N10", "V10"),
    "old-list-accepted": Misbehaviour(
        "accepts an old local list", ("D01",), answer=answers("SendLocalList", instead("VersionMismatch", "Accepted"))
    ),
    "wrong-list-version": Misbehaviour(
        "returns another version of its local list",
        ("D02",),
        answer=answers("GetLocalListVersion", always(versionNumber=4711)),
    ),
    **chain("ReportChargingProfiles", "charging-profiles-report", "K01"),
    "schedule-missing": Misbehaviour(
        "accepts GetCompositeSchedule without a schedule",
        ("K02",),
        answer=answers("GetCompositeSchedule", always(status="Accepted")),
    ),
    "profile-always-accepted": Misbehaviour(
        "accepts every charging profile", ("K04",), answer=answers("SetChargingProfile", always(status="Accepted"))
    ),
    "reservation-never-expires": Misbehaviour(
        "does not report that a reservation expired", ("H01",), acts=sends("ReservationStatusUpdate", never)
    ),
    "wrong-reservation-id": Misbehaviour(
        "reports the end of a reservation that does not exist",
        ("H03", "H01"),
        acts=sends("ReservationStatusUpdate", counted("reservationId", lambda number: number + 1000)),
    ),
    "reservation-over-twice": Misbehaviour(
        "reports the end of a reservation twice",
        ("H03",),
        acts=adds("ReservationStatusUpdate", lambda payload: Send("ReservationStatusUpdate", payload)),
    ),
    "other-reservation-id": Misbehaviour(
        "uses a reservation that does not exist",
        ("H03",),
        acts=sends("TransactionEvent", patched(reservationId=4711), has(eventType="Started")),
    ),
    "reservation-not-reported": Misbehaviour(
        "does not report a reserved connector", ("H02",), acts=sends(STATUS, never, has(connectorStatus="Reserved"))
    ),
    **chain("NotifyDisplayMessages", "display-messages-report", "O01"),
    "transfer-accepted": Misbehaviour(
        "accepts data of unknown vendors",
        ("P01",),
        answer=answers("DataTransfer", always(status="Accepted")),
    ),
    "slot-accepted": Misbehaviour(
        "accepts every network profile", ("V20",), answer=answers("SetNetworkProfile", always(status="Accepted"))
    ),
    "slot-forgotten": Misbehaviour(
        "accepts network profiles and does not store them", (), effect=ignores("SetNetworkProfile")
    ),
    "status-by-event": Misbehaviour(
        "reports statuses by NotifyEvent with the trigger Alerting", ("G07",), acts=_reports_by_event
    ),
    "late-schedule": Misbehaviour(
        "the composite schedule starts at 10 seconds",
        ("K03",),
        answer=answers("GetCompositeSchedule", lambda _, right: _shifted(right)),
    ),
}
