"""Which version of OCPP a subprotocol speaks (Part 4, 3.1.2), and whether a message is right in that version.

A new version is a file with its table and a row here.
"""

from collections.abc import Collection, Sequence
from typing import Any

from mock_csms.protocol import v201
from mock_csms.protocol.actions import Actions, Sender
from mock_csms.protocol.messages import Call, Error, ErrorCode, Result
from mock_csms.protocol.names import did_you_mean
from mock_csms.protocol.other_versions import told_elsewhere
from mock_csms.protocol.records import Record, asdict, replace
from mock_csms.protocol.schemas import Schemas, Violation

_MOST_DETAILS = 20


class Version(Record, eq=False):
    """One version of OCPP: its name for people, its actions and its schemas."""

    name: str
    actions: Actions
    schemas: Schemas

    def call_violations(self, call: Call, sender: Sender, *, payload: bool = True) -> Sequence[Violation]:
        """Return what is wrong with `call` coming from `sender`, worst first: the action, or else its `payload`."""
        return self.read_call(call, sender, payload=payload)[1]

    def result_violations(self, call: Call, payload: Any) -> Sequence[Violation]:
        """Return how `payload`, the result of `call`, breaks its schema, worst first."""
        return self.schemas.response_violations(call.action, payload)

    def read_call(self, call: Call, sender: Sender, *, payload: bool = True) -> tuple[Call, Sequence[Violation]]:
        """Return `call`, with integers where it has `1.0` for one, and what is wrong with it, as `call_violations`."""
        row = self.actions.get(call.action)
        if row is None:
            hint = did_you_mean(call.action, self.actions)
            told = told_elsewhere(call.action) or f"no action of OCPP {self.name} has this name{hint}"
            return call, (Violation("", told, ErrorCode.NotImplemented),)
        if not row.sent_by(sender):
            return call, (Violation("", f"a {sender.value} may not send this action", ErrorCode.NotSupported),)
        if not payload:
            return call, ()
        read, violations = self.schemas.look(call.action, "Request", call.payload, call.huge)
        return call if read is call.payload else replace(call, payload=read), violations

    def read_result(self, call: Call, result: Result) -> tuple[Result, Sequence[Violation]]:
        """Return the `result` of `call`, with integers where it has `1.0` for one, and how it breaks its schema."""
        read, violations = self.schemas.look(call.action, "Response", result.payload, result.huge)
        return result if read is result.payload else replace(result, payload=read), violations


def refusal(call: Call, violations: Sequence[Violation]) -> Error:
    """Return the CALLERROR for a call with those violations; the first decides its code (Part 4, 4.3)."""
    details = [asdict(violation) for violation in violations[:_MOST_DETAILS]]
    told = str(violations[0])
    where = "" if told.startswith(call.action) else f"{call.action[:50]}: "
    return Error(call.id, violations[0].code, f"{where}{told}", {"violations": details})


V201 = Version("2.0.1", v201.ACTIONS, Schemas("v201"))

SUBPROTOCOLS = {"ocpp2.0.1": V201, "ocpp2.0": V201}
"""The subprotocols that the mock speaks, the preferred one first. `ocpp2.0` has the messages of 2.0.1."""


def choose_subprotocol(offered: Collection[str]) -> str | None:
    """Return the subprotocol to speak with a peer that offers those, or None when none is common."""
    return next((subprotocol for subprotocol in SUBPROTOCOLS if subprotocol in offered), None)
