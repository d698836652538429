"""The station of OCPP 1.6: every message fits its schema, and each sequence is the one of the specification."""

from typing import Any

import pytest

from mock_csms.protocol.actions import Json, Sender
from mock_csms.protocol.versions import V16
from mock_csms.station import cues
from tests.station.authority import Authority
from tests.station.bench import NOW
from tests.station.bench16 import CARD, Bench16

_STATUS, _START, _STOP, _METER = "StatusNotification", "StartTransaction", "StopTransaction", "MeterValues"


def statuses(bench: Bench16) -> list[tuple[int, str]]:
    """Return the statuses that the station has reported."""
    return [(payload["connectorId"], payload["status"]) for _, payload in bench.take(_STATUS)]


def profile(**more: Any) -> Json:
    """Return a charging profile of 10 A."""
    schedule = {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 10}]}
    known: Json = {"chargingProfileId": 1, "stackLevel": 0, "chargingProfilePurpose": "TxDefaultProfile"}
    return known | {"chargingProfileKind": "Relative", "chargingSchedule": schedule} | more


def test_the_boot() -> None:
    """The station reports every connector, 0 included, once it is accepted; and heartbeats as the CSMS says it."""
    bench = Bench16()
    bench.restart()
    actions = [action for action, _ in bench.messages]
    assert actions == ["BootNotification", *[_STATUS] * 3, "SecurityEventNotification"]
    assert statuses(bench) == [(0, "Available"), (1, "Available"), (2, "Available")]
    bench.wait(61)
    assert bench.take() == [("Heartbeat", {})]


@pytest.mark.parametrize("status", ["Pending", "Rejected"])
def test_a_boot_that_is_not_accepted(status: str) -> None:
    """Nothing else is sent until the next BootNotification; a rejected station does not answer."""
    bench = Bench16()
    bench.replies["BootNotification"] = {"status": status, "interval": 20}
    bench.restart()
    assert [action for action, _ in bench.take()] == ["BootNotification"]
    bench.charge()
    bench.wait(19)
    assert bench.take() == []
    answer = bench.machine.command(bench.device, "ClearCache", {}, bench.moment).answer
    assert answer == (None if status == "Rejected" else {"status": "Accepted"})
    del bench.replies["BootNotification"]
    bench.wait(2)
    assert [action for action, _ in bench.take()][:2] == ["BootNotification", _STATUS]


def test_a_pending_station_sends_what_is_triggered() -> None:
    """TriggerMessage works while the registration is pending (4.2)."""
    bench = Bench16()
    bench.replies["BootNotification"] = {"status": "Pending", "interval": 100}
    bench.restart()
    bench.take()
    assert bench.status("TriggerMessage", {"requestedMessage": "Heartbeat"}) == "Accepted"
    assert bench.take() == [("Heartbeat", {})]


def test_a_session() -> None:
    """A transaction has the id of the CSMS in all messages, and its statuses are those of 4.9."""
    bench = Bench16(MeterValueSampleInterval="10", StopTxnSampledData="Energy.Active.Import.Register")
    bench.replies[_START] = {"transactionId": 4711}
    bench.charge()
    bench.wait(15)
    bench.tell(cues.Presented(CARD, 1))
    bench.tell(cues.Unplugged(1))
    sent = bench.take()
    of = dict(sent)
    shown = [payload["status"] for action, payload in sent if action == _STATUS]
    assert shown == ["Preparing", "Charging", "Finishing", "Available"]
    assert [action for action, _ in sent if action != _STATUS] == ["Authorize", _START, _METER, _STOP]
    assert of[_METER]["transactionId"] == of[_STOP]["transactionId"] == 4711
    assert all(isinstance(each["value"], str) for each in of[_METER]["meterValue"][0]["sampledValue"])
    assert (of[_STOP]["reason"], of[_STOP]["idTag"], of[_STOP]["meterStop"]) == ("Local", "TAG", 92)
    contexts = [each["sampledValue"][0]["context"] for each in of[_STOP]["transactionData"]]
    assert contexts == ["Transaction.Begin", "Sample.Periodic", "Transaction.End"]


def test_a_card_that_may_not_charge() -> None:
    """An idTag that the CSMS blocks starts nothing."""
    bench = Bench16()
    bench.replies["Authorize"] = {"idTagInfo": {"status": "Blocked"}}
    bench.charge()
    assert bench.take(_START) == []


@pytest.mark.parametrize(("stops", "reason"), [("true", ["DeAuthorized"]), ("false", [])])
def test_a_start_that_is_refused(stops: str, reason: list[str]) -> None:
    """StopTransactionOnInvalidId decides what an invalid idTag in the answer to StartTransaction does."""
    bench = Bench16(StopTransactionOnInvalidId=stops)
    bench.replies[_START] = {"idTagInfo": {"status": "Invalid"}}
    bench.charge()
    assert [payload["reason"] for action, payload in bench.messages if action == _STOP] == reason
    shown = statuses(bench)
    assert shown[-1] == ((1, "Finishing") if reason else (1, "SuspendedEVSE"))


@pytest.mark.parametrize(("stops", "last"), [("true", "Available"), ("false", "SuspendedEV")])
def test_the_vehicle_leaves(stops: str, last: str) -> None:
    """StopTransactionOnEVSideDisconnect decides what the end of the cable does."""
    bench = Bench16(StopTransactionOnEVSideDisconnect=stops)
    bench.charge()
    bench.tell(cues.Unplugged(1))
    assert [payload["reason"] for action, payload in bench.messages if action == _STOP] == (
        ["EVDisconnected"] if stops == "true" else []
    )
    assert statuses(bench)[-1] == (1, last)


def test_nobody_comes() -> None:
    """ConnectionTimeOut ends the wait for a vehicle."""
    bench = Bench16(ConnectionTimeOut="30")
    bench.tell(cues.Presented(CARD, 1))
    assert statuses(bench) == [(1, "Preparing")]
    bench.wait(31)
    assert statuses(bench) == [(1, "Available")]


def test_a_transaction_offline() -> None:
    """What happens offline is delivered in order; messages that wait get the id from the answer."""
    bench = Bench16(MeterValueSampleInterval="10", AllowOfflineTxForUnknownId="true")
    bench.replies[_START] = {"transactionId": 99}
    bench.tell(cues.Closed())
    bench.charge()
    bench.wait(15)
    bench.tell(cues.Unplugged(1))
    assert bench.take() == []
    bench.tell(cues.Opened())
    sent = [(action, payload.get("transactionId")) for action, payload in bench.take(_START, _METER, _STOP)]
    assert sent == [(_START, None), (_METER, 99), (_STOP, 99)]


def test_a_start_that_is_never_answered() -> None:
    """After TransactionMessageAttempts the start is given up; the rest is sent with -1 (errata, 3.18)."""
    bench = Bench16(TransactionMessageAttempts="2", TransactionMessageRetryInterval="5")
    bench.silent = {_START}
    bench.charge()
    started = bench.take(_START)[0][1]
    bench.tell(cues.FailedCall(_START, started, "no answer"))
    bench.tell(cues.Unplugged(1))
    bench.wait(6)
    assert bench.take(_START, _STOP) == [(_START, started)]
    bench.tell(cues.FailedCall(_START, started, "no answer"))
    assert [payload["transactionId"] for _, payload in bench.take(_STOP)] == [-1]


def test_the_connection_is_lost_in_a_start() -> None:
    """The same StartTransaction is sent again, and it is not counted as an attempt."""
    bench = Bench16(TransactionMessageAttempts="1")
    bench.silent = {_START}
    bench.charge()
    started = bench.take(_START)[0][1]
    bench.tell(cues.Closed())
    bench.tell(cues.FailedCall(_START, started, "lost", is_lost=True))
    bench.silent = set()
    bench.tell(cues.Opened())
    assert bench.take(_START) == [(_START, started)]


@pytest.mark.parametrize("kind", ["Hard", "Soft"])
def test_a_reset(kind: str) -> None:
    """A reset ends transactions first, and boots."""
    bench = Bench16()
    bench.charge()
    bench.take()
    assert bench.status("Reset", {"type": kind}) == "Accepted"
    sent = bench.take()
    assert sent[0][0] == _STOP
    assert sent[0][1]["reason"] == f"{kind}Reset"
    assert ("BootNotification", "ResetOrReboot") in [(action, "ResetOrReboot") for action, _ in sent]
    assert ("SecurityEventNotification", "ResetOrReboot") in [(action, payload.get("type")) for action, payload in sent]


_WITH_CERTIFICATES = {"CertificateSigned", "InstallCertificate", "SignedUpdateFirmware"}
_COMMANDS = [name for name, row in V16.actions.items() if row.sender in (Sender.CSMS, None)]


@pytest.mark.parametrize("action", sorted({*_COMMANDS} - _WITH_CERTIFICATES))
def test_every_command(action: str) -> None:
    """Every command gets an answer that fits its schema; so does everything that follows from it."""
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
    """A transaction can be started and stopped remotely, with an Authorize if a key says so."""
    bench = Bench16(AuthorizeRemoteTxRequests="true")
    bench.tell(cues.Plugged(1))
    bench.take()
    wanted = {"idTag": "FAR", "connectorId": 1, "chargingProfile": profile(chargingProfilePurpose="TxProfile")}
    assert bench.status("RemoteStartTransaction", wanted) == "Accepted"
    assert [action for action, _ in bench.take()][:2] == ["Authorize", _START]
    assert bench.status("RemoteStartTransaction", wanted) == "Rejected"
    assert bench.device.profiles[1][1]["transactionId"] == bench.running
    assert bench.status("RemoteStopTransaction", {"transactionId": -7}) == "Rejected"
    assert bench.status("RemoteStopTransaction", {"transactionId": bench.running}) == "Accepted"
    assert [payload["reason"] for _, payload in bench.take(_STOP)] == ["Remote"]
    assert not bench.device.profiles


def test_unlocking() -> None:
    """Unlocking a connector ends its transaction; an unknown one is not supported."""
    bench = Bench16()
    bench.charge()
    assert bench.status("UnlockConnector", {"connectorId": 5}) == "NotSupported"
    assert bench.status("UnlockConnector", {"connectorId": 1}) == "Unlocked"
    assert [payload["reason"] for _, payload in bench.take(_STOP)] == ["UnlockCommand"]


def test_the_keys() -> None:
    """The keys of the station: unknown ones, read-only ones, secrets, values, and those that need a reboot."""
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
        ("SecurityProfile", "1", "RebootRequired"),
    ):
        assert bench.status("ChangeConfiguration", {"key": key, "value": value}) == status
    bench.take()
    bench.wait(11)
    assert bench.take() == [("Heartbeat", {})] * 2
    assert bench.device.configuration["SecurityProfile"] == "0"
    bench.restart()
    assert bench.device.configuration["SecurityProfile"] == "1"


def test_availability() -> None:
    """A connector that charges becomes inoperative after its transaction; 0 means all."""
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
    """A reserved connector is only for its idTag; the reservation ends with its transaction, or with its time."""
    bench = Bench16()
    held = {"connectorId": 1, "idTag": "OTHER", "reservationId": 7, "expiryDate": bench.at(50)}
    assert bench.status("ReserveNow", held) == "Accepted"
    assert statuses(bench) == [(1, "Reserved")]
    assert bench.status("ReserveNow", held | {"reservationId": 8}) == "Occupied"
    bench.tell(cues.Presented(CARD, 1))
    assert bench.device.connectors[1].authorized is None
    bench.tell(cues.Presented({"idToken": "other"}, 1))
    bench.tell(cues.Plugged(1))
    assert bench.take(_START)[0][1]["reservationId"] == 7
    assert bench.status("CancelReservation", {"reservationId": 7}) == "Rejected"
    assert bench.status("ReserveNow", held | {"connectorId": 2}) == "Accepted"
    bench.wait(51)
    assert statuses(bench)[-1] == (2, "Available")


def test_the_local_list() -> None:
    """The list is replaced or updated, and decides offline."""
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
    assert [payload["idTag"] for _, payload in bench.take(_START)] == ["TAG"]
    assert bench.take("Authorize") == []


def test_limits() -> None:
    """A charging profile limits the power; a wrong one is refused; a composite schedule has no startSchedule."""
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
    """Uploads and updates report their statuses in order; an update waits for transactions, and reboots."""
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
    """Every message that can be triggered comes after the answer, or the answer says that it does not."""
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
    """Roots are installed, listed and deleted; the station's own certificate must be for its key."""
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


def test_values_by_the_clock() -> None:
    """Clock-aligned values come for every connector, at the boundaries of the day."""
    bench = Bench16(ClockAlignedDataInterval="60")
    bench.wait(61)
    values = bench.take(_METER)
    assert [payload["connectorId"] for _, payload in values] == [1, 2]
    assert {payload["meterValue"][0]["sampledValue"][0]["context"] for _, payload in values} == {"Sample.Clock"}
    assert bench.now - NOW == 61


def test_data_transfer() -> None:
    """Only the vendor of the station is known."""
    bench = Bench16()
    assert bench.status("DataTransfer", {"vendorId": "x"}) == "UnknownVendorId"
    assert bench.ask("DataTransfer", {"vendorId": "mock-csms", "data": "d"}) == {"status": "Accepted", "data": "d"}
