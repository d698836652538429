"""Scenarios that show all behaviour of a 1.6 station, right or with misbehaviours."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from mock_csms.station.cues import Paused, Plugged, PowerCycled, Presented, Ready, Unplugged
from tests.conformance.v16.rig import Rig16
from tests.station.bench16 import CARD, profile
from tests.station.play import answering

Begin: TypeAlias = Callable[..., Rig16]
"""Makes a station for a CSMS, with values of its keys."""
_ENERGY, _POWER = "Energy.Active.Import.Register", "Power.Active.Import"


def pending(begin: Begin) -> None:
    """While the station is Pending, the CSMS sends commands and triggers messages."""
    boots = [{"status": "Pending", "interval": 20}, {"status": "Pending", "interval": 0}, {}]
    rig = begin(answering(BootNotification=boots)).connect()
    rig.wait(5).command("GetConfiguration")
    for message in ("StatusNotification", "Heartbeat", "BootNotification"):
        rig.command("TriggerMessage", {"requestedMessage": message})
    rig.wait(150)


def rejected(begin: Begin) -> None:
    """The CSMS rejects the station at first; a command gets no answer."""
    boots = [{"status": "Rejected", "interval": 20}, {"status": "Rejected", "interval": 0}, {}]
    rig = begin(answering(BootNotification=boots)).connect()
    rig.wait(5).command("GetConfiguration")
    rig.wait(150)


def refused_boot(begin: Begin) -> None:
    """The CSMS refuses the first boot with a CALLERROR, and accepts the next one."""
    begin(answering(BootNotification=["InternalError: no", {}])).connect().wait(100)


def idle(begin: Begin) -> None:
    """The station sends only heartbeats; the connection is lost for a short and for a long time."""
    rig = begin().connect().wait(200)
    rig.lose().wait(5).connect().wait(5)
    rig.lose().wait(90).connect().wait(70)


def comes_again(begin: Begin) -> None:
    """The connection is lost and the station reconnects by itself; the next time it is refused four times first."""
    rig = begin().connect().wait(10)
    rig.come_again().wait(10)
    rig.come_again(refused=4).wait(100)


def sessions(begin: Begin) -> None:
    """Two drivers charge, one after the other, and one at the other connector; a vehicle pauses."""
    rig = begin().known().charge().wait(130)
    rig.tell(Paused(1)).wait(5).tell(Ready(1)).wait(5).leave().wait(10)
    rig.charge().wait(5).charge(2).wait(70).leave(2).leave().wait(40)
    rig.charge().wait(5).tell(Unplugged(1)).wait(40)


def whole_data(begin: Begin) -> None:
    """All lists of measurands are set, and values are aligned to the clock."""
    keys = {
        "StopTxnSampledData": f"{_ENERGY},{_POWER}",
        "StopTxnAlignedData": _ENERGY,
        "ClockAlignedDataInterval": "60",
    }
    begin(**keys, MeterValueSampleInterval="20").known().charge().wait(100).leave().wait(40)


def pays_late(begin: Begin) -> None:
    """A card is presented before the cable, and another one never gets a vehicle."""
    rig = begin(ConnectionTimeOut="30").known().tell(Presented(CARD, 1)).wait(5).tell(Plugged(1)).wait(20).leave()
    rig.wait(5).tell(Presented(CARD, 1)).wait(60)


def refused_tokens(begin: Begin) -> None:
    """An idTag is refused, and again when it is cached."""
    rig = begin(answering(Authorize={"idTagInfo": {"status": "Invalid"}})).known()
    rig.charge().wait(40).tell(Presented(CARD, 1)).wait(5).tell(Unplugged(1)).wait(5)


def refused_later(begin: Begin, *, stops: str = "true") -> None:
    """An idTag turns out to be invalid in the answer to StartTransaction."""
    invalid = {"idTagInfo": {"status": "Blocked"}}
    rig = begin(answering(StartTransaction=invalid), StopTransactionOnInvalidId=stops).known()
    rig.charge().wait(50).tell(Unplugged(1)).wait(40)


def suspended_later(begin: Begin) -> None:
    """The same, but the transaction goes on without energy."""
    refused_later(begin, stops="false")


def refused_messages(begin: Begin) -> None:
    """The CSMS refuses StartTransaction twice and StopTransaction once: they are repeated."""
    no = "InternalError: no"
    csms = answering(StartTransaction=[no, no, {}], StopTransaction=[no, {}])
    rig = begin(csms, TransactionMessageRetryInterval="10").known()
    rig.charge().wait(60).leave().wait(60)


def never_answered(begin: Begin) -> None:
    """The CSMS refuses StartTransaction until the station gives up."""
    csms = answering(StartTransaction="InternalError: no")
    rig = begin(csms, TransactionMessageRetryInterval="5").known()
    rig.charge().wait(60).leave().wait(60)


def remote(begin: Begin, *, asks: str = "false") -> None:
    """The CSMS starts and stops remotely, with and without a vehicle, and at wrong places."""
    rig = begin(AuthorizeRemoteTxRequests=asks, ConnectionTimeOut="30").known().tell(Plugged(1)).wait(5)
    start = {"connectorId": 1, "idTag": "REMOTE"}
    rig.command("RemoteStartTransaction", start)
    rig.wait(5).command("RemoteStartTransaction", start)
    rig.wait(70).command("RemoteStopTransaction", {"transactionId": 99999})
    stopped = rig.running()
    rig.command("RemoteStopTransaction", {"transactionId": stopped})
    rig.wait(5).command("RemoteStopTransaction", {"transactionId": stopped})
    rig.tell(Unplugged(1)).wait(5).command("RemoteStartTransaction", start)
    rig.wait(100).command("RemoteStartTransaction", start | {"connectorId": 9})
    rig.wait(40)


def remote_with_authorize(begin: Begin) -> None:
    """The same, but the station authorizes the idTag first."""
    remote(begin, asks="true")


def remote_given_up(begin: Begin) -> None:
    """Nobody plugs in after a remote start; after it was given up, the same driver comes with the card."""
    rig = begin(AuthorizeRemoteTxRequests="false", ConnectionTimeOut="2").known()
    rig.command("RemoteStartTransaction", {"connectorId": 1, "idTag": CARD["idToken"]})
    rig.wait(5).charge().wait(5).leave().wait(40)


def offline(begin: Begin) -> None:
    """The connection is lost during a transaction, and comes back before its end, and after it."""
    rig = begin().known().charge().wait(5)
    rig.lose().wait(130).connect().wait(70)
    rig.lose().leave().wait(10).connect().wait(40)


def offline_whole(begin: Begin) -> None:
    """A whole transaction happens offline, and one begins offline and goes on."""
    rig = begin(AllowOfflineTxForUnknownId="true").known().wait(5).lose()
    rig.charge().wait(100).leave().wait(20).connect().wait(50)
    rig.lose().charge(2).wait(50).connect().wait(50).leave(2).wait(40)


def resets(begin: Begin) -> None:
    """The station is reset hard and soft and by its power switch, with a transaction each time, and without one."""
    rig = begin().known()
    for kind in ("Hard", "Soft"):
        rig.charge().wait(5).command("Reset", {"type": kind})
        rig.settle()
        rig.wait(5).tell(Unplugged(1)).wait(40).command("Reset", {"type": kind})
        rig.settle()
        rig.wait(40)
    rig.charge().wait(5).tell(PowerCycled())
    rig.settle()
    rig.wait(40)


def unlocking(begin: Begin) -> None:
    """Connectors are unlocked: one that charges, a free one, an unknown one."""
    rig = begin().known().charge().wait(5)
    for number in (1, 2, 7):
        rig.command("UnlockConnector", {"connectorId": number})
    rig.tell(Unplugged(1)).wait(40)


def availability(begin: Begin) -> None:
    """Connectors and the station are set Inoperative, with and without a transaction, and stay so after a reboot."""
    rig = begin().known().charge().wait(5)
    for number, kind in ((1, "Inoperative"), (2, "Inoperative"), (2, "Inoperative"), (9, "Operative")):
        rig.command("ChangeAvailability", {"connectorId": number, "type": kind})
    rig.wait(40).leave().wait(5).command("Reset", {"type": "Hard"})
    rig.settle()
    rig.wait(40)
    for kind in ("Operative", "Operative", "Inoperative", "Operative"):
        rig.command("ChangeAvailability", {"connectorId": 0, "type": kind})
        rig.wait(5)
    rig.wait(40)


def reservations(begin: Begin) -> None:
    """Connectors are reserved; reservations are used, cancelled, replaced, and expire."""
    rig = begin().known()
    held = {"connectorId": 1, "idTag": "OTHER", "reservationId": 7}
    rig.command("ReserveNow", {**held, "expiryDate": rig.at(50)})
    rig.command("ReserveNow", {**held, "reservationId": 8, "expiryDate": rig.at(50)})
    rig.tell(Presented(CARD, 1)).wait(5).tell(Presented({"idToken": "other"}, 1), Plugged(1)).wait(20)
    rig.tell(Presented({"idToken": "OTHER"}, 1), Unplugged(1)).wait(5)
    rig.command("CancelReservation", {"reservationId": 7})
    rig.command("ReserveNow", {**held, "connectorId": 2, "expiryDate": rig.at(50)})
    rig.wait(100).command("ReserveNow", {**held, "connectorId": 0, "expiryDate": rig.at(50)})
    rig.charge().wait(5).leave().command("ReserveNow", {**held, "connectorId": 2, "expiryDate": rig.at(90)})
    rig.wait(5).command("CancelReservation", {"reservationId": 7})
    rig.wait(120)


def local_list(begin: Begin) -> None:
    """Local lists are sent, asked for, and used offline."""
    rig = begin().known()
    entry = {"idTag": "TAG", "idTagInfo": {"status": "Accepted"}}
    rig.command("GetLocalListVersion")
    for version, kind in ((3, "Full"), (3, "Differential"), (4, "Differential"), (9, "Full")):
        rig.command("SendLocalList", {"listVersion": version, "updateType": kind, "localAuthorizationList": [entry]})
        rig.command("GetLocalListVersion")
    rig.command("SendLocalList", {"listVersion": 10, "updateType": "Full", "localAuthorizationList": []})
    rig.command("GetLocalListVersion")
    rig.lose().charge().wait(30).leave().connect().wait(40)


def smart_charging(begin: Begin) -> None:
    """Charging profiles are set, refused, composed and cleared."""
    rig = begin().known().charge().wait(5)
    for number, purpose in ((1, "TxProfile"), (0, "TxProfile"), (2, "TxProfile"), (1, "ChargePointMaxProfile")):
        its = profile(chargingProfilePurpose=purpose)
        rig.command("SetChargingProfile", {"connectorId": number, "csChargingProfiles": its})
    for number in (0, 1, 9):
        its = profile(chargingProfileId=5 + number)
        rig.command("SetChargingProfile", {"connectorId": number, "csChargingProfiles": its})
        rig.command("GetCompositeSchedule", {"connectorId": number, "duration": 600, "chargingRateUnit": "A"})
    for id_ in (6, 6, 77):
        rig.command("ClearChargingProfile", {"id": id_})
    rig.wait(70).leave().wait(40)


def triggers(begin: Begin) -> None:
    """Every message is triggered, with and without a connector, before and during a transaction."""
    rig = begin().known()
    messages = ("BootNotification", "DiagnosticsStatusNotification", "FirmwareStatusNotification", "Heartbeat")
    more = ("LogStatusNotification", "SignChargePointCertificate", "FirmwareStatusNotification")
    for _ in range(2):
        for message in (*messages, "MeterValues", "StatusNotification"):
            rig.command("TriggerMessage", {"requestedMessage": message, "connectorId": None})
            rig.wait(2)
        for message in ("MeterValues", "StatusNotification"):
            rig.command("TriggerMessage", {"requestedMessage": message, "connectorId": 2})
            rig.command("TriggerMessage", {"requestedMessage": message, "connectorId": 9})
        for message in more:
            rig.command("ExtendedTriggerMessage", {"requestedMessage": message, "connectorId": None})
            rig.wait(2)
        rig.charge().wait(40)


def files(begin: Begin) -> None:
    """Diagnostics and logs are uploaded, firmware is updated, now and later; some transfers fail."""
    rig = begin().known()
    for number, location in enumerate(("ftp://files.invalid/here", "ftp://files.invalid/fail")):
        rig.command("GetDiagnostics", {"location": location})
        rig.wait(10).command("GetLog", {"requestId": number, "log": {"remoteLocation": location}})
        rig.wait(1).command("GetLog", {"requestId": 10 + number, "log": {"remoteLocation": location}})
        rig.wait(20).command("UpdateFirmware", {"location": location, "retrieveDate": rig.at(15)})
        rig.wait(60)


def keys(begin: Begin) -> None:
    """Keys are read and set: known, unknown, read-only and wrong ones, and the password."""
    rig = begin().known()
    for key, value in (
        ("HeartbeatInterval", "30"),
        ("heartbeatinterval", "40"),
        ("HeartbeatInterval", "soon"),
        ("NumberOfConnectors", "5"),
        ("Nope", "5"),
        ("MeterValuesSampledData", f"{_ENERGY},Voltage"),
        ("MeterValuesSampledData", f"{_ENERGY},Nonsense"),
        ("SecurityProfile", "1"),
        ("SecurityProfile", "0"),
        ("AuthorizationKey", "0" * 32),
    ):
        rig.command("ChangeConfiguration", {"key": key, "value": value})
        rig.command("GetConfiguration", {"key": [key, "AuthorizationKey", "Nope"]})
        rig.command("ChangeConfiguration", {"key": "Nope", "value": "1"})
    rig.settle().wait(50).command("GetConfiguration")


def any_commands(begin: Begin) -> None:
    """Vendors, the cache, and commands that break their schema."""
    rig = begin().known()
    for vendor in ("com.example.nobody", "mock-csms"):
        rig.command("DataTransfer", {"vendorId": vendor, "data": "x"})
    for action in ("ClearCache", "GetLocalListVersion"):
        rig.command(action)
    for kind in ("CentralSystemRootCertificate", "ManufacturerRootCertificate"):
        rig.command("GetInstalledCertificateIds", {"certificateType": kind})
        rig.command("InstallCertificate", {"certificateType": kind, "certificate": "no certificate"})
    rig.insult("Reset", {"type": "Warm"})
    rig.insult("RemoteStopTransaction", {"transactionId": "T1"})
    rig.wait(40)


SCENARIOS: Mapping[str, Callable[[Begin], None]] = {
    scenario.__name__: scenario
    for scenario in (
        pending, rejected, refused_boot, idle, comes_again, sessions, whole_data, pays_late, refused_tokens,
        refused_later, suspended_later, refused_messages, never_answered, remote, remote_with_authorize,
        remote_given_up, offline, offline_whole, resets, unlocking, availability, reservations, local_list,
        smart_charging, triggers, files, keys,
        any_commands,
    )
}  # fmt: skip
"""All scenarios by name."""
