"""Misbehaviours with idTokens: when the station sends Authorize, and which idTokens may charge (checks A and G09)."""

from collections.abc import Callable
from typing import Any

from mock_csms.protocol.actions import Json
from mock_csms.station.cues import Act, Answered, FailedCall, Presented, Send
from mock_csms.station.misbehaviour import Kinds, Misbehaviour, inside, patched, sends
from mock_csms.station.v2 import tokens
from mock_csms.station.v2.device import Device
from mock_csms.station.v2.metering import meter_values
from mock_csms.station.v2.misbehaviours.events import EVENT, Situation, events
from mock_csms.station.v2.variables import (
    AUTHORIZATION,
    MASTER_PASS_GROUP,
    NO_REMOTE_AUTHORIZATION,
    TX_STARTED_MEASURANDS,
)


def begins(at: Situation, evse: int, **more: Any) -> Send:
    """Return a Started event of a transaction that the station does not really have."""
    event = {
        "eventType": "Started",
        "timestamp": at.moment.stamp,
        "triggerReason": "Authorized",
        "seqNo": 0,
        "transactionInfo": {"transactionId": at.moment.world.new_id(), "chargingState": "Charging"},
        "evse": {"id": evse, "connectorId": 1},
    }
    values = meter_values(at.device, at.device.evses[evse], TX_STARTED_MEASURANDS, "Transaction.Begin", at.moment)
    return Send(EVENT, event | ({"meterValue": values} if values else {}) | more)


def _authorizes_first(at: Situation, right: list[Act]) -> list[Act]:
    """Send Authorize for the idToken that stops a transaction."""
    stops = any(isinstance(act, Send) and act.payload.get("triggerReason") == "StopAuthorized" for act in right)
    return (
        [Send("Authorize", {"idToken": at.event.token}), *right] if stops and isinstance(at.event, Presented) else right
    )


def _starts(is_wrong: Callable[[Device, Json], bool]) -> Any:
    """Start for an idToken that the answer to Authorize forbids; a failed call counts as Unknown."""

    def act(at: Situation, right: list[Act]) -> list[Act]:
        cue = at.event
        if not (isinstance(cue, Answered | FailedCall) and cue.action == "Authorize"):
            return right
        info = cue.response["idTokenInfo"] if isinstance(cue, Answered) else {"status": "Unknown"}
        token = cue.request.get("idToken")
        if not tokens.is_token(token) or any(isinstance(act, Send) for act in right) or not is_wrong(at.device, info):
            return right
        evse = min(set(at.device.evses) - set(info.get("evseId", ())), default=1)
        return [*right, begins(at, evse, idToken=token)]

    return act


def _is_refused(_: Device, info: Json) -> bool:
    return bool(info["status"] != "Accepted")


def _is_elsewhere(device: Device, info: Json) -> bool:
    """Return whether an idToken may charge, but not at every EVSE (C01.FR.21)."""
    return info["status"] == "Accepted" and bool(info.get("evseId")) and bool(set(device.evses) - set(info["evseId"]))


def _is_master(device: Device, info: Json) -> bool:
    """Return whether an idToken is a master pass (C16.FR.03)."""
    group = info.get("groupIdToken", {}).get("idToken", "")
    return bool(group) and group.casefold() == device.variables[MASTER_PASS_GROUP].casefold()


def _authorizes_though_disabled(at: Situation, right: list[Act]) -> list[Act]:
    """Send Authorize although authorization, or the question of the CSMS, is disabled."""
    may_not = not at.device.is_on(AUTHORIZATION) or at.device.is_on(NO_REMOTE_AUTHORIZATION)
    is_it = isinstance(at.event, Presented) and may_not
    return [Send("Authorize", {"idToken": at.event.token}), *right] if is_it else right


def _starts_without_authorize(at: Situation, right: list[Act]) -> list[Act]:
    """Start for an idToken that is cached as invalid, without a new Authorize."""
    known = tokens.known(at.device, at.event.token, at.moment) if isinstance(at.event, Presented) else None
    if known is None or known.info["status"] == "Accepted":
        return right
    kept = [act for act in right if not (isinstance(act, Send) and act.action == "Authorize")]
    return [*kept, begins(at, at.event.evse or 1, idToken=at.event.token)]


def _starts_where_closed(at: Situation, right: list[Act]) -> list[Act]:
    """Start at an Inoperative EVSE."""
    cue = at.event
    evse = next((evse.id for evse in at.device.evses.values() if not evse.is_in_order), None)
    is_it = (
        isinstance(cue, Answered)
        and cue.action == "Authorize"
        and not _is_refused(at.device, cue.response["idTokenInfo"])
    )
    if evse is None or not is_it or any(isinstance(act, Send) for act in right):
        return right
    return [*right, begins(at, evse, idToken=cue.request.get("idToken"))]


def _by_button(payload: Json) -> bool:
    token = payload.get("idToken")
    return isinstance(token, dict) and token.get("type") == "NoAuthorization"


KINDS: Kinds = {
    "authorizes-to-stop": Misbehaviour(
        "sends Authorize for the token that stops its transaction", ("A05",), acts=_authorizes_first
    ),
    "starts-refused-token": Misbehaviour("starts for a refused token", ("A02", "X15"), acts=_starts(_is_refused)),
    "stops-for-anybody": Misbehaviour(
        "lets any token stop a transaction",
        ("A08",),
        acts=events(patched(idToken={"idToken": "Somebody", "type": "ISO14443"}), triggerReason="StopAuthorized"),
    ),
    "starts-where-closed": Misbehaviour("starts at an Inoperative EVSE", ("G09",), acts=_starts_where_closed),
    "starts-elsewhere": Misbehaviour(
        "starts at an EVSE that the token may not use", ("A04",), acts=_starts(_is_elsewhere)
    ),
    "master-pass-starts": Misbehaviour("starts for a master pass", ("A06",), acts=_starts(_is_master)),
    "asks-though-disabled": Misbehaviour(
        "sends Authorize although AuthCtrlr.Enabled or DisableRemoteAuthorization forbids it", ("A01",), acts=_authorizes_though_disabled
    ),
    "starts-without-asking": Misbehaviour(
        "starts for a token cached as invalid without a new Authorize", ("A03",), acts=_starts_without_authorize
    ),
    "button-with-text": Misbehaviour(
        "the idToken of a start button is not empty",
        ("A07",),
        acts=sends(EVENT, inside("idToken", idToken="button"), _by_button),
    ),
}
