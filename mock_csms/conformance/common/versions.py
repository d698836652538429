"""The rules of each version of OCPP that the checks can judge, by its name."""

from collections.abc import Mapping

from mock_csms.conformance.rules import VersionRules
from mock_csms.conformance.v2.rules import RULES as OF_2
from mock_csms.conformance.v2.rules import RULES_OF_21
from mock_csms.conformance.v16.rules import RULES as OF_16
from mock_csms.protocol.versions import V16, V21, V201

RULES: Mapping[str, VersionRules] = {V201.name: OF_2, V21.name: RULES_OF_21, V16.name: OF_16}

HOLLOW = tuple(dict.fromkeys(action for rules in RULES.values() for action in rules.hollow))
"""The calls for which at least one version's schema allows an empty object that should be left out."""
_NONE = VersionRules()


def rules_of(version: str) -> VersionRules:
    """Return the rules of the version with that name; the default values if it has no row."""
    return RULES.get(version, _NONE)
