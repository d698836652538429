"""Misbehaviours in sessions, which the cases of test plans find: authorization, statuses, starts, stops and values."""

from typing import Any

from mock_csms.protocol.actions import Json
from mock_csms.station.cues import Act, Answered, Send
from mock_csms.station.misbehaviour import (
    Kinds,
    Misbehaviour,
    Situation,
    alarms,
    answers,
    each,
    has,
    in_list,
    instead,
    never,
    patched,
    sends,
)

_STATUS, _AUTHORIZE, _START, _STOP = "StatusNotification", "Authorize", "StartTransaction", "StopTransaction"


def _asks_before(action: str) -> Any:
    """Send an Authorize before each call of an action that names an idTag."""

    def asked(act: Act) -> list[Act]:
        if isinstance(act, Send) and act.action == action and "idTag" in act.payload:
            return [Send(_AUTHORIZE, {"idTag": act.payload["idTag"]}), act]
        return [act]

    return each(asked)


def _starts_refused(at: Situation[Any], right: list[Act]) -> list[Act]:
    """Start a transaction for an idTag that the CSMS has not accepted."""
    event = at.event
    is_refused = isinstance(event, Answered) and event.action == _AUTHORIZE
    if not is_refused or event.response["idTagInfo"]["status"] == "Accepted":
        return right
    start: Json = {"connectorId": 1, "idTag": event.request["idTag"], "meterStart": 0, "timestamp": at.moment.stamp}
    return [*right, Send(_START, start)]


def _forgets_offline(at: Situation[Any], right: list[Act]) -> list[Act]:
    """Drop the messages about transactions while the station is offline."""
    is_offline, about = not at.device.is_online, (_START, _STOP, "MeterValues")
    return [act for act in right if not (is_offline and isinstance(act, Send) and act.action in about)]


KINDS: Kinds = {
    "forgets-offline": Misbehaviour("forgets what happens while it is offline", (), acts=_forgets_offline),
    "no-authorize": Misbehaviour("does not ask about idTags", (), acts=sends(_AUTHORIZE, never)),
    "authorizes-known": Misbehaviour("asks about an idTag that it knows", (), acts=_asks_before(_START)),
    "authorizes-to-stop": Misbehaviour("asks about the idTag that stops", (), acts=_asks_before(_STOP)),
    "starts-refused": Misbehaviour("starts for idTags that were not accepted", (), acts=_starts_refused),
    "starts-everywhere": Misbehaviour(
        "accepts every remote start", (), answer=answers("RemoteStartTransaction", instead("Rejected", "Accepted"))
    ),
    "waits-for-ever": Misbehaviour("waits for a vehicle for ever", (), acts=alarms("vehicle", lambda _: None)),
    "unlock-fails": Misbehaviour(
        "cannot unlock its connectors", (), answer=answers("UnlockConnector", instead("Unlocked", "UnlockFailed"))
    ),
    "hides-unavailable": Misbehaviour(
        "reports that an Unavailable connector is Available",
        (),
        acts=sends(_STATUS, patched(status="Available"), has(status="Unavailable")),
    ),
    "hides-suspended": Misbehaviour(
        "reports that a suspended connector is charging",
        (),
        acts=each(
            lambda act: [
                Send(_STATUS, {**act.payload, "status": "Charging"})
                if isinstance(act, Send) and str(act.payload.get("status")).startswith("Suspended")
                else act
            ]
        ),
    ),
    "wrong-clock-context": Misbehaviour(
        "sends clock-aligned values as periodic ones",
        (),
        acts=sends(
            "MeterValues",
            in_list(
                "meterValue", in_list("sampledValue", patched(context="Sample.Periodic"), has(context="Sample.Clock"))
            ),
        ),
    ),
}
"""By name in `--misbehave`."""
