"""Wrong answers to commands, and wrong ways to do what they ask (checks G, F, L, N, C, D, K, H, O and P)."""

from typing import Any

from mock_csms.protocol.actions import Json
from mock_csms.station.cues import Send
from mock_csms.station.misbehaviour import Answer, Kinds, Misbehaviour, adds, answers, has, never, patched, sends

STATUS, FIRMWARE, LOG = "StatusNotification", "FirmwareStatusNotification", "LogStatusNotification"


def _always(**answer: Any) -> Any:
    return lambda *_: answer


def _instead(of: str, status: str) -> Any:
    """Answer with a status where another one is right."""

    def change(_: Json, right: Answer) -> Answer:
        return right | {"status": status} if isinstance(right, dict) and right.get("status") == of else right

    return change


def _without(*keys: str) -> Any:
    return lambda _, right: {k: v for k, v in right.items() if k not in keys} if isinstance(right, dict) else right


def _doubled(key: str) -> Any:
    """Give every result twice."""
    return lambda _, right: right | {key: right[key] * 2} if isinstance(right, dict) else right


def _other_id(payload: Json) -> Json:
    return payload | {"requestId": payload["requestId"] + 1} if "requestId" in payload else payload


def _chain(action: str, name: str, check: str) -> Kinds:
    """Return the ways in which the parts of a report can be wrong."""
    return {
        f"wrong-{name}-id": Misbehaviour(f"{action} has another requestId", (check,), acts=sends(action, _other_id)),
        f"{name}-never-ends": Misbehaviour(
            f"every {action} says that more will come", (check,), acts=sends(action, patched(tbc=True))
        ),
        f"no-{name}": Misbehaviour(f"sends no {action}", (check, "F02"), acts=sends(action, never)),
    }


def _reason(action: str, status: str, wrong: str) -> Any:
    return answers(action, _instead(status, wrong))


KINDS: Kinds = {
    "no-status-report": Misbehaviour(
        "does not report a connector that becomes Unavailable",
        ("G01", "G04"),
        acts=sends(STATUS, never, has(connectorStatus="Unavailable")),
    ),
    "availability-rejected": Misbehaviour(
        "rejects every ChangeAvailability",
        ("G02", "G03"),
        answer=answers("ChangeAvailability", _always(status="Rejected")),
    ),
    "availability-at-once": Misbehaviour(
        "says Accepted where it waits for a transaction",
        ("G03",),
        answer=_reason("ChangeAvailability", "Scheduled", "Accepted"),
    ),
    "reports-other-connectors": Misbehaviour(
        "reports a second connector with an occupied one",
        ("G05",),
        acts=adds(
            STATUS, lambda p: Send(STATUS, p | {"connectorId": p["connectorId"] + 1}), has(connectorStatus="Occupied")
        ),
    ),
    "unlocks-anything": Misbehaviour(
        "unlocks connectors that it does not have",
        ("G08",),
        answer=answers("UnlockConnector", _always(status="Unlocked")),
    ),
    "no-triggered-message": Misbehaviour(
        "accepts a trigger, and sends nothing",
        ("F02",),
        acts=lambda at, right: [] if _is(at.told, "TriggerMessage") else right,
    ),
    "trigger-first-evse-only": Misbehaviour(
        "reports one EVSE of all that were asked for",
        ("F03",),
        acts=lambda at, right: right[:1] if _is(at.told, "TriggerMessage") else right,
    ),
    "boots-when-triggered": Misbehaviour(
        "accepts the trigger of a boot although it is accepted",
        ("F04",),
        answer=_reason("TriggerMessage", "Rejected", "Accepted"),
    ),
    "trigger-rejected": Misbehaviour(
        "rejects triggers that it does not have",
        ("F05",),
        answer=_reason("TriggerMessage", "NotImplemented", "Rejected"),
    ),
    "wrong-idle-status": Misbehaviour(
        "says Uploaded and Installed when nothing runs",
        ("F06",),
        acts=lambda at, right: sends(LOG, patched(status="Uploaded"), has(status="Idle"))(
            at, sends(FIRMWARE, patched(status="Installed"), has(status="Idle"))(at, right)
        ),
    ),
    "wrong-firmware-id": Misbehaviour(
        "firmware statuses have another requestId", ("L01",), acts=sends(FIRMWARE, _other_id)
    ),
    "no-firmware-id": Misbehaviour(
        "firmware statuses have no requestId", ("L01",), acts=sends(FIRMWARE, patched(requestId=None))
    ),
    "firmware-out-of-order": Misbehaviour(
        "is Installed before it has downloaded",
        ("L02",),
        acts=sends(FIRMWARE, patched(status="Installed"), has(status="Downloading")),
    ),
    "no-firmware-event": Misbehaviour(
        "does not tell of new firmware",
        ("L05",),
        acts=sends("SecurityEventNotification", never, has(type="FirmwareUpdated")),
    ),
    "firmware-always-accepted": Misbehaviour(
        "accepts a second update", ("L07",), answer=answers("UpdateFirmware", _always(status="Accepted"))
    ),
    "no-log-name": Misbehaviour(
        "accepts a log without naming the file", ("N01",), answer=answers("GetLog", _without("filename"))
    ),
    "wrong-log-id": Misbehaviour("log statuses have another requestId", ("N02",), acts=sends(LOG, _other_id)),
    "no-upload": Misbehaviour(
        "is Uploaded without Uploading", ("N03",), acts=sends(LOG, never, has(status="Uploading"))
    ),
    "upload-never-ends": Misbehaviour("never ends an upload", ("N03",), acts=sends(LOG, never, has(status="Uploaded"))),
    **_chain("NotifyCustomerInformation", "customer-information", "N05"),
    "customer-not-named": Misbehaviour(
        "accepts a customer that nobody named", ("N06",), answer=_reason("CustomerInformation", "Invalid", "Accepted")
    ),
    "monitor-results-missing": Misbehaviour(
        "leaves monitors out of its answer",
        ("N07",),
        answer=answers("SetVariableMonitoring", _doubled("setMonitoringResult")),
    ),
    "event-without-monitor": Misbehaviour(
        "does not name the monitor of an event",
        ("N08",),
        acts=sends(
            "NotifyEvent", lambda p: p | {"eventData": [patched(variableMonitoringId=None)(e) for e in p["eventData"]]}
        ),
    ),
    "threshold-never-cleared": Misbehaviour(
        "does not tell that a threshold is cleared",
        ("N09",),
        acts=sends("NotifyEvent", never, lambda p: any(event.get("cleared") for event in p["eventData"])),
    ),
    **_chain("NotifyMonitoringReport", "monitoring-report", "N10"),
    "certificates-without-list": Misbehaviour(
        "has certificates, and lists none",
        ("C01",),
        answer=answers("GetInstalledCertificateIds", _without("certificateHashDataChain")),
    ),
    "certificate-not-installed": Misbehaviour(
        "accepts certificates that it does not install",
        ("C02", "C04"),
        answer=answers("InstallCertificate", _always(status="Accepted")),
    ),
    "certificate-not-deleted": Misbehaviour(
        "accepts to delete certificates that it does not have",
        ("C03",),
        answer=answers("DeleteCertificate", _always(status="Accepted")),
    ),
    "certificate-always-accepted": Misbehaviour(
        "accepts any signed certificate",
        ("S07", "S08"),
        answer=answers("CertificateSigned", _always(status="Accepted")),
        acts=sends("SecurityEventNotification", never, has(type="InvalidChargingStationCertificate")),
    ),
    "no-csr": Misbehaviour(
        "accepts the trigger of a CSR, and sends none", ("S06",), acts=sends("SignCertificate", never)
    ),
    "bad-csr": Misbehaviour("sends a CSR that is none", ("S06",), acts=sends("SignCertificate", patched(csr="MOCK"))),
    "old-list-accepted": Misbehaviour(
        "accepts an old local list", ("D01",), answer=_reason("SendLocalList", "VersionMismatch", "Accepted")
    ),
    "wrong-list-version": Misbehaviour(
        "tells another version of its local list",
        ("D02",),
        answer=answers("GetLocalListVersion", _always(versionNumber=4711)),
    ),
    **_chain("ReportChargingProfiles", "charging-profiles-report", "K01"),
    "schedule-missing": Misbehaviour(
        "accepts to compute a schedule, and tells none",
        ("K02",),
        answer=answers("GetCompositeSchedule", _always(status="Accepted")),
    ),
    "profile-always-accepted": Misbehaviour(
        "accepts every charging profile", ("K04",), answer=answers("SetChargingProfile", _always(status="Accepted"))
    ),
    "reservation-never-expires": Misbehaviour(
        "does not tell that a reservation expired", ("H01",), acts=sends("ReservationStatusUpdate", never)
    ),
    "reservation-not-reported": Misbehaviour(
        "does not report a reserved connector", ("H02",), acts=sends(STATUS, never, has(connectorStatus="Reserved"))
    ),
    **_chain("NotifyDisplayMessages", "display-messages-report", "O01"),
    "transfer-accepted": Misbehaviour(
        "accepts data of vendors that it does not know",
        ("P01",),
        answer=answers("DataTransfer", _always(status="Accepted")),
    ),
    "slot-accepted": Misbehaviour(
        "accepts every network profile", ("V20",), answer=answers("SetNetworkProfile", _always(status="Accepted"))
    ),
}


def _is(told: Any, action: str) -> bool:
    """Whether the station was told a command of that action."""
    return isinstance(told, tuple) and told[0] == action
