"""Scenarios in which the CSMS sends the station every command."""

from collections.abc import Callable, Mapping
from typing import Any

from mock_csms.behavior.templates import rfc3339
from mock_csms.protocol.actions import Json
from mock_csms.protocol.v2.fragments import TOKEN as DEFAULT_TOKEN
from mock_csms.station.cues import Plugged, Presented, Unplugged
from tests.station.authority import Authority, ec_key, signature
from tests.station.play import TOKEN
from tests.station.scenarios import Begin, charge, transaction
from tests.station.stage import Stage

ROOT, OTHER = Authority("Root"), Authority("Other")
ROOT_OF_CSMS = "CSMSRootCertificate"
URL = "https://firmware.invalid/2.0"
SIGNER = ROOT.issue("Signer", ec_key("Signer").public_key())
SIGNATURE = signature(ec_key("Signer"), URL.encode())
EXPIRED = ROOT.expired_root()
STRANGER = OTHER.issue("Stranger", ec_key("Stranger").public_key())


def item(component: str, variable: str, **more: Any) -> Json:
    """Return an item of GetVariables or SetVariables."""
    return {"component": {"name": component}, "variable": {"name": variable}, **more}


THRESHOLD = item("OCPPCommCtrlr", "OfflineThreshold")
PASSWORD = item("SecurityCtrlr", "BasicAuthPassword")


def assign(stage: Stage, *items: Json) -> None:
    """Set variables."""
    stage.command("SetVariables", {"setVariableData": list(items)})


def get_and_set(begin: Begin) -> None:
    """Existing and unknown variables are read, set, and read again."""
    stage = begin().connect()
    asked = [
        THRESHOLD,
        PASSWORD,
        THRESHOLD | {"attributeType": "MinSet"},
        item("Nobody", "Nothing"),
        item("OCPPCommCtrlr", "Nothing"),
        item("SampledDataCtrlr", "SignReadings"),
    ]
    assign(
        stage,
        THRESHOLD | {"attributeValue": "77"},
        THRESHOLD | {"attributeValue": "-5"},
        item("OCPPCommCtrlr", "MessageTimeout", attributeValue="5"),
        item("Nobody", "Nothing", attributeValue="5"),
    )
    stage.command("GetVariables", {"getVariableData": asked})
    stage.command("GetVariables", {"getVariableData": [THRESHOLD], "customData": {"vendorId": "org.example"}})
    charge(stage, seconds=5)


def password(begin: Begin) -> None:
    """The password is changed, and the station reconnects."""
    stage = begin().connect()
    assign(stage, PASSWORD | {"attributeValue": "a-new-password-1"})
    stage.settle().wait(5)


def reports(begin: Begin) -> None:
    """All reports are requested, and one of an unknown component."""
    stage = begin().connect()
    for number, base in enumerate(("FullInventory", "ConfigurationInventory", "SummaryInventory")):
        stage.command("GetBaseReport", {"requestId": 10 + number, "reportBase": base})
    stage.command("GetReport", {"requestId": 20, "componentVariable": [THRESHOLD]})
    stage.command("GetReport", {"requestId": 21, "componentVariable": [item("Nobody", "Nothing")]})
    stage.wait(40)


def monitors(begin: Begin) -> None:
    """A threshold is monitored, exceeded, cleared, and reported."""
    stage = begin().connect()
    threshold = THRESHOLD | {"type": "UpperThreshold", "severity": 5, "value": 100}
    stage.command("SetVariableMonitoring", {"setMonitoringData": [threshold]})
    for value in ("200", "50"):
        assign(stage, THRESHOLD | {"attributeValue": value})
    stage.command("GetMonitoringReport", {"requestId": 30})
    stage.command("GetMonitoringReport", {"requestId": 31, "monitoringCriteria": ["DeltaMonitoring"]})
    stage.wait(40)


def availability(begin: Begin) -> None:
    """EVSEs are set Inoperative, with and without a transaction, and stay so after a reboot."""
    stage = begin(evses=2, connectors=2).connect()
    stage.tell(Plugged(1), Presented(TOKEN, 1)).wait(5)
    for evse in (1, 2, 2):
        stage.command("ChangeAvailability", {"operationalStatus": "Inoperative", "evse": {"id": evse}})
    stage.wait(40).tell(Presented(TOKEN, 1), Unplugged(1)).wait(5)
    stage.command("RequestStartTransaction", {"evseId": 1, "remoteStartId": 1, "idToken": TOKEN})
    stage.command("Reset", {"type": "Immediate"})
    stage.settle()
    stage.command("ChangeAvailability", {"operationalStatus": "Operative", "evse": None})


def closes(begin: Begin) -> None:
    """The whole station is set Inoperative during a long transaction on one EVSE: the other one closes at once."""
    stage = begin(evses=2).connect().tell(Plugged(1), Presented(TOKEN, 1)).wait(5)
    stage.command("ChangeAvailability", {"operationalStatus": "Inoperative", "evse": None})
    stage.wait(90).tell(Presented(TOKEN, 1), Unplugged(1)).wait(40)
    stage.command("ChangeAvailability", {"operationalStatus": "Operative", "evse": None})


def closed(begin: Begin) -> None:
    """A driver wants to charge at an Inoperative EVSE, also after a reboot."""
    stage = begin(evses=1).connect()
    stage.command("ChangeAvailability", {"operationalStatus": "Inoperative", "evse": {"id": 1}})
    stage.wait(40).tell(Presented(TOKEN, 1)).wait(5).command("Reset", {"type": "Immediate"})
    stage.settle()
    stage.wait(5).tell(Presented(TOKEN, 1)).wait(5)
    stage.command("ChangeAvailability", {"operationalStatus": "Operative", "evse": None})
    charge(stage, seconds=5)


def locks(begin: Begin) -> None:
    """Connectors are unlocked: a free one, one in use, and an unknown one."""
    stage = begin().connect()
    stage.command("UnlockConnector", {"evseId": 1, "connectorId": 1})
    stage.command("UnlockConnector", {"evseId": 9, "connectorId": 1})
    stage.tell(Plugged(1), Presented(TOKEN, 1)).command("UnlockConnector", {"evseId": 1, "connectorId": 1})


def triggers(begin: Begin) -> None:
    """Every message is triggered for all EVSEs during a transaction."""
    stage = begin(evses=2).connect()
    stage.tell(Plugged(1), Presented(TOKEN, 1)).wait(5)
    names = "BootNotification Heartbeat StatusNotification MeterValues TransactionEvent LogStatusNotification"
    names += " FirmwareStatusNotification SignChargingStationCertificate SignV2GCertificate"
    for name in names.split():
        stage.wait(2).command("TriggerMessage", {"requestedMessage": name})
    stage.command("TriggerMessage", {"requestedMessage": "StatusNotification", "evse": {"id": 9}})
    stage.wait(40)


def update(stage: Stage, number: int, wait: float = 0.0, /, **firmware: Any) -> None:
    """Send UpdateFirmware."""
    at = rfc3339(stage.now + wait)
    firmware = {"location": URL, "retrieveDateTime": at, "installDateTime": None} | firmware
    stage.command("UpdateFirmware", {"requestId": number, "firmware": firmware})


def firmware(begin: Begin) -> None:
    """An update is scheduled, requested again, and installed when no transaction runs."""
    stage = begin(evses=2).connect()
    stage.tell(Plugged(1), Presented(TOKEN, 1)).wait(5)
    update(stage, 40, 20.0)
    stage.wait(5)
    update(stage, 41, 20.0)
    stage.wait(70).tell(Presented(TOKEN, 1), Unplugged(1)).wait(5)
    stage.settle()
    stage.wait(20)


def bad_firmware(begin: Begin) -> None:
    """Firmware has an invalid signer, or a wrong signature that is found while the station is offline."""
    stage = begin().connect()
    stage.command("InstallCertificate", {"certificateType": "ManufacturerRootCertificate", "certificate": ROOT.root})
    update(stage, 50, signingCertificate=STRANGER, signature=SIGNATURE)
    update(stage, 51, signingCertificate=SIGNER, signature=SIGNATURE[::-1])
    stage.wait(1).lose().wait(10).connect().wait(40)


def signed_firmware(begin: Begin) -> None:
    """Firmware has a valid signature, and is installed later than it is downloaded."""
    stage = begin().connect()
    stage.command("InstallCertificate", {"certificateType": "ManufacturerRootCertificate", "certificate": ROOT.root})
    good = {"signingCertificate": SIGNER, "signature": SIGNATURE}
    update(stage, 52, installDateTime=rfc3339(stage.now + 20), **good)
    stage.wait(25).settle()
    stage.wait(40)


def publishing(begin: Begin) -> None:
    """Firmware is published for other stations."""
    stage = begin().connect()
    stage.command("PublishFirmware", {"requestId": 55})
    stage.wait(60).command("TriggerMessage", {"requestedMessage": "PublishFirmwareStatusNotification"})
    stage.wait(40)


def logs(begin: Begin) -> None:
    """A log is uploaded."""
    stage = begin().connect()
    stage.command("GetLog", {"requestId": 61})
    stage.wait(400)


def cancelled_log(begin: Begin) -> None:
    """A log is asked for while another one is uploaded."""
    stage = begin().connect()
    stage.command("GetLog", {"requestId": 62})
    stage.command("GetLog", {"requestId": 63})
    stage.wait(400)


def customers(begin: Begin) -> None:
    """Customer information is requested for a known customer, cleared, and requested without a customer."""
    stage = begin().connect().tell(Presented(TOKEN, 1)).wait(5)
    named = {"requestId": 70, "report": True, "clear": False, "customerIdentifier": None, "idToken": TOKEN}
    stage.command("CustomerInformation", named)
    stage.command("CustomerInformation", named | {"requestId": 72, "clear": True})
    stage.command("CustomerInformation", named | {"requestId": 73})
    stage.command("CustomerInformation", named | {"requestId": 71, "idToken": None, "customerIdentifier": None})
    stage.wait(40)


def certificates(begin: Begin) -> None:
    """Certificates are installed, listed and deleted; broken, expired and unknown ones too."""
    stage = begin().connect()
    for pem in (ROOT.root, EXPIRED, "no certificate"):
        stage.command("InstallCertificate", {"certificateType": ROOT_OF_CSMS, "certificate": pem})
        stage.command("GetInstalledCertificateIds", {"certificateType": None})
    for hash_data in (OTHER.hash_data(), ROOT.hash_data()):
        stage.command("DeleteCertificate", {"certificateHashData": hash_data})
        stage.command("GetInstalledCertificateIds", {"certificateType": [ROOT_OF_CSMS]})


def signing(begin: Begin) -> None:
    """The station requests a certificate, gets none, and then an invalid one."""
    stage = begin().connect()
    stage.command("TriggerMessage", {"requestedMessage": "SignChargingStationCertificate"})
    stage.wait(1500).command("CertificateSigned", {"certificateChain": STRANGER})
    stage.wait(40)


def local_list(begin: Begin) -> None:
    """The local list is sent, then one with an old version."""
    stage = begin().connect()
    stage.command("SendLocalList", {"versionNumber": 5})
    old = [{"idToken": DEFAULT_TOKEN, "idTokenInfo": {"status": "Blocked"}}]
    stage.command("SendLocalList", {"versionNumber": 4, "updateType": "Differential", "localAuthorizationList": old})
    stage.command("GetLocalListVersion")


def profiles(begin: Begin) -> None:
    """Valid and invalid charging profiles are set, reported, and composed into a schedule."""
    stage = begin().connect()
    stage.command("SetChargingProfile")
    stage.command("SetChargingProfile", {"evseId": 9})
    bad = {"id": 2, "chargingProfilePurpose": "TxProfile", "transactionId": transaction(stage)}
    stage.command("SetChargingProfile", {"chargingProfile": bad})
    stage.command("GetChargingProfiles", {"requestId": 80, "evseId": None})
    stage.command("GetCompositeSchedule", {"evseId": 1, "duration": 600})
    stage.command("GetCompositeSchedule", {"evseId": 9, "duration": 600})
    stage.wait(40)


def messages(begin: Begin) -> None:
    """A display message is set and requested."""
    stage = begin().connect()
    stage.command("SetDisplayMessage")
    stage.command("GetDisplayMessages", {"requestId": 90})
    stage.wait(40)


def others(begin: Begin) -> None:
    """The other commands: DataTransfer, network profiles, and commands that violate their schema."""
    stage = begin(evses=2).connect()
    stage.command("DataTransfer", {"vendorId": "invalid.nobody"})
    stage.command("SetNetworkProfile", {"configurationSlot": 99})
    stage.insult("Reset", {"type": "Whatever"})
    stage.insult("GetVariables", {})
    charge(stage, seconds=5)


SCENARIOS: Mapping[str, Callable[[Begin], Any]] = {
    scenario.__name__: scenario
    for scenario in (
        get_and_set,
        password,
        reports,
        monitors,
        availability,
        closes,
        closed,
        locks,
        triggers,
        firmware,
        bad_firmware,
        signed_firmware,
        publishing,
        logs,
        cancelled_log,
        customers,
        certificates,
        signing,
        local_list,
        profiles,
        messages,
        others,
    )
}
