"""Misbehaviours with idTokens: when the station sends Authorize, and which idTokens may charge (checks A and G09)."""

from collections.abc import Callable
from typing import Any

from mock_csms.protocol.actions import Json
from mock_csms.station.cues import Act, Answered, FailedCall, Presented, Say, Send
from mock_csms.station.misbehaviour import Kinds, Misbehaviour, answers, inside, instead, never, patched, sends
from mock_csms.station.v2 import tokens
from mock_csms.station.v2.device import Device
from mock_csms.station.v2.metering import meter_values
from mock_csms.station.v2.misbehaviours.events import EVENT, Situation, events
from mock_csms.station.v2.variables import (
    AUTHORIZATION,
    AUTHORIZE_REMOTE_START,
    MASTER_PASS_GROUP,
    NO_REMOTE_AUTHORIZATION,
    TX_ENDED_MEASURANDS,
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
    if not isinstance(at.event, Presented) or not _stops(right):
        return right
    return [Send("Authorize", {"idToken": at.event.token}), *right]


def _authorizes_cached(at: Situation, right: list[Act]) -> list[Act]:
    """Send Authorize for a cached idToken with which a driver starts."""
    known = tokens.known(at.device, at.event.token, at.moment) if isinstance(at.event, Presented) else None
    is_used = known is not None and known.info["status"] == "Accepted" and not _stops(right)
    if not is_used or all(isinstance(act, Say) for act in right) or not at.device.is_online:
        return right
    if any(isinstance(act, Send) and act.action == "Authorize" for act in right):
        return right
    return [Send("Authorize", {"idToken": at.event.token}), *right]


def _stops(acts: list[Act]) -> bool:
    """Whether a driver stops a transaction."""
    return any(isinstance(act, Send) and act.payload.get("triggerReason") == "StopAuthorized" for act in acts)


def _stops_for_all(at: Situation, right: list[Act]) -> list[Act]:
    """End a transaction when another idToken is presented at its EVSE."""
    cue = at.event
    evse = at.device.evses.get(cue.evse or 1) if isinstance(cue, Presented) else None
    if evse is None or evse.transaction is None or tokens.is_same(evse.authorized, cue.token):
        return right
    running = evse.transaction
    values = meter_values(at.device, evse, TX_ENDED_MEASURANDS, "Transaction.End", at.moment)
    info = {"transactionId": running.id, "chargingState": "EVConnected", "stoppedReason": "Local"}
    ended = {
        "eventType": "Ended",
        "timestamp": at.moment.stamp,
        "triggerReason": "StopAuthorized",
        "seqNo": running.seq_no,
        "transactionInfo": info,
        "idToken": cue.token,
    }
    return [*right, Send(EVENT, ended | ({"meterValue": values} if values else {}))]


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


def _starts_remotely_without_authorize(at: Situation, right: list[Act]) -> list[Act]:
    """Start remotely without the Authorize that AuthorizeRemoteStart requires."""
    kept = [act for act in right if not (isinstance(act, Send) and act.action == "Authorize")]
    if not _is_remote_start(at) or kept == right:
        return right
    wanted = at.event[1]
    info = {"transactionId": at.moment.world.new_id(), "chargingState": "Charging"}
    info["remoteStartId"] = wanted["remoteStartId"]
    start = begins(
        at, wanted.get("evseId", 1), idToken=wanted["idToken"], triggerReason="RemoteStart", transactionInfo=info
    )
    return [*kept, start]


def _authorizes_remote_starts(at: Situation, right: list[Act]) -> list[Act]:
    """Send Authorize for the idToken of a remote start that needs none."""
    is_it = _is_remote_start(at) and bool(right) and not at.device.is_on(AUTHORIZE_REMOTE_START)
    return [Send("Authorize", {"idToken": at.event[1]["idToken"]}), *right] if is_it else right


def _is_remote_start(at: Situation) -> bool:
    return isinstance(at.event, tuple) and at.event[0] == "RequestStartTransaction"


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
    "authorizes-cached": Misbehaviour(
        "sends Authorize for a cached token although it starts without the answer", (), acts=_authorizes_cached
    ),
    "no-authorize": Misbehaviour("sends no Authorize", (), acts=sends("Authorize", never)),
    "stops-for-all": Misbehaviour(
        "ends a transaction when another token is presented", ("A08", "X03", "X05"), acts=_stops_for_all
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
        "sends Authorize although a variable of the station forbids it",
        ("A01",),
        acts=_authorizes_though_disabled,
    ),
    "starts-without-asking": Misbehaviour(
        "starts for a token cached as invalid without a new Authorize", ("A03",), acts=_starts_without_authorize
    ),
    "remote-start-unasked": Misbehaviour(
        "starts remotely without the Authorize that AuthorizeRemoteStart requires",
        ("A01", "X15"),
        acts=_starts_remotely_without_authorize,
    ),
    "authorizes-remote-starts": Misbehaviour(
        "sends Authorize for remote starts although AuthorizeRemoteStart is false", (), acts=_authorizes_remote_starts
    ),
    "cache-cleared": Misbehaviour(
        "accepts ClearCache although its cache is disabled",
        (),
        answer=answers("ClearCache", instead("Rejected", "Accepted")),
    ),
    "button-with-text": Misbehaviour(
        "the idToken of a start button is not empty",
        ("A07",),
        acts=sends(EVENT, inside("idToken", idToken="button"), _by_button),
    ),
}
