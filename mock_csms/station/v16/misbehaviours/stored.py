"""Misbehaviours with what the station stores, which the cases of test plans find: keys, tokens, lists, profiles."""

from mock_csms.protocol.records import replace
from mock_csms.station.misbehaviour import Kinds, Misbehaviour, alarms, answers, ignores, instead

KINDS: Kinds = {
    "forgets-keys": Misbehaviour(
        "does not use the values of keys that it accepts", (), effect=ignores("ChangeConfiguration")
    ),
    "forgets-list": Misbehaviour("does not store the list that it accepts", (), effect=ignores("SendLocalList")),
    "wrong-list-version": Misbehaviour(
        "reports another version of its list",
        (),
        answer=answers("GetLocalListVersion", lambda _, right: {"listVersion": right["listVersion"] + 7}),
    ),
    "ignores-profiles": Misbehaviour(
        "does not use the charging profiles that it accepts", (), effect=ignores("SetChargingProfile")
    ),
    "forgets-profiles": Misbehaviour(
        "does not know the charging profiles that it has",
        (),
        answer=answers("ClearChargingProfile", instead("Accepted", "Unknown")),
    ),
    "keeps-profiles": Misbehaviour("does not clear charging profiles", (), effect=ignores("ClearChargingProfile")),
    "drops-start-profile": Misbehaviour(
        "does not use the charging profile of a remote start",
        (),
        effect=lambda _, right: replace(
            right,
            connectors={number: replace(each, profile=None) for number, each in right.connectors.items()},
            profiles={},
        ),
    ),
    "cancels-nothing": Misbehaviour("does not cancel reservations", (), effect=ignores("CancelReservation")),
    "cancels-everything": Misbehaviour(
        "accepts to cancel reservations that it does not have",
        (),
        answer=answers("CancelReservation", instead("Rejected", "Accepted")),
    ),
    "reserves-for-ever": Misbehaviour("does not let reservations expire", (), acts=alarms("expiry", lambda _: None)),
    "keeps-cache": Misbehaviour("does not clear its cache", (), effect=ignores("ClearCache")),
}
"""By name in `--misbehave`."""
