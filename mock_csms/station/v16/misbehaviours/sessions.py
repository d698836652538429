"""Misbehaviours in sessions, which the cases of test plans find: authorization, statuses, starts and stops."""

from mock_csms.station.misbehaviour import Kinds, Misbehaviour, alarms, has, never, patched, sends

_STATUS, _AUTHORIZE = "StatusNotification", "Authorize"

KINDS: Kinds = {
    "no-authorize": Misbehaviour("does not ask about idTags", (), acts=sends(_AUTHORIZE, never)),
    "waits-for-ever": Misbehaviour("waits for a vehicle for ever", (), acts=alarms("vehicle", lambda _: None)),
    "hides-unavailable": Misbehaviour(
        "reports that an Unavailable connector is Available",
        (),
        acts=sends(_STATUS, patched(status="Available"), has(status="Unavailable")),
    ),
}
"""By name in `--misbehave`."""
