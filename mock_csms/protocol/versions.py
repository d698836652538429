"""The versions of OCPP, their subprotocols (Part 4, 3.1.2), and the checks of messages by version.

A new version is a file with its table of actions and a `Version` here. Messages from and to a station are checked
against the version that was agreed with it. A name in the settings, which are read before any station connects, is
accepted if any version has it.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache, partial
from typing import Any

from mock_csms.protocol.actions import Action, Actions, Sender
from mock_csms.protocol.messages import FRAMING, Call, Error, ErrorCode, Framing, Result, with_payload
from mock_csms.protocol.names import did_you_mean
from mock_csms.protocol.records import Record, asdict
from mock_csms.protocol.schemas import Schemas, Violation
from mock_csms.protocol.sends import SendMessage
from mock_csms.protocol.v2 import identifiers, v21, v201
from mock_csms.protocol.v2.framing import FRAMING_OF_21
from mock_csms.protocol.v16 import identifiers as of_16
from mock_csms.protocol.v16 import v16
from mock_csms.protocol.v16.framing import FRAMING as FRAMING_OF_16

_MOST_DETAILS = 20


class Version(Record, eq=False):
    """One version of OCPP."""

    name: str
    """The name for people and in traces: `2.0.1`."""
    actions: Actions
    schemas: Schemas
    framing: Framing = FRAMING
    """The form of its messages."""
    elsewhere_hint: Callable[[str], str] = lambda _: ""
    """Returns a sentence that names another version with an action, in any spelling; empty if no version has it."""
    identifiers: Collection[str] = ()
    """The fields of messages with an identifier, whose case does not matter (`identifiers.py`)."""
    transaction_ids: Sequence[str] = ()
    """The identifiers of transactions among them."""
    variable_names: Sequence[str] = ()
    """The names of components, variables and their instances among them."""
    no_transaction: str | int = "test_transaction_123"
    """The id of a transaction for `{{transactionId}}` if no transaction runs."""

    def __deepcopy__(self, _: object) -> "Version":
        """Return the same version: a version never changes, so a copy of a model need not copy it."""
        return self

    def call_violations(self, call: Call, sender: Sender, *, payload: bool = True) -> Sequence[Violation]:
        """Return the violations of a `call` from `sender`, the worst first: of its action, or else of its payload.

        The payload is not checked if `payload` is False.
        """
        if isinstance(call, SendMessage):
            return self.read_send(call, sender, payload=payload)[1]
        return self.read_call(call, sender, payload=payload)[1]

    def result_violations(self, call: Call, payload: Any) -> Sequence[Violation]:
        """Return the violations of `payload`, the result of `call`, the worst first."""
        return self.schemas.look(call.action, "Response", payload)[1]

    def read_call(self, call: Call, sender: Sender, *, payload: bool = True) -> tuple[Call, Sequence[Violation]]:
        """Return `call` with integers in place of `1.0`, and its violations (see `call_violations`)."""
        row = self.actions.get(call.action)
        if row is None:
            hint = did_you_mean(call.action, self.actions)
            problem = self.elsewhere_hint(call.action) or f"no action of OCPP {self.name} has this name{hint}"
            return call, (Violation("", problem, ErrorCode.NotImplemented),)
        if not row.sent_by(sender):
            return call, (Violation("", f"a {sender.value} may not send this action", ErrorCode.NotSupported),)
        if row.is_send:
            problem = "this action is sent as a SEND, which is no CALL"
            return call, (Violation("", problem, ErrorCode.NotSupported),)
        if not payload or call.typed is not None:
            return call, ()
        read, violations = self.schemas.look(call.action, "Request", call.payload, call.huge)
        return call if read is call.payload else with_payload(call, read), violations

    def read_send(
        self, send: SendMessage, sender: Sender, *, payload: bool = True
    ) -> tuple[SendMessage, Sequence[Violation]]:
        """Return a SEND with integers in place of `1.0`, and its violations.

        Its action must be one that is sent as a SEND.
        """
        row = self.actions.get(send.action)
        if row is None or not row.is_send or not row.sent_by(sender):
            problem = "no action of this name is sent as a SEND" + did_you_mean(send.action, self.sends)
            return send, (Violation("", problem, ErrorCode.NotSupported),)
        if not payload:
            return send, ()
        read, violations = self.schemas.look(send.action, "Request", send.payload, send.huge)
        return send if read is send.payload else with_payload(send, read), violations

    @property
    def sends(self) -> Sequence[str]:
        """The actions that are sent as a SEND (OCPP 2.1)."""
        return [action for action, row in self.actions.items() if row.is_send]

    def read_result(self, call: Call, result: Result) -> tuple[Result, Sequence[Violation]]:
        """Return a `result` with integers in place of `1.0`, and its violations of the schema for `call`.

        There are none if the version does not have the action; a user may send such a call on purpose.
        """
        if call.action not in self.actions:
            return result, ()
        read, violations = self.schemas.look(call.action, "Response", result.payload, result.huge)
        return result if read is result.payload else with_payload(result, read), violations


def refusal(call: Call, violations: Sequence[Violation], framing: Framing = FRAMING) -> Error:
    """Return the CALLERROR for a call with those violations; the first decides its code (Part 4, 4.3)."""
    details = [asdict(each) | {"code": framing.spelled(each.code)} for each in violations[:_MOST_DETAILS]]
    problem = str(violations[0])
    where = "" if problem.startswith(call.action) else f"{call.action[:50]}: "
    return Error(call.id, framing.spelled(violations[0].code), f"{where}{problem}", {"violations": details})


def _elsewhere_hint(name: str, here: str = "2.0.1") -> str:
    from mock_csms.protocol.v2.other_versions import elsewhere_hint  # noqa: PLC0415 - only a wrong name needs it

    return elsewhere_hint(name, here)


def _later_hint(name: str) -> str:
    from mock_csms.protocol.v16.other_versions import elsewhere_hint  # noqa: PLC0415 - as above

    spelled = {action.lower(): (action, version.name) for version in (V21, V201) for action in version.actions}
    found = spelled.get(name.lower())
    return elsewhere_hint(*found) if found and name.lower() not in map(str.lower, V16.actions) else ""


V201 = Version(
    "2.0.1",
    v201.ACTIONS,
    Schemas("v201", identifiers.TOKENS | identifiers.SECRETS),
    elsewhere_hint=_elsewhere_hint,
    identifiers=identifiers.FIELDS,
    transaction_ids=identifiers.TRANSACTION_IDS,
    variable_names=identifiers.VARIABLE_NAMES,
)

V21 = Version(
    "2.1",
    v21.ACTIONS,
    Schemas("v21", identifiers.TOKENS | identifiers.SECRETS, sends=v21.SENDS),
    FRAMING_OF_21,
    partial(_elsewhere_hint, here="2.1"),
    identifiers=identifiers.FIELDS,
    transaction_ids=identifiers.TRANSACTION_IDS,
    variable_names=identifiers.VARIABLE_NAMES,
)

V16 = Version(
    "1.6",
    v16.ACTIONS,
    Schemas("v16", of_16.TOKENS, request_suffix=""),
    FRAMING_OF_16,
    _later_hint,
    identifiers=of_16.FIELDS,
    no_transaction=1,
)

DEFAULT = V201
"""The version of messages without one: records of a trace that name none, and events made by hand."""

SUBPROTOCOLS: dict[str, Version] = {"ocpp2.0.1": V201, "ocpp2.0": V201, "ocpp2.1": V21, "ocpp1.6": V16}
"""The subprotocols that the mock can speak, the preferred one first. The messages of `ocpp2.0` are those of 2.0.1."""


def choose_subprotocol(
    offered: Sequence[str], spoken: Sequence[str] | None = None, *, by_station: bool = True
) -> str | None:
    """Return the subprotocol to use with a station that offers these; None if there is no common one (Part 4, 3.1.2).

    spoken: the names of the versions that the mock accepts, the preferred one first; None for all. by_station: whether
    the station's order decides, as Part 4 wants; else the order of `spoken`.
    """
    names = spoken if spoken is not None else [version.name for version in versions()]
    ours = [subprotocol for name in names for subprotocol, its in SUBPROTOCOLS.items() if its.name == name]
    first, second = (offered, ours) if by_station else (ours, offered)
    return next((subprotocol for subprotocol in first if subprotocol in second), None)


# All versions together.


def versions() -> Sequence[Version]:
    """Return the supported versions, the preferred one first."""
    return list(dict.fromkeys(SUBPROTOCOLS.values()))


def version_named(name: str) -> Version:
    """Return the version with that name. Raises ValueError if there is none."""
    known = {version.name: version for version in versions()}
    if name not in known:
        raise ValueError(f"{name!r} is not a version of OCPP{did_you_mean(name, known)}")
    return known[name]


def spoken() -> str:
    """Return the names of these versions for people: `OCPP 2.0.1`."""
    return f"OCPP {' or '.join(version.name for version in versions())}"


def actions(sender: Sender | None = None) -> Mapping[str, Action]:
    """Return the actions of all versions, or only those that `sender` may send.

    If several versions have an action, its row is that of the preferred one.
    """
    rows = {name: row for version in reversed(versions()) for name, row in version.actions.items()}
    return rows if sender is None else {name: row for name, row in rows.items() if row.sent_by(sender)}


def elsewhere_hint(action: str) -> str:
    """Return a sentence that names an unsupported version with an action, in any spelling; empty if there is none."""
    if action.lower() in map(str.lower, actions()):
        return ""
    return next(filter(None, (version.elsewhere_hint(action) for version in versions())), "")


@cache
def identifier_fields() -> Collection[str]:
    """Return the fields with an identifier in any version."""
    return frozenset(field for version in versions() for field in version.identifiers)


def versions_with(action: str) -> Sequence[Version]:
    """Return the versions that have an action, the preferred version first."""
    return [version for version in versions() if action in version.actions]


def version_with(action: str) -> Version:
    """Return the preferred version with an action; the default version if none has it."""
    return next(iter(versions_with(action)), DEFAULT)


def schemas_with(name: str) -> Schemas:
    """Return the schemas of a version with the schema `name`, such as `BootNotificationRequest`."""
    return version_with(name.removesuffix("Request").removesuffix("Response")).schemas
