"""The symptoms of wrong answers to commands, and of wrong ways to do them (checks G, F, L, N, D, K, H, O and P)."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.station.seen import (
    Log,
    after,
    answers,
    calls,
    seconds,
    security_events,
    sent,
    statuses,
)
from tests.station.symptoms.variables import FIRMWARE, chain, follows, names, triggered
from tests.station.symptoms.wire import Symptom

LOG = "LogStatusNotification"


def chain_of(command: str, action: str) -> Symptom:
    """Return the symptom of wrong parts."""
    return lambda log: chain(log, command, action)


def wrong_ids(log: Log, command: str, action: str) -> bool:
    """Whether statuses are of nobody's request, or do not say whose."""
    ids = {entry.given["requestId"] for entry in answers(log, command)}
    return any(p.get("requestId") not in ids for p in sent(log, action) if p["status"] != "Idle")


def is_before(late: str, early: str, told: list[str]) -> bool:
    """Whether one status is told before another one, or without it."""
    return late in told and early not in told[: told.index(late)]


def not_scheduled(log: Log) -> bool:
    """Whether firmware is downloaded before its time, or is not said to be scheduled."""
    for entry in answers(log, "UpdateFirmware"):
        wait = seconds(entry.given["firmware"]["retrieveDateTime"]) - entry.at
        told = [call for call in calls(after(log, entry), FIRMWARE) if call.at < entry.at + wait]
        if wait > 1 and "DownloadScheduled" not in [call.what["status"] for call in told]:
            return True
    return False


def availability(log: Log, evse: int, at: int = 0) -> str:
    """Return how a ChangeAvailability of an EVSE was answered."""
    found = [e.what["status"] for e in answers(log, "ChangeAvailability") if e.given.get("evse", {}).get("id") == evse]
    return str(found[at]) if len(found) > at else ""


def closed(log: Log, evse: int) -> set[int]:
    """Return the connectors of an EVSE that were told to be Unavailable."""
    return {connector for number, connector in statuses(log, "Unavailable") if number == evse}


def repeats_occupied(log: Log) -> bool:
    """Whether both connectors of an EVSE are occupied."""
    return any(connector > 1 for _, connector in statuses(log, "Occupied"))


def is_wrongly_given(log: Log, command: str, wrong: Callable[[Any], Any], status: str = "Accepted") -> bool:
    """Whether a command is answered with a status where its request is a wrong one."""
    return any(wrong(entry.given) for entry in answers(log, command, status))


def is_bad_root(request: Any) -> bool:
    """Whether a certificate is one that must not be installed."""
    return not request["certificate"].startswith("-----BEGIN") or "EXPIRED" in request["certificate"]


def periods(log: Log) -> list[list[int]]:
    """Return when the periods of each composite schedule begin."""
    found = [entry.what.get("schedule", {}) for entry in answers(log, "GetCompositeSchedule", "Accepted")]
    return [[period["startPeriod"] for period in schedule.get("chargingSchedulePeriod", [])] for schedule in found]


SYMPTOMS: Mapping[str, Symptom] = {
    "G01": lambda log: availability(log, 2) == "Accepted" and not closed(log, 2),
    "G02": lambda log: availability(log, 2, 1) not in ("", "Accepted"),
    "G03": lambda log: (
        availability(log, 1) not in ("", "Scheduled") or bool(availability(log, 1)) > bool(closed(log, 1))
    ),
    "G05": repeats_occupied,
    "G07": lambda log: any(
        event["trigger"] != "Delta" and event["variable"]["name"] == "AvailabilityState"
        for payload in sent(log, "NotifyEvent")
        for event in payload["eventData"]
    ),
    "G08": lambda log: is_wrongly_given(log, "UnlockConnector", lambda request: request["evseId"] == 9, "Unlocked"),
    "F02": lambda log: any(not follows(log, entry) for entry in triggered(log, "Accepted")),
    "F03": lambda log: any(
        len({each["evseId"] for each in follows(log, entry)}) < 2
        for entry in triggered(log, "Accepted", "StatusNotification", "MeterValues")
        if "evse" not in entry.given and len({evse for evse, _ in statuses(log, "Available")}) > 1
    ),
    "F04": lambda log: triggered(log, "Accepted", "BootNotification"),
    "F05": lambda log: triggered(log, "Rejected", "SignV2GCertificate"),
    "F06": lambda log: any(
        payload["status"] != "Idle" for payload in sent(log, LOG, FIRMWARE) if "requestId" not in payload
    ),
    "L01": lambda log: wrong_ids(log, "UpdateFirmware", FIRMWARE),
    "L02": lambda log: is_before("Installed", "Installing", names(log, FIRMWARE)),
    "L03": not_scheduled,
    "L04": lambda log: (
        is_wrongly_given(
            log, "UpdateFirmware", lambda request: "signature" in request["firmware"] and request["requestId"] == 50
        )
        or ("SignatureVerified" in names(log, FIRMWARE) and "Installed" not in names(log, FIRMWARE))
    ),
    "L05": lambda log: (
        ("Installed" in names(log, FIRMWARE) and "FirmwareUpdated" not in security_events(log))
        or ("InvalidSignature" in names(log, FIRMWARE) and "InvalidFirmwareSignature" not in security_events(log))
    ),
    "L06": lambda log: (
        "Installing" in names(log, FIRMWARE) and bool(sent(log, "TransactionEvent")) and not closed(log, 2)
    ),
    "L07": lambda log: len(answers(log, "UpdateFirmware", "Accepted")) > 1 and not answers(log, "InstallCertificate"),
    "N01": lambda log: any("filename" not in entry.what for entry in answers(log, "GetLog", "Accepted")),
    "N02": lambda log: wrong_ids(log, "GetLog", LOG),
    "N03": lambda log: bool(answers(log, "GetLog")) and names(log, LOG) != ["Uploading", "Uploaded"],
    "N05": chain_of("CustomerInformation", "NotifyCustomerInformation"),
    "N06": lambda log: is_wrongly_given(log, "CustomerInformation", lambda request: "idToken" not in request),
    "N07": lambda log: any(
        len(entry.given["setMonitoringData"]) != len(entry.what["setMonitoringResult"])
        for entry in answers(log, "SetVariableMonitoring")
    ),
    "N08": lambda log: any(
        "variableMonitoringId" not in event
        for payload in sent(log, "NotifyEvent")
        for event in payload["eventData"]
        if event["eventNotificationType"] == "CustomMonitor"
    ),
    "N09": lambda log: bool(answers(log, "SetVariableMonitoring")) and "cleared" not in str(sent(log, "NotifyEvent")),
    "N10": chain_of("GetMonitoringReport", "NotifyMonitoringReport"),
    "D01": lambda log: is_wrongly_given(log, "SendLocalList", lambda request: request["versionNumber"] == 4),
    "D02": lambda log: any(entry.what["versionNumber"] not in (4, 5) for entry in answers(log, "GetLocalListVersion")),
    "K01": chain_of("GetChargingProfiles", "ReportChargingProfiles"),
    "K02": lambda log: any("schedule" not in e.what for e in answers(log, "GetCompositeSchedule", "Accepted")),
    "K03": lambda log: any(told[:1] not in ([], [0]) for told in periods(log)),
    "K04": lambda log: is_wrongly_given(log, "SetChargingProfile", lambda request: request["evseId"] == 9),
    "H01": lambda log: len(answers(log, "ReserveNow", "Accepted")) > 1 and not sent(log, "ReservationStatusUpdate"),
    "H02": lambda log: answers(log, "ReserveNow", "Accepted") and not statuses(log, "Reserved"),
    "O01": chain_of("GetDisplayMessages", "NotifyDisplayMessages"),
    "P01": lambda log: answers(log, "DataTransfer", "Accepted"),
}
"""The symptoms by the id of the check."""
