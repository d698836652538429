"""Misbehaviours with what the station stores, which the cases of test plans find: keys, tokens, lists, profiles."""

from mock_csms.station.misbehaviour import Kinds, Misbehaviour, ignores

KINDS: Kinds = {
    "forgets-keys": Misbehaviour(
        "does not use the values of keys that it accepts", (), effect=ignores("ChangeConfiguration")
    ),
    "keeps-cache": Misbehaviour("does not clear its cache", (), effect=ignores("ClearCache")),
}
"""By name in `--misbehave`."""
