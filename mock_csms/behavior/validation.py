"""How strictly incoming payloads are checked against their schemas."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from mock_csms.protocol.records import Record, field
from mock_csms.protocol.schemas import Violation


class Strictness(StrEnum):
    """What is done with a payload that breaks its schema."""

    STRICT = "strict"
    REPORT = "report"
    OFF = "off"


class Validation(Record):
    """How strictly the payloads of each action are checked."""

    others: Strictness = Strictness.STRICT
    """For every action that is not in `by_action`."""
    by_action: Mapping[str, Strictness] = field(default_factory=dict)

    def looks_at(self, action: str) -> bool:
        """Whether payloads of `action` are checked at all."""
        return self.by_action.get(action, self.others) is not Strictness.OFF

    @property
    def leaves_out_some(self) -> bool:
        """Whether the payloads of some messages are not checked."""
        return Strictness.OFF in (self.others, *self.by_action.values())

    def counting(self, action: str, violations: Sequence[Violation]) -> Sequence[Violation]:
        """Return the violations that make a message of `action` invalid; those of its payload only if it is strict."""
        if not violations or not violations[0].is_of_payload:
            return violations
        return violations if self.by_action.get(action, self.others) is Strictness.STRICT else ()
