"""Checks that transactions start and end at TxStartPoint and TxStopPoint (check X27)."""

from collections.abc import Sequence

from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.subject import WARNING, CheckResult, Done, Later
from mock_csms.conformance.v2.transactions import TRANSACTIONS
from mock_csms.protocol.actions import Json
from mock_csms.twin.seen import Seen, call

_WITHOUT_TOKEN, _WITHOUT_CABLE = {"EVConnected", "ParkingBayOccupancy"}, {"Authorized", "ParkingBayOccupancy"}
_CARDS = {"ISO14443", "ISO15693", "KeyCode", "Local"}
"""The types of idTokens that a driver presents; idTokens of other types may come through the cable."""
_AUTHORIZATION_ENDS = {"StopAuthorized", "RemoteStop"}


@TRANSACTIONS.check(
    "X27",
    "E01.FR.05",
    WARNING,
    "transactions begin and end at TxStartPoint and TxStopPoint",
    call("TransactionEvent.Started", "TransactionEvent.Changed", "TransactionEvent.Ended"),
)
def at_its_points(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a start or an end of a transaction that comes before its point, or after it.

    Silent if TxStartPoint or TxStopPoint is not known.
    """
    if seen.detail == "Started":
        points = station.variables.several("TxCtrlr", "TxStartPoint")
        return _start(seen.payload, points, station) if points else None
    if seen.detail == "Ended":
        return _end(seen, station)
    if seen.payload["triggerReason"] not in ("StopAuthorized", "RemoteStop", "EVCommunicationLost"):
        return None
    return _until_ended(seen.payload, station.variables.several("TxCtrlr", "TxStopPoint") or (), station)


def _start(payload: Json, points: Sequence[str], station: KnownStation) -> CheckResult:
    """Judge a start by its idToken and its chargingState."""
    trigger, state, token = (
        payload["triggerReason"],
        payload["transactionInfo"].get("chargingState"),
        payload.get("idToken"),
    )
    text = f"started by {trigger} ({state}), although TxStartPoint is {', '.join(points)}"
    if token is None and trigger == "CablePluggedIn" and not _WITHOUT_TOKEN & {*points}:
        return text if station.variables.switch("AuthCtrlr", "Enabled") is True else None
    if trigger in ("Authorized", "RemoteStart") and state == "Idle" and not _WITHOUT_CABLE & {*points}:
        return text
    if points == ["EnergyTransfer"] and state in ("Idle", "EVConnected"):
        return text
    is_late = token is not None and trigger == "CablePluggedIn" and token["type"] in _CARDS and "Authorized" in points
    return f"{text}: too late" if is_late else None


def _end(seen: Seen, station: KnownStation) -> CheckResult:
    """Judge an end by what the driver did: a driver who only stops charging may still be plugged in."""
    payload, info = seen.payload, seen.payload["transactionInfo"]
    points = station.variables.several("TxCtrlr", "TxStopPoint")
    is_early = points and {*points} <= _WITHOUT_TOKEN and payload["triggerReason"] in _AUTHORIZATION_ENDS
    if is_early and info.get("chargingState", "Idle") != "Idle":
        return [
            Done(info["transactionId"]),
            f"ended by {payload['triggerReason']}, although TxStopPoint is {', '.join(points or ())}",
        ]
    return Done(info["transactionId"])


def _until_ended(payload: Json, points: Sequence[str], station: KnownStation) -> CheckResult:
    """Set a deadline for the end if this event should have ended the transaction.

    A transaction without an authorized driver has not reached Authorized or PowerPathClosed, so it cannot leave them.
    """
    trigger, id_ = payload["triggerReason"], payload["transactionInfo"]["transactionId"]
    if trigger == "EVCommunicationLost":
        is_over = "EVConnected" in points or "PowerPathClosed" in points
    else:
        running = station.transactions.by_id.get(id_)
        has_driver = running is not None and (running.token is not None or running.remote is not None)
        is_over = has_driver and ("Authorized" in points or "PowerPathClosed" in points)
    return (
        Later(
            f"{id_} continues after {trigger}, although TxStopPoint is {', '.join(points)}", station.terms.patience, id_
        )
        if is_over
        else None
    )
