"""The station of OCPP 1.6: its answers to commands, and what it does afterwards."""

import pytest

from mock_csms.protocol.actions import Json, Sender
from mock_csms.protocol.versions import V16
from mock_csms.station import cues
from tests.station.authority import Authority
from tests.station.bench import NOW
from tests.station.bench16 import CARD, METER, START, STOP, Bench16, profile, statuses

WITH_CERTIFICATES = {"CertificateSigned", "DeleteCertificate", "InstallCertificate", "SignedUpdateFirmware"}
COMMANDS = [name for name, row in V16.actions.items() if row.sender in (Sender.CSMS, None)]


@pytest.mark.parametrize("action", sorted({*COMMANDS} - WITH_CERTIFICATES))
def test_every_command(action: str) -> None:
    """Every command gets a valid answer, and all messages after it are valid."""
    bench = Bench16()
    bench.charge()
    given: Json = {}
    match action:
        case "RemoteStopTransaction":
            given = {"transactionId": bench.running}
        case "SetChargingProfile":
            given = {"csChargingProfiles": profile()}
        case "GetLog":
            given = {"requestId": 1}
        case "UpdateFirmware":
            given = {"retrieveDate": bench.at(0)}
        case "ReserveNow":
            given = {"connectorId": 2, "expiryDate": bench.at(50)}
    bench.ask(action, V16.actions[action].request | given)
    bench.wait(100)


def test_remote_commands() -> None:
    """A transaction is started and stopped remotely; AuthorizeRemoteTxRequests decides about Authorize."""
    bench = Bench16(AuthorizeRemoteTxRequests="true")
    bench.tell(cues.Plugged(1))
    bench.take()
    wanted = {"idTag": "FAR", "connectorId": 1, "chargingProfile": profile(chargingProfilePurpose="TxProfile")}
    assert bench.status("RemoteStartTransaction", wanted) == "Accepted"
    assert [action for action, _ in bench.take()][:2] == ["Authorize", START]
    assert bench.status("RemoteStartTransaction", wanted) == "Rejected"
    assert bench.device.profiles[1][1]["transactionId"] == bench.running
    assert bench.status("RemoteStopTransaction", {"transactionId": -7}) == "Rejected"
    assert bench.status("RemoteStopTransaction", {"transactionId": bench.running}) == "Accepted"
    assert [payload["reason"] for _, payload in bench.take(STOP)] == ["Remote"]
    assert not bench.device.profiles


def test_unlocking() -> None:
    """Unlocking a connector ends its transaction; for an unknown connector the status is NotSupported."""
    bench = Bench16()
    bench.charge()
    assert bench.status("UnlockConnector", {"connectorId": 5}) == "NotSupported"
    assert bench.status("UnlockConnector", {"connectorId": 1}) == "Unlocked"
    assert [payload["reason"] for _, payload in bench.take(STOP)] == ["UnlockCommand"]


def test_the_keys() -> None:
    """Configuration keys are read and set; unknown, read-only, secret and invalid ones get the right status."""
    bench = Bench16()
    everything = bench.ask("GetConfiguration", {})["configurationKey"]
    assert len(everything) > 30
    some = bench.ask("GetConfiguration", {"key": ["heartbeatinterval", "Nope", "AuthorizationKey"]})
    assert some["unknownKey"] == ["Nope"]
    assert some["configurationKey"] == [
        {"key": "HeartbeatInterval", "readonly": False, "value": "60"},
        {"key": "AuthorizationKey", "readonly": False},
    ]
    for key, value, status in (
        ("HeartbeatInterval", "5", "Accepted"),
        ("HeartbeatInterval", "soon", "Rejected"),
        ("NumberOfConnectors", "5", "Rejected"),
        ("Nope", "5", "NotSupported"),
        ("ConnectorPhaseRotation", "0.RTS", "RebootRequired"),
    ):
        assert bench.status("ChangeConfiguration", {"key": key, "value": value}) == status
    bench.take()
    bench.wait(11)
    assert bench.take() == [("Heartbeat", {})] * 2
    assert bench.device.configuration["ConnectorPhaseRotation"] == "0.RST,1.RST,2.RST"
    bench.restart()
    assert bench.device.configuration["ConnectorPhaseRotation"] == "0.RTS"


def test_availability() -> None:
    """A charging connector becomes Unavailable after its transaction; connector 0 means all connectors."""
    bench = Bench16()
    bench.charge()
    bench.take()
    assert bench.status("ChangeAvailability", {"connectorId": 0, "type": "Inoperative"}) == "Scheduled"
    assert statuses(bench) == [(0, "Unavailable"), (2, "Unavailable")]
    bench.tell(cues.Unplugged(1))
    assert statuses(bench) == [(1, "Unavailable")]
    assert bench.status("ChangeAvailability", {"connectorId": 0, "type": "Operative"}) == "Accepted"
    assert statuses(bench) == [(0, "Available"), (1, "Available"), (2, "Available")]
    assert bench.status("ChangeAvailability", {"connectorId": 3, "type": "Operative"}) == "Rejected"


def test_reservations() -> None:
    """Only the reserved idTag can charge; the reservation ends with its transaction or at its expiry."""
    bench = Bench16()
    held = {"connectorId": 1, "idTag": "OTHER", "reservationId": 7, "expiryDate": bench.at(50)}
    assert bench.status("ReserveNow", held) == "Accepted"
    assert statuses(bench) == [(1, "Reserved")]
    assert bench.status("ReserveNow", held | {"reservationId": 8}) == "Occupied"
    bench.tell(cues.Presented(CARD, 1))
    assert bench.device.connectors[1].authorized is None
    bench.tell(cues.Presented({"idToken": "other"}, 1))
    bench.tell(cues.Plugged(1))
    assert bench.take(START)[0][1]["reservationId"] == 7
    assert bench.status("CancelReservation", {"reservationId": 7}) == "Rejected"
    assert bench.status("ReserveNow", held | {"connectorId": 2}) == "Accepted"
    bench.wait(51)
    assert statuses(bench)[-1] == (2, "Available")


def test_the_local_list() -> None:
    """The local list is replaced or updated, and authorizes idTags offline."""
    bench = Bench16()
    entry = {"idTag": "TAG", "idTagInfo": {"status": "Accepted"}}
    full: Json = {"listVersion": 3, "updateType": "Full", "localAuthorizationList": [entry]}
    assert bench.status("SendLocalList", full) == "Accepted"
    assert bench.ask("GetLocalListVersion", {}) == {"listVersion": 3}
    change = {"listVersion": 3, "updateType": "Differential", "localAuthorizationList": []}
    assert bench.status("SendLocalList", change) == "VersionMismatch"
    bench.tell(cues.Closed())
    bench.charge()
    bench.tell(cues.Opened())
    assert [payload["idTag"] for _, payload in bench.take(START)] == ["TAG"]
    assert bench.take("Authorize") == []


def test_limits() -> None:
    """A charging profile limits the power, an invalid one is Rejected; composite schedules have no startSchedule."""
    bench = Bench16()
    bench.charge()
    put = {"connectorId": 1, "csChargingProfiles": profile()}
    assert bench.status("SetChargingProfile", put) == "Accepted"
    assert round(bench.device.connectors[1].power) == 6900
    wrong = {"connectorId": 0, "csChargingProfiles": profile(chargingProfilePurpose="TxProfile")}
    assert bench.status("SetChargingProfile", wrong) == "Rejected"
    answer = bench.machine.command(bench.device, "SetChargingProfile", put | {"connectorId": 9}, bench.moment).answer
    assert isinstance(answer, tuple)
    assert answer[0] == "PropertyConstraintViolation"
    composed = bench.ask("GetCompositeSchedule", {"connectorId": 1, "duration": 60, "chargingRateUnit": "A"})
    assert composed["chargingSchedule"]["chargingSchedulePeriod"] == [{"startPeriod": 0, "limit": 10.0}]
    assert "startSchedule" not in composed["chargingSchedule"]
    assert bench.status("ClearChargingProfile", {"id": 5}) == "Unknown"
    assert bench.status("ClearChargingProfile", {"id": 1}) == "Accepted"
    assert bench.device.connectors[1].power == 22_000
    none = {"chargingRateUnit": "W", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 0}]}
    put = {"connectorId": 1, "csChargingProfiles": profile(chargingSchedule=none)}
    assert bench.status("SetChargingProfile", put) == "Accepted"
    assert statuses(bench)[-1] == (1, "SuspendedEVSE")


def test_files() -> None:
    """Uploads and firmware updates report their statuses in order; an update waits for transactions."""
    bench = Bench16()
    bench.ask("GetDiagnostics", {"location": "ftp://x.invalid/y"})
    bench.wait(5)
    assert bench.statuses("DiagnosticsStatusNotification") == ["Uploading", "Uploaded"]
    bench.ask("GetDiagnostics", {"location": "ftp://x.invalid/fail"})
    bench.wait(5)
    assert bench.statuses("DiagnosticsStatusNotification") == ["Uploading", "UploadFailed"]
    bench.charge()
    bench.ask("UpdateFirmware", {"location": "ftp://x.invalid/y", "retrieveDate": bench.at(10)})
    bench.wait(9)
    assert bench.statuses("FirmwareStatusNotification") == []
    bench.wait(20)
    assert bench.statuses("FirmwareStatusNotification") == ["Downloading", "Downloaded"]
    bench.tell(cues.Unplugged(1))
    bench.wait(10)
    assert bench.statuses("FirmwareStatusNotification") == ["Installing", "Installed"]
    log = {"logType": "SecurityLog", "requestId": 5, "log": {"remoteLocation": "ftp://x.invalid/y"}}
    assert bench.ask("GetLog", log) == {"status": "Accepted", "filename": "security.log"}
    assert bench.status("GetLog", log | {"requestId": 6}) == "AcceptedCanceled"
    bench.wait(9)
    assert bench.take("LogStatusNotification")[-1][1] == {"status": "Uploaded", "requestId": 6}


@pytest.mark.parametrize("action", ["TriggerMessage", "ExtendedTriggerMessage"])
@pytest.mark.parametrize("connector", [None, 1, 0, 9])
def test_triggers(action: str, connector: int | None) -> None:
    """Every message that TriggerMessage names comes after the answer, or the answer is not Accepted."""
    place: Json = {} if connector is None else {"connectorId": connector}
    messages = V16.schemas.node(f"{action}Request", ("requestedMessage",))["enum"]
    for wanted in messages:
        bench = Bench16()
        status = bench.status(action, {"requestedMessage": wanted} | place)
        sent = [name for name, _ in bench.take()]
        is_right = connector != 9 and wanted != "BootNotification" and (wanted, connector) != ("MeterValues", 0)
        assert (status == "Accepted") is is_right, (wanted, status)
        assert bool(sent) is is_right
        name = "SignCertificate" if wanted == "SignChargePointCertificate" else wanted
        assert not sent or sent[0].removeprefix("Signed") == name


def test_certificates() -> None:
    """Root certificates are installed, listed and deleted; the station's own certificate must fit its key."""
    bench, authority = Bench16(), Authority("root")
    kind = {"certificateType": "CentralSystemRootCertificate"}
    assert bench.status("GetInstalledCertificateIds", kind) == "NotFound"
    assert bench.status("InstallCertificate", {**kind, "certificate": authority.root}) == "Accepted"
    listed = bench.ask("GetInstalledCertificateIds", kind)["certificateHashData"]
    assert bench.status("DeleteCertificate", {"certificateHashData": listed[0]}) == "Accepted"
    assert bench.status("DeleteCertificate", {"certificateHashData": listed[0]}) == "NotFound"
    assert bench.status("InstallCertificate", {**kind, "certificate": authority.expired_root()}) == "Rejected"
    assert bench.status("CertificateSigned", {"certificateChain": authority.root}) == "Rejected"
    assert bench.statuses("SecurityEventNotification") == ["InvalidChargePointCertificate"]


def test_clock_aligned_values() -> None:
    """Clock-aligned values are sent for every connector at multiples of the interval since midnight."""
    bench = Bench16(ClockAlignedDataInterval="60")
    bench.wait(61)
    values = bench.take(METER)
    assert [payload["connectorId"] for _, payload in values] == [1, 2]
    assert {payload["meterValue"][0]["sampledValue"][0]["context"] for _, payload in values} == {"Sample.Clock"}
    assert bench.now - NOW == 61


def test_data_transfer() -> None:
    """DataTransfer is accepted only for the vendor of the station."""
    bench = Bench16()
    assert bench.status("DataTransfer", {"vendorId": "x"}) == "UnknownVendorId"
    assert bench.ask("DataTransfer", {"vendorId": "mock-csms", "data": "d"}) == {"status": "Accepted", "data": "d"}
