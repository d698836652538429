"""Misbehaviours with what the station stores, which the cases of test plans find: keys, tokens, lists, profiles."""

from mock_csms.station.misbehaviour import Kinds, Misbehaviour, answers, ignores

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
    "keeps-cache": Misbehaviour("does not clear its cache", (), effect=ignores("ClearCache")),
}
"""By name in `--misbehave`."""
