"""The symptoms of wrong variables, reports, certificates and security events (checks V, S and C)."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from cryptography import x509

from tests.station.seen import (
    Log,
    after,
    answers,
    calls,
    results,
    security_events,
    sent,
)
from tests.station.symptoms.wire import Symptom, credentials

EVENTS = {"StartupOfTheDevice", "ResetOrReboot", "FirmwareUpdated", "InvalidChargingStationCertificate"}
EVENTS |= {"InvalidFirmwareSignature", "InvalidFirmwareSigningCertificate"}
FIRMWARE, LOG = "FirmwareStatusNotification", "LogStatusNotification"
UNKNOWN = {"UnknownComponent", "UnknownVariable", "NotSupportedAttributeType", "Rejected"}


def named(item: Any) -> str:
    """Return the name of what is asked for or answered."""
    return f"{item['component']['name']}.{item['variable']['name']}"


def reported(log: Log) -> list[Any]:
    """Return all variables of all reports."""
    return [each for report in sent(log, "NotifyReport") for each in report["reportData"]]


def report_of(log: Log, base: str) -> list[Any]:
    """Return the variables of one report."""
    ids = {entry.given["requestId"] for entry in answers(log, "GetBaseReport") if entry.given["reportBase"] == base}
    return [each for report in sent(log, "NotifyReport") if report["requestId"] in ids for each in report["reportData"]]


def mutabilities(variable: Any) -> set[Any]:
    """Return how the values of a variable can be changed."""
    return {attribute.get("mutability") for attribute in variable["variableAttribute"]}


def numbers(log: Log) -> list[list[int]]:
    """Return the seqNo of the parts of each report."""
    found: dict[int, list[int]] = {}
    for part in sent(log, "NotifyReport"):
        found.setdefault(part["requestId"], []).append(part["seqNo"])
    return list(found.values())


def is_request(text: str) -> bool:
    """Whether a text is a certificate signing request."""
    try:
        return x509.load_pem_x509_csr(text.encode()).is_signature_valid
    except ValueError:
        return False


def lists(log: Log) -> list[int]:
    """Return how many certificates each list has."""
    found = answers(log, "GetInstalledCertificateIds")
    return [len(entry.what.get("certificateHashDataChain", [])) for entry in found]


def gaps(log: Log, action: str) -> list[float]:
    """Return the seconds between the calls of an action."""
    return [two.at - one.at for one, two in pairwise(calls(log, action))]


def chain(log: Log, command: str, action: str, ends: bool = True) -> bool:
    """Whether parts of reports are missing, are of nobody's request, or never end."""
    accepted = {entry.given["requestId"] for entry in answers(log, command, "Accepted")}
    parts: dict[int, list[Any]] = {number: [] for number in accepted}
    for part in sent(log, action):
        parts.setdefault(part["requestId"], []).append(part)
    if parts.keys() - accepted:
        return True
    return ends and any(not each or each[-1].get("tbc", False) for each in parts.values())


def triggered(log: Log, status: str, *names: str) -> list[Any]:
    """Return the triggers that were answered so."""
    return [
        entry
        for entry in answers(log, "TriggerMessage", status)
        if not names or entry.given["requestedMessage"] in names
    ]


def follows(log: Log, entry: Any) -> list[Any]:
    """Return the payloads that a trigger has brought about."""
    name = entry.given["requestedMessage"].replace("SignChargingStationCertificate", "SignCertificate")
    return [call.what for call in calls(after(log, entry), name) if call.at < entry.at + 0.5]


def names(log: Log, action: str) -> list[str]:
    """Return the statuses that an action has told."""
    return [payload["status"] for payload in sent(log, action)]


VARIABLES: Mapping[str, Symptom] = {
    "V01": lambda log: any(
        len(entry.given["getVariableData"]) != len(entry.what["getVariableResult"])
        for entry in answers(log, "GetVariables")
    ),
    "V02": lambda log: any(
        (item["component"], item["variable"]) != (result["component"], result["variable"])
        for action in ("GetVariables", "SetVariables")
        for item, result in results(log, action)
    ),
    "V03": lambda log: any(
        item.get("attributeType", "Actual") != result.get("attributeType", "Actual")
        for item, result in results(log, "GetVariables")
    ),
    "V04": lambda log: any(
        named(item).endswith("Nothing") and result["attributeStatus"] not in UNKNOWN
        for action in ("GetVariables", "SetVariables")
        for item, result in results(log, action)
    ),
    "V05": lambda log: any(
        (result["attributeStatus"] == "Accepted") is not ("attributeValue" in result)
        for _, result in results(log, "GetVariables")
    ),
    "V06": lambda log: any(
        named(item).endswith("Password") and "attributeValue" in result for item, result in results(log, "GetVariables")
    ),
    "V07": lambda log: any(
        named(item).endswith("OfflineThreshold") and result.get("attributeValue", "77") != "77"
        for item, result in results(log, "GetVariables")
    ),
    "V08": lambda log: any(
        item["attributeValue"] in ("-5", "5") and result["attributeStatus"] == "Accepted"
        for item, result in results(log, "SetVariables")
    ),
    "V09": lambda log: any(entry.what["status"] != "Accepted" for entry in answers(log, "GetBaseReport")),
    "V10": lambda log: (
        any(report["requestId"] not in (10, 11, 12, 20) for report in sent(log, "NotifyReport"))
        or chain(log, "GetMonitoringReport", "NotifyMonitoringReport", ends=False)
    ),
    "V11": lambda log: any(told != list(range(len(told))) for told in numbers(log)),
    "V12": lambda log: (
        bool([*answers(log, "GetBaseReport", "Accepted"), *answers(log, "GetReport", "Accepted")])
        and (not sent(log, "NotifyReport") or sent(log, "NotifyReport")[-1]["tbc"])
    ),
    "V13": lambda log: answers(log, "GetBaseReport", "NotSupported") and sent(log, "NotifyReport"),
    "V14": lambda log: any("variableCharacteristics" not in variable for variable in reported(log)),
    "V15": lambda log: any(mutabilities(v) == {"ReadOnly"} for v in report_of(log, "ConfigurationInventory")),
    "V16": lambda log: 0 < len(report_of(log, "FullInventory")) < 20,
    "V17": lambda log: any(
        "WriteOnly" in mutabilities(variable) and "value" in str(variable["variableAttribute"])
        for variable in reported(log)
    ),
    "V18": lambda log: any(
        len({str((each["component"], each["variable"])) for each in report["reportData"]}) < len(report["reportData"])
        for report in sent(log, "NotifyReport")
    ),
    "V20": lambda log: answers(log, "SetNetworkProfile", "Accepted"),
}

SECURITY: Mapping[str, Symptom] = {
    "S01": lambda log: set(security_events(log)) - EVENTS,
    "S02": lambda log: (
        "InvalidSignature" in names(log, FIRMWARE) and "InvalidFirmwareSignature" not in security_events(log)
    ),
    "S05": lambda log: (
        answers(log, "SetVariables") and len(credentials(log)) > 1 and credentials(log)[-1][1] != "a-new-password-1"
    ),
    "S06": lambda log: any(
        not [each for each in follows(log, entry) if is_request(each["csr"])]
        for entry in triggered(log, "Accepted", "SignChargingStationCertificate")
    ),
    "S07": lambda log: answers(log, "CertificateSigned", "Accepted"),
    "S08": lambda log: (
        answers(log, "CertificateSigned") and "InvalidChargingStationCertificate" not in security_events(log)
    ),
    "S09": lambda log: min(gaps(log, "SignCertificate"), default=30) < 30 or len(gaps(log, "SignCertificate")) > 4,
    "S10": lambda log: any(
        calls(after(log, entry), "SignCertificate") for entry in answers(log, "CertificateSigned", "Rejected")
    ),
    "C01": lambda log: any(
        "certificateHashDataChain" not in entry.what for entry in answers(log, "GetInstalledCertificateIds", "Accepted")
    ),
    "C02": lambda log: len(answers(log, "InstallCertificate", "Accepted")) > max(lists(log), default=9),
    "C03": lambda log: len(answers(log, "DeleteCertificate", "Accepted")) > 1,
    "C04": lambda log: len(answers(log, "InstallCertificate", "Accepted")) > 1,
}

SYMPTOMS: Mapping[str, Symptom] = {**VARIABLES, **SECURITY}
"""The symptoms by the id of the check."""
