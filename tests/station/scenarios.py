"""Scenarios that show all behaviour of a station, right or with misbehaviours."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from mock_csms.behavior.templates import rfc3339
from mock_csms.protocol.actions import Json
from mock_csms.station.cues import Plugged, PowerCycled, Presented, Unplugged
from tests.station.play import BOB, TOKEN, Answering, answering
from tests.station.stage import Stage

Begin: TypeAlias = Callable[..., Stage]
"""Makes a station for a CSMS, a number of EVSEs, and variables."""

EVENT = "TransactionEvent"
CACHE = {"component": {"name": "AuthCacheCtrlr"}, "variable": {"name": "Enabled"}}
BUTTON = {"idToken": "", "type": "NoAuthorization"}


def charge(stage: Stage, evse: int = 1, seconds: float = 130.0, token: Json = TOKEN) -> None:
    """Let a driver arrive, charge and leave."""
    stage.tell(Plugged(evse), Presented(token, evse)).wait(seconds)
    stage.tell(Presented(token, evse), Unplugged(evse))


def transaction(stage: Stage, evse: int = 1) -> str:
    """Return the id of the running transaction."""
    running = stage.device.evses[evse].transaction
    return running.id if running else "none"


# Boots and connections.


def pending(begin: Begin) -> None:
    """While the station is Pending, the CSMS sends commands."""
    boots = [{"status": "Pending", "interval": 20}, {"status": "Pending", "interval": 0}, {}]
    stage = begin(answering(BootNotification=boots)).connect()
    stage.wait(5).command("RequestStartTransaction")
    stage.command("TriggerMessage", {"requestedMessage": "StatusNotification"})
    stage.command("TriggerMessage", {"requestedMessage": "Heartbeat"})
    stage.wait(100)


def rejected(begin: Begin) -> None:
    """The CSMS rejects the station at first."""
    boots = [{"status": "Rejected", "interval": 20}, {"status": "Rejected", "interval": 0}, {}]
    stage = begin(answering(BootNotification=boots)).connect()
    stage.wait(5).command("GetVariables")
    stage.wait(100)


def refused_boot(begin: Begin) -> None:
    """The CSMS refuses the first boot with a CALLERROR, and accepts the next one."""
    stage = begin(answering(BootNotification=["InternalError: no", {}])).connect()
    stage.wait(400)


def idle(begin: Begin) -> None:
    """The station sends only heartbeats; the connection is lost twice, for a short and for a long time."""
    stage = begin(evses=2, connectors=2).connect().wait(200)
    stage.lose().wait(5).connect().wait(5)
    stage.lose().wait(90).connect().wait(70)


def comes_again(begin: Begin) -> None:
    """The connection is lost and the station reconnects by itself; the next time it is refused three times first."""
    stage = begin().connect().wait(10)
    stage.come_again().wait(10)
    stage.come_again(refused=3).wait(70)


def resets(begin: Begin) -> None:
    """The station is reset at once, when idle, and by its power switch, with a transaction each time."""
    stage = begin(evses=2).connect()
    for kind in ("Immediate", "OnIdle"):
        stage.tell(Plugged(1), Presented(TOKEN, 1)).wait(5).command("Reset", {"type": kind})
        stage.settle()
        stage.wait(5).tell(Presented(TOKEN, 1), Unplugged(1))
        stage.settle()
    stage.command("Reset", {"type": "OnIdle", "evseId": 1})
    stage.command("Reset", {"type": "OnIdle"})
    stage.settle()
    stage.tell(Plugged(1), Presented(TOKEN, 1), PowerCycled())
    stage.settle()


# Transactions.


def sessions(begin: Begin) -> None:
    """Two drivers charge, one after the other."""
    stage = begin(evses=2, connectors=2).connect()
    charge(stage)
    stage.wait(10)
    charge(stage, token=BOB)


def cached(begin: Begin) -> None:
    """A driver charges twice, the second time with a cached idToken; another driver comes meanwhile."""
    stage = begin(AuthCtrlr_LocalPreAuthorize="true").connect()
    charge(stage)
    stage.tell(Plugged(1), Presented(TOKEN, 1)).wait(70).tell(Presented(BOB, 1)).wait(70)
    stage.tell(Presented(TOKEN, 1), Unplugged(1))
    stage.command("SetVariables", {"setVariableData": [{**CACHE, "attributeValue": "false"}]})
    stage.command("ClearCache")


def judged(begin: Begin) -> None:
    """The CSMS sends idTokenInfo in each answer to an event."""
    stage = begin(answering(TransactionEvent={"idTokenInfo": {"status": "Accepted"}})).connect()
    charge(stage, seconds=5)


def remote(begin: Begin) -> None:
    """The CSMS starts and stops remotely; the transaction starts with the cable."""
    stage = begin(evses=2, TxCtrlr_TxStartPoint="EVConnected").connect().tell(Plugged(1)).wait(5)
    start = {"evseId": 1, "remoteStartId": 77, "idToken": TOKEN}
    stage.command("RequestStartTransaction", start)
    stage.command("RequestStartTransaction", start)
    for asked in (transaction(stage), "unknown", None):
        stage.command("GetTransactionStatus", {"transactionId": asked})
    stage.wait(70).command("RequestStopTransaction", {"transactionId": "unknown"})
    stage.command("RequestStopTransaction", {"transactionId": transaction(stage)})
    stage.tell(Unplugged(1)).command("RequestStartTransaction", start)
    stage.tell(Plugged(1)).wait(5).command("RequestStopTransaction", {"transactionId": transaction(stage)})
    stage.tell(Unplugged(1)).wait(40)


def stopped_before_the_driver(begin: Begin) -> None:
    """The CSMS stops a transaction that the cable has started, before a driver is authorized."""
    stage = begin(TxCtrlr_TxStartPoint="EVConnected").connect().tell(Plugged(1)).wait(5)
    stage.command("RequestStopTransaction", {"transactionId": transaction(stage)})
    stage.wait(70).tell(Unplugged(1))


def remote_at_once(begin: Begin) -> None:
    """A remote start with the TxStartPoint Authorized starts a transaction, and at an unknown EVSE none."""
    stage = begin(evses=2, TxCtrlr_TxStartPoint="Authorized").connect()
    stage.command("RequestStartTransaction", {"evseId": 1, "remoteStartId": 78, "idToken": TOKEN})
    stage.wait(5).command("RequestStartTransaction", {"evseId": 9, "remoteStartId": 79, "idToken": BOB})
    stage.wait(5).tell(Plugged(1)).wait(200).tell(Presented(TOKEN, 1), Unplugged(1))
    profile = {"id": 1, "stackLevel": 0, "chargingProfilePurpose": "TxProfile", "chargingProfileKind": "Relative"}
    period = [{"startPeriod": 0, "limit": 6.0}]
    profile |= {"chargingSchedule": [{"id": 1, "chargingRateUnit": "A", "chargingSchedulePeriod": period}]}
    start = {"evseId": 1, "remoteStartId": 80, "idToken": TOKEN, "chargingProfile": profile}
    stage.wait(5).command("RequestStartTransaction", start)
    stage.wait(5).tell(Plugged(1)).wait(5).tell(Presented(TOKEN, 1), Unplugged(1))


def nobody_plugs_in(begin: Begin) -> None:
    """The station authorizes the tokens of remote starts; the first driver does not come, the second one charges."""
    forgetful = {"AuthCacheCtrlr_Enabled": "false", "LocalAuthListCtrlr_Enabled": "false"}
    at_once = {"TxCtrlr_TxStartPoint": "Authorized", "AuthCtrlr_AuthorizeRemoteStart": "true"}
    stage = begin(evses=2, **forgetful, **at_once).connect()
    stage.command("RequestStartTransaction", {"evseId": 1, "remoteStartId": 80, "idToken": BOB})
    stage.wait(90).tell(Plugged(2))
    stage.command("RequestStartTransaction", {"evseId": 2, "remoteStartId": 81, "idToken": TOKEN})
    stage.wait(5).tell(Presented(TOKEN, 2), Unplugged(2)).wait(40)


def offline(begin: Begin) -> None:
    """The connection is lost during a transaction, and comes back before its end, and after it."""
    stage = begin(evses=2).connect().tell(Plugged(1), Presented(TOKEN, 1)).wait(5)
    stage.lose().wait(130).connect().wait(70)
    stage.lose().tell(Presented(TOKEN, 1), Unplugged(1)).wait(10)
    stage.connect().wait(10)


def refused_events(begin: Begin) -> None:
    """The CSMS refuses all TransactionEvents."""
    stage = begin(answering(TransactionEvent="InternalError: no")).connect()
    stage.tell(Plugged(1), Presented(TOKEN, 1)).wait(100)


def refused_later(begin: Begin) -> None:
    """An idToken turns out to be invalid during a transaction."""
    invalid = {"idTokenInfo": {"status": "Invalid"}}
    stage = begin(answering(TransactionEvent=invalid)).connect().tell(Plugged(1), Presented(TOKEN, 1))
    stage.wait(40).tell(Unplugged(1))


def refused_slowly(begin: Begin) -> None:
    """An idToken turns out to be invalid during a transaction, which may still get some energy."""
    some: Any = {"TxCtrlr_StopTxOnInvalidId": "false", "TxCtrlr_MaxEnergyOnInvalidId": "550"}
    stage = begin(answering(TransactionEvent={"idTokenInfo": {"status": "Invalid"}}), **some).connect()
    stage.tell(Plugged(1), Presented(TOKEN, 1)).wait(250).tell(Unplugged(1))


def refused_tokens(begin: Begin) -> None:
    """An idToken is rejected, and again when it is cached."""
    stage = begin(answering(Authorize={"idTokenInfo": {"status": "Invalid"}})).connect()
    stage.tell(Plugged(1), Presented(TOKEN, 1)).wait(40).tell(Presented(TOKEN, 1)).wait(5)


def elsewhere(begin: Begin) -> None:
    """A token may charge at EVSE 2 only."""
    info = {"idTokenInfo": {"status": "Accepted", "evseId": [2]}}
    begin(answering(Authorize=info), evses=2).connect().tell(Plugged(1), Presented(TOKEN, 1)).wait(5)


def master_pass(begin: Begin) -> None:
    """A master pass is presented while nobody charges."""
    info = {"idTokenInfo": {"status": "Accepted", "groupIdToken": {"idToken": "MASTER", "type": "Central"}}}
    stage = begin(answering(Authorize=info), AuthCtrlr_MasterPassGroupId="MASTER").connect()
    stage.tell(Plugged(1), Presented(TOKEN, 1)).wait(5)


def without_authorization(begin: Begin) -> None:
    """Authorization is switched off: drivers charge with any card or a button."""
    stage = begin(AuthCtrlr_Enabled="false").connect()
    charge(stage, seconds=5)
    charge(stage, seconds=5, token=BUTTON)


def slow(begin: Begin) -> None:
    """The CSMS answers late, and the station waits."""
    stage = begin(Answering({}, faults=dict.fromkeys(("StatusNotification", EVENT), "delay seconds=1"))).connect()
    charge(stage.wait(5))


def neighbours(begin: Begin) -> None:
    """A driver charges at an EVSE whose register is higher than that of the other EVSE."""
    stage = begin(evses=2, connectors=2).connect()
    charge(stage, seconds=300)
    charge(stage, 2)
    charge(stage)


def aligned(begin: Begin) -> None:
    """Clock-aligned meter values are sent, also during a transaction."""
    stage = begin(evses=2, AlignedDataCtrlr_Interval="60", AlignedDataCtrlr_TxEndedInterval="60").connect().wait(70)
    charge(stage)
    stage.wait(70)


def aligned_idle(begin: Begin) -> None:
    """Clock-aligned meter values are sent while nobody charges."""
    stage = begin(evses=2, AlignedDataCtrlr_Interval="60", AlignedDataCtrlr_SendDuringIdle="true").connect().wait(70)
    charge(stage)


def signed(begin: Begin) -> None:
    """The meters of three stations sign their values: each with the public key, one, and none."""
    for rule in ("EveryMeterValue", "OncePerTransaction", "Never"):
        key = {"OCPPCommCtrlr_PublicKeyWithSignedMeterValue": rule}
        charge(begin(SampledDataCtrlr_SignReadings="true", **key).connect())


def reservations(begin: Begin) -> None:
    """Reservations are used or expire; one survives a reboot."""
    stage = begin(evses=2, connectors=1).connect()
    stage.command("ReserveNow", {"idToken": TOKEN, "id": 5})
    charge(stage, seconds=5)
    stage.command("ReserveNow", {"idToken": BOB, "id": 6, "evseId": 2, "expiryDateTime": rfc3339(stage.now + 90)})
    stage.wait(40).command("Reset", {"type": "Immediate"})
    stage.settle()
    stage.wait(100)


def secure(begin: Begin) -> None:
    """The station connects with TLS and its certificate; the connection is lost, and the station is reset."""
    stage = begin(profile=3).connect().wait(10)
    stage.come_again().wait(10)
    stage.command("TriggerMessage", {"requestedMessage": "SignChargingStationCertificate"})
    stage.wait(5).command("Reset", {"type": "Immediate"})
    stage.settle()
    stage.wait(10)


def bad_tls(begin: Begin) -> None:
    """The CSMS shows wrong certificates, an old version of TLS, and a weak cipher suite, each once."""
    stage = begin(profile=2).connect().wait(5)
    for kind in ("expired", "wrong-name", "tls1.1", "cipher"):
        stage.meet(kind).wait(70)


SCENARIOS: Mapping[str, Callable[[Begin], Any]] = {
    scenario.__name__: scenario
    for scenario in (
        sessions,
        cached,
        judged,
        idle,
        comes_again,
        pending,
        rejected,
        refused_boot,
        resets,
        remote,
        stopped_before_the_driver,
        remote_at_once,
        nobody_plugs_in,
        offline,
        refused_events,
        refused_later,
        refused_slowly,
        refused_tokens,
        elsewhere,
        master_pass,
        without_authorization,
        slow,
        neighbours,
        aligned,
        aligned_idle,
        signed,
        reservations,
        secure,
        bad_tls,
    )
}
"""The scenarios in which the station acts by itself; `commanding` has the scenarios with commands."""
